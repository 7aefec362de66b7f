// Chaos 1: what a user does from the first manifest to the last deletion, one phase after another, and the operator is killed at
// every boundary of its writes.
import type { Bed } from "./chaos-bed.ts";
import { type Boundary, boundariesOf, killAt, nameOf } from "./chaos-boundaries.ts";
import { expectClean, report } from "./chaos-outcome.ts";
import { type Chance, chanceOf } from "./chaos-random.ts";
import type { LoggedRequest } from "./simulator.ts";

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
}

/** The boundaries of a phase. */
interface Found {
  readonly phase: string;
  readonly boundaries: readonly Boundary[];
}

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
    const rounds = roundsOf(chosen(await enumerate(course.phases(beds[0]!, "clean"), beds[0]!), options, chance));
    const queue = rounds.entries();
    await Promise.all(beds.map((bed) => playAll(bed, course, queue)));
    for (const bed of beds) expectClean(bed);
    return rounds.flatMap((round) => [...round].map(([phase, boundary]) => `${phase}: ${nameOf(boundary)}`));
  } finally {
    await Promise.all(beds.map((bed) => bed[Symbol.asyncDispose]()));
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

/** Plays rounds until there are none left; other lanes take from the same queue. */
async function playAll<B extends Bed>(
  bed: B,
  course: Course<B>,
  rounds: IterableIterator<[number, Round]>,
): Promise<void> {
  for (const [number, round] of rounds) {
    for (const phase of course.phases(bed, `k${number}`)) {
      const boundary = round.get(phase.name);
      await play(bed, phase, boundary).catch((error: unknown) => {
        const where = boundary ? nameOf(boundary) : "no kill";
        throw new Error(`round ${number}, ${phase.name}, ${where}`, { cause: error });
      });
    }
  }
}

async function play(bed: Bed, { begin, goal }: Phase, boundary: Boundary | undefined): Promise<void> {
  if (boundary) await killAt(bed, boundary, begin);
  else await begin();
  await goal();
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
