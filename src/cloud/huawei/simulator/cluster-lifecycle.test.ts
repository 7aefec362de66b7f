// A cluster's life on the clock: jobs with sub-jobs, failures half-way, hibernation, deletion, the certificate.
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { CceClient } from "./test-support.ts";
import { CLUSTERS, MINUTE, PROJECT, startTestBed } from "./test-support.ts";

interface JobOnWire {
  spec: { type: string; subJobs: { spec: { type: string }; status: { phase: string; reason: string } }[] };
  status: { phase: string; reason: string };
}

async function job(client: CceClient, id: string | undefined): Promise<JobOnWire> {
  return (await client.send(`/api/v3/projects/${PROJECT}/jobs/${id}`)).json() as JobOnWire;
}

async function progress(client: CceClient, id: string | undefined): Promise<[string, ...string[]]> {
  const { spec, status } = await job(client, id);
  return [status.phase, ...spec.subJobs.map((sub) => `${sub.spec.type} ${sub.status.phase}`)];
}

const act = (client: CceClient, id: string, verb: string) =>
  client.expectStatus(200, `${CLUSTERS}/${id}/operation/${verb}`, { method: "POST" });

const remove = (client: CceClient, id: string) => client.expectStatus(200, `${CLUSTERS}/${id}`, { method: "DELETE" });

describe("a create", () => {
  test("takes 9 minutes and some, step by step, and leaves coredns and the storage driver", async () => {
    const { client, clock } = await startTestBed();
    const { metadata, status } = await client.create("cluster");
    expect((await progress(client, status.jobID))[0]).toBe("Initializing");
    clock.advance(5 * MINUTE);
    expect(await progress(client, status.jobID)).toEqual([
      "Running",
      "CreatePSMCert Success",
      "CreateMasterVM Success",
      "InstallMaster Running",
    ]);
    expect((await client.read(metadata.uid)).status).toEqual({ phase: "Creating", jobID: status.jobID });
    clock.advance(5 * MINUTE);
    expect(await client.phase(metadata.uid)).toBe("Available");
    expect((await job(client, status.jobID)).status.phase).toBe("Success");
    expect((await client.state())["addons"]).toMatchObject([
      { name: "coredns", status: "installing" },
      { name: "storage-driver", status: "installing" },
    ]);
    clock.advance(MINUTE);
    expect((await client.state())["addons"]).toMatchObject([{ status: "running" }, { status: "running" }]);
    expect((await client.log()).filter(({ effect }) => effect).map(({ method }) => method)).toEqual(["POST"]);
  });

  test("is as many times faster as the speed says", async () => {
    const { client, clock } = await startTestBed({ speed: 60 });
    const { metadata } = await client.create("cluster");
    clock.advance(9_000);
    expect(await client.phase(metadata.uid)).toBe("Creating");
    clock.advance(1_000);
    expect(await client.phase(metadata.uid)).toBe("Available");
  });

  test.each(["Unavailable", "Error"])(
    "that was planned to fail leaves the cluster %s, saying where",
    async (leaves) => {
      const { client, clock } = await startTestBed();
      await client.colleague("POST", "plans", { clusterName: "cluster", failAt: "InstallMaster", leaves });
      const { metadata, status } = await client.create("cluster");
      clock.advance(10 * MINUTE);
      expect(await progress(client, status.jobID)).toEqual([
        "Failed",
        "CreatePSMCert Success",
        "CreateMasterVM Success",
        "InstallMaster Failed",
      ]);
      expect((await client.read(metadata.uid)).status).toMatchObject({
        phase: leaves,
        reason: "InstallMaster",
        jobID: status.jobID,
      });
      expect((await client.state())["addons"]).toEqual([]);
      await remove(client, metadata.uid);
      clock.advance(3 * MINUTE);
      expect((await client.state())["clusters"]).toEqual([]);
    },
  );

  test("can be made to fail at a step to come, not at one that is done", async () => {
    const { client, clock } = await startTestBed();
    const { metadata, status } = await client.create("cluster");
    clock.advance(MINUTE);
    const late = { method: "PATCH", body: { failAt: "CreatePSMCert" } };
    expect((await client.send(`/_simulator/jobs/${status.jobID}`, late)).status).toBe(409);
    await client.colleague("PATCH", `jobs/${status.jobID}`, { failAt: "CreateMasterVM" });
    clock.advance(10 * MINUTE);
    expect(await progress(client, status.jobID)).toEqual([
      "Failed",
      "CreatePSMCert Success",
      "CreateMasterVM Failed",
      "InstallMaster Initializing",
    ]);
    expect(await client.phase(metadata.uid)).toBe("Unavailable");
  });

  test("ends where a colleague puts the cluster into another phase", async () => {
    const { client, clock } = await startTestBed();
    const { metadata, status } = await client.create("cluster");
    await client.colleague("PATCH", `clusters/${metadata.uid}`, { phase: "Error" });
    clock.advance(10 * MINUTE);
    expect(await client.phase(metadata.uid)).toBe("Error");
    expect((await job(client, status.jobID)).status.phase).toBe("Failed");
  });
});

