// A DaemonSet among the members of an application of EasyStack ECNS, which shows nowhere whether it is stopped: behind the simulator is no controller
// manager, so that it never has pods, as where no node takes them.
import { randomBytes } from "node:crypto";
import { expect, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  applicationManifest,
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
} from "../support/clouds/easystack/environment.ts";

vi.setConfig({ testTimeout: 240_000 });

const PATIENTLY = { timeout: 60_000, interval: 100 };

it("is stopped though it has no pods, and started again though all else runs, each once", async () => {
  const cluster = `ds${randomBytes(3).toString("hex")}`;
  const { kubectl, kubeconfigPath: kubeconfig } = sharedControlPlane();
  const inside = (...args: readonly string[]): Promise<string> =>
    kubectlOk(kubectl, [...args, "--namespace", `${cluster}--default`]);
  const clusters = [{ name: cluster, type: "EKS" as const }];
  await using stand = await createEasyStackStand("easystack-daemons", { kubeconfig, clusters });
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(cluster));
  await stand.reaches(`managedcluster/${cluster}`, "Available");
  const workload = (kind: string, name: string, spec: object): object => {
    const template = {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", image: "nginx:1.27" }] },
    };
    const all = { ...spec, selector: { matchLabels: { app: name } }, template };
    return { apiVersion: "apps/v1", kind, metadata: { name }, spec: all };
  };
  const items = [workload("Deployment", "web", { replicas: 1 }), workload("DaemonSet", "agent", {})];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectlOk(kubectl, ["apply", "--namespace", `${cluster}--default`, "-f", "-"], list);
  /** Where its pods may run: on no node, when it is stopped. */
  const isStopped = async (): Promise<boolean> => {
    const selector = await inside("get", "daemonset", "agent", "-o", "jsonpath={.spec.template.spec.nodeSelector}");
    return selector.includes("stopped");
  };
  const switches = async (): Promise<number> =>
    (await stand.simulator.effects()).filter(({ method, path }) => method === "PUT" && path.endsWith("/workloads/"))
      .length;
  const ref = "managedapplication/both";
  const members = [
    { kind: "Deployment", name: "web" },
    { kind: "DaemonSet", name: "agent" },
  ];
  const spec = { clusterRef: { name: cluster }, members, powerState: "Running" };
  await stand.apply(applicationManifest("both", spec));
  await stand.reaches(ref, "Available");
  const gathered = await switches();
  await stand.edit(ref, { spec: { powerState: "Stopped" } });
  await expect.poll(isStopped, PATIENTLY).toBe(true);
  await stand.reaches(ref, "Stopped");
  await stand.until(ref, ({ status }) =>
    (status["workloads"] as readonly { stoppedByUs?: boolean }[]).some(({ stoppedByUs }) => stoppedByUs === true),
  );
  expect((await switches()) - gathered).toBe(2);
  await stand.edit(ref, { spec: { powerState: null } });
  await inside("scale", "deployment", "web", "--replicas=1");
  await stand.reaches(ref, "Available");
  expect(await isStopped()).toBe(true);
  await stand.edit(ref, { spec: { powerState: "Running" } });
  await expect.poll(isStopped, PATIENTLY).toBe(false);
  await stand.visited(ref, 2);
  expect(await isStopped()).toBe(false);
  expect((await switches()) - gathered).toBe(3);
});
