// Chaos 1: what a user does from the first manifest to the last deletion, one phase after another, and the operator is killed at
// every boundary of its writes.
import { expect } from "vitest";
import type { Bed } from "./bed.ts";
import { type Boundary, boundariesOf, killAt, nameOf } from "./boundaries.ts";
import { expectClean, report } from "./outcome.ts";
import { type Chance, chanceOf } from "./random.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";

/** What a user does, and what must be true once the operator has done its part. */
export interface Phase {
  readonly name: string;
  readonly begin: () => Promise<void>;
  readonly goal: () => Promise<void>;
}

/** What is played, once for each round. */
export interface Course<B extends Bed> {
  /** A bed with a running operator. */
  open(): Promise<B>;
  /** The phases follow on one another; after the last nothing is left. `name` is free. */
  phases(bed: B, name: string): readonly Phase[];
}

export interface KillOptions {
  readonly seed: number;
  /** How many rounds go on at the same time, each on a bed of its own. */
  readonly lanes: number;
  /** All boundaries; or, by phase, how many of them by chance: `Infinity` is all but events. */
  readonly boundaries: "All" | Readonly<Record<string, number>>;
  /** What it is called where it tells how far it has come; left out: it does not. */
  readonly progress?: string;
}

/** The boundaries of a phase. */
interface Found {
  readonly phase: string;
  readonly boundaries: readonly Boundary[];
}

/** A boundary that was played. */
interface Played {
  readonly phase: string;
  readonly boundary: Boundary;
}

interface Outcome {
  readonly killed: readonly Played[];
  /** Those that a round did without. */
  readonly missed: readonly Played[];
}

/** How often a boundary that the clean run had gets another round. */
const TRIES = 3;

/** By phase at most one boundary: the phases follow on one another, so one round serves them all. */
type Round = ReadonlyMap<string, Boundary>;

/** Resolves with the names of the boundaries at which an operator was killed. */
export async function killAtBoundaries<B extends Bed>(
  course: Course<B>,
  options: KillOptions,
): Promise<readonly string[]> {
  const chance = chanceOf(options.seed);
  const beds: B[] = [];
  try {
    const opening = Array.from({ length: options.lanes }, async () => beds.push(await course.open()));
    for (const opened of await Promise.allSettled(opening)) if (opened.status === "rejected") throw opened.reason;
    const all = chosen(await enumerate(course.phases(beds[0]!, "clean"), beds[0]!), options, chance);
    const { killed, missed } = await playUntilAllCame(beds, course, { all, name: options.progress });
    for (const bed of beds) expectClean(bed);
    // What changes the cloud or a target is the same in every round, however many statuses are written on the way.
    const isOutside = ({ kind }: Boundary): boolean => kind === "cloud" || kind === "target";
    expect(missed.filter(({ boundary }) => isOutside(boundary)).map(said)).toEqual([]);
    if (missed.length > 0) report(`did not come again in ${TRIES} rounds: ${missed.map(said).join("; ")}`);
    return killed.map(said);
  } finally {
    await Promise.all(beds.map((bed) => bed[Symbol.asyncDispose]()));
  }
}

/**
 * As `killAtBoundaries` at boundaries that are known beforehand, in each round one for each phase: no clean run has to find them. Each of
 * them has to come.
 */
export async function killAtKnown<B extends Bed>(
  course: Course<B>,
  ...rounds: readonly Readonly<Record<string, Boundary>>[]
): Promise<void> {
  const bed = await course.open();
  try {
    const queue = rounds.map((known): Round => new Map(Object.entries(known))).entries();
    const { missed } = await playAll(bed, course, { queue, prefix: "known", told: undefined });
    expectClean(bed);
    expect(missed.map(said)).toEqual([]);
  } finally {
    await bed[Symbol.asyncDispose]();
  }
}

/** A clean run. */
async function enumerate(phases: readonly Phase[], bed: Bed): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const { name, begin, goal } of phases) {
    found.push({ phase: name, boundaries: await boundariesOf(bed, () => begin().then(goal)) });
  }
  const counts = found.map(({ phase, boundaries }) => `${phase} ${boundaries.length}`);
  report(`write boundaries of a clean run: ${counts.join(", ")}`);
  return found;
}

