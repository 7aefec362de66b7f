// What to do about an application that is there: a pure decision.
import {
  ManagedApplicationCondition,
  ManagedApplicationReason as Reason,
} from "../../crds/managedapplication/conditions.ts";
import type { ManagedApplication } from "../../crds/managedapplication/schema.ts";
import { listed } from "../../lib/text.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { Difference } from "../external/change.ts";
import type { Plan } from "../external/kind.ts";
import { isAskedFor } from "../external/resource.ts";
import type { WorkloadRef } from "../../cloud/facets/applications.ts";
import { isSame, refOf, type ApplicationChange, type ApplicationSeen, type Ungathered } from "./scope.ts";

type ApplicationPlan = Plan<ApplicationChange>;
type Seen = Omit<ApplicationSeen, "provider">;
type Declared = Pick<ManagedApplication, "spec" | "status"> & {
  readonly metadata: Pick<ManagedApplication["metadata"], "generation" | "annotations">;
};

interface OneChange {
  readonly change: ApplicationChange;
  readonly fields: readonly Difference[];
}

interface At {
  readonly nowMs: number;
  readonly settleWindowMs: number;
}

/** A workload that is missing comes by somebody else's hand, such as a ManifestSet's. */
const MEMBER_POLL_MS = 15_000;
const RESTART_POLL_MS = 2_000;

/** Members come first, then words, then power, all in one visit; a restart, which is journaled, in one of its own. */
export function planFor(resource: Declared, seen: Seen, at: At): ApplicationPlan {
  const { item, lacking } = seen;
  if (lacking.length > 0) return isBeingMade(resource, at) ? making(lacking) : incomplete(item.id, lacking);
  if (resource.spec.managementPolicy === "Observe") return keep(`Application ${item.id} is observed`);
  const sent = restartUnderWay(resource, seen, at);
  if (sent) return sent;
  const [first, ...further] = wasSent(resource)
    ? []
    : [...changesFor(resource, seen), ...daemonChanges(resource, seen)];
  if (first) return { do: "Change", verb: "Update", ...first, further };
  const restart = restartFor(resource);
  if (restart) return { do: "Change", verb: "Restart", ...restart };
  return waitFor(seen) ?? keptAs(resource, seen, at);
}

/** In what the cloud differs from the spec, as far as a change can be sent for it. */
export function differences({ spec }: Pick<ManagedApplication, "spec">, seen: Seen): readonly Difference[] {
  return changesFor({ spec }, seen).flatMap(({ fields }) => fields);
}

/** Why what is declared is not so, though no change could be sent for it: undefined where there is no such thing. */
export function obstacle({ ungathered }: Seen): { readonly reason: string; readonly message: string } | undefined {
  const [first] = ungathered;
  if (!first) return undefined;
  const alike = ungathered.filter(({ owner }) => (owner === undefined) === (first.owner === undefined));
  return first.owner === undefined ? notFound(alike) : takenBy(first, first.owner);
}

function changesFor({ spec }: Pick<ManagedApplication, "spec">, seen: Seen): readonly OneChange[] {
  return [...memberChanges(seen), ...descriptionChange(spec, seen), ...powerChanges(spec, seen)];
}

function memberChanges({ item, wanted, ungathered }: Seen): readonly OneChange[] {
  if (wanted === undefined) return [];
  const before = item.workloads.map(refOf);
  const field = (after: unknown): readonly Difference[] => [{ field: "spec.members", before, after }];
  const attached = wanted
    .filter((member) => ![...item.workloads, ...ungathered].some((one) => isSame(one, member)))
    .map((member) => ({ change: { do: "Attach", member } as const, fields: field([...before, refOf(member)]) }));
  const detached = item.workloads
    .filter((workload) => !wanted.some((one) => isSame(one, workload)))
    .map(({ kind, name }) => ({
      change: { do: "Detach", member: { kind, name } } as const,
      fields: field(before.filter((one) => one !== refOf({ kind, name }))),
    }));
  return [...detached, ...attached];
}

function descriptionChange({ description }: ManagedApplication["spec"], { item }: Seen): readonly OneChange[] {
  if (description === undefined || description === item.description) return [];
  const fields = [{ field: "spec.description", before: item.description, after: description }];
  return [{ change: { do: "Describe", description }, fields }];
}

