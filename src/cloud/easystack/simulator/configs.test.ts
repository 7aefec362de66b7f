// Configurations and secrets (1.4, 1.6) on a real API server, and that YAML shows what forms make.
import { describe, expect, test } from "vitest";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed, startTestBed } from "./test-support.ts";

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(sharedControlPlane().kubeconfigPath, options);

const CONFIG = "eks/kubernetes/configmap";
const SECRET = "eks/kubernetes/secret/";

const names = async (client: EcnsClient, path: string, list: string) =>
  (await client.list(path, list)).map(({ name }) => name);

const exists = async (client: EcnsClient, type: string, name: string) =>
  (await client.ok("GET", `eks/resources/${type}/${name}/`))["existence"];

describe("a configuration", () => {
  test("is created, shown, changed and deleted, by form and in YAML", async () => {
    const { client, cluster } = await start();
    await client.ok("POST", `${CONFIG}/app/`, { configmap: { name: "app", config: { mode: "fast", port: 80 } } });
    expect(await client.list("eks/kubernetes/configmaps/", "configmaps")).toEqual([
      { name: "app", keys: ["mode", "port"], creation_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/) },
    ]);
    expect(await client.ok("GET", `${CONFIG}/app/keys/`)).toEqual({ keys: ["mode", "port"] });
    const { yaml } = await client.ok("GET", "eks/_raw/ConfigMap/name/app/");
    expect(yaml).toContain("  namespace: default\n");
    expect(yaml).toContain("  mode: fast\n");

    await client.ok("PATCH", `${CONFIG}/app/`, { configmap: { name: "app", config: { mode: "slow" } } });
    expect(await client.ok("GET", `${CONFIG}/app/`)).toEqual({ configmap: { name: "app", config: { mode: "slow" } } });
    expect(await exists(client, "Configmap", "app")).toBe(true);
    expect(await exists(client, "ConfigMap", "app")).toBe(true);
    expect((await client.refusal("GET", "eks/resources/Cloud/app/"))[0]).toBe(400);
    await client.ok("DELETE", "eks/kubernetes/configmaps/", { configmaps: ["app"] });
    expect(await exists(client, "Configmap", "app")).toBe(false);
    expect((await client.refusal("GET", `${CONFIG}/app/`))[0]).toBe(404);
    expect((await client.refusal("DELETE", "eks/kubernetes/configmaps/", { configmaps: ["app"] }))[0]).toBe(404);
    const writes = (await client.log()).filter(({ method }) => method !== "GET").slice(1);
    expect(writes).toMatchObject([
      { call: 42, effect: true, place: `${cluster}/default` },
      { call: 44, effect: true },
      { call: 45, effect: true },
      { call: 45, effect: false },
    ]);
  });

  test("of a name in use is refused; one that is set to what it is has no effect", async () => {
    const { client } = await start();
    const body = { configmap: { name: "app", config: { mode: "fast" } } };
    await client.ok("POST", `${CONFIG}/app/`, body);
    expect((await client.refusal("POST", `${CONFIG}/app/`, body))[0]).toBe(409);
    expect((await client.refusal("POST", `${CONFIG}/App/`, body))[0]).toBe(400);
    await client.ok("PATCH", `${CONFIG}/app/`, body);
    expect((await client.log()).at(-1)).toMatchObject({ method: "PATCH", effect: false });
  });

  test("keeps keys that a change does not name, with --patch Merge", async () => {
    const { client } = await start({ patch: "Merge" });
    await client.ok("POST", `${CONFIG}/app/`, { configmap: { name: "app", config: { mode: "fast" } } });
    await client.ok("PATCH", `${CONFIG}/app/`, { configmap: { name: "app", config: { port: "80" } } });
    expect(await client.ok("GET", `${CONFIG}/app/keys/`)).toEqual({ keys: ["mode", "port"] });
  });

  test("lies in the place that the session stands in, and in no other", async () => {
    const { client, cluster } = await start();
    await client.colleague("POST", "namespaces", { cluster, name: "other" });
    const body = { configmap: { name: "app", config: {} } };
    await client.ok("POST", `${CONFIG}/app/`, body);
    await client.enter(cluster, "other");
    expect(await names(client, "eks/kubernetes/configmaps/", "configmaps")).toEqual([]);
    await client.ok("POST", `${CONFIG}/app/`, body);
    await client.ok("DELETE", "eks/kubernetes/configmaps/", { configmaps: ["app"] });
    await client.enter(cluster);
    expect(await names(client, "eks/kubernetes/configmaps/", "configmaps")).toEqual(["app"]);
    const { kubectl } = sharedControlPlane();
    const { stdout } = await kubectl(["get", "configmaps", "-n", `${cluster}--default`, "-o", "name"]);
    expect(stdout).toContain("configmap/app");
  });

  test("is not in a list of the past, nor in an empty one", async () => {
    const { client } = await start();
    await client.ok("POST", `${CONFIG}/app/`, { configmap: { name: "app", config: {} } });
    await client.faults({ action: "EmptyList" }, { action: "StaleList", ms: 5_000 });
    const list = () => names(client, "eks/kubernetes/configmaps/", "configmaps");
    expect([await list(), await list(), await list()]).toEqual([[], [], ["app"]]);
  });

  test("is out of reach without an API server behind", async () => {
    const { client } = await startTestBed();
    expect(await client.refusal("GET", "eks/kubernetes/configmaps/")).toEqual([
      503,
      expect.stringContaining("kubeconfig"),
    ]);
    expect((await client.refusal("GET", "eks/_raw/ConfigMap/name/app/"))[0]).toBe(503);
    expect((await client.refusal("GET", "eks/resources/Application/app/"))[0]).toBe(503);
    expect((await client.refusal("GET", "hybrid/virtualmachine/"))[0]).toBe(503);
  });
});