describe("hibernation", () => {
  test("and waking take their time, and answer nothing", async () => {
    const { client, clock } = await startTestBed();
    const id = await client.available();
    expect(await act(client, id, "hibernate")).toEqual({});
    expect(await client.phase(id)).toBe("Hibernating");
    clock.advance(5 * MINUTE);
    expect(await client.phase(id)).toBe("Hibernation");
    await act(client, id, "awake");
    expect(await client.phase(id)).toBe("Awaking");
    clock.advance(5 * MINUTE);
    expect(await client.phase(id)).toBe("Available");
  });

  test("is refused in the wrong state, and so is what it does not allow", async () => {
    const { client, clock } = await startTestBed();
    const id = await client.available();
    const post = (verb: string) => client.refusal(`${CLUSTERS}/${id}/operation/${verb}`, { method: "POST" });
    expect(await post("awake")).toEqual([403, "CCE.01403003"]);
    await act(client, id, "hibernate");
    expect(await post("hibernate")).toEqual([403, "CCE.01403003"]);
    clock.advance(5 * MINUTE);
    expect(await client.refusal(`${CLUSTERS}/${id}`, { method: "DELETE" })).toEqual([403, "CCE.01403006"]);
    const pools = `${CLUSTERS}/${id}/nodepools`;
    expect((await client.refusal(pools, { method: "POST", body: {} }))[0]).toBe(400);
    await client.expectStatus(200, pools);
  });
});

describe("a deletion", () => {
  test("takes 2 minutes, is the same when asked again, and takes pools, nodes and add-ons with it", async () => {
    const { client, clock } = await startTestBed();
    const id = await client.available();
    await client.colleague("POST", "nodepools", { clusterId: id, name: "pool", initialNodeCount: 2 });
    const first = await remove(client, id);
    expect([first.status.phase, await client.phase(id)]).toEqual(["Deleting", "Deleting"]);
    expect((await remove(client, id)).status.jobID).toBe(first.status.jobID);
    clock.advance(3 * MINUTE);
    expect((await job(client, first.status.jobID)).status.phase).toBe("Success");
    expect(await client.state()).toMatchObject({ clusters: [], nodepools: [], nodes: [], addons: [] });
    expect(await client.refusal(`${CLUSTERS}/${id}`)).toEqual([404, "CCE.01404001"]);
    expect(await client.refusal(`${CLUSTERS}/${id}`, { method: "DELETE" })).toEqual([404, "CCE.01404001"]);
  });

  test("of a cluster being created ends the create", async () => {
    const { client, clock } = await startTestBed();
    const { metadata, status } = await client.create("cluster");
    clock.advance(MINUTE);
    await remove(client, metadata.uid);
    expect((await job(client, status.jobID)).status.phase).toBe("Failed");
    clock.advance(20 * MINUTE);
    expect((await client.state())["clusters"]).toEqual([]);
  });

  test("that fails leaves Error, which looks like Deleting to a careless reader", async () => {
    const { client, clock } = await startTestBed();
    const id = await client.available();
    await client.colleague("POST", "plans", { clusterName: "cluster", failAt: "DeleteMasterVM", leaves: "Error" });
    await remove(client, id);
    clock.advance(3 * MINUTE);
    expect((await client.expectStatus(200, `${CLUSTERS}/${id}`)).status).toEqual({ phase: "Deleting" });
    expect(await client.phase(id)).toBe("Error");
  });
});

