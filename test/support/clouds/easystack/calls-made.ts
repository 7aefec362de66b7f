// Titles that name calls, "(calls 93, 94)", say the truth: when such a test has ended, the simulators of its file have answered each of them.
// docs/clouds/easystack-calls.md is made of these titles.
import { afterEach } from "vitest";
import type { LoggedRequest, SimulatorControls } from "../simulator.ts";

type Log = Pick<SimulatorControls, "requests">;

/** Of this file, open ones and, once they are closed, what they have answered. */
const simulators = new Set<Log>();
const answered = new Set<number>();

/** With its calls noted until it is closed. */
export function noting<S extends SimulatorControls>(simulator: S): S {
  simulators.add(simulator);
  const dispose = async (): Promise<void> => {
    simulators.delete(simulator);
    await note(simulator);
    await simulator[Symbol.asyncDispose]();
  };
  return { ...simulator, [Symbol.asyncDispose]: dispose };
}

afterEach(async ({ task, expect }) => {
  const claimed = callsIn(task.name);
  if (claimed.length === 0 || task.result?.state === "fail") return;
  await Promise.all([...simulators].map(note));
  const missing = claimed.filter((call) => !answered.has(call));
  expect(missing, "calls that the title names, and nobody made").toEqual([]);
});

async function note(simulator: Log): Promise<void> {
  const requests = (await simulator.requests()) as readonly (LoggedRequest & { readonly call?: number })[];
  for (const { call, status, effect } of requests) {
    if (call !== undefined && (effect || (status >= 200 && status < 300))) answered.add(call);
  }
}

function callsIn(title: string): readonly number[] {
  return (/ \(calls? ([\d, ]+)\)$/.exec(title)?.[1] ?? "").split(", ").filter(Boolean).map(Number);
}
