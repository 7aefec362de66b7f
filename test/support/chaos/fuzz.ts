// Specs that nobody would write: what the API server takes is said something of by an operator that goes on, and goes when it is deleted.
import { setTimeout as pause } from "node:timers/promises";
import * as fc from "fast-check";
import { expect } from "vitest";
import { type BlockName, cloudBlocks } from "../../../src/cloud/blocks.ts";
import { customResourceDefinition } from "../../../src/crds/definition.ts";
import type { KindSchema } from "../../../src/crds/kind.ts";
import { isInvalid } from "../../../src/kube/errors.ts";
import type { KubeObject } from "../../../src/kube/types.ts";
import type { StructuralSchema } from "../../../src/schema/structural.ts";
import { almostFitting, fitting } from "../../crds/arbitraries.ts";
import type { Resource } from "../environment/environment.ts";
import type { Bed, Manifest } from "./bed.ts";
import { expectClean, report } from "./outcome.ts";

export interface Fuzz {
  readonly seed: number;
  /** Of each kind. */
  readonly specs: number;
  /** How many are there at the same time, of each kind. */
  readonly atOnce: number;
}

export interface Fuzzed {
  readonly kind: KindSchema;
  /** As an author writes it; what is made up is put over it. */
  readonly base: (name: string) => Based | Promise<Based>;
  /** Not made up: where it belongs, and what keeps it from being deleted. */
  readonly fixed: readonly string[];
}

export type Based = Manifest & { readonly spec: object };

/** Where it happens: nothing else is declared there but what is called `HOME`. */
export interface FuzzGround {
  readonly bed: Bed;
  /** The one whose block of a spec is made up, too. */
  readonly cloud: BlockName;
  readonly kinds: readonly Fuzzed[];
  /** In reports. */
  readonly title: string;
}

/** The cluster that all made-up resources are in, or beside. */
export const HOME = "home";
export const BELONGING = ["accountRef", "clusterRef", "cloudName", "driftIntervalSeconds"];
export const STAYING = ["deletionProtection", "deletionPolicy", "managementPolicy"];

/** Generous: both cores may be busy with other tests. */
const WITHIN_MS = 120_000;

/** Fails at a crash, at an exception that nobody foresaw, at a resource of which nothing is said, and at one that does not go. */
export async function fuzz({ bed, cloud, kinds, title }: FuzzGround, { seed, specs, atOnce }: Fuzz): Promise<void> {
  const reasons = new Map<string, number>();
  const made = kinds.map((fuzzed) => ({ fuzzed, specs: madeUp(fuzzed, cloud, { seed, specs }) }));
  for (let from = 0; from < specs; from += atOnce) {
    const taken = await Promise.all(
      made.map(({ fuzzed, specs: all }) => tryAll(bed, fuzzed, { from, specs: all.slice(from, from + atOnce) })),
    );
    for (const reason of taken.flat()) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    await cleared(bed, kinds);
    expectGoingOn(bed);
  }
  expectClean(bed);
  const counts = [...reasons].toSorted(([, a], [, b]) => b - a).map(([reason, count]) => `${reason} ${count}`);
  report(`${specs} of each made up, ${title}, seed ${seed}: ${counts.join(", ")}`);
  expect(reasons.get(REFUSED) ?? 0).toBeGreaterThan(0);
  expect(reasons.get("Available") ?? 0).toBeGreaterThan(0);
  // Nothing goes wrong in this cloud: whoever is told so looks for a fault that is ours.
  expect(reasons.get("ObservationNotTrusted") ?? 0).toBe(0);
}

const REFUSED = "refused at admission";

/** Resolves with the reason of Ready of each. */
async function tryAll(
  bed: Bed,
  { kind, base }: Fuzzed,
  { from, specs }: { readonly from: number; readonly specs: readonly object[] },
): Promise<readonly string[]> {
  return Promise.all(
    specs.map(async (made, index) => {
      const name = `${kind.type.kind.toLowerCase()}-${from + index}`;
      const { spec, ...manifest } = await base(name);
      try {
        await bed.add(kind.type, { ...manifest, spec: { ...spec, ...made } } as Manifest);
      } catch (error) {
        if (isInvalid(error)) return REFUSED;
        throw error;
      }
      const said = await bed.stand.until(`${kind.type.kind.toLowerCase()}/${name}`, isSettled);
      return said.status.conditions![0]!.reason;
    }),
  );
}

/** Something is said of it beyond that it is being made. */
function isSettled({ status, metadata }: Resource): boolean {
  const reason = status.conditions?.[0]?.reason;
  return status.observedGeneration === metadata.generation && reason !== undefined && reason !== "Creating";
}

/** All but the home are deleted and gone. */
async function cleared(bed: Bed, kinds: readonly Fuzzed[]): Promise<void> {
  const left = async (): Promise<readonly { readonly kind: KindSchema; readonly object: KubeObject }[]> => {
    const all = kinds.map(async ({ kind }) =>
      (await bed.list<KubeObject>(kind.type)).map((object) => ({ kind, object })),
    );
    return (await Promise.all(all)).flat().filter(({ object }) => object.metadata.name !== HOME);
  };
  for (const { kind, object } of await left()) await bed.remove(kind.type, object.metadata.name);
  const endMs = performance.now() + WITHIN_MS;
  for (let present = await left(); present.length > 0; present = await left()) {
    const isLate = performance.now() > endMs;
    if (isLate) expect.fail(`These do not go: ${JSON.stringify(present.map(({ object }) => object))}`);
    await pause(200);
  }
}

function expectGoingOn({ stand }: Bed): void {
  for (const { pid, log } of stand.operators) {
    expect(log.filter(({ level }) => ["error", "fatal", "unparsed"].includes(level))).toEqual([]);
    expect(process.kill(pid, 0)).toBe(true);
  }
}

/** The same for a seed. More fit than do not, and most have one fault alone. */
function madeUp(
  { kind, fixed }: Fuzzed,
  cloud: BlockName,
  { seed, specs }: Pick<Fuzz, "seed" | "specs">,
): readonly object[] {
  const schema = specOf(kind);
  const others = Object.keys(cloudBlocks).filter((name) => name !== cloud);
  const left = Object.entries(schema.properties ?? {}).filter(([name]) => ![...fixed, ...others].includes(name));
  const fuzzed = { ...schema, properties: Object.fromEntries(left), required: [] };
  const values = fc.oneof(
    { weight: 3, arbitrary: fitting(fuzzed) },
    { weight: 2, arbitrary: almostFitting(fuzzed).filter((value) => typeof value === "object" && value !== null) },
  );
  return fc.sample(values, { seed, numRuns: specs }) as object[];
}

function specOf(kind: KindSchema): StructuralSchema {
  const [version] = customResourceDefinition(kind).spec.versions;
  return version!.schema.openAPIV3Schema.properties!["spec"]!;
}
