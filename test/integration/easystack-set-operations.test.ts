// What EasyStack ECNS does with workloads of a set beside having them as declared: on an API server with the controllers of workloads, for
// revisions and pods are their doing.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, it, vi } from "vitest";
import { startWorkloadControlPlane } from "../support/clouds/easystack/controllers.ts";
import { clusterSetManifest } from "../support/clouds/easystack/environment.ts";
import { useEasyStackSets } from "../support/clouds/easystack/sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap, targetShows, type Json } from "../support/environment/manifest-sets.ts";
import { programFile } from "../support/operator/command.ts";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000, maxConcurrency: 20 });

const theStand = useEasyStackSets("easystack-operations", {
  simulator: { runPods: true },
  plane: startWorkloadControlPlane,
  // So long a loaded machine may take to make the pods of a restart.
  flags: ["--settle-window", "20"],
});

const run = promisify(execFile);

function deployment(image: string, replicas = 1): Json {
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } };
  const selector = { matchLabels: { app: "web" } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas, selector, template },
  };
}

const image = (version: number): string => `registry.example.com/web:${version}.0`;

function imageIn(found: { readonly spec?: Json }): string | undefined {
  const { template } = found.spec as { template: { spec: { containers: { image: string }[] } } };
  return template.spec.containers[0]?.image;
}