function powerChanges({ powerState }: ManagedApplication["spec"], { item }: Seen): readonly OneChange[] {
  const field = "spec.powerState";
  // Where no node takes its pods, a DaemonSet wants none, though nobody has stopped it.
  const stopped = item.workloads.filter(({ kind, isStopped }) => isStopped && kind !== "DaemonSet");
  if (powerState === "Running" && (item.isStopped || stopped.length > 0)) {
    return [{ change: { do: "Start" }, fields: [{ field, before: "Stopped", after: powerState }] }];
  }
  if (powerState !== "Stopped" || item.isStopped) return [];
  return item.workloads
    .filter(({ isStopped }) => !isStopped)
    .map(({ kind, name }) => ({
      change: { do: "Stop", workload: { kind, name } } as const,
      fields: [{ field, before: `${kind}/${name} runs`, after: powerState }],
    }));
}

/**
 * A DaemonSet that wants no pods does not show whether it is stopped, or whether no node takes them: what it was told holds. So it is told
 * once, and nothing differs by it.
 */
function daemonChanges({ spec: { powerState }, status }: Declared, { item }: Seen): readonly OneChange[] {
  const field = "spec.powerState";
  const quiet = item.workloads.filter(({ kind, isStopped }) => kind === "DaemonSet" && isStopped);
  const isOurs = (one: WorkloadRef): boolean => isStoppedByUs(status, one);
  if (powerState === "Stopped" && !item.isStopped) {
    return quiet
      .filter((one) => !isOurs(one))
      .map(({ kind, name }) => ({
        change: { do: "Stop", workload: { kind, name } } as const,
        fields: [{ field, before: `${kind}/${name} may run`, after: powerState }],
      }));
  }
  if (powerState !== "Running") return [];
  return quiet.filter(isOurs).map(({ kind, name }) => ({
    change: { do: "Start", workload: { kind, name } } as const,
    fields: [{ field, before: `${kind}/${name} is stopped`, after: powerState }],
  }));
}

export function isStoppedByUs({ workloads = [] }: ManagedApplication["status"], one: WorkloadRef): boolean {
  return workloads.some((known) => isSame(known, one) && known.stoppedByUs === true);
}

/** Another text than the one that was acted on last, and nothing that is to be stopped runs. */
function restartFor({ spec, status }: Declared): OneChange | undefined {
  const { restartAt, powerState } = spec;
  const before = status.restartedFor;
  if (restartAt === undefined || before === undefined || restartAt === before || powerState === "Stopped") {
    return undefined;
  }
  const fields = [{ field: "spec.restartAt", before, after: restartAt }];
  return { change: { do: "Restart", text: restartAt }, fields };
}

/**
 * Of a restart that is journaled nobody knows whether it was sent. New pods tell that it was; where none show when the settle window has
 * passed, it is sent once more. With nothing in it nothing is restarted.
 */
function restartUnderWay({ status }: Declared, { item, hasNewPods }: Seen, at: At): ApplicationPlan | undefined {
  const { operation, restartedFor = "" } = status;
  if (operation?.verb !== "Restart" || hasNewPods !== false || item.workloads.length === 0) return undefined;
  const sentMs = Date.parse(operation.lastSentAt ?? operation.startedAt);
  if (at.nowMs - sentMs < at.settleWindowMs) {
    const message = "Whether the restart was sent is not known; looking for new pods before it is sent once more";
    return { do: "Await", reason: Reason.Restarting, message, pollAfterMs: RESTART_POLL_MS };
  }
  const fields = [{ field: "spec.restartAt", before: restartedFor, after: restartedFor }];
  return { do: "Change", verb: "Restart", change: { do: "Restart", text: restartedFor }, fields };
}

/**
 * Whether changes to this generation of the spec were sent and have not been seen to work, and nobody asks for another try. The condition
 * is the memory of it: it outlives the process.
 */
function wasSent(resource: Declared): boolean {
  const { status, metadata } = resource;
  const condition = findCondition(status.conditions, ManagedApplicationCondition.UpToDate);
  const isRemembered = condition?.observedGeneration === metadata.generation && SENT.has(condition.reason);
  return isRemembered && !isAskedFor(resource);
}

const SENT: ReadonlySet<string> = new Set([Reason.Updating, Reason.UpdateIgnored]);

