// How a workload is updated (1.21, "update_strategy").
import * as z from "zod";
import { compact, type Fields } from "./fields.ts";

/** One that was not set by a form may be a share, such as 25%. */
const number = z.union([z.number(), z.string()]).nullish();

export const updateForm = z.object({
  type: z.enum(["first_up", "first_down", "recreate", "custom", "rolling_update", "on_delete"]).nullish(),
  batch_size: number,
  max_surge: number,
  max_unavailable: number,
  period: number,
});

export type UpdateForm = z.output<typeof updateForm>;

export type WorkloadType = "Deployment" | "StatefulSet" | "DaemonSet";

/** Undefined where nothing is said of it. `period`: how long a pod is watched before the next. */
export function toUpdate(spec: Fields, type: WorkloadType): UpdateForm | undefined {
  const period = spec.whole("minReadySeconds");
  const update =
    type === "Deployment" ? spec.object("strategy", toDeployment) : spec.object("updateStrategy", toOther(type));
  if (update !== undefined) return compact({ ...update, period });
  if (period === undefined) return undefined;
  if (type === "Deployment") spec.refuse("minReadySeconds", "the form wants spec.strategy beside it");
  return { type: "rolling_update", period };
}

function toDeployment(strategy: Fields): UpdateForm {
  if (strategy.word("type", ["RollingUpdate", "Recreate"]) === "Recreate") return { type: "recreate" };
  const bounds = strategy.object("rollingUpdate", (rolling) => ({
    surge: countIn(rolling, "maxSurge"),
    unavailable: countIn(rolling, "maxUnavailable"),
  }));
  if (bounds === undefined) strategy.refuse("rollingUpdate", "the form wants maxSurge and maxUnavailable as numbers");
  const { surge = 0, unavailable = 0 } = bounds ?? {};
  if (unavailable === 0) return { type: "first_up", batch_size: surge };
  if (surge === 0) return { type: "first_down", batch_size: unavailable };
  return { type: "custom", max_surge: surge, max_unavailable: unavailable };
}

function countIn(rolling: Fields, name: "maxSurge" | "maxUnavailable"): number | undefined {
  const value = rolling.raw(name);
  if (typeof value === "number") return rolling.whole(name);
  return rolling.refuse(name, "the form wants a number of pods, no share of them");
}

function toOther(type: WorkloadType): (strategy: Fields) => UpdateForm {
  return (strategy) => {
    if (strategy.word("type", ["RollingUpdate", "OnDelete"]) === "OnDelete") return { type: "on_delete" };
    const unavailable = strategy.object("rollingUpdate", (rolling) => {
      if (type === "StatefulSet") rolling.usual({ partition: 0, maxUnavailable: 1 });
      else rolling.usual({ maxSurge: 0 });
      return type === "DaemonSet" && rolling.has("maxUnavailable") ? countIn(rolling, "maxUnavailable") : undefined;
    });
    return compact({ type: "rolling_update", max_unavailable: unavailable });
  };
}

/** The part of a workload's spec that the strategy decides. */
export function updateOf(type: WorkloadType, form: UpdateForm | null | undefined): object {
  if (!form?.type) return {};
  const seconds = form.period ? { minReadySeconds: form.period } : {};
  return type === "Deployment"
    ? { strategy: deploymentOf(form), ...seconds }
    : { updateStrategy: otherOf(form), ...seconds };
}

function deploymentOf({ type, batch_size, max_surge, max_unavailable }: UpdateForm): object {
  const rolling = (maxSurge: number | string, maxUnavailable: number | string): object => ({
    type: "RollingUpdate",
    rollingUpdate: { maxSurge, maxUnavailable },
  });
  if (type === "recreate") return { type: "Recreate" };
  if (type === "first_up") return rolling(batch_size ?? 1, 0);
  if (type === "first_down") return rolling(0, batch_size ?? 1);
  return rolling(max_surge ?? 0, max_unavailable ?? 0);
}

function otherOf({ type, max_unavailable: maxUnavailable }: UpdateForm): object {
  if (type === "on_delete") return { type: "OnDelete" };
  const bound = maxUnavailable ?? undefined;
  return { type: "RollingUpdate", ...(bound !== undefined && { rollingUpdate: { maxUnavailable: bound } }) };
}
