// Restarting (1.21, "recreate"): once for each text. It is journaled first, because a second one would be seen: after an unknown outcome it
// goes out once more only where no pod is younger than the journal.
import * as z from "zod";
import type { WritePermit } from "../../../collection.ts";
import type { OperationScene } from "../../../facets/manifests.ts";
import { clockSkewMs } from "../../../http/answer.ts";
import { listOf } from "../../../kit/wire.ts";
import { timestampOf } from "../../../../lib/clock.ts";
import { isAfter } from "../../times.ts";
import type { Looks } from "../looks.ts";
import { RAW_KINDS, type RawKind } from "../kinds.ts";
import { membersIn } from "../members.ts";
import { specOf, withTold, type WorkloadState } from "./state.ts";
import type { Part, Sending } from "./step.ts";

const podName = z.object({ name: z.string() });
const podList = z.union([listOf(podName), z.object({ pods: listOf(podName) }).transform(({ pods }) => pods)]);

/** Of a workload's pods so many are looked at: those that a restart makes come together. */
const MOST_PODS = 16;

type Scene = Pick<OperationScene, "nowMs" | "settleWindowMs" | "signal">;

export async function restartOf(state: WorkloadState, looks: Looks, scene: Scene): Promise<Part> {
  const { asked, told, name } = state;
  const { restartAt } = asked;
  if (restartAt === undefined || told.restartedFor === restartAt) {
    return { told: withTold(told, { restarting: undefined }) };
  }
  const { restarting } = told;
  if (restarting?.for !== restartAt) return { sending: sendingOf(state, looks, { restartAt, scene }) };
  const sinceMs = Date.parse(restarting.since);
  if (await hasYoungerPod(state, looks, { sinceMs, signal: scene.signal })) {
    return { told: withTold(told, { restartedFor: restartAt, restarting: undefined }) };
  }
  if (scene.nowMs - sinceMs > scene.settleWindowMs) return { sending: sendingOf(state, looks, { restartAt, scene }) };
  return { waiting: `whether ${name} was restarted is not known yet: no pod of it is younger than the request` };
}

function sendingOf(
  state: WorkloadState,
  looks: Looks,
  { restartAt, scene }: { restartAt: string; scene: Scene },
): Sending {
  const { kind, name } = state.key;
  const query = [
    ["action", "recreate"],
    ["workload_type", kind],
  ] as const;
  return {
    states: [state],
    fields: [{ field: "restartAt", before: state.told.restartedFor, after: restartAt }],
    journaled: ({ told }) => withTold(told, { restarting: { for: restartAt, since: timestampOf(scene.nowMs) } }),
    done: ({ told }) => withTold(told, { restartedFor: restartAt, restarting: undefined }),
    send: async ({ signal }: WritePermit) => {
      await looks.inTurn(state.key, signal, (turn) =>
        turn.write({ operation: "SwitchWorkload", names: { name }, query }),
      );
    },
  };
}

/** By the pods themselves: the times of the list tell no zone. */
async function hasYoungerPod(
  { key, live }: WorkloadState,
  looks: Looks,
  { sinceMs, signal }: { sinceMs: number; signal: AbortSignal },
): Promise<boolean> {
  const kind = RAW_KINDS.find((each) => each.kind === "Pod") as RawKind;
  return looks.inTurn(key, signal, async (turn) => {
    const { value: pods, answer } = await turn.readAnswer({ operation: "ListPods" }, podList);
    const skewMs = clockSkewMs(answer) ?? 0;
    const own = pods.filter(({ name }) => name.startsWith(`${key.name}-`)).slice(0, MOST_PODS);
    for (const { name } of own) {
      const pod = await looks.look(turn, kind, { key: { ...key, group: "", kind: "Pod", name }, signal });
      if (pod === "Absent" || !isSelected(live, pod.metadata.labels)) continue;
      if (isAfter(pod.metadata.creationTimestamp ?? "", { startedAtMs: sinceMs }, skewMs)) return true;
    }
    return false;
  });
}

function isSelected(live: WorkloadState["live"], labels: Readonly<Record<string, string>> = {}): boolean {
  const wanted = Object.entries(membersIn(membersIn(specOf(live)["selector"])["matchLabels"]));
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}
