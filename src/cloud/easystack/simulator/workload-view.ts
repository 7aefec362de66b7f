// How a workload shows (1.21): the form, its state, and the pods, services and autoscaler around it.
import { shownLabels } from "./app-labels.ts";
import { accessModeOf } from "./forms/access.ts";
import { containersOf } from "./forms/containers.ts";
import { imageOnWire } from "./forms/image.ts";
import { networkOf } from "./forms/network.ts";
import { schedulingOf } from "./forms/scheduling.ts";
import { scaleStrategyOf, updateStrategyOf } from "./forms/strategy.ts";
import { volumesOnWire } from "./forms/volumes.ts";
import type { Workload } from "./forms/workload.ts";
import { hybridOf, isSelected, selectorOf } from "./forms/workload.ts";
import type { Container, Typed } from "./kube/manifest.ts";
import type { Objects, Place } from "./kube/objects.ts";
import { podOnWire, podState } from "./pods.ts";
import { surroundings } from "./surroundings.ts";
import type { Application, Ecns } from "./state.ts";
import { stamp } from "./wire.ts";

/** Everything in a place that shows on its workloads. */
export interface Scene {
  readonly place: Place;
  readonly pods: readonly Typed<"Pod">[];
  readonly services: readonly Typed<"Service">[];
  readonly routes: readonly Typed<"Ingress">[];
  readonly autoscalers: readonly Typed<"HorizontalPodAutoscaler">[];
}

export async function sceneOf(objects: Objects): Promise<Scene> {
  const [pods, services, routes, autoscalers] = await Promise.all([
    objects.list("Pod"),
    objects.list("Service"),
    objects.list("Ingress"),
    objects.list("HorizontalPodAutoscaler"),
  ]);
  return { place: objects.place, pods, services, routes, autoscalers };
}

export function workloadOnWire(workload: Workload, scene: Scene, ecns: Ecns): object {
  const owner = ownerOf(workload, scene.place, ecns) ?? { name: "", type: "Normal" };
  const { security_groups: groups = [], ...hybrid } = hybridOf(workload);
  return {
    application_name: owner.name,
    application_type: owner.type,
    workload_base: baseOf(workload),
    security_groups: groups,
    labels: shownLabels(workload.metadata.labels),
    access_mode: accessModesOf(workload, scene, ecns),
    ...hybrid,
    ...templateOnWire(workload, ecns),
    update_strategy: updateStrategyOf(workload),
    scale_strategy: scaleStrategyOf(autoscalerOf(workload, scene)),
    Pods_status: podsOf(workload, scene).map((pod) => podOnWire(pod, ecns)),
    workload_status: statusOnWire(workload, scene, ecns),
  };
}

/** What a form shows of the pods' template. */
function templateOnWire(workload: Workload, { rules }: Ecns): object {
  const { metadata, spec = { containers: [] } } = workload.spec?.template ?? {};
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return {
    ...(spec.runtimeClassName !== undefined && { runtime_class_name: spec.runtimeClassName }),
    containers: containersOf(spec, { metadata: { annotations: metadata?.annotations ?? {} } }),
    volumes: volumesOnWire(spec.volumes ?? [], templatesOf(workload), mountPathIn(containers)),
    scheduler_strategy: schedulingOf(spec, rules),
    network: networkOf(spec),
  };
}

export function statusOnWire(workload: Workload, scene: Scene, ecns: Ecns): object {
  const { desired, ready, available } = countsOf(workload);
  return {
    workload_base: baseOf(workload),
    owner: ownerOf(workload, scene.place, ecns)?.name ?? "",
    status: stateOf(workload, scene, ecns),
    images: (workload.spec?.template.spec?.containers ?? []).map((one) => imageOnWire(one)),
    access_mode: accessModesOf(workload, scene, ecns),
    ready_replicas: ready,
    available_replicas: available,
    unavailable_replicas: Math.max(0, desired - available),
    creation_time: stamp(ecns.rules, workload.metadata.creationTimestamp),
  };
}

export interface Counts {
  readonly desired: number;
  readonly ready: number;
  readonly available: number;
}

export function countsOf(workload: Workload): Counts {
  if (workload.kind === "DaemonSet") return daemonCounts(workload as Typed<"DaemonSet">);
  const { spec, status } = workload as Typed<"Deployment">;
  const { readyReplicas: ready = 0, availableReplicas: available = 0 } = status ?? {};
  return { desired: spec?.replicas ?? 1, ready, available };
}

function daemonCounts({ status }: Typed<"DaemonSet">): Counts {
  const { desiredNumberScheduled: desired = 0, numberReady: ready = 0, numberAvailable: available = 0 } = status ?? {};
  return { desired, ready, available };
}

const FAILURES = new Set(["ImagePullBackOff", "ErrImagePull", "CrashLoopBackOff", "Failed", "Error"]);

/** One of the table's words, the first with its three n. One that is stopped has none of its own: Pending. */
function stateOf(workload: Workload, scene: Scene, { rules }: Ecns): string {
  if (workload.metadata.deletionTimestamp !== undefined) return "Removing";
  const { desired, ready } = countsOf(workload);
  const isDaemonSet = workload.kind === "DaemonSet";
  if (ready >= desired && (desired > 0 || isDaemonSet)) return rules.spelling === "Printed" ? "Runnning" : "Running";
  return podsOf(workload, scene).some((pod) => FAILURES.has(podState(pod))) ? "Failed" : "Pending";
}

function baseOf({ kind, metadata, spec }: Workload): object {
  const { replicas } = (spec ?? {}) as { replicas?: number };
  return { name: metadata.name, type: kind, ...(replicas !== undefined && { replicas }) };
}

/** The application that gathers it. */
function ownerOf({ kind, metadata }: Workload, place: Place, { store }: Ecns): Application | undefined {
  return store
    .list("applications")
    .find(
      ({ cluster, namespace, members }) =>
        cluster === place.cluster &&
        namespace === place.namespace &&
        members.some(({ type, name }) => type === kind && name === metadata.name),
    );
}

export function servicesOf(workload: Workload, { services }: Scene): Typed<"Service">[] {
  const labels = workload.spec?.template.metadata?.labels;
  return services.filter(({ spec }) => isSelected(spec?.selector, labels));
}

export function accessModesOf(workload: Workload, scene: Scene, ecns: Ecns): object[] {
  const around = surroundings(scene.place, scene.routes, ecns);
  return servicesOf(workload, scene).map((service) => accessModeOf(service, around));
}

export function autoscalerOf({ kind, metadata }: Workload, { autoscalers }: Scene) {
  return autoscalers.find(
    ({ spec }) => spec?.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === metadata.name,
  );
}

function podsOf(workload: Workload, { pods }: Pick<Scene, "pods">): Typed<"Pod">[] {
  const selector = selectorOf(workload);
  return pods.filter(({ metadata }) => isSelected(selector, metadata.labels));
}

function templatesOf(workload: Workload): Typed<"PersistentVolumeClaim">[] {
  const { spec } = workload as Typed<"StatefulSet">;
  return (spec?.volumeClaimTemplates ?? []) as unknown as Typed<"PersistentVolumeClaim">[];
}

/** Where a volume is mounted first; empty where nowhere. */
export function mountPathIn(containers: readonly Container[]): (volume: string) => string {
  const mounts = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
  return (volume) => mounts.find(({ name }) => name === volume)?.mountPath ?? "";
}
