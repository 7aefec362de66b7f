// What a resource does that waits for something slow: it is hardly visited, says the same, and leaves the cloud alone.
import { expect } from "vitest";
import type { SimulatorControls } from "../clouds/simulator.ts";
import type { Stand } from "./environment.ts";
import { nameParts } from "./status-watch.ts";

interface Waiting {
  /** The resource that waits. */
  readonly name: string;
  /** Another one, which looks for drift every 5 s: two of its visits are the time that passes. */
  readonly clock: string;
  /** Whose contents stay. */
  readonly cloud: Pick<SimulatorControls, "effects">;
}

type Parts = Pick<Stand, "seen" | "lookAgain" | "visited" | "operators">;

/**
 * Nothing comes of a visit, and none follows within two drift intervals of the clock, but for one that fell due just then. No
 * other resource may have its name in the same cluster meanwhile: who gives a name up wakes all that have it there.
 */
export async function expectPatience(stand: Parts, { name, clock, cloud }: Waiting): Promise<void> {
  const shown = async (): Promise<object> => ({
    conditions: stand.seen(name)?.status.conditions,
    effects: await cloud.effects(),
  });
  const before = await shown();
  await stand.lookAgain(name);
  const since = Date.now();
  await stand.visited(clock, 2);
  expect(visitsTo(stand, name, { sinceMs: since }), `visits to ${name}, which waits`).toBeLessThanOrEqual(1);
  expect(await shown()).toEqual(before);
}

interface Seldom {
  readonly visits: number;
  /** For so many. */
  readonly leastMs: number;
}

/** Three visits take 1 s, 1 s and 1 s at the very least. */
const BACKED_OFF: Seldom = { visits: 3, leastMs: 2_000 };

/** In the next visits to a resource of whose writes one is refused, which come more and more seldom. */
export async function expectSeldom(
  stand: Pick<Parts, "visited" | "operators">,
  name: string,
  { visits, leastMs }: Seldom = BACKED_OFF,
): Promise<void> {
  const sinceMs = Date.now();
  await stand.visited(name, visits);
  expect(Date.now() - sinceMs, `ms for ${visits} visits to ${name}`).toBeGreaterThanOrEqual(leastMs);
  expect(visitsTo(stand, name, { sinceMs }), `visits to ${name}`).toBeLessThanOrEqual(visits + 1);
}

interface Window {
  readonly sinceMs: number;
  /** For ever where unset. */
  readonly beforeMs?: number;
}

/**
 * How many visits to the resource began in the window, and have ended. By their beginning: the end of one whose status is there is
 * logged a moment later.
 */
export function visitsTo(
  { operators }: Pick<Parts, "operators">,
  resource: string,
  { sinceMs, beforeMs = Infinity }: Window,
): number {
  const { kind, short } = nameParts(resource);
  const ends = new Set(["Reconciled", "Reconcile failed"]);
  return operators
    .flatMap(({ log }) => log)
    .filter(({ msg, controller, name }) => ends.has(msg) && controller === kind && name === short)
    .map(({ time, durationMs }) => Date.parse(time) - Number(durationMs))
    .filter((begunMs) => begunMs >= sinceMs && begunMs < beforeMs).length;
}
