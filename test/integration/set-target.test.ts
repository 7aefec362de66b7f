// A target that is away, silent, older, another one, or lets a set do less than it wants.
import { afterAll, describe, it, vi } from "vitest";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  clusterBehind,
  configMap,
  deployment,
  isWrite,
  setManifest,
  targetLacks,
  targetShows,
  useSetStand,
} from "../support/environment/manifest-sets.ts";
import { startTargetProxy, type TargetProxy } from "../support/environment/target-proxy.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useSetStand("set-target");

const proxies: TargetProxy[] = [];

afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
});

async function proxied(name: string, options: Parameters<typeof startTargetProxy>[1] = {}): Promise<TargetProxy> {
  const stand = theStand();
  const proxy = await startTargetProxy(stand.target.plane.kubeconfigPath, options);
  proxies.push(proxy);
  await clusterBehind(stand, name, proxy.kubeconfig);
  return proxy;
}

describe.concurrent("a target", () => {
  it("of Kubernetes 1.15 gets whole objects: made, changed, healed, field by field, pruned and deleted", async ({
    expect,
  }) => {
    const stand = theStand();
    const proxy = await proxied("older", { minor: "15+" });
    const namespace = await stand.target.namespace("old");
    const spec = (...manifests: readonly object[]): object => ({
      clusterRef: { name: "older" },
      targetNamespace: namespace,
      manifests,
    });
    const first = configMap("settings", { level: "info", old: "1" });
    await stand.apply(setManifest("old", spec(first, configMap("gone"), deployment("web", { replicas: 0 }))));
    await stand.until("manifestset/old", ({ status }) => (status["objects"] as { applied?: number })?.applied === 3);
    const made = (await stand.target.get("configmap", "settings", namespace))!;
    expect(made.metadata.annotations).toHaveProperty(["yunfan.dev/applied-fields"]);
    expect(made.metadata.annotations?.["yunfan.dev/applied-fields"]).not.toContain("info");
    const theirs = '{"data":{"level":"debug","theirs":"x"}}';
    await stand.target.kubectl("patch", "configmap", "settings", "-n", namespace, "--type=merge", "-p", theirs);
    await targetShows(stand, ["configmap", "settings", namespace], ({ data }) => data?.["level"] === "info");
    await stand.edit("manifestset/old", { spec: spec(configMap("settings", { level: "warn" })) });
    await stand.reaches("manifestset/old", "Available");
    const changed = (await stand.target.get("configmap", "settings", namespace))!;
    expect(changed).toMatchObject({ data: { level: "warn", theirs: "x" }, metadata: { uid: made.metadata.uid } });
    expect(changed.data).not.toHaveProperty("old");
    await targetLacks(stand, "configmap", "gone", namespace);
    const writes = (await stand.requestsIn(namespace)).filter(isWrite).length;
    await stand.visited("manifestset/old", 2);
    expect((await stand.requestsIn(namespace)).filter(isWrite)).toHaveLength(writes);
    await stand.remove("manifestset/old");
    await stand.gone("manifestset/old");
    expect(await stand.target.get("configmap", "settings", namespace)).toBeUndefined();
    expect(proxy.patches).toEqual([]);
  });

  it("that does not answer holds its own sets, says so, and is gone on with when it answers", async ({ expect }) => {
    const stand = theStand();
    const proxy = await proxied("silent");
    const namespace = await stand.target.namespace("silent");
    const spec = { clusterRef: { name: "silent" }, targetNamespace: namespace, manifests: [configMap("one")] };
    await stand.apply(setManifest("silent", spec));
    await stand.reaches("manifestset/silent", "Available");
    proxy.isSilent = true;
    await stand.edit("manifestset/silent", { spec: { manifests: [configMap("two")] } });
    const elsewhere = await stand.target.namespace("elsewhere");
    await stand.apply(setManifest("elsewhere", { targetNamespace: elsewhere, manifests: [configMap("one")] }));
    await stand.reaches("manifestset/elsewhere", "Available");
    const { message } = await stand.reaches("manifestset/silent", "ClusterUnreachable");
    expect(message).toContain(`ManagedCluster ${stand.namespace}/silent`);
    expect(stand.seen("manifestset/silent")!.status.conditions).toContainEqual(
      expect.objectContaining({ type: "TargetReachable", status: "False", reason: "ClusterUnreachable" }),
    );
    expect(await stand.target.get("configmap", "one", namespace)).toBeDefined();
    proxy.isSilent = false;
    await stand.reaches("manifestset/silent", "Available");
    await targetLacks(stand, "configmap", "one", namespace);
  });

  it("that does not answer holds a set that is deleted, until a person lets go of it", async ({ expect }) => {
    const stand = theStand();
    const proxy = await proxied("away");
    const namespace = await stand.target.namespace("away");
    const spec = { clusterRef: { name: "away" }, targetNamespace: namespace, manifests: [configMap("one")] };
    await stand.apply(setManifest("away", spec));
    await stand.reaches("manifestset/away", "Available");
    proxy.isSilent = true;
    await stand.remove("manifestset/away");
    const { message } = await stand.reaches("manifestset/away", "DeletionHeld");
    const { uid } = stand.seen("manifestset/away")!.metadata;
    expect(message).toContain("yunfan.dev/force-orphan");
    await stand.annotate("manifestset/away", { "yunfan.dev/force-orphan": uid });
    await stand.gone("manifestset/away");
    expect(await stand.target.get("configmap", "one", namespace)).toBeDefined();
  });

  it("that is another one behind the same address is not written to", async ({ expect }) => {
    const stand = theStand();
    const proxy = await proxied("restored");
    const namespace = await stand.target.namespace("restored");
    const spec = { clusterRef: { name: "restored" }, targetNamespace: namespace, manifests: [configMap("one")] };
    await stand.apply(setManifest("restored", spec));
    await stand.reaches("manifestset/restored", "Available");
    proxy.identity = "11111111-2222-3333-4444-555555555555";
    await stand.edit("manifestset/restored", { spec: { manifests: [configMap("two")] } });
    const { message } = await stand.reaches("manifestset/restored", "TargetChanged");
    expect(message).toContain("11111111-2222-3333-4444-555555555555");
    expect(await stand.target.get("configmap", "two", namespace)).toBeUndefined();
    expect(await stand.target.get("configmap", "one", namespace)).toBeDefined();
    proxy.identity = undefined;
    await stand.reaches("manifestset/restored", "Available");
    await targetShows(stand, ["configmap", "two", namespace]);
  });
});