const TLS = { name: "tls", type: "Tls", tls: { cert: "CERT", key: "KEY", ca: "CA" } };
const OPAQUE = { name: "plain", type: "Opaque", opaque: { user: "me", word: "s3cret" } };
const DOCKER = {
  name: "pull",
  type: "Dockerconfigjson",
  dockerconfigjson: { URI: "registry.example", username: "me", password: "pw", mail: "me@example" },
};

describe("a secret", () => {
  test.each([TLS, OPAQUE, DOCKER])("of the type $type shows what it was made of", async (secret) => {
    const { client } = await start();
    const info = await client.ok("POST", SECRET, { secret });
    expect(info).toMatchObject({ name: secret.name, type: secret.type });
    expect(await client.ok("GET", `${SECRET}${secret.name}/`)).toEqual({ secret, secret_info: info });
    expect(await client.ok("GET", `${SECRET}${secret.name}/keys/`)).toEqual({ keys: info["keys"] });
    expect(await client.list(`${SECRET}?type=${secret.type}`, "secrets")).toEqual([info]);
    await client.ok("DELETE", SECRET, { secrets: [info] });
    expect(await client.list(SECRET, "secrets")).toEqual([]);
  });

  test("is one of Kubernetes: plain text in the form, base64 in YAML", async () => {
    const { client } = await start();
    await client.ok("POST", SECRET, { secret: OPAQUE });
    expect((await client.ok("GET", "eks/_raw/Secret/name/plain/"))["yaml"]).toContain("word: czNjcmV0");
  });

  test("comes and shows in base64 with --secret-values Base64", async () => {
    const { client } = await start({ secretValues: "Base64" });
    const secret = { name: "plain", type: "Opaque", opaque: { word: "czNjcmV0" } };
    await client.ok("POST", SECRET, { secret });
    expect(await client.ok("GET", `${SECRET}plain/`)).toMatchObject({ secret });
    expect((await client.ok("GET", "eks/_raw/Secret/name/plain/"))["yaml"]).toContain("word: czNjcmV0");
    const wrong = { ...secret, name: "other", opaque: { word: "not base64!" } };
    expect((await client.refusal("POST", SECRET, { secret: wrong }))[0]).toBe(400);
  });

  test.each([
    ["Replace", ["word"]],
    ["Merge", ["user", "word"]],
  ] as const)("that is changed with --patch %s has the keys %j", async (patch, keys) => {
    const { client } = await start({ patch });
    await client.ok("POST", SECRET, { secret: OPAQUE });
    await client.ok("PATCH", SECRET, { secret: { ...OPAQUE, opaque: { word: "new" } } });
    expect(await client.ok("GET", `${SECRET}plain/keys/`)).toEqual({ keys });
  });

  test("is refused a change of its type, a type without its content, and a type that is none", async () => {
    const { client } = await start();
    await client.ok("POST", SECRET, { secret: OPAQUE });
    expect((await client.refusal("PATCH", SECRET, { secret: { ...TLS, name: "plain" } }))[0]).toBe(400);
    expect((await client.refusal("POST", SECRET, { secret: { name: "x", type: "Tls" } }))[0]).toBe(400);
    expect((await client.refusal("GET", `${SECRET}?type=Basic`))[0]).toBe(400);
  });
});
