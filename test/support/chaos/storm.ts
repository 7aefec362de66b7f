// Chaos 2: users create, change and delete all the time, the cloud misbehaves, and the operator is killed again and again.
import { expect } from "vitest";
import type { Bed } from "./bed.ts";
import { convergence, expectClean, report } from "./outcome.ts";
import { type Chance, chanceOf } from "./random.ts";
import type { Fault } from "../clouds/simulator.ts";

export interface StormOptions {
  readonly seed: number;
  /** How many names are created, changed and deleted. */
  readonly names: number;
  readonly kills: number;
  /** How long it may take, once the storm is over, until all is as declared. */
  readonly convergesWithinMs: number;
}

/** What a storm rages over. */
export interface Storm {
  readonly bed: Bed;
  readonly faults: readonly Fault[];
  /** As kind/name: stays from the first to the last. */
  readonly anchor: string;
  /** With a running operator: brings the anchor, and waits for it. */
  begin(): Promise<void>;
  /** One change by a user of that name. */
  act(name: string, chance: Chance): Promise<void>;
  isDeclared(name: string): boolean;
  /** One line for each way in which kube or cloud are not as declared. */
  flaws(): Promise<readonly string[]>;
  /** What is asked for when all is as declared, after which it must be so again. */
  finale?(): Promise<void>;
  /** What users did, and what came of it. */
  figures(): string;
}

/**
 * A list is at most that old, and a write that late: together well below the settle window, which is what it promises to
 * outlast.
 */
export const SETTLE_WINDOW_SECONDS = 3;
const STALE_MS = 1_000;
const LATE_MS = 200;

/** `emptied`: the lists that may come empty. */
export function stormFaults(emptied: string): readonly Fault[] {
  return [
    { action: "StaleList", probability: 0.15, ms: STALE_MS, times: 0 },
    { action: "EmptyList", path: emptied, probability: 0.1, times: 0 },
    { action: "Status", method: ".*", probability: 0.05, status: 503, times: 0 },
    { action: "DropAfter", method: "POST|PUT|DELETE", probability: 0.1, times: 0 },
    { action: "DropBefore", method: ".*", probability: 0.05, times: 0 },
    { action: "Latency", method: ".*", probability: 0.1, ms: LATE_MS, times: 0 },
  ];
}

/** Rejects where it does not come to what is declared. Reports figures; resolves with how long it took once the storm was over. */
export async function weatherStorm(storm: Storm, options: StormOptions): Promise<number> {
  const { seed, names, kills, convergesWithinMs } = options;
  const { bed } = storm;
  const chance = chanceOf(seed);
  const flaws = (): Promise<readonly string[]> => storm.flaws();
  await storm.begin();
  await bed.stand.simulator.setFaults(storm.faults, seed);
  const weather: Weather = { busy: names, calmsWithinMs: convergesWithinMs, isOver: false };
  const killing = killAgainAndAgain(bed, kills, chance.branch()).finally(() => (weather.isOver = true));
  const authors = Array.from({ length: names }, (_, index) => author(storm, `p${index}`, weather, chance.branch()));
  await Promise.all([killing, ...authors]);
  const struck = await faultsStruck(bed);
  await bed.stand.simulator.setFaults([]);
  const tookMs = await convergence(bed, flaws, convergesWithinMs);
  await storm.finale?.();
  await convergence(bed, flaws, convergesWithinMs);
  await bed.stand.visited(storm.anchor, 2);
  expect(await flaws()).toEqual([]);
  expectClean(bed);
  const effects = await effectsIn(bed);
  report(`seed ${seed}: ${kills} kills; ${storm.figures()}; ${effects}; faults ${struck}; reached after ${tookMs} ms`);
  return tookMs;
}

/** At a random instant: mostly while it works, sometimes while it starts. */
async function killAgainAndAgain(bed: Bed, kills: number, chance: Chance): Promise<void> {
  for (let killed = 0; killed < kills; killed += 1) {
    if (chance.happens(0.85)) await bed.stand.operators.at(-1)?.ready;
    await chance.pause(0, 3_000);
    await bed.kill();
    bed.start();
  }
}

interface Weather {
  /** How many act at the same time. */
  readonly busy: number;
  /** How long a namesake may be on its way out once the storm is over. */
  readonly calmsWithinMs: number;
  isOver: boolean;
}

/** Creates, changes and deletes one name as long as the storm goes on, and leaves most of them declared. */
async function author(storm: Storm, name: string, weather: Weather, chance: Chance): Promise<void> {
  while (!weather.isOver) {
    await chance.pause(0, 2_000 + 100 * weather.busy);
    await storm.act(name, chance);
  }
  if (chance.happens(0.3)) return;
  const endMs = performance.now() + weather.calmsWithinMs;
  // A namesake may still be on its way out. One that stays for ever is what the outcome shows.
  while (!storm.isDeclared(name) && performance.now() < endMs) {
    await storm.act(name, chance);
    await chance.pause(100, 300);
  }
}

/** False where it failed in the way that is foreseen, such as a namesake that is still on its way out. */
export async function tryTo(work: () => Promise<void>, isForeseen: (error: unknown) => boolean): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!isForeseen(error)) throw error;
    return false;
  }
}

async function faultsStruck({ stand }: Bed): Promise<string> {
  const response = await fetch(`${stand.simulator.url}/_simulator/faults`);
  const { faults } = (await response.json()) as { faults: readonly { action: string; struck: number }[] };
  return faults.map(({ action, struck }) => `${action} ${struck}`).join(", ");
}

async function effectsIn(bed: Bed): Promise<string> {
  const effects = (await bed.requestsSince(0)).filter(({ effect }) => effect);
  const count = (method: string): number => effects.filter((effect) => effect.method === method).length;
  return `effects POST ${count("POST")}, PUT ${count("PUT")}, DELETE ${count("DELETE")}`;
}
