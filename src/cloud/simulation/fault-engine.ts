// Which fault strikes a request: pure, so that a plan with a seed strikes the same requests in every run.
import type { Fault, FaultPlan } from "./faults.ts";
import { isListAction } from "./faults.ts";

/** A fault with how far it has got. */
interface ArmedFault {
  readonly fault: Fault;
  readonly method: RegExp;
  readonly path: RegExp;
  /** Matching requests that passed because of `skip`. */
  readonly skipped: number;
  /** Requests struck. */
  readonly struck: number;
}

/** A plan in progress. */
export interface FaultState {
  readonly seed: number;
  readonly random: number;
  readonly armed: readonly ArmedFault[];
}

/** What matching looks at; `path` is as received, without the query. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
  readonly isListRead: boolean;
}

/** The plan at its start. */
export function armFaults(plan: FaultPlan): FaultState {
  const armed = plan.faults.map((fault) => ({
    fault,
    method: new RegExp(`^(?:${fault.method})$`),
    path: new RegExp(fault.path),
    skipped: 0,
    struck: 0,
  }));
  return { seed: plan.seed, random: plan.seed, armed };
}

/**
 * The first fault, in the order of the plan, that strikes `target`, and the plan's state after it.
 *
 * Later faults do not see a request that an earlier one struck. An action that makes no sense for the request (a list
 * action for anything but a list read) leaves its fault as it was.
 */
export function chooseFault(state: FaultState, target: FaultTarget): { state: FaultState; fault: Fault | undefined } {
  const armed = [...state.armed];
  let random = state.random;
  for (const [index, candidate] of armed.entries()) {
    if (!concerns(candidate, target)) continue;
    if (candidate.skipped < candidate.fault.skip) {
      armed[index] = { ...candidate, skipped: candidate.skipped + 1 };
      continue;
    }
    const draw = nextRandom(random);
    random = draw.state;
    if (draw.value >= candidate.fault.probability) continue;
    armed[index] = { ...candidate, struck: candidate.struck + 1 };
    return { state: { ...state, random, armed }, fault: candidate.fault };
  }
  return { state: { ...state, random, armed }, fault: undefined };
}

/** The plan with `struck` on each fault, as `GET /_simulator/faults` shows it. */
export function describeFaults(state: FaultState): { seed: number; faults: (Fault & { struck: number })[] } {
  return { seed: state.seed, faults: state.armed.map(({ fault, struck }) => ({ ...fault, struck })) };
}

function concerns({ fault, method, path, struck }: ArmedFault, target: FaultTarget): boolean {
  if (fault.times !== 0 && struck >= fault.times) return false;
  if (isListAction(fault.action) && !target.isListRead) return false;
  return method.test(target.method) && path.test(target.path);
}

/** Mulberry32: 32 bits of state are plenty for choosing faults. `value` is in [0, 1). */
function nextRandom(previous: number): { value: number; state: number } {
  const state = (previous + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32, state };
}
