// Sets in clusters of EasyStack ECNS through its YAML calls, which act where the server-side session stands: with a real API server
// behind the simulator.
import { describe, it, vi } from "vitest";
import { clusterSetManifest } from "../support/clouds/easystack/environment.ts";
import { useEasyStackSets } from "../support/clouds/easystack/sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  becomesAvailable,
  configMap,
  deployment,
  targetLacks,
  targetShows,
  type Json,
} from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useEasyStackSets("easystack-sets");

describe.concurrent("a set in a cluster of EasyStack", () => {
  it("has a Deployment, a ConfigMap and a Service made, changed, healed, pruned and deleted, each by its own call (calls 17, 45, 55, 56, 57, 76, 95)", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("first");
    const spec = (level: string, more: readonly Json[] = [service()]): object => ({
      targetNamespace: "first",
      manifests: [deployment("web"), configMap("settings", { level }), ...more],
    });
    await stand.apply(clusterSetManifest("first", stand.cluster, spec("info")));
    await becomesAvailable(stand, "web", real);
    await stand.reaches("manifestset/first", "Available");
    expect(stand.seen("manifestset/first")!.status).toMatchObject({
      targetId: stand.cluster,
      objects: { declared: 3, applied: 3, ready: 3 },
    });
    expect((await stand.writesIn("first")).toSorted()).toEqual([
      "POST /_raw/ConfigMap/name/settings/",
      "POST /_raw/Deployment/name/web/",
      "POST /_raw/Service/name/web/",
    ]);
    await stand.edit("manifestset/first", { spec: spec("warn") });
    await targetShows(stand, ["configmap", "settings", real], ({ data }) => data?.["level"] === "warn");
    const patch = ["--type=merge", "-p", '{"data":{"level":"drifted"}}'];
    await stand.target.kubectl("patch", "configmap", "settings", "-n", real, ...patch);
    await targetShows(stand, ["configmap", "settings", real], ({ data }) => data?.["level"] === "warn");
    await stand.reaches("manifestset/first", "Available");
    // What a visit has written is in the log when the next one has ended.
    await stand.lookAgain("manifestset/first");
    const before = (await stand.writesIn("first")).length;
    await stand.lookAgain("manifestset/first");
    expect(await stand.writesIn("first")).toHaveLength(before);
    await stand.edit("manifestset/first", { spec: spec("warn", []) });
    await targetLacks(stand, "service", "web", real);
    await stand.reaches("manifestset/first", "Available");
    await stand.remove("manifestset/first");
    await stand.gone("manifestset/first");
    expect(await stand.target.get("deployment", "web", real)).toBeUndefined();
    expect(await stand.target.get("configmap", "settings", real)).toBeUndefined();
    expect((await stand.writesIn("first")).filter((write) => write.startsWith("DELETE")).toSorted()).toEqual([
      "DELETE /kubernetes/configmaps/",
      "DELETE /service/",
      "DELETE /workloads/",
    ]);
  });

  it("leaves alone what is there and not its own, and says so", async ({ expect }) => {
    const stand = theStand();
    const real = await stand.inCluster("strangers");
    await stand.target.apply({ ...configMap("settings"), metadata: { name: "settings", namespace: real } });
    const manifests = [configMap("settings", { level: "debug" }), configMap("other")];
    await stand.apply(clusterSetManifest("strangers", stand.cluster, { targetNamespace: "strangers", manifests }));
    await stand.reaches("manifestset/strangers", "AlreadyExists");
    expect((await stand.target.get("configmap", "settings", real))!.data).toEqual({ level: "info" });
    await stand.remove("manifestset/strangers");
    await stand.gone("manifestset/strangers");
    expect((await stand.target.get("configmap", "settings", real))!.data).toEqual({ level: "info" });
    expect(await stand.target.get("configmap", "other", real)).toBeUndefined();
  });

  it("is told before any write what no call deletes, and which kinds there are", async ({ expect }) => {
    const stand = theStand();
    const real = await stand.inCluster("lacks");
    const set = { ...deployment("web"), kind: "ReplicaSet" };
    const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "r" }, rules: [] };
    const manifests = [configMap("good"), set, role];
    await stand.apply(clusterSetManifest("lacks", stand.cluster, { targetNamespace: "lacks", manifests }));
    const { message } = await stand.reaches("manifestset/lacks", "NotSupportedByCloud");
    expect(message).toContain("no call of EasyStack deletes a ReplicaSet");
    expect(message).toContain("Role");
    expect(await stand.target.get("configmap", "good", real)).toBeUndefined();
  });

  it("says that its namespace is not there, and goes on when it is", async ({ expect }) => {
    const stand = theStand();
    const manifests = [configMap("one")];
    await stand.apply(clusterSetManifest("late", stand.cluster, { targetNamespace: "late", manifests }));
    await stand.reaches("manifestset/late", "NamespaceNotFound");
    const real = await stand.inCluster("late");
    await stand.lookAgain("manifestset/late");
    await stand.reaches("manifestset/late", "Available");
    expect(await stand.target.get("configmap", "one", real)).toBeDefined();
  });
});

function service(): Json {
  const ports = [{ port: 80, targetPort: 8080 }];
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { app: "web" }, ports } };
}

itStaysClean(theStand);
