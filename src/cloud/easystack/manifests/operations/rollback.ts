// Rolling back (1.21): to the template of a revision, whose print is journaled first: a cloud counts on, so that the number is gone then.
import type { OperationScene } from "../../../facets/manifests.ts";
import { timestampOf } from "../../../../lib/clock.ts";
import type { Looks } from "../looks.ts";
import { revisionIn, revisionsIn, templatePrint } from "./history.ts";
import { withTold, type WorkloadState } from "./state.ts";
import type { Part } from "./step.ts";

type Scene = Pick<OperationScene, "nowMs" | "settleWindowMs" | "signal">;

export async function rollbackOf(state: WorkloadState, looks: Looks, scene: Scene): Promise<Part> {
  const { asked, told, live } = state;
  const { rollbackTo } = asked;
  if (rollbackTo === undefined) return { told: withTold(told, { rolledBackTo: undefined, rollingBack: undefined }) };
  if (told.rolledBackTo === rollbackTo) return standing(state, rollbackTo);
  const { rollingBack } = told;
  if (rollingBack?.to === rollbackTo) {
    if (templatePrint(live) === rollingBack.template) return standing(state, rollbackTo);
    const elapsedMs = scene.nowMs - Date.parse(rollingBack.since);
    if (elapsedMs <= scene.settleWindowMs) return { waiting: `whether ${state.name} was rolled back is not known yet` };
  }
  return begin(state, looks, { rollbackTo, scene });
}

function standing(state: WorkloadState, rollbackTo: number): Part {
  const message =
    `${state.name} runs with revision ${rollbackTo}, and its manifest waits: to go back to that, remove rollbackTo of it from ` +
    "spec.easystack.workloads";
  return {
    told: withTold(state.told, { rolledBackTo: rollbackTo, rollingBack: undefined }),
    said: { reason: "RolledBack", message, spoils: "UpToDate" },
  };
}

async function begin(
  state: WorkloadState,
  looks: Looks,
  { rollbackTo, scene }: { rollbackTo: number; scene: Scene },
): Promise<Part> {
  const { key, live, told } = state;
  const seen = await looks.inTurn(key, scene.signal, async (turn) => {
    const revisions = await revisionsIn(turn, key);
    if (!revisions.includes(rollbackTo)) return { revisions, template: undefined };
    return { revisions, template: templatePrint(await revisionIn(turn, key, rollbackTo)) };
  });
  const { template, revisions } = seen;
  if (template === undefined) return missing(state, rollbackTo, revisions);
  if (template === templatePrint(live)) return standing(state, rollbackTo);
  const query = [
    ["action", "rollback"],
    ["workload_type", key.kind],
  ] as const;
  const call = { operation: "ChangeWorkload", names: { name: key.name }, query } as const;
  return {
    sending: {
      states: [state],
      fields: [{ field: "rollbackTo", before: told.revision, after: rollbackTo }],
      journaled: () =>
        withTold(told, {
          rolledBackTo: undefined,
          rollingBack: { to: rollbackTo, template, since: timestampOf(scene.nowMs) },
        }),
      done: () => withTold(told, { rolledBackTo: rollbackTo, rollingBack: undefined }),
      send: async ({ signal }) => {
        const body = { target_version: String(rollbackTo) };
        await looks.inTurn(key, signal, (turn) => turn.write({ ...call, body }));
      },
    },
  };
}

function missing({ name, told }: WorkloadState, rollbackTo: number, revisions: readonly number[]): Part {
  const there = revisions.length === 0 ? "it has none" : `there are ${revisions.join(", ")}`;
  const message = `${name} has no revision ${rollbackTo}; ${there}. Correct rollbackTo of it in spec.easystack.workloads`;
  const kept = withTold(told, { rolledBackTo: undefined, rollingBack: undefined });
  return { told: kept, said: { reason: "RevisionNotFound", message, spoils: "Ready" } };
}
