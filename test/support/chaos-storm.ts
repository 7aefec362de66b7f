// Chaos 2: many projects are created, changed and deleted, the cloud misbehaves, and the operator is killed again and again.
import { expect } from "vitest";
import { registryProject } from "../../src/crds/registryproject/schema.ts";
import { isConflict, isNotFound } from "../../src/kube/errors.ts";
import { type Bed, createBed, type Visibility } from "./chaos-bed.ts";
import { convergence, expectClean, flawsOfOutcome, noncesOf, pullSecretOf, report } from "./chaos-outcome.ts";
import { type Chance, chanceOf } from "./chaos-random.ts";
import type { Fault } from "./simulator.ts";

export interface StormOptions {
  readonly seed: number;
  readonly projects: number;
  readonly kills: number;
  /** How long it may take, once the storm is over, until all is as declared. */
  readonly convergesWithinMs: number;
}

/**
 * A list is at most that old, and a write that late: together well below the settle window, which is what it promises to
 * outlast.
 */
const SETTLE_WINDOW_SECONDS = 3;
const STALE_MS = 1_000;
const LATE_MS = 200;

const FAULTS: readonly Fault[] = [
  { action: "StaleList", probability: 0.15, ms: STALE_MS, times: 0 },
  { action: "EmptyList", probability: 0.1, times: 0 },
  { action: "Status", method: ".*", probability: 0.05, status: 503, times: 0 },
  { action: "DropAfter", method: "POST|PUT|DELETE", probability: 0.1, times: 0 },
  { action: "DropBefore", method: ".*", probability: 0.05, times: 0 },
  { action: "Latency", method: ".*", probability: 0.1, ms: LATE_MS, times: 0 },
];

/**
 * It stays from the first to the last, and no name comes after it: every list that a fault empties or cuts lacks a known id.
 * Without one, an empty list of an account that holds nothing else would be as good as the truth.
 */
const ANCHOR = "zz-anchor";

/** The names' present wishes, and what was done. */
interface Storm {
  readonly bed: Bed;
  readonly declared: Map<string, Visibility>;
  readonly done: { created: number; changed: number; deleted: number };
  isOver: boolean;
}

/** Where a storm may rage. */
export function createStormBed(duplicateNames: "Refuse" | "Allow"): Promise<Bed> {
  return createBed("chaos-storm", { duplicateNames, settleWindowSeconds: SETTLE_WINDOW_SECONDS });
}

/** Rejects where it does not come to what is declared. Reports figures; resolves with how long it took once the storm was over. */
export async function weatherStorm(bed: Bed, options: StormOptions): Promise<number> {
  const { seed, projects, kills, convergesWithinMs } = options;
  const chance = chanceOf(seed);
  bed.start();
  await bed.addAccount("ctyun");
  await bed.stand.reaches("cloudaccount/ctyun", "Verified");
  await bed.add(ANCHOR);
  await bed.stand.reaches(`registryproject/${ANCHOR}`, "Available");
  const declared = new Map<string, Visibility>([[ANCHOR, "Private"]]);
  const storm: Storm = { bed, declared, done: { created: 0, changed: 0, deleted: 0 }, isOver: false };
  await bed.stand.simulator.setFaults(FAULTS, seed);
  const names = Array.from({ length: projects }, (_, index) => `p${index}`);
  const authors = names.map((name) => author(storm, name, { chance: chance.branch(), busy: projects }));
  await Promise.all([...authors, killAgainAndAgain(storm, kills, chance.branch())]);
  const struck = await faultsStruck(bed);
  await bed.stand.simulator.setFaults([]);
  const tookMs = await convergence(bed, declared, convergesWithinMs);
  await bed.stand.visited(`registryproject/${ANCHOR}`, 2);
  expect(await flawsOfOutcome(bed, declared)).toEqual([]);
  expectClean(bed);
  await reportFigures(storm, { ...options, struck, tookMs });
  return tookMs;
}

/** At a random instant: mostly while it works, sometimes while it starts. */
async function killAgainAndAgain(storm: Storm, kills: number, chance: Chance): Promise<void> {
  const { bed } = storm;
  for (let killed = 0; killed < kills; killed += 1) {
    if (chance.happens(0.85)) await bed.stand.operators.at(-1)?.ready;
    await chance.pause(0, 3_000);
    await bed.kill();
    bed.start();
  }
  storm.isOver = true;
}

/** Creates, changes and deletes one name as long as the storm goes on, and leaves most of them declared. */
async function author(storm: Storm, name: string, { chance, busy }: { chance: Chance; busy: number }): Promise<void> {
  while (!storm.isOver) {
    await chance.pause(0, 2_000 + 100 * busy);
    await act(storm, name, chance);
  }
  if (chance.happens(0.3)) return;
  // A namesake may still be on its way out.
  while (!storm.declared.has(name)) {
    await act(storm, name, chance);
    await chance.pause(100, 300);
  }
}

async function act(storm: Storm, name: string, chance: Chance): Promise<void> {
  const { bed, declared, done } = storm;
  const visibility = chance.oneOf(["Private", "Public"] as const);
  if (!declared.has(name)) {
    const pullSecrets = [{ namespace: bed.stand.namespace, name: pullSecretOf(name) }];
    if (!(await tryTo(() => bed.add(name, { visibility, pullSecrets }), isConflict))) return;
    declared.set(name, visibility);
    done.created += 1;
  } else if (chance.happens(0.5)) {
    await bed.change(name, { visibility });
    declared.set(name, visibility);
    done.changed += 1;
  } else {
    await tryTo(() => bed.remove(registryProject.type, name), isNotFound);
    declared.delete(name);
    done.deleted += 1;
  }
}

/** False where it failed in the way that is foreseen: a namesake that is still on its way out. */
async function tryTo(work: () => Promise<void>, isForeseen: (error: unknown) => boolean): Promise<boolean> {
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

async function reportFigures(
  { bed, declared, done }: Storm,
  { seed, kills, struck, tookMs }: StormOptions & { struck: string; tookMs: number },
): Promise<void> {
  const effects = (await bed.requestsSince(0)).filter(({ effect }) => effect);
  const count = (method: string): number => effects.filter((effect) => effect.method === method).length;
  report(
    `seed ${seed}: ${kills} kills, ` +
      `${done.created} created, ${done.changed} changed, ${done.deleted} deleted by users; ` +
      `effects POST ${count("POST")}, PUT ${count("PUT")}, DELETE ${count("DELETE")}; ${noncesOf(bed).size} nonces; ` +
      `faults ${struck}; ${declared.size} declared at the end, reached after ${tookMs} ms`,
  );
}
