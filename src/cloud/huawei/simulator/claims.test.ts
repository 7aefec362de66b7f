// Claims of existing storage (4.2), as the cloud itself knows them; kube/served.test.ts has them on a real API server.
import { describe, expect, test } from "vitest";
import type { Sent } from "../../simulation/test-support.ts";
import type { CceClient } from "./test-support.ts";
import { MINUTE, startTestBed } from "./test-support.ts";

const path = (name = "", namespace = "default") =>
  `/api/v1/namespaces/${namespace}/cloudpersistentvolumeclaims${name === "" ? "" : `/${name}`}`;

function claimBody(name: string, spec: Record<string, unknown> = {}, labels?: Record<string, string>): object {
  return {
    kind: "PersistentVolumeClaim",
    apiVersion: "v1",
    metadata: { name, namespace: "default", ...(labels === undefined ? {} : { labels }) },
    spec: { accessModes: ["ReadWriteMany"], ...spec },
  };
}

class Claims {
  readonly client: CceClient;
  readonly clusterId: string;

  constructor(client: CceClient, clusterId: string) {
    this.client = client;
    this.clusterId = clusterId;
  }

  send(method: string, where: string, sent: Omit<Sent, "method"> = {}) {
    return this.client.send(where, { ...sent, method, headers: { "x-cluster-id": this.clusterId, ...sent.headers } });
  }

  /** Status and, of a Kubernetes `Status`, its reason; of an error of the gateway its code. */
  async outcome(method: string, where: string, body?: unknown): Promise<unknown[]> {
    const answer = await this.send(method, where, { body });
    const json = answer.json() as { kind?: string; reason?: string; error_code?: string };
    return [answer.status, json.kind === "Status" ? json.reason : (json.error_code ?? json.kind)];
  }

  volume(input: object = {}): Promise<{ id: string }> {
    return this.client.colleague("POST", "volumes", { name: "disk", storageType: "nfs", sizeGiB: 10, ...input });
  }

  async create(name: string, volumeID: string, storageType = "nfs"): Promise<void> {
    const answer = await this.send("POST", path(), { body: claimBody(name, { volumeID, storageType }) });
    if (answer.status !== 201) throw new Error(`the claim ${name}: ${answer.status} ${answer.text}`);
  }
}

async function startClaims() {
  const bed = await startTestBed();
  return { ...bed, claims: new Claims(bed.client, await bed.client.available()) };
}

describe("a create", () => {
  test("is Pending, and bound a while later", async () => {
    const { claims, client, clock } = await startClaims();
    const { id } = await claims.volume();
    const body = claimBody("data", { volumeID: id, storageType: "nfs" }, { a: "b" });
    const answer = await claims.send("POST", path(), { body });
    expect([answer.status, answer.json()]).toMatchObject([
      201,
      {
        kind: "PersistentVolumeClaim",
        metadata: { name: "data", namespace: "default", uid: expect.any(String), labels: { a: "b" } },
        spec: {
          volumeName: expect.any(String),
          accessModes: ["ReadWriteMany"],
          resources: { requests: { storage: "10Gi" } },
        },
        status: { phase: "Pending" },
      },
    ]);
    clock.advance(MINUTE);
    const { metadata } = answer.json() as { metadata: { uid: string } };
    expect(await client.state()).toMatchObject({
      claims: [{ id: metadata.uid, namespace: "default", volumeId: id, storageType: "nfs", phase: "Bound" }],
      volumes: [{ id, claimId: metadata.uid }],
    });
    expect((await client.log()).at(-1)).toMatchObject({ method: "POST", status: 201, effect: true });
  });

  test("by a bucket's name is bound to it, and waits for storage that is not there, of another type, or taken", async () => {
    const { claims, client, clock } = await startClaims();
    await claims.volume({ name: "bucket", storageType: "obs" });
    const { id } = await claims.volume({ storageType: "bs" });
    await claims.create("by-name", "bucket", "obs");
    await claims.create("absent", "none");
    await claims.create("other-type", "bucket");
    await claims.create("first", id, "bs");
    clock.advance(MINUTE);
    await claims.create("second", id, "bs");
    clock.advance(MINUTE);
    const phases = ((await client.state())["claims"] ?? []).map(({ name, phase }) => [name, phase]);
    expect(phases).toEqual([
      ["by-name", "Bound"],
      ["absent", "Pending"],
      ["other-type", "Pending"],
      ["first", "Bound"],
      ["second", "Pending"],
    ]);
  });

  test.each<[string, object]>([
    ["storage without its type", claimBody("data", { volumeID: "v" })],
    ["a type without storage", claimBody("data", { storageType: "bs" })],
    ["a type that is none", claimBody("data", { volumeID: "v", storageType: "tape" })],
    ["no access mode", claimBody("data", { accessModes: [] })],
    ["a name in upper case", claimBody("Data")],
  ])("with %s is refused", async (_, body) => {
    const { claims, client } = await startClaims();
    expect(await claims.outcome("POST", path(), body)).toEqual([400, "BadRequest"]);
    expect((await client.state())["claims"]).toEqual([]);
  });

  test("of a name in use is refused within its namespace", async () => {
    const { claims } = await startClaims();
    await claims.create("data", "v");
    const body = claimBody("data", { volumeID: "v", storageType: "nfs" });
    expect(await claims.outcome("POST", path(), body)).toEqual([409, "AlreadyExists"]);
    expect(await claims.outcome("POST", path("", "other"), body)).toEqual([201, "PersistentVolumeClaim"]);
  });

  test("for one node needs v1.13.10 and storage-driver 1.0.19", async () => {
    const { claims, client } = await startClaims();
    const body = claimBody("data", { accessModes: ["ReadWriteOnce"], volumeID: "v", storageType: "bs" });
    const driver = (await client.state())["addons"]?.find(({ name }) => name === "storage-driver");
    await client.colleague("PATCH", `addons/${driver?.id}`, { version: "1.0.18" });
    expect(await claims.outcome("POST", path(), body)).toEqual([400, "BadRequest"]);
    await client.colleague("PATCH", `addons/${driver?.id}`, { version: "1.0.19" });
    expect(await claims.outcome("POST", path(), body)).toEqual([201, "PersistentVolumeClaim"]);
    await client.colleague("PATCH", `clusters/${claims.clusterId}`, { version: "v1.13.9-r1" });
    expect(await claims.outcome("POST", path(), body)).toEqual([400, "BadRequest"]);
  });
});

