// How a workload is updated and how it scales by itself (1.21).
import * as z from "zod";
import { Refusal } from "../../../simulation/refusal.ts";
import type { Typed } from "../kube/manifest.ts";
import { compact, draft } from "../kube/manifest.ts";

const whole = z.coerce.number().int();

export const updateStrategy = z.object({
  type: z.enum(["first_up", "first_down", "recreate", "custom", "rolling_update", "on_delete"]),
  batch_size: whole.nullish(),
  max_surge: whole.nullish(),
  max_unavailable: whole.nullish(),
  period: whole.nullish(),
});

export const scaleStrategy = z.object({
  min_replicas: whole.nullish(),
  max_replicas: whole,
  resource: z.object({ cpu: whole.nullish(), memory: whole.nullish() }).default({}),
});

export type UpdateStrategy = z.output<typeof updateStrategy>;
export type ScaleStrategy = z.output<typeof scaleStrategy>;

export const WORKLOAD_TYPES = ["Deployment", "StatefulSet", "DaemonSet"] as const;
export type WorkloadType = (typeof WORKLOAD_TYPES)[number];

/** The part of a workload's spec that the strategy decides. */
export function toUpdateStrategy(type: WorkloadType, form: UpdateStrategy): object {
  const period = form.period ?? 0;
  const seconds = period > 0 ? { minReadySeconds: period } : { minReadySeconds: 0 };
  if (type === "Deployment") return { strategy: deploymentStrategy(form), ...seconds };
  if (form.type === "on_delete") return { updateStrategy: { type: "OnDelete" }, ...seconds };
  if (form.type !== "rolling_update") throw new Refusal(400, `${form.type} is none of ${type}`, "update_strategy.type");
  const unavailable = form.max_unavailable ?? form.batch_size ?? undefined;
  const isBounded = type === "DaemonSet" && unavailable !== undefined;
  const rolling = isBounded ? { rollingUpdate: { maxUnavailable: unavailable } } : {};
  return { updateStrategy: { type: "RollingUpdate", ...rolling }, ...seconds };
}

function deploymentStrategy({ type, batch_size: batch, max_surge, max_unavailable }: UpdateStrategy): object {
  const rolling = (maxSurge: number, maxUnavailable: number): object => ({
    type: "RollingUpdate",
    rollingUpdate: { maxSurge, maxUnavailable },
  });
  if (type === "recreate") return { type: "Recreate" };
  if (type === "first_up") return rolling(batch ?? 1, 0);
  if (type === "first_down") return rolling(0, batch ?? 1);
  if (type === "custom") return rolling(max_surge ?? 0, max_unavailable ?? 1);
  throw new Refusal(400, `${type} is none of Deployment`, "update_strategy.type");
}

type Workload = Typed<"Deployment"> | Typed<"StatefulSet"> | Typed<"DaemonSet">;

/** Shares of the replicas, which no form has, show as they are. */
export function updateStrategyOf(workload: Workload): object {
  const period = workload.spec?.minReadySeconds ?? 0;
  if (workload.kind === "Deployment") {
    return { ...deploymentStrategyOf((workload as Typed<"Deployment">).spec?.strategy), period };
  }
  return { ...setStrategyOf((workload as Typed<"DaemonSet">).spec?.updateStrategy), period };
}

function setStrategyOf(update: NonNullable<Typed<"DaemonSet">["spec"]>["updateStrategy"]): object {
  if (update?.type === "OnDelete") return { type: "on_delete" };
  return compact({ type: "rolling_update", max_unavailable: update?.rollingUpdate?.maxUnavailable });
}

function deploymentStrategyOf(strategy: NonNullable<Typed<"Deployment">["spec"]>["strategy"]): object {
  if (strategy?.type === "Recreate") return { type: "recreate" };
  const { maxSurge: surge = "25%", maxUnavailable: unavailable = "25%" } = strategy?.rollingUpdate ?? {};
  if (unavailable === 0) return { type: "first_up", batch_size: surge };
  if (surge === 0) return { type: "first_down", batch_size: unavailable };
  return { type: "custom", max_surge: surge, max_unavailable: unavailable };
}

/** Named as the workload. */
export function toAutoscaler(type: WorkloadType, name: string, form: ScaleStrategy): Typed<"HorizontalPodAutoscaler"> {
  const metrics = Object.entries(form.resource).flatMap(([resource, percent]) => {
    if (percent === null || percent === undefined) return [];
    const target = { type: "Utilization", averageUtilization: percent };
    return [{ type: "Resource", resource: { name: resource, target } }];
  });
  const scaleTargetRef = { apiVersion: "apps/v1", kind: type, name };
  const spec = { scaleTargetRef, minReplicas: form.min_replicas ?? 1, maxReplicas: form.max_replicas, metrics };
  return draft("HorizontalPodAutoscaler", { name }, { spec });
}

/** Null where nothing scales it. */
export function scaleStrategyOf(autoscaler: Typed<"HorizontalPodAutoscaler"> | undefined): object | null {
  if (autoscaler === undefined) return null;
  const { minReplicas = 1, maxReplicas, metrics = [] } = autoscaler.spec ?? { maxReplicas: 1 };
  const resource = metrics.flatMap(({ resource: metric }) =>
    metric === undefined ? [] : [[metric.name, metric.target.averageUtilization] as const],
  );
  return { min_replicas: minReplicas, max_replicas: maxReplicas, resource: Object.fromEntries(resource) };
}
