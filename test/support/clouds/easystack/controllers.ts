// A control plane of its own with a real kube-controller-manager for workloads, for what only their controllers make: ReplicaSets,
// revisions, pods.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findBinaries } from "../../../../controlplane/binaries.ts";
import { startComponent } from "../../../../controlplane/component.ts";
import { startGuard } from "../../../../controlplane/guard.ts";
import { type ControlPlane, startControlPlane } from "../../apiserver/controlplane.ts";

const CONTROLLERS = [
  "deployment-controller",
  "replicaset-controller",
  "statefulset-controller",
  "daemonset-controller",
  "job-controller",
  "garbage-collector-controller",
];

/** Its `stop` ends the controllers too. */
export async function startWorkloadControlPlane(): Promise<ControlPlane> {
  const { "kube-controller-manager": binary } = await findBinaries(["kube-controller-manager"]);
  const controlPlane = await startControlPlane();
  const directory = await mkdtemp(path.join(tmpdir(), "yunfan-controllers-"));
  const guard = startGuard(directory, () => {});
  const manager = await startComponent({
    name: "kube-controller-manager",
    binary,
    directory,
    guard,
    flags: [
      `--kubeconfig=${controlPlane.kubeconfigPath}`,
      `--controllers=${CONTROLLERS.join(",")}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ],
  });
  return {
    ...controlPlane,
    async stop() {
      await manager.kill();
      await guard.close();
      await controlPlane.stop();
    },
  };
}
