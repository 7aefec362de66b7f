// Endurance: a fleet that people change all the time, on a cloud that misbehaves, with tokens that expire and passwords that are
// rotated, for hours of an injected clock.
import { expect } from "vitest";
import { report } from "./outcome.ts";
import { type Chance, chanceOf } from "./random.ts";
import { flawsOfEndurance, type Declared } from "./endurance-outcome.ts";
import { type Fleet, isReady, LOGIN } from "./fleet.ts";
import { textsWithSecrets } from "../environment/invariants.ts";
import { managedAddonManifest, managedClusterManifest, nodePoolManifest } from "../environment/resources.ts";
import type { Fault } from "../clouds/simulator.ts";

export interface EnduranceOptions {
  readonly seed: number;
  readonly clusters: number;
  /** Of the injected clock, as all times here. */
  readonly lastsMs: number;
  readonly rotatedEveryMs: number;
  readonly convergesWithinMs: number;
}

export const TOKEN_TTL_SECONDS = 30;

const SECOND = 1_000;
const MINUTE = 60_000;
/** Below the client's deadline; those that take longer, the kind `Latency` of 40 s brings. */
const SLOW_MS = 2 * SECOND;
const TOO_SLOW_MS = 40 * SECOND;
const ONE_PERCENT = { method: ".*", probability: 0.01, times: 0 } as const;

/** Creates are few, and what they must not become is two: they are struck often, in the ways that hide what they did. */
const CREATE = { method: "POST", path: "/(?:clusters|nodepools|addons)$", probability: 0.08, times: 0 } as const;

const FAULTS: readonly Fault[] = [
  { ...CREATE, action: "DropAfter" },
  { ...CREATE, action: "MalformedJson" },
  { ...CREATE, action: "Latency", ms: TOO_SLOW_MS },
  { ...ONE_PERCENT, action: "Status", status: 500 },
  { ...ONE_PERCENT, action: "Status", status: 503 },
  { ...ONE_PERCENT, action: "Status", status: 429 },
  { ...ONE_PERCENT, action: "DropBefore" },
  { ...ONE_PERCENT, action: "DropAfter" },
  { ...ONE_PERCENT, action: "MalformedJson" },
  { ...ONE_PERCENT, action: "SlowHeaders", ms: SLOW_MS },
  { ...ONE_PERCENT, action: "Latency", ms: TOO_SLOW_MS },
  { ...ONE_PERCENT, action: "EmptyList", method: "GET" },
  { ...ONE_PERCENT, action: "StaleList", method: "GET" },
];

interface Trial {
  readonly fleet: Fleet;
  readonly chance: Chance;
  readonly declared: Map<string, Declared>;
  changes: number;
  rotations: number;
}

/** Rejects where it does not come to what is declared. Reports figures; resolves with how long it took once the faults were over. */
export async function endure(fleet: Fleet, options: EnduranceOptions): Promise<number> {
  const { seed, clusters, lastsMs, convergesWithinMs } = options;
  const trial: Trial = { fleet, chance: chanceOf(seed), declared: new Map(), changes: 0, rotations: 0 };
  await fleet.cloud.behindOurBack("POST", "clusters", { name: "bystander" });
  // An account that holds nothing yet can't tell an empty list from the truth: the first cluster is made in calm.
  await declare(trial, "shop-0");
  await fleet.driver.until(() => fleet.all("ManagedCluster").some(isReady), 30 * MINUTE);
  await fleet.cloud.setFaults(FAULTS, seed);
  for (let index = 1; index < clusters; index += 1) await declare(trial, `shop-${index}`);
  await disturb(trial, lastsMs, options.rotatedEveryMs);
  const struck = await faultsStruck(fleet);
  await fleet.cloud.setFaults([]);
  for (const name of trial.declared.keys()) await change(trial, name, { powerState: "Running" });
  const tookMs = await convergence(trial, convergesWithinMs);
  expectClean(trial);
  const { length } = await fleet.cloud.requests();
  report(
    `seed ${seed}: ${clusters} clusters, ${trial.changes} changes, ${trial.rotations} rotations, ${length} requests; ` +
      `faults ${struck}; as declared ${Math.round(tookMs / SECOND)} s after the end`,
  );
  return tookMs;
}

/** A cluster with two pools and an add-on. */
async function declare(trial: Trial, name: string): Promise<void> {
  const { fleet, declared } = trial;
  await fleet.create(managedClusterManifest({ metadata: { name }, spec: { description: "New" } }));
  declared.set(name, { description: "New", powerState: "Running", pools: {} });
  for (const pool of ["a", "b"]) await addPool(trial, name, pool);
  const spec = { clusterRef: { name } };
  await fleet.create(managedAddonManifest({ metadata: { name: `${name}-metrics` }, spec }));
}

