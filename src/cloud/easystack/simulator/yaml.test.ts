// View, edit and create as YAML (1.16) on a real API server: forms of request and answer, refusals in `failed`, places.
import { describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed, startTestBed } from "./test-support.ts";

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(sharedControlPlane().kubeconfigPath, options);

interface Shown {
  metadata: { name: string; namespace?: string; uid: string; resourceVersion: string };
  data?: object;
  [member: string]: unknown;
}

const raw = (kind: string, name: string) => `eks/_raw/${kind}/name/${name}/`;

const configMap = (name = "app", more: object = {}): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...more },
  data: { mode: "fast" },
});

const view = async (client: EcnsClient, kind: string, name: string): Promise<Shown> =>
  parse(String((await client.ok("GET", raw(kind, name)))["yaml"])) as Shown;

const APP: readonly [kind: string, name: string] = ["ConfigMap", "app"];

const write = (
  client: EcnsClient,
  method: "POST" | "PUT",
  object: object,
  [kind, name]: readonly [string, string] = APP,
) => client.ok(method, raw(kind, name), { yaml: stringify(object) });

const pod = { containers: [{ name: "main", image: "nginx:1.27" }] };
const template = { metadata: { labels: { app: "x" } }, spec: pod };
const selector = { matchLabels: { app: "x" } };
const job = { template: { spec: { ...pod, restartPolicy: "Never" } } };
const storage = { accessModes: ["ReadWriteOnce"], storageClassName: "general" };
const KINDS: Record<string, object> = {
  Pod: { apiVersion: "v1", spec: pod },
  Service: { apiVersion: "v1", spec: { selector: { app: "x" }, ports: [{ port: 80 }] } },
  ConfigMap: { apiVersion: "v1", data: {} },
  Ingress: {
    apiVersion: "networking.k8s.io/v1",
    spec: { defaultBackend: { service: { name: "x", port: { number: 80 } } } },
  },
  DaemonSet: { apiVersion: "apps/v1", spec: { selector, template } },
  Deployment: { apiVersion: "apps/v1", spec: { selector, template } },
  StatefulSet: { apiVersion: "apps/v1", spec: { selector, template, serviceName: "x" } },
  CronJob: { apiVersion: "batch/v1", spec: { schedule: "0 3 * * *", jobTemplate: { spec: job } } },
  Job: { apiVersion: "batch/v1", spec: job },
  ReplicaSet: { apiVersion: "apps/v1", spec: { selector, template } },
  PersistentVolumeClaim: { apiVersion: "v1", spec: { ...storage, resources: { requests: { storage: "1Gi" } } } },
  PersistentVolume: { apiVersion: "v1", spec: { ...storage, capacity: { storage: "1Gi" }, hostPath: { path: "/x" } } },
  StorageClass: { apiVersion: "storage.k8s.io/v1", provisioner: "x.example" },
  Secret: { apiVersion: "v1", stringData: { a: "b" } },
};