describe.concurrent("workloads of a set in a cluster of EasyStack", () => {
  it("are rolled back while that is asked for, then forward again, and revisions go but for those that are kept (calls 106, 107, 108, 121)", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("back");
    const spec = (version: number, asked: object): object => ({
      targetNamespace: "back",
      manifests: [deployment(image(version))],
      easystack: { workloads: [{ kind: "Deployment", namespace: "back", name: "web", ...asked }] },
    });
    await stand.apply(clusterSetManifest("back", stand.cluster, spec(1, {})));
    await stand.reaches("manifestset/back", "Available");
    await stand.edit("manifestset/back", { spec: spec(2, {}) });
    await stand.until("manifestset/back", ({ status }) =>
      JSON.stringify(status["easystack"] ?? "").includes('"revision":2'),
    );
    await stand.reaches("manifestset/back", "Available");
    await stand.edit("manifestset/back", { spec: spec(3, { rollbackTo: 1 }) });
    await targetShows(stand, ["deployment", "web", real], (found) => imageIn(found) === image(1));
    const { status } = await stand.until("manifestset/back", (set) =>
      JSON.stringify(set.status).includes('"RolledBack"'),
    );
    expect(status["easystack"]).toMatchObject({ workloads: [{ ref: "apps/Deployment/back/web", rolledBackTo: 1 }] });
    await stand.reaches("manifestset/back", "Available");
    const before = await stand.writesIn("back");
    expect(before.filter((write) => write.startsWith("PATCH"))).toEqual(["PATCH /workloads/workload/web/"]);
    await stand.lookAgain("manifestset/back");
    expect(await stand.writesIn("back")).toEqual(before);
    await stand.edit("manifestset/back", { spec: spec(3, { rollbackTo: 9 }) });
    const { message } = await stand.reaches("manifestset/back", "RevisionNotFound");
    expect(message).toContain("no revision 9; there are 2, 3");
    const entry = { kind: "Deployment", namespace: "back", name: "web", revisionsToKeep: 1, rollbackTo: null };
    await stand.edit("manifestset/back", { spec: { easystack: { workloads: [entry] } } });
    await targetShows(stand, ["deployment", "web", real], (found) => imageIn(found) === image(3));
    await stand.reaches("manifestset/back", "Available");
    await expect
      .poll(() => stand.target.kubectl("get", "replicasets", "-n", real, "-o", "name"), { timeout: 60_000 })
      .toMatch(/^replicaset\S+\n$/);
    const place = ["-n", stand.namespace, "--kubeconfig", stand.kubeconfig];
    const printed = await run(process.execPath, [
      programFile(),
      "manifests",
      "get",
      "back",
      "Deployment/web",
      ...place,
    ]);
    expect(printed.stdout).toContain(`image: ${image(3)}`);
    const listed = await run(process.execPath, [
      programFile(),
      "manifests",
      "get",
      "back",
      "deployment/web",
      "--revisions",
      ...place,
    ]);
    expect(listed.stdout.trim()).toMatch(/^\d+$/);
    const args = ["manifests", "get", "back", "Deployment/web", "--revision", listed.stdout.trim()];
    expect((await run(process.execPath, [programFile(), ...args, ...place])).stdout).toContain(`image: ${image(3)}`);
    await expect(
      run(process.execPath, [programFile(), "manifests", "get", "back", "Service/web", ...place]),
    ).rejects.toThrow(/has no object Service\/web/);
  });

  it("are stopped and started by the calls for it, and restarted once for each text (calls 113, 114, 115)", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("power");
    const workload = { kind: "Deployment", namespace: "power", name: "web" };
    const spec = (asked: object): object => ({
      targetNamespace: "power",
      manifests: [deployment(image(1), 2), configMap("settings")],
      easystack: { workloads: [{ ...workload, ...asked }] },
    });
    await stand.apply(clusterSetManifest("power", stand.cluster, spec({ restartAt: "first" })));
    await stand.until("manifestset/power", ({ status }) =>
      JSON.stringify(status["easystack"] ?? "").includes('"restartedFor":"first"'),
    );
    await stand.reaches("manifestset/power", "Available");
    await stand.edit("manifestset/power", { spec: spec({ restartAt: "first", powerState: "Stopped" }) });
    await targetShows(stand, ["deployment", "web", real], (found) => found.spec?.["replicas"] === 0);
    const { status } = await stand.until("manifestset/power", (set) =>
      JSON.stringify(set.status).includes('"stopped":true'),
    );
    expect(status["easystack"]).toMatchObject({ workloads: [{ restartedFor: "first", stopped: true }] });
    await stand.reaches("manifestset/power", "Available");
    await stand.lookAgain("manifestset/power");
    expect((await stand.target.get("deployment", "web", real))!.spec).toMatchObject({ replicas: 0 });
    await stand.edit("manifestset/power", { spec: spec({ restartAt: "second", powerState: "Running" }) });
    await stand.until("manifestset/power", (set) => JSON.stringify(set.status).includes('"restartedFor":"second"'));
    await targetShows(stand, ["deployment", "web", real], (found) => found.spec?.["replicas"] === 2);
    await stand.reaches("manifestset/power", "Available");
    await stand.lookAgain("manifestset/power");
    const writes = (await stand.writesIn("power")).filter((write) => write.includes("/workloads/"));
    // Restarted, stopped, started, restarted; the count that it had is the one that is declared.
    expect(writes).toEqual(Array.from({ length: 4 }, () => "PUT /workloads/workload/web/"));
  });

  it("lose the one revision that is not to be kept (call 120)", async ({ expect }) => {
    const stand = theStand();
    const real = await stand.inCluster("surplus");
    const workloads = [{ kind: "Deployment", namespace: "surplus", name: "web", revisionsToKeep: 1 }];
    const spec = (version: number): object => ({
      targetNamespace: "surplus",
      manifests: [deployment(image(version))],
      easystack: { workloads },
    });
    await stand.apply(clusterSetManifest("surplus", stand.cluster, spec(1)));
    await stand.reaches("manifestset/surplus", "Available");
    await stand.edit("manifestset/surplus", { spec: spec(2) });
    await targetShows(stand, ["deployment", "web", real], (found) => imageIn(found) === image(2));
    await expect
      .poll(() => stand.writesIn("surplus"), { timeout: 90_000 })
      .toContain("DELETE /workloads/workload/web/revisions/");
    await stand.reaches("manifestset/surplus", "Available");
  });

  it("are warned of while their pods do not run, in the cloud's words (calls 52, 116)", async ({ expect }) => {
    const stand = theStand();
    await stand.inCluster("ailing");
    const manifests = [deployment("registry.example.com/web:missing")];
    await stand.apply(clusterSetManifest("ailing", stand.cluster, { targetNamespace: "ailing", manifests }));
    const { status } = await stand.until("manifestset/ailing", (set) => set.status["warnings"] !== undefined);
    const [warning] = status["warnings"] as readonly { object: string; reason: string }[];
    expect(warning).toMatchObject({ reason: "Failed", object: expect.stringMatching(/^Pod ailing\/web-/) });
  });

  it("are named where the set has no such object, before anything is written", async ({ expect }) => {
    const stand = theStand();
    await stand.inCluster("named");
    const workloads = [{ kind: "Deployment", namespace: "named", name: "wbe", powerState: "Stopped" }];
    const spec = { targetNamespace: "named", manifests: [configMap("one")], easystack: { workloads } };
    await stand.apply(clusterSetManifest("named", stand.cluster, spec));
    const { message } = await stand.reaches("manifestset/named", "ManifestInvalid");
    expect(message).toContain("spec.easystack.workloads[0]: Deployment named/wbe is no object of this set");
    expect(await stand.writesIn("named")).toEqual([]);
  });
});

