// An installation of Alibaba Cloud ACK that is brought from the API of 2019 to today's, and back: its clusters, pools and servers stay what
// they are, and nothing is written for it (docs/how-to/move-ack-dialects.md). In order: each test goes on from where the one before ended.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startAlibabaSimulator, type AlibabaSimulator } from "../../src/cloud/alibaba/simulator/index.ts";
import { REGION } from "../support/clouds/alibaba/bed.ts";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  createAlibabaStand,
  poolManifest,
  type AlibabaStand,
  type Dialect,
} from "../support/clouds/alibaba/environment.ts";
import { existing, type ShownServer, type SimulatedState } from "../support/clouds/alibaba/pools.ts";
import { controlsOf, CREDENTIALS, type SimulatorControls } from "../support/clouds/simulator.ts";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SERVERS = ["i-here-1", "i-here-2"] as const;
const RESOURCES = ["managedcluster/shop", "managedcluster/ask", "nodepool/bought", "nodepool/owned"] as const;

let stand: AlibabaStand;
let simulator: AlibabaSimulator;
let cloud: SimulatorControls;
let ids: readonly (string | undefined)[];

beforeAll(async () => {
  stand = await createAlibabaStand("ack-dialects");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await standIn("Reference");
  for (const id of SERVERS) await cloud.behindOurBack("POST", "servers", { id, name: id });
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "node-password" } };
  await stand.apply(
    { ...secret, stringData: { password: "Pass-word-1" } },
    ...alibabaAccountManifests(cloud, { spec: { alibaba: { dialect: "Reference" } } }),
    ackClusterManifest("shop", BLOCKS.managed()),
    ackClusterManifest("ask", BLOCKS.serverless("Reference")),
    poolManifest("bought", { clusterRef: { name: "shop" }, replicas: 2 }),
    poolManifest("owned", { clusterRef: { name: "shop" }, ...existing(...SERVERS) }),
  );
  for (const resource of RESOURCES) await stand.reaches(resource, "Available");
  ids = RESOURCES.map((resource) => stand.seen(resource)!.status.externalId);
});
afterAll(async () => {
  await stand[Symbol.asyncDispose]();
  await simulator.close();
});

/** At the same address, with all that was there. */
async function standIn(dialect: Dialect): Promise<void> {
  const before = simulator as AlibabaSimulator | undefined;
  await before?.close();
  simulator = await startAlibabaSimulator({
    listen: before === undefined ? "127.0.0.1:0" : new URL(before.url).host,
    ...CREDENTIALS,
    region: REGION,
    speed: 600,
    dialect,
    ...(before && { left: before.left }),
  });
  cloud = controlsOf(simulator);
}

async function servers(): Promise<SimulatedState["servers"]> {
  return ((await cloud.state()) as SimulatedState).servers;
}

/** By kubectl of whoever brings the installation to another edition. */
async function follow(dialect: Dialect): Promise<void> {
  await stand.edit("cloudaccount/alibaba", { spec: { alibaba: { dialect } } });
  await stand.reaches("cloudaccount/alibaba", "Verified");
}

/** When each was visited in the new dialect and is as declared. */
async function settled(): Promise<{
  readonly ids: readonly (string | undefined)[];
  readonly writes: readonly object[];
}> {
  for (const resource of RESOURCES) {
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
  }
  return { ids: RESOURCES.map((resource) => stand.seen(resource)!.status.externalId), writes: await cloud.effects() };
}

it("Before the account follows, it says of which dialect it is, and nothing reads as missing", async () => {
  await standIn("V2026");
  const { message } = await stand.reaches("cloudaccount/alibaba", "Rejected");
  expect(message).toMatch(/InvalidApi\.NotFound.*dialect/);
  for (const resource of RESOURCES) await stand.lookAgain(resource);
  const reasons = RESOURCES.map((resource) => conditionOf(stand.seen(resource)!, "Ready")?.reason);
  expect(reasons).not.toContain("ExternalResourceMissing");
  expect(RESOURCES.map((resource) => stand.seen(resource)!.status.externalId)).toEqual(ids);
  expect(await cloud.effects()).toEqual([]);
});

it("When it has, clusters and pools are what they were, by the same ids, without a write", async () => {
  await follow("V2026");
  expect(await settled()).toEqual({ ids, writes: [] });
});

it("A pool that is a list of servers can't grow there, which is said; it shrinks, and releases what it bought", async () => {
  const before = await servers();
  await stand.edit("nodepool/bought", { spec: { replicas: 3 } });
  const { message } = await stand.reaches("nodepool/bought", "NotSupportedByCloud");
  expect(message).toContain("replicas");
  expect(await cloud.effects()).toEqual([]);
  await stand.edit("nodepool/bought", { spec: { replicas: 1 } });
  await stand.reaches("nodepool/bought", "Available");
  expect(await servers()).toHaveLength(before.length - 1);
});

it("A server that leaves the list leaves the cluster, and is neither released nor erased again", async () => {
  await stand.edit("nodepool/owned", { spec: { existingServers: { ids: SERVERS.slice(1) } } });
  const listed = (): readonly string[] =>
    ((stand.seen("nodepool/owned")!.status["servers"] ?? []) as readonly ShownServer[]).map(({ id }) => id);
  await expect.poll(listed, { timeout: 40_000 }).toEqual(SERVERS.slice(1));
  await stand.reaches("nodepool/owned", "Available");
  const [left, stays] = SERVERS.map(async (id) => (await servers()).find((server) => server.id === id));
  expect(await left).toMatchObject({ clusterId: "", imaged: 1 });
  expect(await stays).toMatchObject({ clusterId: ids[0], imaged: 1 });
});

it("A pool of today is made beside it, and back in the dialect of before it says what is not there", async () => {
  await stand.apply(poolManifest("todays", { clusterRef: { name: "shop" }, replicas: 1 }));
  await stand.reaches("nodepool/todays", "Available");
  await standIn("Reference");
  await stand.reaches("cloudaccount/alibaba", "Rejected");
  await follow("Reference");
  expect(await settled()).toEqual({ ids, writes: [] });
  await stand.lookAgain("nodepool/todays");
  const { reason, message } = conditionOf(stand.seen("nodepool/todays")!, "Ready")!;
  expect([reason, message]).toEqual(["NotSupportedByCloud", expect.stringContaining("the account was changed")]);
  expect(await cloud.effects()).toEqual([]);
});

it("All are deleted in the dialect that they are in, bought servers with them and no other one", async () => {
  await standIn("V2026");
  await follow("V2026");
  await stand.reaches("nodepool/todays", "Available");
  for (const pool of ["nodepool/todays", "nodepool/bought", "nodepool/owned"]) await stand.remove(pool);
  for (const pool of ["nodepool/todays", "nodepool/bought", "nodepool/owned"]) await stand.gone(pool);
  for (const cluster of ["managedcluster/shop", "managedcluster/ask"]) await stand.remove(cluster);
  for (const cluster of ["managedcluster/shop", "managedcluster/ask"]) await stand.gone(cluster);
  expect((await servers()).map(({ id, clusterId, imaged }) => ({ id, clusterId, imaged }))).toEqual(
    SERVERS.map((id) => ({ id, clusterId: "", imaged: 1 })),
  );
});

itStaysClean(() => stand);
