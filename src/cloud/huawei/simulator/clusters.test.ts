// Clusters over the wire: what a create takes and refuses, what reads show, what an update changes (4.1.1 to 4.1.4, 4.4).
import { describe, expect, test } from "vitest";
import { MINUTE, CLUSTERS, clusterBody, PROJECT, startTestBed } from "./test-support.ts";

describe("a create", () => {
  test("answers 201 with the job, and repeats labels and annotations, which no read shows", async () => {
    const { client } = await startTestBed();
    const body = clusterBody("mycluster", { version: "v1.15", description: "demo" });
    const metadata = { name: "mycluster", labels: { foo: "bar" }, annotations: { note: "x" } };
    const created = await client.expectStatus(201, CLUSTERS, { method: "POST", body: { ...body, metadata } });
    expect(created).toMatchObject({
      kind: "Cluster",
      apiVersion: "v3",
      metadata: { ...metadata, creationTimestamp: "2026-01-02 03:04:05.678 +0000 UTC" },
      spec: {
        version: "v1.15.11-r1",
        description: "demo",
        authentication: { mode: "rbac", authenticatingProxy: {} },
        kubernetesSvcIpRange: "10.247.0.0/16",
        containerNetwork: { mode: "overlay_l2", cidr: "172.16.0.0/16" },
      },
      status: { phase: "Creating", jobID: expect.any(String) },
    });
    const read = await client.read(created.metadata.uid);
    expect(Object.keys(read.metadata)).toEqual(["name", "uid", "creationTimestamp", "updateTimestamp"]);
    expect((await client.state())["clusters"]).toMatchObject([
      { id: created.metadata.uid, name: "mycluster", createdAt: "2026-01-02T03:04:05.678Z", phase: "Creating" },
    ]);
  });

  test.each([
    [undefined, "v1.17.11-r1"],
    ["v1.13", "v1.13.10-r1"],
    ["v1.15.6", "v1.15.6-r1"],
    ["v1.15.11-r1", "v1.15.11-r1"],
  ])("of version %s makes %s", async (version, chosen) => {
    const { client } = await startTestBed();
    expect((await client.create("cluster", { version })).spec["version"]).toBe(chosen);
  });

  test.each([
    ["hostNetwok", { hostNetwok: { vpc: "v", subnet: "s" }, hostNetwork: undefined }],
    ["masters as an array", { masters: [{ availabilityZone: "az1" }] }],
    ["masters as an object", { masters: { availabilityZone: "az1", flavor: "c3" } }],
    ["200 characters outside ASCII", { description: "云".repeat(200) }],
    ["fields that nobody knows", { whatever: true }],
  ])("tolerates %s", async (_, spec) => {
    const { client } = await startTestBed();
    expect((await client.create("cluster", spec)).spec["hostNetwork"]).toBeDefined();
  });

  test.each<[string, string, Record<string, unknown>]>([
    ["a name too short", "abc", {}],
    ["a name too long", `a${"b".repeat(128)}`, {}],
    ["a name in upper case", "Cluster", {}],
    ["a name that ends with a dash", "cluster-", {}],
    ["a flavor that is none", "cluster", { flavor: "cce.s3.huge" }],
    ["no flavor", "cluster", { flavor: undefined }],
    ["a type that is none", "cluster", { type: "BareMetal" }],
    ["no network", "cluster", { hostNetwork: undefined }],
    ["no container network", "cluster", { containerNetwork: undefined }],
    ["a network mode that is none", "cluster", { containerNetwork: { mode: "flannel" } }],
    ["a range that is none", "cluster", { containerNetwork: { mode: "overlay_l2", cidr: "172.16.0.0" } }],
    ["a version that is not on offer", "cluster", { version: "v1.14" }],
    ["a version cut inside a number", "cluster", { version: "v1.1" }],
    ["a description too long", "cluster", { description: "x".repeat(201) }],
    ["a proxy without its CA", "cluster", { authentication: { mode: "authenticating_proxy" } }],
    [
      "a proxy with a CA that is not encoded",
      "cluster",
      { authentication: { mode: "authenticating_proxy", authenticatingProxy: { ca: "-----BEGIN CERTIFICATE-----" } } },
    ],
    ["IPv6 before 1.15", "cluster", { ipv6enable: true, version: "v1.13" }],
    ["several zones for one master", "cluster", { extendParam: { clusterAZ: "multi_az" } }],
  ])("refuses %s", async (_, name, spec) => {
    const { client } = await startTestBed();
    const body = clusterBody(name, spec);
    expect(await client.refusal(CLUSTERS, { method: "POST", body })).toEqual([400, "CCE.01400001"]);
    expect((await client.state())["clusters"]).toEqual([]);
  });

  test.each([
    ["kind", { ...clusterBody("cluster"), kind: "Node" }],
    ["apiVersion", { ...clusterBody("cluster"), apiVersion: undefined }],
    ["metadata", { ...clusterBody("cluster"), metadata: undefined }],
    ["JSON", "{"],
  ])("refuses a wrong %s and names it", async (field, body) => {
    const { client } = await startTestBed();
    const answer = await client.send(CLUSTERS, { method: "POST", body });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(field)]);
  });

  test("of a name in use is refused, or not, as told", async () => {
    const strict = (await startTestBed()).client;
    const lax = (await startTestBed({ duplicateNames: "Allow" })).client;
    const body = clusterBody("cluster");
    await strict.create("cluster");
    expect(await strict.refusal(CLUSTERS, { method: "POST", body })).toEqual([409, "CCE.01409001"]);
    const [one, other] = [await lax.create("cluster"), await lax.create("cluster")];
    expect(one.metadata.uid).not.toBe(other.metadata.uid);
  });

  test("beyond the quota is refused until there is room", async () => {
    const { client } = await startTestBed({ clusterQuota: 1 });
    const quota = async () =>
      ((await client.send(`/api/v3/projects/${PROJECT}/quotas`)).json() as { quotas: unknown }).quotas;
    expect(await quota()).toEqual([{ quotaKey: "cluster", quotaLimit: 1, used: 0, unit: "count" }]);
    const first = await client.create("first");
    const body = clusterBody("second");
    expect(await client.refusal(CLUSTERS, { method: "POST", body })).toEqual([400, "CCE.01400007"]);
    expect(await quota()).toEqual([{ quotaKey: "cluster", quotaLimit: 1, used: 1, unit: "count" }]);
    await client.colleague("DELETE", `clusters/${first.metadata.uid}`);
    await client.create("second");
    await client.colleague("PATCH", "quotas/cluster", { quotaLimit: 2 });
    await client.create("third");
  });

  test.each([
    ["the default service range", "10.247.128.0/20", undefined, "172.16.0.0/16"],
    ["a service range of its own", "172.16.5.0/24", "172.16.0.0/12", "192.168.0.0/16"],
  ])("whose container range overlaps %s gets another, without a word", async (_, cidr, service, chosen) => {
    const { client } = await startTestBed();
    const spec = { containerNetwork: { mode: "overlay_l2", cidr }, kubernetesSvcIpRange: service };
    const created = await client.create("cluster", spec);
    expect(created.spec["containerNetwork"]).toEqual({ mode: "overlay_l2", cidr: chosen });
  });

  test("gets another container range where a test has planned it, once", async () => {
    const { client } = await startTestBed();
    await client.colleague("POST", "plans", { clusterName: "cluster", reselectCidr: true });
    const cidr = async (name: string) => (await client.create(name)).spec["containerNetwork"];
    expect(await cidr("other")).toMatchObject({ cidr: "172.16.0.0/16" });
    expect(await cidr("cluster")).toMatchObject({ cidr: "172.20.0.0/16" });
    expect((await client.state())["plans"]).toEqual([]);
  });
});

