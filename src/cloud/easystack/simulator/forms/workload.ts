// A workload (1.21) as a form: the objects that it makes, and the form that they show.
import * as z from "zod";
import { appLabels } from "../app-labels.ts";
import type { PodSpec, PodTemplate, Typed } from "../kube/manifest.ts";
import { draft } from "../kube/manifest.ts";
import { accessMode } from "./access.ts";
import { container, containerAnnotations, toContainers } from "./containers.ts";
import { network, toNetwork } from "./network.ts";
import { schedulerStrategy, toScheduling } from "./scheduling.ts";
import type { WorkloadType } from "./strategy.ts";
import { scaleStrategy, toUpdateStrategy, updateStrategy, WORKLOAD_TYPES } from "./strategy.ts";
import { impliedMounts, toTemplates, toVolumes, volume } from "./volumes.ts";

export const workloadBase = z.object({
  name: z.string(),
  type: z.enum(WORKLOAD_TYPES),
  replicas: z.coerce.number().int().min(0).nullish(),
});

export const workload = z.object({
  application_name: z.string().nullish(),
  application_type: z.enum(["Normal", "Hybrid"]).nullish(),
  workload_base: workloadBase,
  security_groups: z.array(z.string()).nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  access_mode: z.array(accessMode).nullish(),
  vm_access: z.looseObject({}).nullish(),
  vm_network: z.looseObject({}).nullish(),
  runtime_class_name: z.string().nullish(),
  containers: z.array(container).min(1),
  volumes: z.array(volume).nullish(),
  update_strategy: updateStrategy.nullish(),
  scale_strategy: scaleStrategy.nullish(),
  scheduler_strategy: z.array(schedulerStrategy).nullish(),
  network: network.nullish(),
});

export type WorkloadForm = z.output<typeof workload>;
/** Any of the three. */
export type Workload = Typed<WorkloadType>;

/** What no field of a workload holds: security groups and the way to it from servers. */
const HYBRID = "ecns.easystack.cn/hybrid";

const APP = "app";

export function toWorkload(form: WorkloadForm): Workload {
  const { name, type, replicas } = form.workload_base;
  const { security_groups, vm_access, vm_network } = form;
  const isHybrid = [security_groups, vm_access, vm_network].some(Boolean);
  const annotations = isHybrid ? { [HYBRID]: JSON.stringify({ security_groups, vm_access, vm_network }) } : {};
  const labels = { ...form.labels, [APP]: name, ...appLabels(form.application_name ?? undefined) };
  const spec = {
    ...(type !== "DaemonSet" && { replicas: replicas ?? 1 }),
    selector: { matchLabels: { [APP]: name } },
    template: templateOf(form),
    ...(form.update_strategy && toUpdateStrategy(type, form.update_strategy)),
    ...(type === "StatefulSet" && { serviceName: name, volumeClaimTemplates: toTemplates(form.volumes ?? []) }),
  };
  return draft(type, { name, labels, annotations }, { spec });
}

function templateOf(form: WorkloadForm): PodTemplate {
  const { name } = form.workload_base;
  return {
    metadata: { labels: { ...form.labels, [APP]: name }, annotations: containerAnnotations(form.containers) },
    spec: podSpec(form, name, form.workload_base.type === "StatefulSet"),
  };
}

type PodForm = Pick<WorkloadForm, "containers" | "volumes" | "runtime_class_name"> &
  Partial<Pick<WorkloadForm, "network" | "scheduler_strategy">>;

/** Of workloads and jobs. `hasTemplates`: volumes of a StorageClass are not the pod's. */
export function podSpec(form: PodForm, owner: string, hasTemplates: boolean): PodSpec {
  const wanted = form.volumes ?? [];
  const held = hasTemplates ? wanted.filter(({ type }) => type !== "StorageClass") : wanted;
  const { volumes } = toVolumes(held, owner);
  const base = toContainers(form.containers);
  const mounted = new Set(
    form.containers.flatMap((one) => (one.volume_mounts ?? []).map((mount) => mount.volume_name)),
  );
  const implied = impliedMounts(wanted, mounted) ?? [];
  const containers = base.containers.map((one) => ({
    ...one,
    volumeMounts: [...(one.volumeMounts ?? []), ...implied],
  }));
  return {
    ...base,
    containers,
    ...(volumes.length > 0 && { volumes }),
    ...(form.runtime_class_name && { runtimeClassName: form.runtime_class_name }),
    ...toScheduling(form.scheduler_strategy ?? []),
    ...(form.network && toNetwork(form.network)),
  };
}

/** The claims that volumes of a StorageClass stand for, where there is no template. */
export function claimsOf({ volumes }: Pick<WorkloadForm, "volumes">, owner: string): Typed<"PersistentVolumeClaim">[] {
  return toVolumes(volumes ?? [], owner).claims;
}

/** What {@link HYBRID} keeps. */
export function hybridOf({ metadata }: Workload): Record<string, unknown> {
  const kept = JSON.parse(metadata.annotations?.[HYBRID] ?? "{}") as Record<string, unknown>;
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== null));
}

/** The labels by which it finds its pods. */
export function selectorOf({ spec }: Workload): Record<string, string> {
  return spec?.selector?.matchLabels ?? {};
}

/** Whether an object with `labels` is one that `selector` finds; an empty selector finds nothing. */
export function isSelected(
  selector: Record<string, string> | undefined,
  labels: Record<string, string> | undefined,
): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}
