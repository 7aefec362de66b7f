// What a sink's conditions say of what was found. Pure.
import { CloudError } from "../../cloud/errors.ts";
import {
  InventorySinkCondition as Condition,
  InventorySinkReason as Reason,
} from "../../crds/inventorysink/conditions.ts";
import type { InventorySink } from "../../crds/inventorysink/schema.ts";
import { ReconcileError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import type { Statement, Verdict } from "../../runtime/conditions.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import type { Findings } from "./findings.ts";

/** The watch and the backlog tell; this is the fall-back. */
const POLL_MS = 60_000;

/** Ready, or what to throw. */
export function verdictOf({ spec }: InventorySink, found: Findings): Verdict | Error {
  if (found.obstacle !== undefined) return failureOf(found.obstacle);
  if (found.difference === undefined) return reporting("The store is being compared with what there is to report");
  if (spec.managementPolicy === "Observe") return ready("Only looked at: managementPolicy is Observe");
  if (found.conflicts.length > 0) return conflict(found.conflicts);
  if (found.refused.size > 0) return refused(found.refused);
  if (!found.isFilled) return reporting("What differs is being sent to the store");
  return ready("The store has what there is to report");
}

/** `lostEvents`: undefined where none was lost in this process's time. */
export function statementsOf(
  { spec }: InventorySink,
  found: Findings,
  lostEvents: number | undefined,
): readonly Statement[] {
  if (spec.managementPolicy === "Observe") return found.difference ? [upToDate(found.difference)] : [];
  return [
    recordsDelivered(found),
    ...(spec.events.mode === "Enabled" ? [eventsDelivered(found, lostEvents)] : []),
    ...(spec.alarms.mode === "Enabled" ? [delivered(Condition.AlarmsDelivered, found)] : []),
    batchDeleteSafe(found),
  ];
}

function recordsDelivered(found: Findings): Statement {
  const type = Condition.RecordsDelivered;
  if (found.conflicts.length > 0) return { type, status: "False", ...saidOf(conflict(found.conflicts)) };
  if (found.refused.size > 0) return { type, status: "False", ...saidOf(refused(found.refused)) };
  if (found.obstacle === undefined && !found.isFilled) {
    return { type, status: "Unknown", reason: Reason.Reporting, message: "What differs is being sent to the store" };
  }
  return delivered(type, found);
}

function delivered(type: string, { obstacle }: Findings): Statement {
  if (obstacle === undefined) {
    return { type, status: "True", reason: Reason.Reported, message: "Nothing waits for the store" };
  }
  return { type, status: "False", ...saidOf(failureOf(obstacle)) };
}

function eventsDelivered(found: Findings, lostEvents: number | undefined): Statement {
  if (lostEvents === undefined) return delivered(Condition.EventsDelivered, found);
  const message =
    `${lostEvents} Events were lost: the API server forgot them before the store took them, and more than 10,000 ` +
    "are not kept; or the store refused them, which the log says. See to it that the store is there within the time that Events live";
  return { type: Condition.EventsDelivered, status: "False", reason: Reason.EventsLost, message };
}

function batchDeleteSafe({ proof }: Findings): Statement {
  const type = Condition.BatchDeleteSafe;
  if (proof === undefined) {
    return {
      type,
      status: "Unknown",
      reason: Reason.NotProvedYet,
      message: "The store was not asked for a batch deletion yet",
    };
  }
  if (proof !== "Refused") {
    return {
      type,
      status: "True",
      reason: Reason.Proved,
      message: `The store heeds owner and time, which it reads in the ${proof.toLowerCase()}`,
    };
  }
  const message =
    "The store, or a proxy before it, does not heed owner and time of a batch deletion: records are deleted one by one. See whether " +
    "something on the way drops the bodies of DELETE requests";
  return { type, status: "False", reason: Reason.BatchDeleteRefused, message };
}

function upToDate({ missing, differing, surplus, conflicts }: NonNullable<Findings["difference"]>): Statement {
  const type = Condition.UpToDate;
  const counts = [
    [missing.length, "missing"],
    [differing.length, "different"],
    [surplus.length, "without a resource"],
    [conflicts.length, "somebody else's"],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  if (told.length === 0) {
    return { type, status: "True", reason: Reason.InSync, message: "The store has what would be reported" };
  }
  return { type, status: "False", reason: Reason.Differs, message: `Records in the store: ${told.join(", ")}` };
}

function conflict(conflicts: readonly string[]): TerminalError {
  const message =
    `Somebody else's records have the keys of ${listed(conflicts)}: they are not overwritten. If they are of a sink that is gone, take them ` +
    "over: set spec.externalId of a new InventorySink to the owner in them (data.yunfan.owner). Else choose another spec.clusterId, or cover " +
    "by spec.kinds and spec.selector what no other sink reports";
  return new TerminalError({ reason: Reason.RecordConflict, message });
}

function refused(records: ReadonlyMap<string, string>): TerminalError {
  const [first = ""] = records.values();
  const message = `The store does not take the records of ${listed([...records.keys()])}: ${first}. They are tried again at the next comparison`;
  return new TerminalError({ reason: Reason.RecordsRefused, message });
}

function reporting(message: string): WaitingError {
  return new WaitingError({ reason: Reason.Reporting, message, pollAfterMs: POLL_MS });
}

function ready(message: string): Verdict {
  return { state: "Ready", reason: Reason.Reported, message };
}

function failureOf(obstacle: unknown): Error {
  if (obstacle instanceof CloudError) return reconcileErrorOf(obstacle);
  return obstacle instanceof Error ? obstacle : new Error("Failed", { cause: obstacle });
}

function saidOf(failure: Error): { readonly reason: string; readonly message: string } {
  if (failure instanceof ReconcileError) return { reason: failure.reason, message: failure.message };
  return {
    reason: Reason.InternalError,
    message: "The operator met an error that it does not know: its log says more",
  };
}
