// The template of a workload or a job: what both forms have of a pod (1.10, 1.21).
import type { Fields } from "./fields.ts";
import { containersOf, toContainers, type ContainerForm, type Known, type Logs } from "./containers.ts";
import { toVolumes, volumesOf, type VolumeForm } from "./volumes.ts";

export interface PodForm {
  readonly runtime_class_name?: string | null | undefined;
  readonly containers: ContainerForm[];
  readonly volumes?: VolumeForm[] | null | undefined;
}

/** What Kubernetes does anyhow. */
const USUAL = {
  terminationGracePeriodSeconds: 30,
  schedulerName: "default-scheduler",
  enableServiceLinks: true,
  shareProcessNamespace: false,
  serviceAccountName: "default",
  serviceAccount: "default",
  preemptionPolicy: "PreemptLowerPriority",
  priority: 0,
};

export function toPod(pod: Fields, logs: Logs, known: Known): Required<PodForm> {
  pod.usual(USUAL);
  const containers = toContainers(pod, logs, known);
  for (const name of Object.keys(logs)) {
    if (containers.every((each) => each.name !== name)) {
      pod.refuse("containers", `logs name ${name}, which is none of them`);
    }
  }
  const mounts = containers.flatMap(({ volume_mounts }) => volume_mounts ?? []);
  return { containers, volumes: toVolumes(pod, mounts), runtime_class_name: pod.text("runtimeClassName") };
}

export function podOf(
  { runtime_class_name: runtimeClassName, containers, volumes }: PodForm,
  { registry }: Known,
): object {
  return {
    ...containersOf(containers, registry),
    ...volumesOf(volumes ?? []),
    ...(runtimeClassName && { runtimeClassName }),
  };
}
