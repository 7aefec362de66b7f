// Chaos 1: an account and a project are created, changed and deleted, and the operator is killed at every boundary of its writes.
import { expect } from "vitest";
import { SECRETS } from "../../src/controllers/cloudaccount/steps.ts";
import { cloudAccount } from "../../src/crds/cloudaccount/schema.ts";
import { registryProject } from "../../src/crds/registryproject/schema.ts";
import { isNotFound } from "../../src/kube/errors.ts";
import { type Bed, createBed } from "./chaos-bed.ts";
import { type Boundary, boundariesOf, killAt, nameOf } from "./chaos-boundaries.ts";
import { type Declared, expectClean, flawsOfOutcome, pullSecretOf, report } from "./chaos-outcome.ts";
import { type Chance, chanceOf } from "./chaos-random.ts";

export interface KillOptions {
  readonly seed: number;
  readonly duplicateNames: "Refuse" | "Allow";
  /** How many rounds go on at the same time, each in namespaces of its own. */
  readonly lanes: number;
  /** All boundaries; or those up to the end of the create, events left out, and so many of the later ones by chance. */
  readonly afterCreate: number | "All";
}

const PHASES = ["account", "create", "change", "remove", "removeAccount"] as const;

type PhaseName = (typeof PHASES)[number];

/** What a user does, and what must be true once the operator has done its part. */
interface Phase {
  readonly begin: () => Promise<void>;
  readonly goal: () => Promise<void>;
}

/** At most one boundary for each phase: the phases follow on one another, so one round serves them all. */
type Round = Partial<Record<PhaseName, Boundary>>;

/** Resolves with the names of the boundaries at which an operator was killed. */
export async function killAtBoundaries(options: KillOptions): Promise<readonly string[]> {
  const chance = chanceOf(options.seed);
  const beds: Bed[] = [];
  try {
    while (beds.length < options.lanes) {
      const bed = await createBed("chaos-kill", { duplicateNames: options.duplicateNames });
      beds.push(bed);
      bed.start();
    }
    const rounds = roundsOf(chosen(await enumerate(beds[0]!), options, chance));
    const queue = rounds.entries();
    await Promise.all(beds.map((bed) => playAll(bed, queue)));
    for (const bed of beds) expectClean(bed);
    return rounds.flatMap((round) => Object.entries(round).map(([phase, boundary]) => `${phase}: ${nameOf(boundary)}`));
  } finally {
    await Promise.all(beds.map((bed) => bed[Symbol.asyncDispose]()));
  }
}

/** A clean run. */
async function enumerate(bed: Bed): Promise<Record<PhaseName, readonly Boundary[]>> {
  const found: Partial<Record<PhaseName, readonly Boundary[]>> = {};
  const phases = phasesOf(bed, "clean");
  for (const name of PHASES) {
    const { begin, goal } = phases[name];
    found[name] = await boundariesOf(bed, () => begin().then(goal));
  }
  const counts = PHASES.map((name) => `${name} ${found[name]?.length}`);
  report(`write boundaries of a clean run: ${counts.join(", ")}`);
  return found as Record<PhaseName, readonly Boundary[]>;
}

function chosen(
  all: Record<PhaseName, readonly Boundary[]>,
  { afterCreate }: KillOptions,
  chance: Chance,
): Record<PhaseName, readonly Boundary[]> {
  if (afterCreate === "All") return all;
  const later = PHASES.slice(2).flatMap((phase) => all[phase].map((boundary) => ({ phase, boundary })));
  const drawn = chance.shuffled(later).slice(0, afterCreate);
  const of = (phase: PhaseName): Boundary[] => drawn.filter((one) => one.phase === phase).map((one) => one.boundary);
  const withoutEvents = (phase: PhaseName): Boundary[] => all[phase].filter(({ kind }) => kind !== "event");
  return {
    account: withoutEvents("account"),
    create: withoutEvents("create"),
    change: of("change"),
    remove: of("remove"),
    removeAccount: of("removeAccount"),
  };
}

function roundsOf(all: Record<PhaseName, readonly Boundary[]>): readonly Round[] {
  const most = Math.max(...PHASES.map((phase) => all[phase].length));
  return Array.from({ length: most }, (_, round) => {
    const ofRound = PHASES.map((phase) => [phase, all[phase][round]] as const);
    return Object.fromEntries(ofRound.filter(([, boundary]) => boundary !== undefined)) as Round;
  });
}

/** Plays rounds until there are none left; other lanes take from the same queue. */
async function playAll(bed: Bed, rounds: IterableIterator<[number, Round]>): Promise<void> {
  for (const [number, round] of rounds) {
    const phases = phasesOf(bed, `k${number}`);
    for (const name of PHASES) {
      await play(bed, phases[name], round[name]).catch((error: unknown) => {
        const where = round[name] ? nameOf(round[name]) : "no kill";
        throw new Error(`round ${number}, ${name}, ${where}`, { cause: error });
      });
    }
  }
}

async function play(bed: Bed, { begin, goal }: Phase, boundary: Boundary | undefined): Promise<void> {
  if (boundary) await killAt(bed, boundary, begin);
  else await begin();
  await goal();
}

function phasesOf(bed: Bed, name: string): Record<PhaseName, Phase> {
  const { stand, kube } = bed;
  const pullSecret = { namespace: stand.namespace, name: pullSecretOf(name) };
  const account = `${name}-account`;
  const effects = effectsFrom(bed);
  const isAsDeclared = async (declared: Declared): Promise<void> => {
    expect(await flawsOfOutcome(bed, declared)).toEqual([]);
  };
  return {
    account: {
      begin: () => bed.addAccount(account),
      goal: async () => void (await stand.reaches(`cloudaccount/${account}`, "Verified")),
    },
    create: {
      async begin() {
        await effects.from();
        await bed.add(name, { accountRef: { name: account }, pullSecrets: [pullSecret] });
      },
      async goal() {
        await stand.reaches(`registryproject/${name}`, "Available");
        await isAsDeclared(new Map([[name, "Private"]]));
        expect(await effects.methods()).toEqual(["POST"]);
        const { metadata } = await kube.get(SECRETS, pullSecret, { metadataOnly: true });
        expect(metadata.name).toBe(pullSecret.name);
      },
    },
    change: {
      begin: () => bed.change(name, { visibility: "Public" }),
      async goal() {
        await stand.until(`registryproject/${name}`, ({ spec }) => spec["visibility"] === "Public");
        await stand.reaches(`registryproject/${name}`, "Available");
        await isAsDeclared(new Map([[name, "Public"]]));
        expect(await effects.methods()).toEqual(["POST", "PUT"]);
      },
    },
    remove: {
      begin: () => bed.remove(registryProject.type, name),
      async goal() {
        await stand.gone(`registryproject/${name}`);
        await isAsDeclared(new Map());
        expect(await effects.methods()).toEqual(["POST", "PUT", "DELETE"]);
        const left = kube.get(SECRETS, pullSecret, { metadataOnly: true });
        await expect(left).rejects.toSatisfy(isNotFound);
      },
    },
    removeAccount: {
      begin: () => bed.remove(cloudAccount.type, account),
      goal: () => stand.gone(`cloudaccount/${account}`),
    },
  };
}

/** What changed the cloud since a moment. */
function effectsFrom(bed: Bed): { from(): Promise<void>; methods(): Promise<string[]> } {
  let since = 0;
  return {
    async from() {
      since = (await bed.requestsSince(0)).at(-1)?.seq ?? 0;
    },
    async methods() {
      return (await bed.requestsSince(since)).filter(({ effect }) => effect).map(({ method }) => method);
    },
  };
}
