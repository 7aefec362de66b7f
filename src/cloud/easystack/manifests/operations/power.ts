// Stopping and starting (1.21): one by its own call, several of a namespace by one. Each is an error for what is in that state already.
import { CloudError } from "../../../errors.ts";
import type { WritePermit } from "../../../collection.ts";
import type { CallHere } from "../../places/turn.ts";
import type { Looks } from "../looks.ts";
import { specOf, statusOf, withTold, type WorkloadState } from "./state.ts";
import type { Part, Sending } from "./step.ts";

type Power = "start" | "stop";

/** A DaemonSet says nowhere that it is stopped: what was told of it holds while it wants no pods. */
function isStopped({ live, told }: WorkloadState): boolean {
  if (live.kind !== "DaemonSet") return specOf(live)["replicas"] === 0;
  const { observedGeneration, desiredNumberScheduled } = statusOf(live);
  const wantsPods = observedGeneration === live.metadata.generation && Number(desiredNumberScheduled) > 0;
  return told.stopped === true && !wantsPods;
}

function wantedOf(state: WorkloadState): Power | undefined {
  const { powerState } = state.asked;
  if (powerState === "Stopped") return isStopped(state) ? undefined : "stop";
  const isOurs = powerState === "Running" && state.told.stopped === true;
  return isOurs && isStopped(state) ? "start" : undefined;
}

/** What is to be sent of all of them; one call does the same for all of one namespace. */
export function powerOf(states: readonly WorkloadState[], looks: Looks): Sending | undefined {
  const wanted = states.flatMap((state) => {
    const power = wantedOf(state);
    return power ? [{ state, power }] : [];
  });
  const [first] = wanted;
  if (first === undefined) return undefined;
  const { power } = first;
  const alike = wanted.filter((each) => each.power === power && each.state.key.namespace === first.state.key.namespace);
  const together = alike.map(({ state }) => state);
  const [before, after] = power === "stop" ? ["Running", "Stopped"] : ["Stopped", "Running"];
  return {
    states: together,
    fields: [{ field: "powerState", before, after }],
    journaled: ({ told }) => told,
    done: ({ told }) => withTold(told, { stopped: power === "stop" ? true : undefined }),
    send: (permit) => switchAll(looks, { power, states: together, permit }),
  };
}

async function switchAll(
  looks: Looks,
  { power, states, permit }: { power: Power; states: readonly WorkloadState[]; permit: WritePermit },
): Promise<void> {
  const [first] = states;
  if (first === undefined) return;
  try {
    await looks.inTurn(first.key, permit.signal, (turn) => turn.write(callOf(power, states)));
  } catch (error) {
    // It is in that state already: alone that is all there is to it; of several the next look tells which are not.
    if (!(error instanceof CloudError) || error.kind !== "Busy") throw error;
  }
}

function callOf(power: Power, states: readonly WorkloadState[]): CallHere {
  const [first, ...others] = states;
  const { kind = "", name = "" } = first?.key ?? {};
  if (others.length === 0) {
    const query = [
      ["action", power],
      ["workload_type", kind],
    ] as const;
    return { operation: "SwitchWorkload", names: { name }, query };
  }
  const bases = states.map(({ key }) => ({ name: key.name, type: key.kind }));
  return { operation: "SwitchWorkloads", query: [["action", power]], body: { workloads_base: bases } };
}

/** What there is to tell of one where nothing is to be sent. */
export function powerTold(state: WorkloadState): Part {
  const isHeld = state.asked.powerState === "Stopped";
  const told = withTold(state.told, { stopped: isHeld ? true : undefined });
  const message = `${state.name} is stopped on purpose (spec.easystack.workloads: powerState)`;
  return isHeld ? { told, said: { reason: "Stopped", message, spoils: "Nothing" } } : { told };
}
