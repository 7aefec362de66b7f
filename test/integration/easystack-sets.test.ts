// Sets in clusters of EasyStack ECNS through its YAML calls, which act where the server-side session stands: with a real API server
// behind the simulator.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  becomesAvailable,
  configMap,
  deployment,
  targetLacks,
  targetOn,
  targetShows,
  type Json,
  type ReachedTarget,
} from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

/** No other file has it: clusters of that name share namespaces of the API server behind. */
const CLUSTER = `e${randomBytes(4).toString("hex")}`;

let stand: EasyStackStand;
let target: ReachedTarget;

beforeAll(async () => {
  const plane = sharedControlPlane();
  target = targetOn(plane);
  const clusters = [{ name: CLUSTER, type: "EKS" as const }];
  stand = await createEasyStackStand("easystack-sets", { kubeconfig: plane.kubeconfigPath, clusters });
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(CLUSTER));
  await stand.reaches(`managedcluster/${CLUSTER}`, "Available");
});

afterAll(() => stand[Symbol.asyncDispose]());

/** A namespace that no other test has; its name in the API server behind. */
async function namespace(name: string): Promise<string> {
  await stand.simulator.behindOurBack("POST", "namespaces", { cluster: CLUSTER, name });
  return `${CLUSTER}--${name}`;
}

/** Writes in that namespace that took effect, as the simulator logged them. */
async function writesIn(name: string): Promise<readonly string[]> {
  const effects = (await stand.simulator.effects()) as readonly { method: string; path: string; place?: string }[];
  return effects
    .filter(({ method, place }) => method !== "GET" && place === `${CLUSTER}/${name}`)
    .map(({ method, path }) => `${method} ${path.replace("/api/ecns/eks", "")}`);
}

describe.concurrent("a set in a cluster of EasyStack", () => {
  it("has a Deployment, a ConfigMap and a Service made, changed, healed, pruned and deleted, each by its own call", async ({
    expect,
  }) => {
    const real = await namespace("first");
    const spec = (level: string, more: readonly Json[] = [service()]): object => ({
      targetNamespace: "first",
      manifests: [deployment("web"), configMap("settings", { level }), ...more],
    });
    await stand.apply(clusterSetManifest("first", CLUSTER, spec("info")));
    await becomesAvailable({ target }, "web", real);
    await stand.reaches("manifestset/first", "Available");
    expect(stand.seen("manifestset/first")!.status).toMatchObject({
      targetId: CLUSTER,
      objects: { declared: 3, applied: 3, ready: 3 },
    });
    expect((await writesIn("first")).toSorted()).toEqual([
      "POST /_raw/ConfigMap/name/settings/",
      "POST /_raw/Deployment/name/web/",
      "POST /_raw/Service/name/web/",
    ]);
    await stand.edit("manifestset/first", { spec: spec("warn") });
    await targetShows({ target }, ["configmap", "settings", real], ({ data }) => data?.["level"] === "warn");
    const patch = ["--type=merge", "-p", '{"data":{"level":"drifted"}}'];
    await target.kubectl("patch", "configmap", "settings", "-n", real, ...patch);
    await targetShows({ target }, ["configmap", "settings", real], ({ data }) => data?.["level"] === "warn");
    await stand.reaches("manifestset/first", "Available");
    const before = (await writesIn("first")).length;
    await stand.lookAgain("manifestset/first");
    expect(await writesIn("first")).toHaveLength(before);
    await stand.edit("manifestset/first", { spec: spec("warn", []) });
    await targetLacks({ target }, "service", "web", real);
    await stand.reaches("manifestset/first", "Available");
    await stand.remove("manifestset/first");
    await stand.gone("manifestset/first");
    expect(await target.get("deployment", "web", real)).toBeUndefined();
    expect(await target.get("configmap", "settings", real)).toBeUndefined();
    expect((await writesIn("first")).filter((write) => write.startsWith("DELETE")).toSorted()).toEqual([
      "DELETE /kubernetes/configmaps/",
      "DELETE /service/",
      "DELETE /workloads/",
    ]);
  });

  it("leaves alone what is there and not its own, and says so", async ({ expect }) => {
    const real = await namespace("strangers");
    await target.apply({ ...configMap("settings"), metadata: { name: "settings", namespace: real } });
    const manifests = [configMap("settings", { level: "debug" }), configMap("other")];
    await stand.apply(clusterSetManifest("strangers", CLUSTER, { targetNamespace: "strangers", manifests }));
    await stand.reaches("manifestset/strangers", "AlreadyExists");
    expect((await target.get("configmap", "settings", real))!.data).toEqual({ level: "info" });
    await stand.remove("manifestset/strangers");
    await stand.gone("manifestset/strangers");
    expect((await target.get("configmap", "settings", real))!.data).toEqual({ level: "info" });
    expect(await target.get("configmap", "other", real)).toBeUndefined();
  });

  it("is told before any write what no call deletes, and which kinds there are", async ({ expect }) => {
    const real = await namespace("lacks");
    const set = { ...deployment("web"), kind: "ReplicaSet" };
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "r" }, rules: [] };
    const manifests = [configMap("good"), set, role];
    await stand.apply(clusterSetManifest("lacks", CLUSTER, { targetNamespace: "lacks", manifests }));
    const { message } = await stand.reaches("manifestset/lacks", "NotSupportedByCloud");
    expect(message).toContain("no call of EasyStack deletes a ReplicaSet");
    expect(message).toContain("Role");
    expect(await target.get("configmap", "good", real)).toBeUndefined();
  });

  it("says that its namespace is not there, and goes on when it is", async ({ expect }) => {
    const manifests = [configMap("one")];
    await stand.apply(clusterSetManifest("late", CLUSTER, { targetNamespace: "late", manifests }));
    await stand.reaches("manifestset/late", "NamespaceNotFound");
    const real = await namespace("late");
    await stand.lookAgain("manifestset/late");
    await stand.reaches("manifestset/late", "Available");
    expect(await target.get("configmap", "one", real)).toBeDefined();
  });
});

function service(): Json {
  const ports = [{ port: 80, targetPort: 8080 }];
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } };
}

itStaysClean(() => stand);