describe.concurrent("a cluster's gateway", () => {
  it("carries whole objects: made, healed, changed, pruned and deleted, by the account's requests alone", async ({
    expect,
  }) => {
    const stand = theStand();
    const kubeconfig = await readKubeconfig(stand.target.plane.kubeconfigPath);
    const simulator = await clusterBehind(stand, "gateway", kubeconfig);
    await stand.edit("managedcluster/gateway", { spec: { manifests: { route: "Gateway" } } });
    const namespace = await stand.target.namespace("gateway");
    const spec = (...manifests: readonly object[]): object => ({
      clusterRef: { name: "gateway" },
      targetNamespace: namespace,
      manifests,
    });
    const first = configMap("settings", { level: "info", old: "1" });
    await stand.apply(setManifest("gateway", spec(first, configMap("gone"))));
    await stand.reaches("manifestset/gateway", "Available");
    const theirs = '{"data":{"level":"debug","theirs":"x"}}';
    await stand.target.kubectl("patch", "configmap", "settings", "-n", namespace, "--type=merge", "-p", theirs);
    await targetShows(stand, ["configmap", "settings", namespace], ({ data }) => data?.["level"] === "info");
    await stand.edit("manifestset/gateway", { spec: spec(configMap("settings", { level: "warn" })) });
    await targetLacks(stand, "configmap", "gone", namespace);
    await stand.reaches("manifestset/gateway", "Available");
    const { data } = (await stand.target.get("configmap", "settings", namespace))!;
    expect(data).toEqual({ level: "warn", theirs: "x" });
    await stand.remove("manifestset/gateway");
    await stand.gone("manifestset/gateway");
    expect(await stand.target.get("configmap", "settings", namespace)).toBeUndefined();
    // By the gateway, and never past it.
    expect(await stand.requestsIn(namespace)).toEqual([]);
    const changes = (await simulator.effects()).filter(({ path }) => path.includes(namespace));
    expect(new Set(changes.map(({ method }) => method))).toEqual(new Set(["POST", "PUT", "DELETE"]));
  });

  it("acts for nobody but the account, which is said", async ({ expect }) => {
    const stand = theStand();
    const kubeconfig = await readKubeconfig(stand.target.plane.kubeconfigPath);
    await clusterBehind(stand, "nobody", kubeconfig);
    await stand.edit("managedcluster/nobody", { spec: { manifests: { route: "Gateway" } } });
    const serviceAccount = { namespace: "default", name: "deployer" };
    const spec = { clusterRef: { name: "nobody" }, manifests: [configMap("one")], serviceAccount };
    await stand.apply(setManifest("nobody", spec));
    const { message } = await stand.reaches("manifestset/nobody", "NotSupportedByCloud");
    expect(message).toContain("spec.serviceAccount");
  });
});