describe("reads", () => {
  test("show Error as Deleting, and no reason, unless the query says errorStatus; lists always", async () => {
    const { client } = await startTestBed();
    const id = await client.available();
    await client.colleague("PATCH", `clusters/${id}`, { phase: "Error", reason: "Broken", message: "it broke" });
    const status = async (query: string) => (await client.expectStatus(200, `${CLUSTERS}/${id}${query}`)).status;
    expect(await status("")).toEqual({ phase: "Deleting" });
    expect(await status("?errorStatus=")).toEqual({ phase: "Deleting" });
    expect(await status("?errorStatus=true")).toMatchObject({ phase: "Error", reason: "Broken", message: "it broke" });
    expect((await client.send(CLUSTERS)).json()).toMatchObject({
      kind: "Cluster",
      items: [{ status: { phase: "Deleting" } }],
    });
  });

  test("show addresses, and the external one with an EIP", async () => {
    const { client } = await startTestBed();
    const { id } = await client.colleague("POST", "clusters", { name: "cluster", externalIP: "100.1.2.3" });
    expect((await client.read(id)).status).toEqual({
      phase: "Available",
      endpoints: [
        { url: expect.stringMatching(/^https:\/\/192\.168\.0\.\d+:5443$/), type: "Internal" },
        { url: "https://100.1.2.3:5443", type: "External" },
      ],
    });
  });

  test("with detail=true count nodes and name add-ons", async () => {
    const { client } = await startTestBed();
    const id = await client.available();
    await client.colleague("POST", "nodes", { clusterId: id });
    await client.colleague("POST", "nodes", { clusterId: id, phase: "Abnormal" });
    expect((await client.expectStatus(200, `${CLUSTERS}/${id}?detail=true`)).metadata["annotations"]).toEqual({
      totalNodesNumber: "2",
      activeNodesNumber: "1",
      totalNodesCPU: "8",
      totalNodesMemory: "16384",
      installedAddonInstances: "coredns,storage-driver",
    });
  });
});