/** The cloud is at it, or something else has to come first. */
function waitFor(seen: Seen): ApplicationPlan | undefined {
  const failed = seen.item.servers.filter(({ state }) => state === "Failed").map(({ name }) => name);
  if (failed.length > 0) {
    const message =
      `Servers in error: ${listed(failed)}. No call of the cloud replaces a single one: repair them in the cloud, or delete this resource ` +
      "with spec.contentsOnDelete All and create it anew";
    return { do: "Stall", reason: Reason.ServersFailed, message };
  }
  const building = seen.item.servers.filter(({ state }) => state === "Working").map(({ name }) => name);
  if (building.length > 0) {
    return { do: "Await", reason: Reason.Creating, message: `The cloud is at work on servers ${listed(building)}` };
  }
  const blocked = obstacle(seen);
  return blocked && { do: "Await", ...blocked, pollAfterMs: MEMBER_POLL_MS };
}

function notFound(members: readonly Ungathered[]): { readonly reason: string; readonly message: string } {
  const message =
    `Not in the namespace: ${listed(members.map(refOf))} (spec.members). Make ${members.length === 1 ? "it" : "them"}, such as by a ` +
    "ManifestSet, or take them out of spec.members; looking again";
  return { reason: Reason.MemberNotFound, message };
}

function takenBy(member: Ungathered, owner: string): { readonly reason: string; readonly message: string } {
  const message = `${refOf(member)} (spec.members) belongs to application ${owner}, and a workload is in one at most. Take it out of one of the two`;
  return { reason: Reason.MemberTaken, message };
}

/** So many settle windows after its create, what was to be made with it may show late. */
const MAKING_WINDOWS = 5;

function isBeingMade({ status: { operation } }: Declared, { nowMs, settleWindowMs }: At): boolean {
  if (operation?.verb !== "Create") return false;
  return nowMs - Date.parse(operation.startedAt) < MAKING_WINDOWS * settleWindowMs;
}

function making(lacking: readonly string[]): ApplicationPlan {
  return { do: "Await", reason: Reason.Creating, message: `Made; waiting for ${listed(lacking)} to show` };
}

function incomplete(id: string, lacking: readonly string[]): ApplicationPlan {
  const message =
    `Application ${id} lacks ${listed(lacking)}: refused when it was made, or deleted since; no call of the cloud adds it. Delete this ` +
    "resource with spec.contentsOnDelete All, then create it anew";
  return { do: "Stall", reason: Reason.Incomplete, message };
}

/** What keeps it from being ready, in words. */
export function unreadyIn({ workloads, servers }: Seen["item"]): readonly string[] {
  const down = servers.filter(({ state }) => state !== "Active").map(({ name }) => `server ${name}`);
  return [...workloads.filter(({ ready, desired }) => ready < desired).map(refOf), ...down];
}

/** What does not become ready is looked at less and less often. */
const SHARE_OF_UNREADY = 0.1;
const SHORTEST_POLL_MS = 2_000;

function readinessPollMs({ status }: Declared, { item }: Seen, { nowMs }: At): number | undefined {
  if (unreadyIn(item).length === 0) return undefined;
  const ready = findCondition(status.conditions, ManagedApplicationCondition.WorkloadsReady);
  const sinceMs = ready?.status === "False" ? Date.parse(ready.lastTransitionTime) : nowMs;
  return Math.max((nowMs - sinceMs) * SHARE_OF_UNREADY, SHORTEST_POLL_MS);
}

function keptAs(resource: Declared, seen: Seen, at: At): ApplicationPlan {
  const { item } = seen;
  if (differences(resource, seen).length > 0) {
    return keep(`Application ${item.id} is there, but not as declared: see UpToDate`);
  }
  if (resource.spec.powerState !== "Stopped") {
    const againMs = readinessPollMs(resource, seen, at);
    return { ...keep(`Application ${item.id} is as declared`), ...(againMs !== undefined && { againMs }) };
  }
  const servers = item.servers.map(({ name }) => name);
  const running = servers.length === 0 ? "" : `; its servers run on and cost: no call stops ${listed(servers)}`;
  return {
    do: "Keep",
    reason: Reason.Stopped,
    message: `The workloads of application ${item.id} are stopped${running}`,
  };
}

function keep(message: string): Extract<ApplicationPlan, { do: "Keep" }> {
  return { do: "Keep", reason: Reason.Available, message };
}
