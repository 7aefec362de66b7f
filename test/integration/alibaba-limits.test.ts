// What the cloud limits and what others decide on Alibaba Cloud ACK: quotas, throttling, failed creates, the autoscaler, and edits in any order
// of what may be edited.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  clustersOf,
  createAlibabaStand,
  poolManifest,
  type AlibabaStand,
} from "../support/clouds/alibaba/environment.ts";
import { existing, type SimulatedServer } from "../support/clouds/alibaba/pools.ts";
import { chanceOf } from "../support/chaos/random.ts";
import type { SimulatorControls } from "../support/clouds/simulator.ts";
import { startWire } from "../support/clouds/wire.ts";
import type { Operator } from "../support/operator/operator.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { scrape, sumOf } from "../support/operator/scrape.ts";

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 20 });

let stand: AlibabaStand;

beforeAll(async () => {
  stand = await createAlibabaStand("ack-limits");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

function on(account: string, name: string, spec: object = {}): object {
  return ackClusterManifest(name, BLOCKS.managed(), { accountRef: { name: account }, ...spec });
}

interface SimulatedPool {
  readonly id: string;
  readonly name: string;
  readonly desiredSize: number | null;
  readonly autoScaling: object;
  readonly labels: Readonly<Record<string, string>>;
}

async function poolIn(cloud: SimulatorControls, name: string): Promise<SimulatedPool> {
  const { nodepools } = (await cloud.state()) as { nodepools: readonly SimulatedPool[] };
  return nodepools.find((pool) => pool.name === name)!;
}

describe.concurrent("on ACK", () => {
  it.for([
    ["the account", { clusterQuota: 1 }],
    ["the kind", { managedQuota: 1 }],
  ] as const)(
    "a quota of %s for one lets one of two be made, and the other when there is room",
    async ([of, quota], { expect }) => {
      const account = of === "the kind" ? "kind" : "all";
      const names = [`${account}-a`, `${account}-b`];
      const cloud = await stand.cloud(account, quota, ...names.map((name) => on(account, name)));
      const reasons = (): string[] =>
        names.map((name) => {
          const conditions = stand.seen(`managedcluster/${name}`)?.status.conditions;
          return conditions?.find(({ type }) => type === "Ready")?.reason ?? "";
        });
      await expect.poll(() => reasons().toSorted(), { timeout: 60_000 }).toEqual(["Available", "QuotaExceeded"]);
      const made = await Promise.all(names.map((name) => clustersOf(cloud, name)));
      expect(made.flat()).toHaveLength(1);
      for (const each of ["managed", "cluster"]) await cloud.behindOurBack("PATCH", `quotas/${each}`, { limit: 2 });
      for (const name of names) await stand.reaches(`managedcluster/${name}`, "Available");
    },
  );

  it("a create that the cloud fails at is told in its words, stays, and is never sent again", async ({ expect }) => {
    const cloud = await stand.cloud("failing");
    const plan = { clusterName: "failing", failAt: "Create", message: "The NAT gateway could not be made." };
    await cloud.behindOurBack("POST", "plans", plan);
    await stand.apply(on("failing", "failing"));
    const { message } = await stand.reaches("managedcluster/failing", "CreateFailed");
    expect(message).toContain(plan.message);
    await stand.visited("managedcluster/failing", 2);
    expect((await cloud.effects()).map(({ method }) => method)).toEqual(["POST"]);
    expect(await clustersOf(cloud, "failing")).toMatchObject([{ state: "failed" }]);
  });

  it("a tag that somebody takes away, our mark, is missed and said, and is not fought about", async ({ expect }) => {
    const cloud = await stand.cloud("untagged", {}, on("untagged", "untagged"));
    const resource = "managedcluster/untagged";
    await stand.reaches(resource, "Available");
    const { id, tags } = (await clustersOf(cloud, "untagged"))[0]!;
    await cloud.behindOurBack("PATCH", `clusters/${id}`, { tags: {} });
    await stand.until(resource, (shown) => conditionOf(shown, "UpToDate")?.reason === "MarkMissing");
    expect(conditionOf(stand.seen(resource)!, "UpToDate")).toMatchObject({
      status: "False",
      message: expect.stringContaining("somebody has taken away the mark"),
    });
    await stand.reaches(resource, "Available");
    await cloud.behindOurBack("PATCH", `clusters/${id}`, { tags });
    await stand.until(resource, (shown) => conditionOf(shown, "UpToDate")?.reason === "InSync");
    expect((await cloud.effects()).map(({ method }) => method)).toEqual(["POST"]);
  });

  it("the autoscaler is never pulled back, whenever it moves", async ({ expect }) => {
    const autoscaling = { enabled: true, minReplicas: 1, maxReplicas: 5 };
    const cloud = await stand.anotherSimulator();
    await using wire = await startWire(cloud.url);
    await stand.apply(
      ...alibabaAccountManifests({ url: wire.url }, { name: "moving" }),
      on("moving", "moving"),
      poolManifest("moving", { clusterRef: { name: "moving" }, replicas: 1, autoscaling }),
    );
    await stand.reaches("nodepool/moving", "Available");
    const { id } = await poolIn(cloud, "moving");
    for (const [tier, size] of [
      ["front", 4],
      ["back", 2],
    ] as const) {
      const isOurs = ({ method, path }: { method: string; path: string }): boolean =>
        method === "PUT" && path.endsWith(`/nodepools/${id}`);
      // We have read the pool, and our change has not arrived.
      wire.beforeRequest(isOurs, () => cloud.behindOurBack("PATCH", `nodepools/${id}`, { autoscaledTo: size }));
      await stand.edit("nodepool/moving", { spec: { labels: { tier } } });
      await stand.until("nodepool/moving", ({ status }) => status["readyReplicas"] === size);
      await stand.reaches("nodepool/moving", "Available");
      expect(await poolIn(cloud, "moving")).toMatchObject({ desiredSize: size, labels: { tier } });
    }
  });

  it("edits in any order erase no server again and touch no pool's autoscaling, over a restart too", async ({
    expect,
  }) => {
    const chance = chanceOf(12);
    await using own = await createAlibabaStand("ack-edited");
    const startOperator = (): Operator => own.operator({ flags: ["--no-leader-elect"] });
    let operator = startOperator();
    await operator.ready;
    const cloud = await own.cloud("edited", {}, on("edited", "edited", { version: "1.33" }));
    const server = "i-edited";
    await cloud.behindOurBack("POST", "servers", { id: server, name: server });
    const clusterRef = { name: "edited" };
    await own.apply(poolManifest("edited-bought", { clusterRef, replicas: 1 }));
    await own.apply(poolManifest("edited-owned", { clusterRef, ...existing(server), login: { keyPairName: "mine" } }));
    for (const pool of ["edited-bought", "edited-owned"]) await own.reaches(`nodepool/${pool}`, "Available");
    const before = await poolIn(cloud, "edited-bought");
    const word = (): string => chance.oneOf(["front", "back", "middle"]);
    const edits: readonly (readonly [string, () => object])[] = [
      ["nodepool/edited-bought", () => ({ labels: { tier: word() } })],
      ["nodepool/edited-owned", () => ({ labels: { tier: word() } })],
      ["nodepool/edited-bought", () => ({ taints: [{ key: "tier", value: word(), effect: "NoSchedule" }] })],
      ["nodepool/edited-owned", () => ({ taints: [{ key: "tier", value: word(), effect: "NoSchedule" }] })],
      ["nodepool/edited-owned", () => ({ existingServers: { formatDataDisks: chance.happens(0.5) } })],
      ["nodepool/edited-bought", () => ({ maxRemovalsPerStep: chance.oneOf([1, 2, 3]) })],
      ["managedcluster/edited", () => ({ version: "1.34" })],
      ["managedcluster/edited", () => ({ kubeconfig: { certificates: chance.happens(0.5) } })],
    ];
    for (let count = 0; count < 24; count += 1) {
      if (count % 8 === 7) {
        operator.kill("SIGKILL");
        await operator.ended;
        operator = startOperator();
      }
      const [resource, spec] = chance.oneOf(edits);
      await own.edit(resource, { spec: spec() });
      await chance.pause(0, 400);
    }
    await own.edit("managedcluster/edited", { spec: { version: "1.34" } });
    for (const resource of ["managedcluster/edited", "nodepool/edited-bought", "nodepool/edited-owned"]) {
      await own.reaches(resource, "Available");
    }
    const { servers } = (await cloud.state()) as { servers: readonly SimulatedServer[] };
    expect(servers.map(({ imaged }) => imaged)).toEqual([1, 1]);
    expect((await poolIn(cloud, "edited-bought")).autoScaling).toEqual(before.autoScaling);
    expect((await cloud.effects()).filter(({ path }) => path.endsWith("/attach"))).toHaveLength(1);
  });
});

it("Throttling.User with status 400 slows writes down, stalls nothing, and shows in the budget's metrics", async ({
  expect,
}) => {
  await using own = await createAlibabaStand("ack-throttled");
  const { metricsPort } = await own.operator({
    flags: ["--no-leader-elect", "--metrics-bind-address", "127.0.0.1:0"],
  }).ready;
  const cloud = await own.cloud("throttled", { writesPerMinute: 6, throttleStatus: 400 });
  const names = Array.from({ length: 8 }, (_, index) => `throttled-${index}`);
  await own.apply(...names.map((name) => on("throttled", name)));
  const refused = async (): Promise<number> =>
    (await cloud.requests()).filter(({ method, status }) => method === "POST" && status === 400).length;
  await expect.poll(refused, { timeout: 60_000 }).toBeGreaterThan(1);
  const isMade = (name: string): boolean => own.seen(`managedcluster/${name}`)?.status.externalId !== undefined;
  await expect.poll(() => names.filter(isMade).length, { timeout: 60_000 }).toBe(6);
  for (const name of names.filter((each) => !isMade(each))) {
    const { message } = await own.reaches(`managedcluster/${name}`, "Throttled");
    expect(message).toContain("Throttling.User");
    expect(conditionOf(own.seen(`managedcluster/${name}`)!, "Stalled")?.status).not.toBe("True");
  }
  expect(await cloud.effects()).toHaveLength(6);
  const samples = await scrape(metricsPort!);
  const labels = { account: `${own.namespace}/throttled`, class: "writes" };
  expect(sumOf(samples, "yunfan_cloud_budget_limit", labels)).toBeLessThan(60_000);
  expect(sumOf(samples, "controller_runtime_reconcile_errors_total")).toBe(0);
  expect(sumOf(samples, "yunfan_cloud_requests_total", { account: labels.account, code: "400" })).toBe(await refused());
});

itStaysClean(() => stand);
