// Ten writes a minute for thirty clusters: the budget spreads them, nothing fails and nobody starves. What the cloud allows is
// counted by the simulator on its own.
import { describe, expect, it } from "vitest";
import type { Managed } from "../../src/controllers/lifecycle/resource.ts";
import { findCondition } from "../../src/runtime/conditions.ts";
import { ACCOUNT, type Fleet, isReady, LOGIN, startFleet } from "../support/chaos/fleet.ts";
import { managedClusterManifest, managedNodeManifest, nodePoolManifest } from "../support/environment/resources.ts";
import { sumOf } from "../support/operator/scrape.ts";
import type { LoggedRequest } from "../support/clouds/simulator.ts";
import { untilTestEnds } from "../support/apiserver/transports.ts";

const WRITES_PER_MINUTE = 10;
const CLUSTERS = 30;
/** The simulator's create: 1 s to begin, 10 s, 150 s and 390 s for its steps; 1 s and 240 s to hibernate. */
const CREATE_MS = 551_000;
const HIBERNATE_MS = 241_000;
const TOLERANCE = 1.1;
/** All times but this one are the turned clock's: how long the machine takes to turn it says nothing about us. */
const GENEROUS_MS = 240_000;

const NAMES = Array.from({ length: CLUSTERS }, (_, index) => `shop-${String(index).padStart(2, "0")}`);

/** Takes two requests. */
const CHANGE = { description: "Asleep", powerState: "Hibernated" };

describe("10 writes a minute for 30 clusters", () => {
  it(
    "creates them as fast as budget and cloud allow",
    async () => {
      const fleet = await startLimited();
      await Promise.all(NAMES.map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));

      const readyAtMs = new Map<string, number>();
      const tookMs = await fleet.driver.until(
        () => noteReady(fleet, readyAtMs) === CLUSTERS,
        2 * boundMs(CLUSTERS, CREATE_MS),
      );

      const writes = await writesOf(fleet);
      expect(writes).toHaveLength(CLUSTERS);
      expect(tookMs).toBeLessThanOrEqual(boundMs(CLUSTERS, CREATE_MS));
      const waits = await waitsAfterCreate(fleet, readyAtMs);
      expect(Math.max(...waits)).toBeLessThanOrEqual(CREATE_MS * TOLERANCE);
      await expectWithinBudget(fleet, writes);
      expect(await sum(fleet, "yunfan_cloud_requests_total", { operation: "CreateCluster", code: "201" })).toBe(
        CLUSTERS,
      );
    },
    GENEROUS_MS,
  );

  it(
    "changes them all at once as fast as budget and cloud allow",
    async () => {
      const fleet = await startLimited();
      for (const name of NAMES) {
        const { id: externalId } = (await fleet.cloud.behindOurBack("POST", "clusters", { name })) as { id: string };
        await fleet.create(managedClusterManifest({ metadata: { name }, spec: { externalId } }));
      }
      await fleet.driver.until(() => fleet.all("ManagedCluster").filter(isReady).length === CLUSTERS, 60_000);

      await Promise.all(NAMES.map((name) => fleet.change("ManagedCluster", name, CHANGE)));
      const tookMs = await fleet.driver.until(() => isAsDeclared(fleet), 2 * boundMs(2 * CLUSTERS, HIBERNATE_MS));

      const writes = await writesOf(fleet);
      expect(writes).toHaveLength(2 * CLUSTERS);
      expect(tookMs).toBeLessThanOrEqual(boundMs(2 * CLUSTERS, HIBERNATE_MS));
      // Polled a tenth later each time, 1 s to 15 s apart, a job of that length takes 45 looks.
      expect(await sum(fleet, "yunfan_cloud_requests_total", { operation: "GetCluster" })).toBeLessThan(CLUSTERS * 60);
      await expectWithinBudget(fleet, writes);
    },
    GENEROUS_MS,
  );
});