describe("a certificate", () => {
  interface Config {
    users: [{ user: Record<string, string> }];
    [key: string]: unknown;
  }
  const certificate = async (client: CceClient, id: string): Promise<Config> =>
    (await client.send(`${CLUSTERS}/${id}/clustercert`)).json() as Config;
  const parsed = ({ users }: Config): X509Certificate =>
    new X509Certificate(Buffer.from(users[0].user["client-certificate-data"] ?? "", "base64"));

  test("is a kubeconfig with a real client certificate, the same at every read until it is renewed", async () => {
    const { client } = await startTestBed();
    const id = await client.available();
    const config = await certificate(client, id);
    expect(config).toMatchObject({
      kind: "Config",
      clusters: [{ name: "internalCluster", cluster: { server: expect.stringContaining("https://192.168.0.") } }],
      contexts: [{ name: "internal", context: { cluster: "internalCluster", user: "user" } }],
      "current-context": "internal",
    });
    expect(new Date(parsed(config).validTo).toISOString()).toBe("2029-01-01T03:04:05.000Z");
    expect(parsed(config).verify(parsed(config).publicKey)).toBe(true);
    expect(await certificate(client, id)).toEqual(config);
    await client.colleague("PATCH", `clusters/${id}`, { certificateNotAfter: "2026-01-20T00:00:00Z" });
    expect(parsed(await certificate(client, id)).validTo).toBe("Jan 20 00:00:00 2026 GMT");
  });

  test("may have ended before its cluster was made", async () => {
    const { client } = await startTestBed();
    const id = await client.available();
    await client.colleague("PATCH", `clusters/${id}`, { certificateNotAfter: "2020-02-01T00:00:00Z" });
    const { validFrom, validTo } = parsed(await certificate(client, id));
    expect([validFrom, validTo]).toEqual(["Feb  1 00:00:00 2019 GMT", "Feb  1 00:00:00 2020 GMT"]);
  });

  test("of a served kubeconfig is that one, until a colleague moves its end", async () => {
    const kubeconfig = {
      server: "https://127.0.0.1:6443",
      certificateAuthorityData: "Q0E=",
      clientCertificateData: "Q0VSVA==",
      clientKeyData: "S0VZ",
    };
    const { client } = await startTestBed({ kubeconfig });
    const id = await client.available();
    const user = { "client-certificate-data": "Q0VSVA==", "client-key-data": "S0VZ" };
    expect((await certificate(client, id)).users).toEqual([{ name: "user", user }]);
    await client.colleague("PATCH", `clusters/${id}`, { certificateNotAfter: "2020-02-01T00:00:00Z" });
    const moved = await certificate(client, id);
    expect(parsed(moved).validTo).toBe("Feb  1 00:00:00 2020 GMT");
    expect(moved["clusters"]).toMatchObject([
      { cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" } },
    ]);
  });

  test("has an external context that verifies nothing where there is an EIP", async () => {
    const { client } = await startTestBed();
    const id = await client.available();
    await client.colleague("PATCH", `clusters/${id}`, { externalIP: "100.1.2.3" });
    const config = await certificate(client, id);
    const external = { server: "https://100.1.2.3:5443", "insecure-skip-tls-verify": true };
    expect(config["clusters"]).toContainEqual({ name: "externalCluster", cluster: external });
    expect(config["current-context"]).toBe("external");
  });

  test("is not there before the cluster is", async () => {
    const { client } = await startTestBed();
    const { metadata } = await client.create("cluster");
    expect(await client.refusal(`${CLUSTERS}/${metadata.uid}/clustercert`)).toEqual([403, "CCE.01403003"]);
  });
});

test("a job that nobody started is not found", async () => {
  const { client } = await startTestBed();
  expect(await client.refusal(`/api/v3/projects/${PROJECT}/jobs/none`)).toEqual([404, "CCE.01404001"]);
});
