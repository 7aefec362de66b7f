// Which revisions of a workload stay (1.21): the newest, the one at work, and the one that is to be rolled back to.
import type { OperationScene } from "../../../facets/manifests.ts";
import type { CallHere } from "../../places/turn.ts";
import type { Looks } from "../looks.ts";
import { currentOf, revisionsIn } from "./history.ts";
import { withTold, type WorkloadState } from "./state.ts";
import type { Part } from "./step.ts";

export async function retentionOf(
  state: WorkloadState,
  looks: Looks,
  { signal }: Pick<OperationScene, "signal">,
): Promise<Part> {
  const { asked, key, live, told } = state;
  const { revisionsToKeep } = asked;
  if (revisionsToKeep === undefined && live.kind === "Deployment") {
    return { told: withTold(told, { revision: currentOf(live, []), surplus: undefined }) };
  }
  const revisions = await looks.inTurn(key, signal, (turn) => revisionsIn(turn, key));
  const shown = withTold(told, { revision: currentOf(live, revisions) });
  // Pods of a former revision may still be at work.
  if (revisionsToKeep === undefined || !state.isHealthy) return { told: shown };
  const surplus = surplusOf(revisions, state);
  if (surplus.length === 0) return { told: withTold(shown, { surplus: undefined }) };
  if (told.surplus?.join(" ") === surplus.join(" ")) return ignored(state, surplus);
  return {
    sending: {
      states: [state],
      fields: [{ field: "revisions", before: revisions.length, after: revisions.length - surplus.length }],
      // Numbers are never given again: what may have got lost is sent again.
      journaled: () => withTold(shown, { surplus: undefined }),
      done: () => withTold(shown, { surplus: [...surplus] }),
      send: async (permit) => {
        await looks.inTurn(key, permit.signal, (turn) => turn.write(deletionOf(state, surplus)));
      },
    },
  };
}

/** Oldest first; pure. */
function surplusOf(
  revisions: readonly number[],
  { asked, live }: Pick<WorkloadState, "asked" | "live">,
): readonly number[] {
  const { revisionsToKeep = revisions.length, rollbackTo } = asked;
  const newest = new Set(revisions.slice(-revisionsToKeep));
  const current = currentOf(live, revisions);
  return revisions
    .filter((each) => !newest.has(each) && each !== current && each !== rollbackTo)
    .slice(0, MOST_AT_ONCE);
}

/** The list is kept in the status until they are seen to be gone. */
const MOST_AT_ONCE = 64;

function deletionOf({ key: { kind, name } }: WorkloadState, surplus: readonly number[]): CallHere {
  const [only, ...others] = surplus;
  const type = ["workload_type", kind] as const;
  if (others.length === 0) {
    return { operation: "DeleteRevisions", names: { name }, query: [["history_version", String(only)], type] };
  }
  const revisions = surplus.map((version) => ({ version: String(version) }));
  return { operation: "DeleteRevisions", names: { name }, query: [type], body: { revisions } };
}

function ignored({ name, told }: WorkloadState, surplus: readonly number[]): Part {
  const message = `${name}: the cloud was asked to delete its revisions ${surplus.join(", ")} and still shows them`;
  return { told, said: { reason: "UpdateIgnored", message, spoils: "UpToDate" } };
}