function chosen(all: readonly Found[], { boundaries: wanted }: KillOptions, chance: Chance): readonly Found[] {
  if (wanted === "All") return all;
  return all.map(({ phase, boundaries }) => {
    const count = wanted[phase] ?? 0;
    const kept = count === Infinity ? boundaries.filter(({ kind }) => kind !== "event") : chance.shuffled(boundaries);
    return { phase, boundaries: kept.slice(0, count) };
  });
}

function roundsOf(all: readonly Found[]): readonly Round[] {
  const most = Math.max(...all.map(({ boundaries }) => boundaries.length));
  return Array.from({ length: most }, (_, round) => {
    const ofRound = all.map(({ phase, boundaries }) => [phase, boundaries[round]] as const);
    return new Map(ofRound.filter((entry): entry is [string, Boundary] => entry[1] !== undefined));
  });
}

/** Again and again those that were missed. `name`: as KillOptions.progress. */
async function playUntilAllCame<B extends Bed>(
  beds: readonly B[],
  course: Course<B>,
  { all, name }: { readonly all: readonly Found[]; readonly name: string | undefined },
): Promise<Outcome> {
  const killed: Played[] = [];
  let left = all;
  let missed: readonly Played[] = [];
  for (let attempt = 1; attempt <= TRIES && left.length > 0; attempt += 1) {
    const rounds = roundsOf(left);
    const queue = rounds.entries();
    const told = name === undefined ? undefined : progressOf(`${name}, attempt ${attempt}`, rounds.length);
    const played = await Promise.all(beds.map((bed) => playAll(bed, course, { queue, prefix: `k${attempt}`, told })));
    killed.push(...played.flatMap((lane) => lane.killed));
    missed = played.flatMap((lane) => lane.missed);
    left = foundIn(missed);
  }
  return { killed, missed };
}

const PROGRESS_MS = 60_000;

/** To be called after each round; tells once a minute, and after the last. */
function progressOf(name: string, rounds: number): () => void {
  const beganMs = performance.now();
  let [played, toldMs] = [0, beganMs];
  return () => {
    played += 1;
    const nowMs = performance.now();
    if (played < rounds && nowMs - toldMs < PROGRESS_MS) return;
    toldMs = nowMs;
    report(`${name}: ${played} of ${rounds} rounds in ${Math.round((nowMs - beganMs) / 1000)} s`);
  };
}

function foundIn(missed: readonly Played[]): readonly Found[] {
  const byPhase = Map.groupBy(missed, ({ phase }) => phase);
  return [...byPhase].map(([phase, played]) => ({ phase, boundaries: played.map(({ boundary }) => boundary) }));
}

/** Plays rounds until there are none left; other lanes take from the same queue. */
async function playAll<B extends Bed>(
  bed: B,
  course: Course<B>,
  { queue, prefix, told }: { queue: IterableIterator<[number, Round]>; prefix: string; told: (() => void) | undefined },
): Promise<Outcome> {
  const killed: Played[] = [];
  const missed: Played[] = [];
  for (const [number, round] of queue) {
    for (const phase of course.phases(bed, `${prefix}-${number}`)) {
      const boundary = round.get(phase.name);
      const outcome = await play(bed, phase, boundary).catch((error: unknown) => {
        const where = boundary ? nameOf(boundary) : "no kill";
        throw new Error(`round ${number}, ${phase.name}, ${where}`, { cause: error });
      });
      if (boundary) (outcome === "Killed" ? killed : missed).push({ phase: phase.name, boundary });
    }
    told?.();
  }
  return { killed, missed };
}

async function play(bed: Bed, phase: Phase, boundary: Boundary | undefined): Promise<"Killed" | "Missed"> {
  if (boundary) return killAt(bed, boundary, phase);
  await phase.begin().then(phase.goal);
  return "Missed";
}

function said({ phase, boundary }: Played): string {
  return `${phase}: ${nameOf(boundary)}`;
}

/** What changed the cloud since a moment. */
export function effectsFrom(bed: Bed): { from(): Promise<void>; effects(): Promise<readonly LoggedRequest[]> } {
  let since = 0;
  return {
    async from() {
      since = (await bed.requestsSince(0)).at(-1)?.seq ?? 0;
    },
    effects: async () => (await bed.requestsSince(since)).filter(({ effect }) => effect),
  };
}
