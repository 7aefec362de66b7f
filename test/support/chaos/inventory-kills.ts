// Chaos of an inventory: the operator is killed at random instants while resources come, change, stall and go and the store fails in
// every way it knows. In the end the store holds one record of each resource, every Event once, every alarm once and resolved, and what
// is others' as it was.
import { expect } from "vitest";
import type { DialectName } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { hashOf } from "../../../src/controllers/inventorysink/report.ts";
import {
  bcsAccountManifests,
  createBcsStand,
  sinkManifest,
  type BcsStand,
  type SimulatedStore,
} from "../clouds/bcs/environment.ts";
import type { Fault } from "../clouds/simulator.ts";
import { projectManifest } from "../environment/environment.ts";
import { report } from "./outcome.ts";
import { chanceOf, type Chance } from "./random.ts";

interface KillOptions {
  readonly seed: number;
  readonly dialect: DialectName;
  readonly resources: number;
  readonly kills: number;
  /** The longest that an operator lives. */
  readonly longestLifeMs: number;
}

const CLUSTER = "BCS-K8S-00001";
const PROJECT = "YunfanRegistryProject";
const FOREIGN = 50;
const CONVERGES_WITHIN_MS = 90_000;

/** Of reads and writes alike, some of each. */
const ANYTHING = { method: "PUT|POST|DELETE|GET", path: "storage/.*", times: 0 } as const;
const FAULTS: readonly Fault[] = [
  { ...ANYTHING, action: "DropBefore", probability: 0.02 },
  { ...ANYTHING, action: "DropAfter", probability: 0.02 },
  { ...ANYTHING, action: "Status", status: 200, probability: 0.03 },
  { ...ANYTHING, action: "Status", status: 503, probability: 0.03 },
];

/** Resolves with how often an operator was killed. */
export async function killWhileReporting(options: KillOptions): Promise<number> {
  const chance = chanceOf(options.seed);
  await using stand = await createBcsStand(`chaos-inventory-${options.dialect.toLowerCase()}`, {
    dialect: options.dialect,
  });
  const start = (): Promise<unknown> => stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await start();
  await stand.apply(...bcsAccountManifests(stand.simulator));
  await stand.reaches("cloudaccount/bcs", "Verified");
  const foreign = await plantForeign(stand);
  await stand.apply(sinkManifest("fleet"));
  await stand.simulator.setFaults(FAULTS, options.seed);
  for (let kill = 1; kill <= options.kills; kill += 1) {
    await Promise.all([churn(stand, chance.branch(), options.resources), chance.pause(100, options.longestLifeMs)]);
    const operator = stand.operators.at(-1)!;
    operator.kill("SIGKILL");
    await operator.ended;
    await start();
  }
  await stand.simulator.setFaults([]);
  await mendAll(stand, options.resources);
  await stand.lookAgain("inventorysink/fleet");
  const look = async (): Promise<readonly string[]> => flawsOf(stand, await stand.simulator.store());
  await expect.poll(look, { timeout: CONVERGES_WITHIN_MS, interval: 300 }).toEqual([]);
  expect(await foreignIn(stand)).toEqual(foreign);
  report(`${options.dialect}: killed ${options.kills} times, ${(await stand.simulator.effects()).length} writes`);
  return options.kills;
}

/** One step of what users do: something comes, changes, goes, stalls or is mended. */
async function churn(stand: BcsStand, chance: Chance, resources: number): Promise<void> {
  const some = Array.from({ length: 5 }, () => `p${Math.floor(chance.draw() * resources)}`);
  const declared = (visibility: string): object[] =>
    [...new Set(some)].map((name) => projectManifest(name, { visibility, driftIntervalSeconds: 3_600 }));
  const acts = [
    () => stand.apply(...declared("Private")),
    () => stand.apply(...declared("Public")),
    () => remove(stand, `registryproject/${some[0]}`),
    () => stand.apply(...broken(stand, chance)),
    () => stand.apply(...bcsAccountManifests(stand.simulator, { name: brokenName(chance) })),
  ];
  await chance.oneOf(acts)();
}

/** An account that stalls: there is no key in its Secret. */
function broken(stand: BcsStand, chance: Chance): object[] {
  return bcsAccountManifests(stand.simulator, { name: brokenName(chance), stringData: { token: "" } });
}

function brokenName(chance: Chance): string {
  return `broken-${Math.floor(chance.draw() * 3)}`;
}

async function remove(stand: BcsStand, name: string): Promise<void> {
  if (stand.seen(name)) await stand.remove(name).catch(() => undefined);
}