describe("10 writes a minute for clusters, pools and single nodes", () => {
  const EACH = 8;
  /** Each takes a single request, and a cluster the longest to be made. */
  const WRITES = 3 * EACH;

  it(
    "are shared in the order in which they are asked for, whatever the kind",
    async () => {
      const fleet = await startLimited();
      const { id: externalId } = (await fleet.cloud.behindOurBack("POST", "clusters", { name: "home" })) as {
        id: string;
      };
      await fleet.create(managedClusterManifest({ metadata: { name: "home" }, spec: { externalId } }));
      await fleet.driver.until(() => fleet.all("ManagedCluster").every(isReady), 60_000);
      const login = { keyPairName: "ops" };
      const inside = { clusterRef: { name: "home" }, login };
      for (const name of NAMES.slice(0, EACH)) {
        await fleet.create(nodePoolManifest({ metadata: { name }, spec: { ...inside, replicas: 1 } }));
        await fleet.create(managedNodeManifest({ metadata: { name }, spec: inside }));
        await fleet.create(managedClusterManifest({ metadata: { name } }));
      }
      const all = (): readonly Managed[] =>
        (["NodePool", "ManagedNode", "ManagedCluster"] as const).flatMap((kind) => fleet.all(kind));
      const tookMs = await fleet.driver.until(() => all().every(isReady), 2 * boundMs(WRITES, CREATE_MS));
      expect(tookMs).toBeLessThanOrEqual(boundMs(WRITES, CREATE_MS));

      const writes = await writesOf(fleet);
      const kinds = writes.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
      expect(
        Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, each]) => [kind, each.length])),
      ).toEqual({
        "POST clusters": EACH,
        "POST nodepools": EACH,
        "POST nodes": EACH,
      });
      // They were asked for in turn: no kind has to wait until another one has had all of its turns.
      const half = kinds.slice(0, WRITES / 2);
      const shares = [...new Set(kinds)].map((kind) => half.filter((one) => one === kind).length);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(2);
      await expectWithinBudget(fleet, writes);
    },
    GENEROUS_MS,
  );
});

describe("who waits for the budget", () => {
  /** Long before most of their turns. */
  const SOON_MS = 30_000;
  /** Turns that have come back by then. */
  const REFILLED = Math.ceil((WRITES_PER_MINUTE * SOON_MS) / 60_000);
  const reasonsOf = (fleet: Fleet): (string | undefined)[] => fleet.all("ManagedCluster").map(reasonOf);

  it(
    "says so within seconds, all of them, and the account after a minute, until nobody waits for so long",
    async () => {
      const fleet = await startLimited();
      await Promise.all(NAMES.map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));
      const waitingNow = (): Managed[] =>
        fleet.all("ManagedCluster").filter((each) => reasonOf(each) === "WaitingForBudget");
      await fleet.driver.until(() => waitingNow().length >= CLUSTERS - WRITES_PER_MINUTE - REFILLED, SOON_MS);
      const waiting = waitingNow();
      for (const { status } of waiting) {
        expect(findCondition(status.conditions, "Reconciling")).toMatchObject({
          status: "True",
          reason: "WaitingForBudget",
        });
        expect(status.phase).toBe("Reconciling");
      }
      expect(findCondition(accountOf(fleet).status.conditions, "BudgetAvailable")).toMatchObject({ status: "True" });

      const isLate = (): boolean =>
        findCondition(accountOf(fleet).status.conditions, "BudgetAvailable")?.reason === "RequestsWait";
      await fleet.driver.until(isLate, 90_000);
      expect(accountOf(fleet).status.conditions).toContainEqual(
        expect.objectContaining({ type: "BudgetAvailable", status: "False" }),
      );
      expect(isReady(accountOf(fleet))).toBe(true);

      await fleet.driver.until(() => !isLate(), boundMs(CLUSTERS, CREATE_MS));
      await fleet.driver.until(() => !reasonsOf(fleet).includes("WaitingForBudget"), 60_000);
      expect(await writesOf(fleet)).toHaveLength(CLUSTERS);
    },
    GENEROUS_MS,
  );

  it(
    "has its turn after those who came before it, be it to create or to delete",
    async () => {
      const fleet = await startLimited();
      const { id: externalId } = (await fleet.cloud.behindOurBack("POST", "clusters", { name: "ancient" })) as {
        id: string;
      };
      const spec = { externalId, deletionPolicy: "Delete" };
      await fleet.create(managedClusterManifest({ metadata: { name: "ancient" }, spec }));
      await fleet.driver.until(() => fleet.all("ManagedCluster").every(isReady), 60_000);
      const [before, after] = [NAMES.slice(0, 8), NAMES.slice(8, 16)];
      const create = (names: readonly string[]): Promise<unknown> =>
        Promise.all(names.map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));
      await create(before);
      await fleet.driver.until(() => !reasonsOf(fleet).includes(undefined), SOON_MS);
      await fleet.remove("ManagedCluster", "ancient");
      const isToldOld = (): boolean => reasonOf(oldOf(fleet)) === "WaitingForBudget";
      await fleet.driver.until(isToldOld, SOON_MS);
      await create(after);
      const count = before.length + after.length + 1;
      while ((await writesOf(fleet)).length < count) await fleet.driver.pass(1_000);
      const methods = (await writesOf(fleet)).map(({ method }) => method);
      expect(methods).toHaveLength(count);
      expect(methods.indexOf("DELETE")).toBeLessThanOrEqual(before.length);
    },
    GENEROUS_MS,
  );
});

