// Whether a node that does not work is reset to repair it: declared, after a while, one at a time, never where many are out of order,
// and not twice a day. Pure.
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { Plan } from "../external/kind.ts";
import type { Declared, NodeChange, Seen } from "./scope.ts";
import { waitMs } from "./turns.ts";
import { reset } from "./words.ts";

/** More than these at once are no fault of single nodes. */
const MOST_OUT_OF_ORDER = 1;
const MOST_OUT_OF_ORDER_SHARE = 0.2;
const DAY_MS = 86_400_000;
const SLOW_POLL_MS = 30_000;

/** Whether a repair is declared, and the node has been out of order for as long as that says. */
export function isRepairDue({ spec, status }: Pick<Declared, "spec" | "status">, nowMs: number): boolean {
  const { repair } = spec;
  const { abnormalSince } = status;
  if (repair?.policy !== "Reset" || abnormalSince === undefined) return false;
  return nowMs >= Date.parse(abnormalSince) + repair.afterSeconds * 1_000;
}

/** Whether so many nodes of the cluster do not work that none is repaired. */
export function isCrowded({ all, outOfOrder }: Seen["nodes"]): boolean {
  return outOfOrder > Math.max(MOST_OUT_OF_ORDER, Math.floor(all * MOST_OUT_OF_ORDER_SHARE));
}

/** Undefined where none is due. */
export function planForRepair(
  declared: Declared,
  { turn, nodes }: Seen,
  { nowMs }: { readonly nowMs: number },
): Plan<NodeChange> | undefined {
  if (!isRepairDue(declared, nowMs)) return undefined;
  const { lastReset } = declared.status;
  if (lastReset?.repairedAt !== undefined && nowMs < Date.parse(lastReset.repairedAt) + DAY_MS) return failed();
  if (isCrowded(nodes)) return held(`${nodes.outOfOrder} of ${nodes.all} nodes of the cluster do not work`);
  if (!turn.isOurs) return { ...held(`${turn.who} goes first`), pollAfterMs: waitMs(turn.ahead) };
  return reset(undefined);
}

function held(why: string): Extract<Plan<NodeChange>, { do: "Await" }> {
  const message = `The node does not work, and its repair waits: ${why}`;
  return { do: "Await", reason: Reason.RepairHeld, message, pollAfterMs: SLOW_POLL_MS };
}

function failed(): Plan<NodeChange> {
  const message =
    "The node was reset less than a day ago to repair it, and does not work. It is not reset again by itself: look in the cloud";
  return { do: "Stall", reason: Reason.RepairFailed, message };
}