async function mendAll(stand: BcsStand, resources: number): Promise<void> {
  const names = Array.from({ length: 3 }, (_, at) => `broken-${at}`);
  await stand.apply(...names.flatMap((name) => bcsAccountManifests(stand.simulator, { name })));
  for (const name of names) await stand.reaches(`cloudaccount/${name}`, "Verified");
  await stand.apply(projectManifest(`p${resources}`, { driftIntervalSeconds: 3_600 }));
}

async function plantForeign(stand: BcsStand): Promise<readonly unknown[]> {
  for (let at = 0; at < FOREIGN; at += 1) {
    await stand.simulator.behindOurBack("POST", "records", {
      clusterId: CLUSTER,
      namespace: at % 2 === 0 ? stand.namespace : "elsewhere",
      resourceType: at % 3 === 0 ? "Pod" : PROJECT,
      resourceName: `foreign-${at}`,
      data: { yunfan: { owner: `owner-${at % 5}`, hash: "x" } },
    });
  }
  return foreignIn(stand);
}

async function foreignIn(stand: BcsStand): Promise<readonly unknown[]> {
  return (await stand.simulator.store()).records.filter(({ resourceName }) => resourceName.startsWith("foreign-"));
}

async function flawsOf(stand: BcsStand, store: SimulatedStore): Promise<readonly string[]> {
  return [...flawsOfRecords(stand, store), ...(await flawsOfEvents(stand, store)), ...flawsOfAlarms(store)];
}

function flawsOfRecords(stand: BcsStand, { records }: SimulatedStore): readonly string[] {
  const there = resourcesOf(stand).map(({ kind, metadata }) => `Yunfan${kind}/${metadata.name}/${metadata.uid}`);
  const ours = records.filter(({ resourceName, resourceType }) => {
    return resourceType.startsWith("Yunfan") && !resourceName.startsWith("foreign-");
  });
  const told = ours.map(({ resourceType, resourceName, data }) => {
    const { metadata, yunfan } = data as { metadata?: { uid: string }; yunfan: { hash: string } };
    const isWhole = yunfan.hash === hashOf(data);
    return `${resourceType}/${resourceName}/${metadata?.uid}${isWhole ? "" : ", edited"}`;
  });
  return differences("record", there, told);
}

async function flawsOfEvents(stand: BcsStand, { events }: SimulatedStore): Promise<readonly string[]> {
  const { stdout } = await stand.kubectl(["get", "events", "-o", "json"]);
  const { items } = JSON.parse(stdout) as { items: KubeEvent[] };
  const there = items
    .filter(({ reportingComponent, involvedObject }) => {
      return reportingComponent === "yunfan.dev/operator" && involvedObject.kind !== "InventorySink";
    })
    .map(({ metadata }) => metadata.uid);
  return differences(
    "Event",
    there,
    events.map(({ data }) => (data as KubeEvent).metadata.uid),
  );
}

/** Of each resource in turn Firing and Resolved, and Resolved in the end, since all is well then. */
function flawsOfAlarms({ alarms }: SimulatedStore): readonly string[] {
  const bySource = Map.groupBy(alarms, ({ source }) => source);
  const said = [...bySource].map(([source, each]) => {
    const states = each
      .map(({ data }) => (data as { yunfan: { state: string; at: number } }).yunfan)
      .toSorted((a, b) => a.at - b.at)
      .map(({ state }) => state);
    const expected = states.map((_, at) => (at % 2 === 0 ? "Firing" : "Resolved"));
    return states.length % 2 === 0 && states.join() === expected.join() ? "" : `alarms of ${source}: ${states.join()}`;
  });
  return said.filter((flaw) => flaw !== "");
}

interface KubeEvent {
  readonly metadata: { readonly uid: string };
  readonly reportingComponent: string;
  readonly involvedObject: { readonly kind: string };
}

/** As the watch shows them last, of the kinds that are reported. */
function resourcesOf(stand: BcsStand) {
  const names = stand
    .versions()
    .filter(({ kind }) => kind === "CloudAccount" || kind === "RegistryProject")
    .map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  return [...new Set(names)].map((name) => stand.seen(name)).filter((resource) => resource !== undefined);
}

function differences(what: string, there: readonly string[], told: readonly string[]): readonly string[] {
  const counts = Map.groupBy(told, (key) => key);
  return [
    ...there.filter((key) => !counts.has(key)).map((key) => `missing ${what} ${key}`),
    ...[...counts].filter(([key]) => !there.includes(key)).map(([key]) => `surplus ${what} ${key}`),
    ...[...counts].filter(([, each]) => each.length > 1).map(([key, each]) => `${what} ${key} ${each.length} times`),
  ];
}