describe("a budget that the cloud finds too large", () => {
  const OPTIMISTIC = 60;

  it(
    "stays cut when the credentials are rotated",
    async () => {
      const fleet = await startLimited(OPTIMISTIC);
      // The first create is refused, however fast the others follow.
      await fleet.cloud.setFaults([{ action: "Status", status: 429, method: "POST", path: "clusters$" }]);
      await Promise.all(NAMES.slice(0, 3).map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));
      const refused = async (): Promise<number> =>
        (await writesOf(fleet)).filter(({ status }) => status === 429).length;
      while ((await refused()) === 0) await fleet.driver.pass(1_000);
      const labels = { account: `${fleet.namespace}/${ACCOUNT}`, class: "writes" };
      expect(await sum(fleet, "yunfan_cloud_budget_limit", labels)).toBeLessThan(0.6 * OPTIMISTIC);

      const password = "Second-password-of-the-fleet";
      await fleet.cloud.behindOurBack("PATCH", `users/${LOGIN.username}`, { password });
      await fleet.setPassword(password);
      const logins = async (): Promise<number> =>
        (await fleet.cloud.requests()).filter(({ path, status }) => path === "/v3/auth/tokens" && status === 201)
          .length;
      const before = await logins();
      while ((await logins()) === before) await fleet.driver.pass(1_000);
      expect(await sum(fleet, "yunfan_cloud_budget_limit", labels)).toBeLessThan(0.7 * OPTIMISTIC);
    },
    GENEROUS_MS,
  );
});

async function startLimited(allowedHere = WRITES_PER_MINUTE): Promise<Fleet> {
  const fleet = await startFleet("budget", {
    simulator: { writesPerMinute: WRITES_PER_MINUTE },
    requestBudget: { writesPerMinute: allowedHere },
  });
  return untilTestEnds(fleet);
}

function reasonOf(resource: Managed | undefined): string | undefined {
  return findCondition(resource?.status.conditions, "Ready")?.reason;
}

function oldOf(fleet: Fleet): Managed | undefined {
  return fleet.all("ManagedCluster").find(({ metadata }) => metadata.name === "ancient");
}

function accountOf(fleet: Fleet): Managed {
  const [account] = fleet.all("CloudAccount");
  if (!account) throw new Error("There is no account");
  return account;
}

/** What it may take at most. */
function boundMs(writes: number, longestJobMs: number): number {
  return (Math.ceil(writes / WRITES_PER_MINUTE) * 60_000 + longestJobMs) * TOLERANCE;
}

/** Notes when each cluster was seen Ready first; how many have been by now. */
function noteReady(fleet: Fleet, readyAtMs: Map<string, number>): number {
  for (const { metadata } of fleet.all("ManagedCluster").filter(isReady)) {
    if (!readyAtMs.has(metadata.name)) readyAtMs.set(metadata.name, fleet.clock.now());
  }
  return readyAtMs.size;
}

/** From the moment at which the cloud made each cluster to when it was Ready. */
async function waitsAfterCreate(fleet: Fleet, readyAtMs: ReadonlyMap<string, number>): Promise<number[]> {
  const { clusters } = (await fleet.cloud.state()) as { clusters: { name: string; createdAt: string }[] };
  return clusters.map(({ name, createdAt }) => (readyAtMs.get(name) ?? Infinity) - Date.parse(createdAt));
}

function isAsDeclared(fleet: Fleet): boolean {
  return fleet
    .all("ManagedCluster")
    .every((cluster) => isReady(cluster) && findCondition(cluster.status.conditions, "Ready")?.reason === "Hibernated");
}

async function writesOf(fleet: Fleet): Promise<readonly LoggedRequest[]> {
  const requests = await fleet.cloud.requests();
  return requests.filter(({ method, path }) => method !== "GET" && path.startsWith("/api/"));
}

/** Nothing was refused, nothing failed, and the metrics tell what was waited for. */
async function expectWithinBudget(fleet: Fleet, writes: readonly LoggedRequest[]): Promise<void> {
  expect(writes.filter(({ status }) => status >= 300)).toEqual([]);
  const account = `${fleet.namespace}/${ACCOUNT}`;
  const labels = { account, class: "writes" };
  expect(await sum(fleet, "controller_runtime_reconcile_errors_total")).toBe(0);
  expect(await sum(fleet, "controller_runtime_reconcile_timeouts_total")).toBe(0);
  expect(await sum(fleet, "yunfan_cloud_budget_limit", labels)).toBe(WRITES_PER_MINUTE);
  expect(await sum(fleet, "yunfan_cloud_budget_wait_seconds_count", labels)).toBe(writes.length);
  expect(await sum(fleet, "yunfan_cloud_budget_wait_seconds_sum", labels)).toBeGreaterThan(60);
  expect(await sum(fleet, "yunfan_cloud_requests_total", { cloud: "HuaweiCCE", account, code: "429" })).toBeUndefined();
  expect(fleet.log.filter(({ level }) => ["error", "fatal"].includes(level))).toEqual([]);
}

async function sum(fleet: Fleet, name: string, labels?: Readonly<Record<string, string>>): Promise<number | undefined> {
  return sumOf(await fleet.metrics(), name, labels);
}