describe("an update", () => {
  const put = (spec: unknown) => ({ method: "PUT", body: { spec } });

  test("changes the description, and says so in the time of the update", async () => {
    const { client, clock } = await startTestBed();
    const id = await client.available();
    clock.advance(MINUTE);
    const updated = await client.expectStatus(200, `${CLUSTERS}/${id}`, put({ description: "新的" }));
    expect(updated.spec["description"]).toBe("新的");
    expect(updated.metadata["updateTimestamp"]).toBe("2026-01-02 03:05:05.678 +0000 UTC");
    await client.expectStatus(200, `${CLUSTERS}/${id}`, put({ description: "新的" }));
    expect((await client.log()).map(({ effect }) => effect)).toEqual([true, false]);
  });

  test("takes other fields as they are, and refuses to change them", async () => {
    const { client } = await startTestBed();
    const id = await client.available();
    const { spec } = await client.read(id);
    await client.expectStatus(200, `${CLUSTERS}/${id}`, put({ ...spec, description: "new" }));
    const changed = { flavor: "cce.s2.large", description: "newer" };
    expect(await client.refusal(`${CLUSTERS}/${id}`, put(changed))).toEqual([400, "CCE.01400001"]);
    expect((await client.read(id)).spec).toMatchObject({ flavor: "cce.s1.small", description: "new" });
  });

  test("is refused while creating, for a long text, without a spec, and where there is no cluster", async () => {
    const { client } = await startTestBed();
    const creating = (await client.create("creating")).metadata.uid;
    expect(await client.refusal(`${CLUSTERS}/${creating}`, put({ description: "x" }))).toEqual([403, "CCE.01403003"]);
    const path = `${CLUSTERS}/${await client.available()}`;
    expect(await client.refusal(path, put({ description: "x".repeat(201) }))).toEqual([400, "CCE.01400001"]);
    expect(await client.refusal(path, { method: "PUT", body: {} })).toEqual([400, "CCE.01400001"]);
    expect(await client.refusal(`${CLUSTERS}/none`, put({}))).toEqual([404, "CCE.01404001"]);
  });
});
