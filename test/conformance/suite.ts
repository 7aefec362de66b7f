// What a cloud says to join the suite, and how its cases are run.
import { expect, test } from "vitest";
import type { AccountSettings, Cloud, Credentials, Facets } from "../../src/cloud/contract.ts";
import { CloudError } from "../../src/cloud/errors.ts";
import type { AddonHost, AddonRequest } from "../../src/cloud/facets/addons.ts";
import type { ClusterRequest, KubeconfigContext } from "../../src/cloud/facets/clusters.ts";
import type { NodePoolRequest } from "../../src/cloud/facets/nodepools.ts";
import { systemClock, type Clock, type Timer } from "../../src/lib/clock.ts";
import type { RunningSimulator } from "../../src/cloud/simulation/definition.ts";
import type { SimulatorControls } from "../support/clouds/simulator.ts";

export interface SimulatorRules {
  /** What a create with a name in use gets (`--duplicate-names`). */
  readonly duplicateNames: "Refuse" | "Allow";
  /** Items of one page of a list, where the cloud has pages and its simulator can be told their size. */
  readonly pageSize: number;
  readonly clock: Clock;
}

/** Real time, but that the cloud's wall clock is off, and that a test may have time pass at once. */
export class CloudClock implements Clock {
  readonly #offMs: number;
  #aheadMs = 0;

  constructor(offMs: number) {
    this.#offMs = offMs;
  }

  now(): number {
    return systemClock.now() + this.#offMs + this.#aheadMs;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#aheadMs;
  }

  after(ms: number, callback: () => void): Timer {
    return systemClock.after(ms, callback);
  }

  /** Signatures hold for some minutes around the cloud's time: a test has ten in all. */
  pass(ms: number): void {
    this.#aheadMs += ms;
  }
}

/** Cases that a cloud skips, by their titles, each with the reason. */
export type Skips = Readonly<Record<string, string>>;

/** What a colleague does at the cloud's console: `SimulatorControls.behindOurBack`. */
export type Console = SimulatorControls["behindOurBack"];

/** One cloud's part of the suite: how its simulator is started, what is asked of it, and what it can't show. */
export interface ConformingCloud {
  /** In the titles of its tests; the provider, and where a cloud joins twice, as what. */
  readonly name: string;
  readonly cloud: Cloud;
  readonly start: (rules: SimulatorRules) => Promise<RunningSimulator>;
  /** Of an account on that simulator, beside its endpoint; most often the provider's own block. */
  readonly settings: (simulator: RunningSimulator) => Partial<AccountSettings>;
  readonly credentials: Credentials;
  /** Well-formed, and refused by the simulator. */
  readonly wrongCredentials: Credentials;
  /** With keys of two ways to sign in. */
  readonly ambiguousCredentials: Credentials;
  /** Has the form of the cloud's ids and is none. */
  readonly unknownId: string;
  readonly skips?: Skips;
  /** By facet; where the cloud does not offer it, or no suite is of it alone, the reason. */
  readonly facets: { readonly [F in Listing]: (F extends keyof Samples ? Samples[F] : never) | string };
}

/** Facets that are no collections, and have tests of their own. */
export const UNLISTED = ["manifests", "jobs"] as const satisfies readonly (keyof Facets)[];

type Listing = Exclude<keyof Facets, (typeof UNLISTED)[number]>;

export interface Samples {
  readonly clusters: ClustersSample;
  readonly nodePools: NodePoolsSample;
  readonly addons: AddonsSample;
  readonly registry: RegistrySample;
  readonly inventory: InventorySample;
}

/** How the suite makes items of one collection. What is optional is needed by some case: leave it out and skip that, with a reason. */
export interface ItemsSample {
  /** Of different items; four or more, so that a list of them has several pages. */
  readonly names: readonly string[];
  /** Refused for what it is, whoever has it. */
  readonly refusedName?: string;
  /** A colleague makes an item of that name, at once settled and long before now; resolves with its id. `clusterId`: where, in a cluster. */
  readonly plant: (console: Console, name: string, clusterId: string) => Promise<string>;
  /** Leaves no room for another one. */
  readonly exhaustQuota?: (console: Console, clusterId: string) => Promise<unknown>;
  readonly skips?: Skips;
}

export interface ClustersSample extends ItemsSample {
  readonly request: (name: string, nonce: string) => ClusterRequest;
  /** What a planted cluster has no kubeconfig for. */
  readonly missingContext?: KubeconfigContext;
}

interface InClusterSample extends ItemsSample {
  /** A colleague makes a running cluster; resolves with its id. */
  readonly cluster: (console: Console) => Promise<string>;
}

export interface NodePoolsSample extends InClusterSample {
  /** Two nodes, no autoscaling, one label or more. */
  readonly request: (name: string, nonce: string) => NodePoolRequest;
}

