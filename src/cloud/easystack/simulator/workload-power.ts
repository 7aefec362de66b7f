// Start, stop and recreate (1.21): one workload, or several at once. Each is an error for one that is in that state already.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { inBatch } from "./batch.ts";
import type { WorkloadType } from "./forms/strategy.ts";
import type { Workload } from "./forms/workload.ts";
import { workloadBase } from "./forms/workload.ts";
import type { Typed } from "./kube/manifest.ts";
import type { Objects } from "./kube/objects.ts";
import type { Operations, Request } from "./request.ts";
import type { Ecns } from "./state.ts";
import { isoNow } from "./state.ts";
import { bodyOf, ok } from "./wire.ts";
import { named, workloadType } from "./workload-named.ts";

export type Power = "start" | "stop" | "recreate";

/** How many replicas a stopped workload had. */
const STOPPED = "ecns.easystack.cn/stopped-replicas";
/** No node has this label: a DaemonSet that wants it runs nowhere. */
const NOWHERE = "ecns.easystack.cn/stopped";
const RESTARTED = "kubectl.kubernetes.io/restartedAt";

const several = z.object({ workloads_base: z.array(workloadBase) });

export function workloadPowerOperations(ecns: Ecns): Operations {
  const all = (power: Power) => async (request: Request) => {
    const { workloads_base: bases } = bodyOf(request.call, several);
    const objects = request.objects();
    await inBatch(ecns.rules, bases, ({ type, name }) => setPower(objects, { type, name, power }, ecns));
    return ok();
  };
  const one = (power: Power) => async (request: Request) => {
    const { objects, workload } = await named(request);
    const type = workloadType(workload.kind);
    await setPower(objects, { type, name: workload.metadata.name, power }, ecns);
    return ok();
  };
  return {
    96: all("start"),
    97: all("stop"),
    98: all("recreate"),
    113: one("stop"),
    114: one("start"),
    115: one("recreate"),
  };
}

interface Order {
  readonly type: WorkloadType;
  readonly name: string;
  readonly power: Power;
}

/** Throws 404 where there is none, 409 for one that is in that state already. */
export async function setPower(objects: Objects, { type, name, power }: Order, ecns: Ecns): Promise<void> {
  await objects.update(type, name, (workload) => {
    if (power === "recreate") recreate(workload, isoNow(ecns));
    else if (type === "DaemonSet") placeDaemons(workload as Typed<"DaemonSet">, power);
    else scale(workload, power);
  });
}

export function isStopped(workload: Workload): boolean {
  if (workload.kind !== "DaemonSet") return (workload as Typed<"Deployment">).spec?.replicas === 0;
  return workload.spec?.template.spec?.nodeSelector?.[NOWHERE] !== undefined;
}

function scale(workload: Typed<"Deployment">, power: "start" | "stop"): void {
  const { spec, metadata } = workload;
  requireOther(workload, power);
  if (spec === undefined) return;
  const annotations = { ...metadata.annotations };
  if (power === "stop") annotations[STOPPED] = String(spec.replicas ?? 1);
  spec.replicas = power === "stop" ? 0 : Number(annotations[STOPPED] ?? 1);
  if (power === "start") delete annotations[STOPPED];
  metadata.annotations = annotations;
}

function placeDaemons(workload: Typed<"DaemonSet">, power: "start" | "stop"): void {
  requireOther(workload, power);
  const podSpec = workload.spec?.template.spec;
  if (podSpec === undefined) return;
  const { [NOWHERE]: _nowhere, ...selector } = podSpec.nodeSelector ?? {};
  podSpec.nodeSelector = power === "stop" ? { ...selector, [NOWHERE]: "true" } : selector;
}

function requireOther(workload: Workload, power: "start" | "stop"): void {
  if (isStopped(workload) !== (power === "stop")) return;
  const state = power === "stop" ? "stopped" : "running";
  throw new Refusal(409, `the ${workload.kind} ${workload.metadata.name} is ${state} already`);
}

/** Pods are made anew when the template changes. */
function recreate({ spec }: Workload, now: string): void {
  if (spec === undefined) return;
  const { metadata } = spec.template;
  spec.template.metadata = { ...metadata, annotations: { ...metadata?.annotations, [RESTARTED]: now } };
}
