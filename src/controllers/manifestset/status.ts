// What a set says of its objects: counts, what is not healthy, workloads, values that are asked for, and the conditions. Bounded,
// ordered, and the same for the same state.
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import { ManifestSetCondition as Condition, ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { LONGEST_MESSAGE, MOST_NOT_READY, MOST_WORKLOADS } from "../../crds/manifestset/limits.ts";
import { stringifyExactly } from "../../lib/exact-json.ts";
import { oneLine } from "../../lib/one-line.ts";
import { cutTo, listed } from "../../lib/text.ts";
import type { Said } from "../external/kind.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { DeclaredObject } from "./declared.ts";
import { healthOf, type Health } from "./health.ts";
import { isSecret, shownKey } from "./objects.ts";
import { isObject } from "./shapes.ts";
import type { Outcome, Outcomes } from "./work.ts";

type Status = ManifestSet["status"];
type Unready = NonNullable<Status["notReady"]>[number];
type Workload = NonNullable<Status["workloads"]>[number];

/** A declared object with what came of it. */
export interface Judged {
  readonly declared: DeclaredObject;
  readonly outcome: Outcome;
  /** Undefined where it is not there. */
  readonly health: Health | undefined;
}

export function judged(declared: readonly DeclaredObject[], outcomes: Outcomes, nowMs: number): readonly Judged[] {
  return declared.map((object) => {
    const outcome = outcomes.get(object.ref) ?? { state: "Pending" };
    return { declared: object, outcome, health: outcome.live && healthOf(outcome.live, nowMs) };
  });
}

export function isApplied({ outcome }: Judged): boolean {
  return outcome.state === "Applied";
}

export function isHealthy({ outcome, health }: Judged): boolean {
  const isThere = outcome.state === "Applied" || outcome.state === "Differs";
  return isThere && health?.status === "Current";
}

/** Why it is not as it is to be, in one word and in words. */
export function complaintOf({ declared, outcome, health }: Judged): Said {
  switch (outcome.state) {
    case "Refused":
    case "Waiting":
      return { reason: outcome.reason, message: outcome.message };
    case "Pending":
      return { reason: "WaveHeld", message: `${shownKey(declared.key)} waits for what is applied before it` };
    default:
      return health
        ? { reason: health.reason || "NotReady", message: health.message }
        : { reason: "Absent", message: `${shownKey(declared.key)} is not there` };
  }
}

/** Drafts all of the status but the inventory. */
export function describe(visit: Visit<ManifestSet>, objects: readonly Judged[], spec: ManifestSet["spec"]): void {
  const { status } = visit;
  status.objects = {
    declared: objects.length,
    applied: objects.filter(isApplied).length,
    ready: objects.filter(isHealthy).length,
  };
  status.notReady = bounded(objects.filter((each) => !isHealthy(each)).map(unreadyOf), MOST_NOT_READY);
  status.workloads = bounded(
    objects.flatMap(({ declared, outcome, health }) => workloadOf(declared, outcome.live, health)),
    MOST_WORKLOADS,
  );
  status.feedback = bounded(feedbackOf(objects, spec), spec.feedback.length);
}

function bounded<T>(items: readonly T[], most: number): readonly T[] | undefined {
  return items.length === 0 ? undefined : items.slice(0, most);
}

function unreadyOf(each: Judged): Unready {
  const { reason, message } = complaintOf(each);
  return { ref: each.declared.ref, reason: cutTo(reason, 253), message: oneLine(message, LONGEST_MESSAGE - 1) };
}

/** Kinds that run pods: where they say how many they are to have, and how many are ready. */
const WORKLOADS: Readonly<Record<string, readonly [desired: string, ready: string]>> = {
  "apps/Deployment": ["spec.replicas", "status.readyReplicas"],
  "apps/StatefulSet": ["spec.replicas", "status.readyReplicas"],
  "apps/ReplicaSet": ["spec.replicas", "status.readyReplicas"],
  "apps/DaemonSet": ["status.desiredNumberScheduled", "status.numberReady"],
  "batch/Job": ["spec.parallelism", "status.ready"],
};

function workloadOf(
  { key, ref }: DeclaredObject,
  live: LiveObject | undefined,
  health: Health | undefined,
): readonly Workload[] {
  if (!live) return [];
  if (key.group === "" && key.kind === "Pod") {
    return [{ ref, desired: 1, ready: health?.status === "Current" ? 1 : 0, ...reasonOf(health) }];
  }
  const paths = WORKLOADS[`${key.group}/${key.kind}`];
  if (!paths) return [];
  const [desired, ready] = paths.map((path) => countAt(live, path));
  return [{ ref, desired: desired ?? 1, ready: ready ?? 0, ...reasonOf(health) }];
}

function reasonOf(health: Health | undefined): { reason?: string } {
  return health === undefined || health.reason === "" ? {} : { reason: cutTo(health.reason, 253) };
}

function countAt(object: LiveObject, path: string): number | undefined {
  const value = valueAt(object, path.split("."));
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}

function feedbackOf(
  objects: readonly Judged[],
  { feedback, targetNamespace }: ManifestSet["spec"],
): { name: string; value: string }[] {
  return feedback.flatMap(({ name, kind, objectName, namespace = targetNamespace, path }) => {
    const found = objects.find(({ declared: { key } }) => {
      const isNamed = key.kind === kind && key.name === objectName && !isSecret(key);
      return isNamed && (key.namespace === "" || key.namespace === namespace);
    });
    const value = found?.outcome.live && valueAt(found.outcome.live, stepsOf(path));
    if (value === undefined || value === null) return [];
    return [{ name, value: cutTo(typeof value === "string" ? value : stringifyExactly(value), LONGEST_MESSAGE - 1) }];
  });
}

/** .status.x[0].y */
function stepsOf(path: string): readonly string[] {
  return path.split(/[.[\]]/).filter((step) => step !== "");
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  return path.reduce((value: unknown, step) => {
    if (Array.isArray(value)) return (value as readonly unknown[])[Number(step)];
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, object);
}

/** Applied, ObjectsReady and UpToDate. `going`: what is pruned, in words. */
export function stateConditions(
  visit: Visit<ManifestSet>,
  objects: readonly Judged[],
  {
    pruning,
    contested,
    stopped,
  }: { pruning: Said | undefined; contested: Said | undefined; stopped: Said | undefined },
): void {
  const unapplied = objects.filter((each) => !isApplied(each));
  const unhealthy = objects.filter((each) => !isHealthy(each));
  const refusal = unapplied.find(({ outcome }) => outcome.state === "Refused");
  const [first] = unapplied;
  const complaint = refusal ?? first;
  const obstacle = complaint ? obstacleOf(complaint) : pruning;
  const applied = `${objects.length} objects are as declared`;
  state(visit, Condition.Applied, obstacle, { reason: Reason.AllApplied, message: applied });
  const failed = unhealthy.find(({ health }) => health?.status === "Failed");
  const sick = failed ?? unhealthy[0];
  const illness = sick && {
    reason: failed ? Reason.ObjectFailed : Reason.ObjectsNotReady,
    message: shownComplaints(unhealthy),
  };
  const healthy = { reason: Reason.AllReady, message: `${objects.length} objects are healthy` };
  state(visit, Condition.ObjectsReady, illness, stopped ?? healthy);
  const difference = obstacle && {
    reason: Reason.Differs,
    message: `${unapplied.length} of ${objects.length} objects are not as declared`,
  };
  state(visit, Condition.UpToDate, difference ?? contested, {
    reason: Reason.InSync,
    message: "The target has what is declared",
  });
}

/** Why it is not applied, whether it is healthy or not. */
function obstacleOf(each: Judged): Said {
  const { outcome, declared } = each;
  if (outcome.state !== "Differs") {
    return { ...complaintOf(each), reason: outcome.state === "Refused" ? outcome.reason : Reason.Applying };
  }
  const name = shownKey(declared.key);
  const fields = outcome.differences.map(({ field }) => field);
  const message = outcome.live ? `${name} differs in ${listed(fields)}` : `${name} is not there`;
  return { reason: Reason.Differs, message: oneLine(message, LONGEST_MESSAGE - 1) };
}

function state(visit: Visit<ManifestSet>, type: string, obstacle: Said | undefined, fine: Said): void {
  const { reason, message } = obstacle ?? fine;
  visit.state({ type, status: obstacle ? "False" : "True", reason, message });
}

/** The first three, those that failed before others, and how many more there are. */
export function shownComplaints(objects: readonly Judged[]): string {
  const ordered = objects.toSorted(
    (a, b) => Number(b.health?.status === "Failed") - Number(a.health?.status === "Failed"),
  );
  const shown = ordered.slice(0, 3).map((each) => {
    const { message } = complaintOf(each);
    const name = shownKey(each.declared.key);
    return message.startsWith(name) ? message : `${name}: ${message}`;
  });
  const more = ordered.length > 3 ? `; and ${ordered.length - 3} more` : "";
  return `${shown.join("; ")}${more}`;
}