describe.concurrent("whoever a set acts as", () => {
  it("is the ServiceAccount that it names; what that may not do is named, and goes on once it may", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("acting");
    await stand.target.kubectl("create", "serviceaccount", "deployer", "-n", namespace);
    const serviceAccount = { namespace, name: "deployer" };
    const spec = { targetNamespace: namespace, manifests: [configMap("one")], serviceAccount };
    await stand.apply(setManifest("acting", spec));
    const { message } = await stand.reaches("manifestset/acting", "Forbidden");
    expect(message).toMatch(/configmaps/);
    expect(message).toContain(namespace);
    expect(await stand.target.get("configmap", "one", namespace)).toBeUndefined();
    await grant(namespace);
    await stand.reaches("manifestset/acting", "Available");
    const acted = (await stand.requestsIn(namespace)).filter(isWrite);
    expect(new Set(acted.map(({ impersonated }) => impersonated))).toEqual(
      new Set([`system:serviceaccount:${namespace}:deployer`]),
    );
  });

  it("prunes nothing once its rights are revoked, and heals by itself when it has them again", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("revoked");
    await stand.target.kubectl("create", "serviceaccount", "deployer", "-n", namespace);
    await grant(namespace);
    const manifests = [configMap("one"), configMap("two")];
    const serviceAccount = { namespace, name: "deployer" };
    await stand.apply(setManifest("revoked", { targetNamespace: namespace, manifests, serviceAccount }));
    await stand.reaches("manifestset/revoked", "Available");
    await stand.target.kubectl("delete", "rolebinding", "deployer", "-n", namespace);
    await stand.edit("manifestset/revoked", { spec: { manifests: [configMap("one", { level: "debug" })] } });
    await stand.reaches("manifestset/revoked", "Forbidden");
    expect(await stand.target.get("configmap", "two", namespace)).toBeDefined();
    expect(stand.seen("manifestset/revoked")!.status["inventory"]).toHaveLength(2);
    await stand.target.kubectl(...binding(namespace));
    await stand.reaches("manifestset/revoked", "Available");
    await targetLacks(stand, "configmap", "two", namespace);
  });

  it("is the one that the cluster's owner has settled on, whatever the set wants", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("settled");
    await proxied("settled");
    await stand.edit("managedcluster/settled", {
      spec: { manifests: { serviceAccount: { namespace, name: "deployer" } } },
    });
    await stand.target.kubectl("create", "serviceaccount", "deployer", "-n", namespace);
    await grant(namespace);
    const spec = { clusterRef: { name: "settled" }, targetNamespace: namespace, manifests: [configMap("one")] };
    const serviceAccount = { namespace: "kube-system", name: "admin" };
    await stand.apply(setManifest("settled", { ...spec, serviceAccount }));
    const { message } = await stand.reaches("manifestset/settled", "Forbidden");
    expect(message).toContain(`${namespace}/deployer`);
    await stand.edit("manifestset/settled", { spec: { serviceAccount: null } });
    await stand.reaches("manifestset/settled", "Available");
    const write = (await stand.requestsIn(namespace)).find(isWrite);
    expect(write?.impersonated).toBe(`system:serviceaccount:${namespace}:deployer`);
  });
});

async function grant(namespace: string): Promise<void> {
  const { target } = theStand();
  await target.kubectl("create", "role", "deployer", "-n", namespace, "--verb=*", "--resource=configmaps");
  await target.kubectl(...binding(namespace));
}

function binding(namespace: string): string[] {
  const subject = `--serviceaccount=${namespace}:deployer`;
  return ["create", "rolebinding", "deployer", "-n", namespace, "--role=deployer", subject];
}

itStaysClean(theStand);