describe("a delete", () => {
  test("leaves the storage, unless it is told otherwise with the storage's type", async () => {
    const { claims, client, clock } = await startClaims();
    const { id } = await claims.volume();
    await claims.create("data", id);
    clock.advance(MINUTE);
    expect(await claims.outcome("DELETE", path("data"))).toEqual([200, "PersistentVolumeClaim"]);
    clock.advance(MINUTE);
    expect(await client.state()).toMatchObject({ claims: [], volumes: [{ id, claimId: "" }] });
    await claims.create("data", id);
    clock.advance(MINUTE);
    for (const query of ["deleteVolume=true", "storageType=nfs", "deleteVolume=true&storageType=bs"]) {
      expect(await claims.outcome("DELETE", `${path("data")}?${query}`)).toEqual([400, "BadRequest"]);
    }
    const erase = `${path("data")}?deleteVolume=true&storageType=nfs`;
    expect(await claims.outcome("DELETE", erase)).toEqual([200, "PersistentVolumeClaim"]);
    clock.advance(MINUTE);
    expect(await client.state()).toMatchObject({ claims: [], volumes: [] });
  });

  test("of what is not there says so in Kubernetes' words, and what is no cluster is the gateway's matter", async () => {
    const { claims, client } = await startClaims();
    const absent = await claims.send("DELETE", path("none"));
    expect(absent.json()).toMatchObject({
      kind: "Status",
      status: "Failure",
      reason: "NotFound",
      code: 404,
      details: { name: "none", kind: "persistentvolumeclaims" },
    });
    expect(await new Claims(client, "none").outcome("DELETE", path("none"))).toEqual([404, "APIGW.0101"]);
    expect(await new Claims(client, "").outcome("DELETE", path("none"))).toEqual([404, "APIGW.0101"]);
    await client.colleague("PATCH", `clusters/${claims.clusterId}`, { phase: "Hibernation" });
    expect(await claims.outcome("DELETE", path("none"))).toEqual([503, "APIGW.0201"]);
  });
});

test("a colleague changes storage and claims, and takes them away", async () => {
  const { claims, client, clock } = await startClaims();
  const { id } = await claims.volume();
  await claims.create("data", id);
  clock.advance(MINUTE);
  const [claim] = (await client.state())["claims"] ?? [];
  await client.colleague("PATCH", `volumes/${id}`, { name: "renamed", sizeGiB: 20 });
  await client.colleague("PATCH", `claims/${claim?.id}`, { phase: "Lost" });
  expect(await client.state()).toMatchObject({
    claims: [{ phase: "Lost" }],
    volumes: [{ name: "renamed", sizeGiB: 20 }],
  });
  await client.colleague("DELETE", `claims/${claim?.id}`);
  await client.colleague("DELETE", `volumes/${id}`);
  clock.advance(MINUTE);
  expect(await client.state()).toMatchObject({ claims: [], volumes: [] });
});