describe("a document", () => {
  test.each(Object.keys(KINDS))("of kind %s is created, viewed and edited", async (kind) => {
    const { client } = await start();
    const made = await write(client, "POST", { kind, metadata: { name: "x" }, ...KINDS[kind] }, [kind, "x"]);
    expect(made).toMatchObject({ succeed: [{ name: "x", kind, reason: "" }], failed: [] });
    const shown = await view(client, kind, "x");
    const isNamespaced = kind !== "PersistentVolume" && kind !== "StorageClass";
    expect(shown.metadata).toMatchObject({ name: "x", ...(isNamespaced && { namespace: "default" }) });
    const labels = { team: "red" };
    const edited = await write(client, "PUT", { ...shown, metadata: { ...shown.metadata, labels } }, [kind, "x"]);
    expect(edited).toMatchObject({ failed: [], succeed: [{ name: "x" }] });
    expect((await view(client, kind, "x")).metadata).toMatchObject({ uid: shown.metadata.uid, labels });
  });

  test("that the API server refuses is an entry in failed of a 200, and nothing is made", async () => {
    const { client } = await start();
    const wrong = { ...configMap(), data: { mode: 7 } };
    expect(await write(client, "POST", wrong)).toMatchObject({
      succeed: [],
      failed: [{ name: "app", kind: "ConfigMap", reason: expect.stringContaining("cannot"), yaml: expect.any(String) }],
    });
    expect((await client.log()).at(-1)).toMatchObject({ status: 200, effect: false });
    await write(client, "POST", configMap());
    const twice = await write(client, "POST", configMap());
    expect(twice).toMatchObject({ failed: [{ reason: expect.stringContaining("already exists") }] });
  });

  test.each([
    ["another kind", { kind: "Secret" }],
    ["another name", { metadata: { name: "other" } }],
    ["another namespace", { metadata: { name: "app", namespace: "elsewhere" } }],
    ["another version", { apiVersion: "v2" }],
    ["no name", { metadata: {} }],
  ])("with %s than the path's is refused", async (_, change) => {
    const { client } = await start();
    const answer = await write(client, "POST", { ...configMap(), ...change });
    expect(answer).toMatchObject({ succeed: [], failed: [{ reason: expect.any(String) }] });
  });

  test("that has moved on since it was read, or is another one by now, is refused", async () => {
    const { client } = await start();
    await write(client, "POST", configMap());
    const before = await view(client, "ConfigMap", "app");
    await write(client, "PUT", { ...before, data: { mode: "slow" } });
    const late = await write(client, "PUT", { ...before, data: { mode: "late" } });
    expect(late).toMatchObject({ failed: [{ reason: expect.stringContaining("modified") }] });
    await client.ok("DELETE", "eks/kubernetes/configmaps/", { configmaps: ["app"] });
    await write(client, "POST", configMap());
    const { metadata } = await view(client, "ConfigMap", "app");
    const other = { ...before, metadata: { ...metadata, uid: before.metadata.uid } };
    expect(await write(client, "PUT", other)).toMatchObject({ failed: [{ reason: expect.stringContaining("UID") }] });
  });

  test("that is edited to what it is has no effect", async () => {
    const { client } = await start();
    await write(client, "POST", configMap());
    await write(client, "PUT", await view(client, "ConfigMap", "app"));
    expect((await client.log()).at(-1)).toMatchObject({ method: "PUT", effect: false });
  });

  test("of a kind that is none of the fourteen is refused", async () => {
    const { client } = await start();
    expect((await client.refusal("GET", raw("HorizontalPodAutoscaler", "x")))[0]).toBe(400);
    expect((await client.refusal("POST", raw("application", "x"), { yaml: "" }))[0]).toBe(400);
    expect((await client.refusal("GET", raw("configmap", "none")))[0]).toBe(404);
  });

  test("of an application is several, each on its own", async () => {
    const { client } = await start();
    await write(client, "POST", configMap());
    const shown = await view(client, "ConfigMap", "app");
    const yaml = [{ ...shown, data: { mode: "slow" } }, configMap("none")].map((one) => stringify(one)).join("---\n");
    expect(await client.ok("PUT", raw("application", "shop"), { yaml })).toMatchObject({
      succeed: [{ name: "app", kind: "ConfigMap" }],
      failed: [{ name: "none", kind: "ConfigMap", reason: expect.stringContaining("not found") }],
    });
  });
});

describe("the body of a request", () => {
  test.each([
    ["Field", 200, 400],
    ["Document", 400, 200],
    ["Any", 200, 200],
  ] as const)("with --yaml-body %s answers %i to a member and %i to a document", async (yamlBody, field, document) => {
    const { client } = await start({ yamlBody });
    const status = async (name: string, body: unknown) =>
      (await client.call("POST", raw("ConfigMap", name), body)).status;
    expect(await status("a1", { yaml: stringify(configMap("a1")) })).toBe(field);
    expect(await status("b1", stringify(configMap("b1")))).toBe(document);
    expect(await status("c1", configMap("c1"))).toBe(document);
  });

  test("that is no YAML is refused", async () => {
    const { client } = await start();
    expect((await client.refusal("POST", raw("ConfigMap", "app"), "{ a: ["))[0]).toBe(400);
  });
});

describe("the answer to a view", () => {
  test.each(["Field", "String", "Text", "Object"] as const)("is as --yaml-answer %s says", async (yamlAnswer) => {
    const { client } = await start({ yamlAnswer });
    await write(client, "POST", configMap());
    const answer = await client.call("GET", raw("ConfigMap", "app"));
    const read = {
      Field: () => parse((answer.json() as { yaml: string }).yaml) as unknown,
      String: () => parse(answer.json() as string) as unknown,
      Text: () => parse(answer.text) as unknown,
      Object: () => answer.json(),
    };
    expect(read[yamlAnswer]()).toMatchObject(configMap());
    expect(String(answer.headers["content-type"])).toContain(yamlAnswer === "Text" ? "text/plain" : "json");
  });
});

describe("what lies in no namespace", () => {
  test("is of the cluster that cluster_addr names, else of the session's", async () => {
    const { client, cluster } = await start();
    const second = `${cluster}b`;
    const { address } = await client.colleague("POST", "clusters", { name: second });
    const named = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "own" },
      provisioner: "x.example",
    };
    await client.enter(second);
    await write(client, "POST", named, ["StorageClass", "own"]);
    await client.enter(cluster);
    expect((await client.call("GET", raw("StorageClass", "own"))).status).toBe(404);
    expect((await client.call("GET", `${raw("StorageClass", "own")}?cluster_addr=${String(address)}`)).status).toBe(
      200,
    );
  });

  test("is there without an API server behind, as far as storage classes go", async () => {
    const { client } = await startTestBed();
    expect((await view(client, "StorageClass", "general")).metadata).toMatchObject({ name: "general" });
    expect((await client.call("GET", raw("PersistentVolume", "x"))).status).toBe(503);
  });
});
