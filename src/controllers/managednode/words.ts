// Plans and words that several decisions about a node share.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { Plan, Said } from "../external/kind.ts";
import type { NodeChange, Seen, Turn } from "./scope.ts";
import { waitMs } from "./turns.ts";

/** `wish`: the annotation's value that asks for it; undefined: a repair. */
export function reset(wish: string | undefined): Plan<NodeChange> {
  return { do: "Change", verb: "Reset", change: { do: "Reset", wish }, fields: [] };
}

export function waitingForTurn(
  turn: OthersTurn,
  what: string,
): Said & { readonly do: "Await"; readonly pollAfterMs: number } {
  const message = `It is to ${what} and waits: ${turn.who} ${ONE_OR_MORE}. spec.maxNodeDisruptions of the cluster says how many at once`;
  return { do: "Await", reason: Reason.WaitingForTurn, message, pollAfterMs: waitMs(turn.ahead) };
}

type OthersTurn = Exclude<Turn, { readonly isOurs: true }>;

const ONE_OR_MORE = "has the turn or goes first";

export function inPool({ name, poolId }: Pick<ClusterNode, "name" | "poolId">): Said {
  const message =
    `Node ${name} belongs to node pool ${poolId}, which makes and removes its nodes as it likes: it is not touched. ` +
    "Manage the pool by a NodePool, or set spec.managementPolicy to Observe";
  return { reason: Reason.NodeInPool, message };
}

export function isBroken({ phase }: Pick<ClusterNode, "phase">): boolean {
  return phase === "Abnormal" || phase === "Failed";
}

export function serverOf({ item }: Pick<Seen, "item">): string {
  return item.serverId === undefined ? "" : ` (server ${item.serverId})`;
}