/** `names` are those of templates. */
export interface AddonsSample extends InClusterSample {
  readonly request: (template: string) => AddonRequest;
  /** Of the first template: another version, or other values. */
  readonly change: AddonRequest;
  /** Of the cluster that `cluster` makes. */
  readonly host: AddonHost;
}

/** A cloud's own block of a spec. */
type Options = Readonly<Record<string, unknown>>;

export interface RegistrySample extends ItemsSample {
  /** Somebody else's project; resolves with its id. */
  readonly plantForeign?: (console: Console, project: { name: string; isPublic: boolean }) => Promise<string>;
  /** A colleague pushes an image into a project. */
  readonly push?: (console: Console, image: { project: string; repository: string; tag: string }) => Promise<unknown>;
  /** Of pull credentials that the simulator has, and of some that it does not know. */
  readonly pullOptions?: { readonly known: Options; readonly unknown: Options };
}

/** What a store keeps is what others report: a sample is how they do, and what they report of each kind that can be asked for. */
export interface InventorySample {
  readonly plant: (
    console: Console,
    collection: "records" | "events" | "alarms" | "watches" | "metrics",
    fields: object,
  ) => Promise<unknown>;
  /** By environment and resource in lower case. */
  readonly samples: Readonly<Record<"K8s" | "Mesos", Readonly<Record<string, QuerySample>>>>;
  readonly skips?: Skips;
}

interface QuerySample {
  readonly type: string;
  /** Left out: of the cluster class. */
  readonly namespace?: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** For each documented filter a value that finds it and one that does not. */
  readonly filters: Readonly<Record<string, readonly [hit: string, miss: string]>>;
}

export interface Case<S> {
  /** A plain sentence; a cloud skips the case by it. */
  readonly title: string;
  /** What the simulator has to be told beside its defaults; `clockOffMs`: how far its clock is ahead of ours. */
  readonly rules?: Partial<Omit<SimulatorRules, "clock">> & { readonly clockOffMs?: number };
  readonly run: (subject: S) => Promise<void> | void;
}

/** As a case is started with. */
export interface Rules extends SimulatorRules {
  readonly clock: CloudClock;
}

/** Registers a test for each case, on a simulator of its own. */
export function runCases<S>(
  whose: string,
  cases: readonly Case<S>[],
  how: { readonly skips: Skips | undefined; readonly start: (rules: Rules) => Promise<S> },
): void {
  const { skips = {}, start } = how;
  const unknown = Object.keys(skips).filter((title) => !cases.some((one) => one.title === title));
  if (unknown.length > 0) throw new Error(`There is no case to skip by the title: ${unknown.join("; ")}`);
  for (const { title, rules: { clockOffMs = 0, ...rules } = {}, run } of cases) {
    const reason = skips[title];
    test(`${whose}: ${title}`, async ({ skip }) => {
      if (reason !== undefined) skip(reason);
      expect.hasAssertions();
      await run(await start({ duplicateNames: "Refuse", pageSize: 100, ...rules, clock: new CloudClock(clockOffMs) }));
    });
  }
}

/** The cases of one facet; where the cloud does not offer it, the reason shows as that of a skipped test. */
export function runFacet<F extends keyof Samples, S>(
  cloud: ConformingCloud,
  facet: F,
  how: {
    readonly cases: readonly Case<S>[];
    readonly start: (sample: Samples[F], rules: Rules) => Promise<S>;
  },
): void {
  const sample: Samples[F] | string = cloud.facets[facet];
  if (typeof sample === "string") {
    const offered: Case<void> = { title: "is offered", run: () => undefined };
    runCases(facet, [offered], { skips: { [offered.title]: sample }, start: () => Promise.resolve() });
    return;
  }
  runCases(facet, how.cases, { skips: sample.skips, start: (rules) => how.start(sample, rules) });
}

/** Of a sample or a facet: what it may lack, and this case needs. */
export function needed<T>(member: T | undefined, name: string): T {
  const wayOut = "add it, or skip this case in test/conformance/clouds with the reason";
  return member ?? expect.fail(`${name} is missing: ${wayOut}`);
}

/** What the work fails with; anything but a CloudError fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<CloudError> {
  const error = await thrownBy(work);
  if (error instanceof CloudError) return error;
  throw new Error("Threw something else than a CloudError", { cause: error });
}

export async function thrownBy(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (value) => expect.fail(`It should have failed, and answered ${JSON.stringify(value) ?? "nothing"}`),
    (error: unknown) => error,
  );
}

/** `await eventually(() => value).toBe(…)`: for as long as jobs of a fast simulator may take on a busy machine. */
export function eventually<T>(value: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(value, { timeout: 15_000, interval: 20 });
}