describe("workloads of a set in EasyStack, when answers get lost,", () => {
  it("are rolled back, restarted, stopped and started once each, though the answer to each got lost", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("lost");
    const workload = { kind: "Deployment", namespace: "lost", name: "unheard" };
    const declare = async (version: number, asked: object): Promise<void> => {
      const manifests = [{ ...deployment(image(version)), metadata: { name: "unheard" } }];
      const workloads = [{ ...workload, rollbackTo: null, ...asked }];
      const spec = { targetNamespace: "lost", manifests, easystack: { workloads } };
      await stand.edit("manifestset/lost", { spec });
    };
    const told = (text: string): Promise<unknown> =>
      stand.until("manifestset/lost", ({ status }) => JSON.stringify(status["easystack"] ?? "").includes(text));
    const writes = async (): Promise<readonly string[]> =>
      (await stand.writesIn("lost")).filter((write) => write.includes("/workloads/"));
    const lost = (method: string) => ({ method, path: "/workloads/workload/unheard/$", action: "DropAfter", times: 1 });
    const manifests = [{ ...deployment(image(1)), metadata: { name: "unheard" } }];
    const spec = { targetNamespace: "lost", manifests, easystack: { workloads: [workload] } };
    await stand.apply(clusterSetManifest("lost", stand.cluster, spec));
    await stand.reaches("manifestset/lost", "Available");
    await declare(2, {});
    await told('"revision":2');
    await stand.simulator.setFaults([lost("PATCH"), lost("PUT")]);
    await declare(2, { rollbackTo: 1 });
    await told('"rolledBackTo":1');
    await targetShows(stand, ["deployment", "unheard", real], (found) => imageIn(found) === image(1));
    await declare(2, { rollbackTo: 1, restartAt: "once" });
    await told('"restartedFor":"once"');
    expect(await writes()).toEqual(["PATCH /workloads/workload/unheard/", "PUT /workloads/workload/unheard/"]);
    await stand.simulator.setFaults([lost("PUT")]);
    await declare(2, { restartAt: "once", powerState: "Stopped" });
    await told('"stopped":true');
    await targetShows(stand, ["deployment", "unheard", real], (found) => found.spec?.["replicas"] === 0);
    await stand.simulator.setFaults([lost("PUT")]);
    await declare(2, { restartAt: "once", powerState: "Running" });
    await targetShows(stand, ["deployment", "unheard", real], (found) => found.spec?.["replicas"] === 1);
    await stand.lookAgain("manifestset/lost");
    expect((await writes()).slice(2)).toEqual(Array.from({ length: 2 }, () => "PUT /workloads/workload/unheard/"));
    const path = "/workloads/workload/unheard/revisions/$";
    await stand.simulator.setFaults([{ method: "DELETE", path, action: "DropBefore", times: 1 }]);
    await declare(2, { restartAt: "once", powerState: "Running", revisionsToKeep: 1 });
    await expect
      .poll(async () => (await writes()).slice(4), { timeout: 90_000 })
      .toEqual(["DELETE /workloads/workload/unheard/revisions/"]);
    await stand.simulator.setFaults([]);
  });

  it("that run on every node are stopped and started once each, and say so, though no count of theirs does", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("daemons");
    const { replicas: _none, ...template } = deployment(image(1))["spec"] as Record<string, unknown>;
    const manifests = [{ apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "agent" }, spec: template }];
    const workload = { kind: "DaemonSet", namespace: "daemons", name: "agent" };
    const spec = (powerState: string): object => ({
      targetNamespace: "daemons",
      manifests,
      easystack: { workloads: [{ ...workload, powerState }] },
    });
    const isStopped = (found: { readonly spec?: Json }): boolean =>
      JSON.stringify(found.spec?.["template"]).includes("ecns.easystack.cn/stopped");
    const writes = async (): Promise<readonly string[]> =>
      (await stand.writesIn("daemons")).filter((write) => write.includes("/workloads/"));
    const fault = { method: "PUT", path: "/workloads/workload/agent/$", action: "DropAfter", times: 1 };
    await stand.apply(clusterSetManifest("daemons", stand.cluster, spec("Running")));
    await stand.reaches("manifestset/daemons", "Available");
    await stand.simulator.setFaults([fault]);
    await stand.edit("manifestset/daemons", { spec: spec("Stopped") });
    await targetShows(stand, ["daemonset", "agent", real], isStopped);
    const { status } = await stand.until("manifestset/daemons", (set) =>
      Boolean(set.status.conditions?.some(({ type, reason }) => type === "ObjectsReady" && reason === "Stopped")),
    );
    expect(status["easystack"]).toMatchObject({ workloads: [{ ref: "apps/DaemonSet/daemons/agent", stopped: true }] });
    await stand.lookAgain("manifestset/daemons");
    await targetShows(stand, ["daemonset", "agent", real], isStopped);
    await stand.simulator.setFaults([fault]);
    await stand.edit("manifestset/daemons", { spec: spec("Running") });
    await targetShows(stand, ["daemonset", "agent", real], (found) => !isStopped(found));
    await stand.until(
      "manifestset/daemons",
      (set) => !JSON.stringify(set.status["easystack"] ?? "").includes("stopped"),
    );
    await stand.lookAgain("manifestset/daemons");
    expect(await writes()).toEqual(Array.from({ length: 2 }, () => "PUT /workloads/workload/agent/"));
    await stand.simulator.setFaults([]);
  });
});

itStaysClean(theStand);
