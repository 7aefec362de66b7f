// Chaos of an inventory: the operator is killed at random instants while resources come, change, stall and go and the store fails in
// every way it knows. In the end the store holds one record of each resource, every Event once, every alarm once and resolved, and what
// is others' as it was.
import { expect, vi } from "vitest";
import type { KubeClient } from "../../../src/kube/client.ts";
import type { DialectName } from "../../../src/cloud/bcs/simulator/dialect.ts";
import {
  AMPLE_BUDGET,
  bcsAccountManifests,
  createBcsStand,
  sinkManifest,
  type BcsStand,
} from "../clouds/bcs/environment.ts";
import { administrator, reportedEvents } from "../clouds/bcs/stands.ts";
import { cuttable } from "../apiserver/cuttable-connections.ts";
import type { Fault as ProxyFault } from "../apiserver/fault-proxy.ts";
import type { Fault } from "../clouds/simulator.ts";
import { projectManifest } from "../environment/environment.ts";
import { startCandidate } from "../operator/failover.ts";
import { flawsOfAlarms, flawsOfEvents, flawsOfRecords, FOREIGN } from "./inventory-outcome.ts";
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
const FOREIGNERS = 50;
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
  const foreign = await begin(stand, options.seed);
  for (let kill = 1; kill <= options.kills; kill += 1) {
    await Promise.all([churn(stand, chance.branch(), options.resources), chance.pause(100, options.longestLifeMs)]);
    const operator = stand.operators.at(-1)!;
    operator.kill("SIGKILL");
    await operator.ended;
    await start();
  }
  await conclude(stand, options.resources, foreign);
  report(`${options.dialect}: killed ${options.kills} times, ${(await stand.simulator.effects()).length} writes`);
  return options.kills;
}

/** Of two operators with election the leader is killed, again and again, while a burst of changes is reported. */
export async function killLeaders(options: Omit<KillOptions, "longestLifeMs">): Promise<number> {
  const { dialect, resources, kills } = options;
  const chance = chanceOf(options.seed);
  await using stand = await createBcsStand(`chaos-leaders-${dialect.toLowerCase()}`, { dialect });
  const all = Array.from({ length: resources }, (_, at) => `p${at}`);
  let leader = await startCandidate(stand, "leader-0");
  await leader.acquiredAt();
  const foreign = await begin(stand, options.seed);
  for (let kill = 1; kill <= kills; kill += 1) {
    const standby = await startCandidate(stand, `leader-${kill}`);
    const visibility = kill % 2 === 0 ? "Private" : "Public";
    const burst = stand.apply(...all.map((name) => projectManifest(name, { visibility, driftIntervalSeconds: 3_600 })));
    await chance.pause(500, 3_000);
    await using former = leader;
    former.operator.kill("SIGKILL");
    await former.operator.ended;
    await burst;
    await standby.acquiredAt();
    leader = standby;
  }
  await using _last = leader;
  await conclude(stand, resources, foreign);
  report(`${dialect}: ${kills} leaders killed, ${(await stand.simulator.effects()).length} writes`);
  return kills;
}

const EXPIRED = {
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  reason: "Expired",
  code: 410,
  message: "too old",
};
const JSON_TYPE = { "content-type": "application/json" };
const CACHED = /registryprojects|cloudaccounts|\/events/;

/** What API servers and the networks before them do to those who watch. */
const WEATHER: readonly ProxyFault[] = [
  { action: "Answer", status: 410, path: /[?&]watch=/, times: 4, headers: JSON_TYPE, body: JSON.stringify(EXPIRED) },
  { action: "DropBefore", path: CACHED, times: 6 },
  { action: "CutBody", method: /GET/, path: /(?:registryprojects|events)\?/, times: 3 },
  { action: "Answer", status: 500, path: CACHED, times: 4 },
  { action: "DropAfter", method: /PATCH|POST|PUT/, times: 4 },
];

/** The operator's watches break in every way while a burst of changes is reported, so many times each. */
export async function stormWhileReporting(
  options: Omit<KillOptions, "longestLifeMs" | "kills"> & { rounds: number },
): Promise<number> {
  const { dialect, resources, rounds } = options;
  const chance = chanceOf(options.seed);
  await using stand = await createBcsStand(`chaos-weather-${dialect.toLowerCase()}`, { dialect });
  const { proxy, kubeconfig } = await cuttable(stand.kubeconfig);
  await using _proxy = proxy;
  await stand.operator({ kubeconfig, flags: ["--no-leader-elect"] }).ready;
  const foreign = await begin(stand, options.seed);
  for (let round = 0; round < rounds; round += 1) {
    for (const fault of WEATHER) {
      const injection = proxy.inject(fault);
      proxy.cutStreams();
      await churn(stand, chance.branch(), resources);
      proxy.cutStreams();
      await churn(stand, chance.branch(), resources);
      injection.remove();
    }
  }
  await conclude(stand, resources, foreign);
  report(`${dialect}: ${rounds} times ${WEATHER.length} kinds of weather before the API server`);
  return rounds;
}

/** With an operator that works: the account, the sink, what is others', and faults of every kind. Resolves with what is others'. */
async function begin(stand: BcsStand, seed: number): Promise<readonly unknown[]> {
  await stand.apply(...bcsAccountManifests(stand.simulator, { spec: { requestBudget: AMPLE_BUDGET } }));
  await stand.reaches("cloudaccount/bcs", "Verified");
  const foreign = await plantForeign(stand);
  await stand.apply(sinkManifest("fleet"));
  await stand.simulator.setFaults(FAULTS, seed);
  return foreign;
}

/** Fails where the store does not come to hold what it must. */
async function conclude(stand: BcsStand, resources: number, foreign: readonly unknown[]): Promise<void> {
  await stand.simulator.setFaults([]);
  await mendAll(stand, resources);
  await stand.lookAgain("inventorysink/fleet");
  await using admin = administrator();
  // Not expect.poll: which test it is of is not known while others go on beside it.
  const look = async (): Promise<void> => expect(await flawsOf(stand, admin.kube)).toEqual([]);
  await vi.waitFor(look, { timeout: CONVERGES_WITHIN_MS, interval: 300 });
  expect(await foreignIn(stand)).toEqual(foreign);
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
  for (let at = 0; at < FOREIGNERS; at += 1) {
    await stand.simulator.behindOurBack("POST", "records", {
      clusterId: CLUSTER,
      namespace: at % 2 === 0 ? stand.namespace : "elsewhere",
      resourceType: at % 3 === 0 ? "Pod" : PROJECT,
      resourceName: `${FOREIGN}${at}`,
      data: { yunfan: { owner: `owner-${at % 5}`, hash: "x" } },
    });
  }
  return foreignIn(stand);
}

async function foreignIn(stand: BcsStand): Promise<readonly unknown[]> {
  return (await stand.simulator.store()).records.filter(({ resourceName }) => resourceName.startsWith(FOREIGN));
}

async function flawsOf(stand: BcsStand, kube: KubeClient): Promise<readonly string[]> {
  const [store, there] = [await stand.simulator.store(), await reportedEvents(kube, stand)];
  return [...flawsOfRecords(resourcesOf(stand), store), ...flawsOfEvents(there, store), ...flawsOfAlarms(store)];
}

/** As the watch shows them last, of the kinds that are reported. */
function resourcesOf(stand: BcsStand) {
  const names = stand
    .versions()
    .filter(({ kind }) => kind === "CloudAccount" || kind === "RegistryProject")
    .map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  return [...new Set(names)].map((name) => stand.seen(name)).filter((resource) => resource !== undefined);
}