/** Somebody changes something every few minutes, and passwords are rotated. */
async function disturb(trial: Trial, lastsMs: number, rotatedEveryMs: number): Promise<void> {
  const { fleet, chance } = trial;
  const { clock, driver } = fleet;
  const endMs = clock.monotonic() + lastsMs;
  let rotateAtMs = clock.monotonic() + rotatedEveryMs;
  while (clock.monotonic() < endMs) {
    await driver.pass(chance.draw() * 4 * MINUTE);
    await changeSomething(trial);
    if (clock.monotonic() < rotateAtMs) continue;
    await rotate(trial);
    rotateAtMs = clock.monotonic() + rotatedEveryMs;
  }
}

async function changeSomething(trial: Trial): Promise<void> {
  const { fleet, chance, declared } = trial;
  const name = chance.oneOf([...declared.keys()]);
  const draw = chance.draw();
  if (draw < 0.3) {
    await change(trial, name, { description: `Change ${trial.changes}` });
  } else if (draw < 0.5) {
    const { powerState } = declared.get(name)!;
    await change(trial, name, { powerState: powerState === "Running" ? "Hibernated" : "Running" });
  } else if (draw < 0.7) {
    await addPool(trial, name, `more-${trial.changes}`);
  } else {
    const { pools } = declared.get(name)!;
    const pool = chance.oneOf(Object.keys(pools));
    const replicas = chance.oneOf([0, 1, 2, 3]);
    notePool(trial, name, { [pool]: replicas });
    await fleet.change("NodePool", `${name}-${pool}`, { replicas });
  }
  trial.changes += 1;
}

async function addPool(trial: Trial, name: string, pool: string): Promise<void> {
  const spec = { clusterRef: { name }, login: { keyPairName: "operators" }, replicas: 1 };
  await trial.fleet.create(nodePoolManifest({ metadata: { name: `${name}-${pool}` }, spec }));
  notePool(trial, name, { [pool]: 1 });
}

function notePool({ declared }: Trial, name: string, pool: Declared["pools"]): void {
  const before = declared.get(name)!;
  declared.set(name, { ...before, pools: { ...before.pools, ...pool } });
}

async function change({ fleet, declared }: Trial, name: string, spec: Partial<Declared>): Promise<void> {
  declared.set(name, { ...declared.get(name)!, ...spec });
  await fleet.change("ManagedCluster", name, spec);
}

function passwordOf(rotation: number): string {
  return `Password-number-${rotation}`;
}

/** In the cloud first, as one has to, and in the Secret a while later. */
async function rotate(trial: Trial): Promise<void> {
  const { fleet, chance } = trial;
  trial.rotations += 1;
  const password = passwordOf(trial.rotations);
  await fleet.cloud.behindOurBack("PATCH", `users/${LOGIN.username}`, { password });
  await fleet.driver.pass(chance.draw() * 2 * MINUTE);
  await fleet.setPassword(password);
}

/** Lets time pass until kube says that all is well, and looks into the cloud then. Resolves with how long it took. */
async function convergence({ fleet, declared }: Trial, withinMs: number): Promise<number> {
  const beganMs = fleet.clock.monotonic();
  for (;;) {
    const leftMs = beganMs + withinMs - fleet.clock.monotonic();
    const flaws = await flawsOfEndurance(fleet, declared);
    if (flaws.length === 0) return fleet.clock.monotonic() - beganMs;
    if (leftMs <= 0) expect.fail(`After ${withinMs / SECOND} s: ${flaws.join("; ")}`);
    await fleet.driver.pass(Math.min(10 * SECOND, leftMs));
  }
}

/**
 * What may wait for a person: credentials that are rotated in the cloud and not yet here; and an add-on whose cluster goes to
 * sleep under its install, which CCE documents no code for (CCE API Reference 7.4) and the simulator answers with 403.
 */
const MAY_STALL: ReadonlySet<string> = new Set(["CloudAccount CredentialsRejected", "ManagedAddon Forbidden"]);

/** Nothing unforeseen happened, nothing else waited for a person, and no password shows. */
function expectClean({ fleet, rotations }: Trial): void {
  expect(fleet.log.filter(({ level }) => level === "error" || level === "fatal")).toEqual([]);
  const stalled = fleet.log.filter(({ msg, state }) => msg === "Changed state" && state === "Stalled");
  const reasons = stalled.map(({ controllerKind, reason }) => `${String(controllerKind)} ${String(reason)}`);
  expect(reasons.filter((reason) => !MAY_STALL.has(reason))).toEqual([]);
  const passwords = [LOGIN.password, ...Array.from({ length: rotations }, (_, index) => passwordOf(index + 1))];
  const kinds = ["CloudAccount", "ManagedCluster", "NodePool", "ManagedAddon"] as const;
  const statuses = kinds.flatMap((kind) => fleet.all(kind).map(({ status }) => status));
  const texts = [...fleet.log, ...statuses].map((item) => JSON.stringify(item));
  expect(textsWithSecrets(texts, passwords)).toEqual([]);
}

async function faultsStruck({ cloud }: Fleet): Promise<string> {
  const response = await fetch(`${cloud.url}/_simulator/faults`);
  const { faults } = (await response.json()) as { faults: readonly { action: string; struck: number }[] };
  return faults.map(({ action, struck }) => `${action} ${struck}`).join(", ");
}
