// A few writes a minute for many clusters: the budget spreads them, nothing fails and nobody starves. What the cloud allows is counted by the
// simulator on its own. The long form has ten for thirty.
import { describe, expect, it } from "vitest";
import type { Managed } from "../../src/controllers/lifecycle/resource.ts";
import { findCondition } from "../../src/runtime/conditions.ts";
import {
  adopt,
  boundMs,
  changeWithinBudget,
  CREATE_MS,
  createWithinBudget,
  expectWithinBudget,
  namesOf,
  startLimited,
  sum,
  writesOf,
} from "../support/chaos/budget.ts";
import { ACCOUNT, type Fleet, isReady, LOGIN } from "../support/chaos/fleet.ts";
import { managedClusterManifest, managedNodeManifest, nodePoolManifest } from "../support/environment/resources.ts";

/** All times but this one are the turned clock's: how long the machine takes to turn it says nothing about us. */
const GENEROUS_MS = 240_000;

describe("4 writes a minute for 12 clusters", () => {
  const scale = { clusters: 12, writesPerMinute: 4 };

  it(
    "creates them as fast as budget and cloud allow",
    () => expect(createWithinBudget(scale)).resolves.toBeUndefined(),
    GENEROUS_MS,
  );

  it(
    "changes them all at once as fast as budget and cloud allow",
    () => expect(changeWithinBudget(scale)).resolves.toBeUndefined(),
    GENEROUS_MS,
  );
});

describe("6 writes a minute for clusters, pools and single nodes", () => {
  const WRITES_PER_MINUTE = 6;
  const EACH = 6;
  /** Each takes a single request, and a cluster the longest to be made. */
  const WRITES = 3 * EACH;

  it(
    "are shared in the order in which they are asked for, whatever the kind",
    async () => {
      const fleet = await startLimited(WRITES_PER_MINUTE);
      await adopt(fleet, "home");
      await fleet.driver.until(() => fleet.all("ManagedCluster").every(isReady), 60_000);
      const login = { keyPairName: "ops" };
      const inside = { clusterRef: { name: "home" }, login };
      for (const name of namesOf(EACH)) {
        await fleet.create(nodePoolManifest({ metadata: { name }, spec: { ...inside, replicas: 1 } }));
        await fleet.create(managedNodeManifest({ metadata: { name }, spec: inside }));
        await fleet.create(managedClusterManifest({ metadata: { name } }));
      }
      const all = (): readonly Managed[] =>
        (["NodePool", "ManagedNode", "ManagedCluster"] as const).flatMap((kind) => fleet.all(kind));
      const withinMs = boundMs(WRITES, { writesPerMinute: WRITES_PER_MINUTE, longestJobMs: CREATE_MS });
      const tookMs = await fleet.driver.until(() => all().every(isReady), 2 * withinMs);
      expect(tookMs).toBeLessThanOrEqual(withinMs);

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
      await expectWithinBudget(fleet, { writes, writesPerMinute: WRITES_PER_MINUTE });
    },
    GENEROUS_MS,
  );
});

describe("who waits for the budget", () => {
  const CLUSTERS = 12;
  const WRITES_PER_MINUTE = 4;
  /** Long before most of their turns. */
  const SOON_MS = 30_000;
  /** Turns that have come back by then. */
  const REFILLED = Math.ceil((WRITES_PER_MINUTE * SOON_MS) / 60_000);
  const reasonsOf = (fleet: Fleet): (string | undefined)[] => fleet.all("ManagedCluster").map(reasonOf);

  it(
    "says so within seconds, all of them, and the account after a minute, until nobody waits for so long",
    async () => {
      const fleet = await startLimited(WRITES_PER_MINUTE);
      await Promise.all(namesOf(CLUSTERS).map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));
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

      await fleet.driver.until(
        () => !isLate(),
        boundMs(CLUSTERS, { writesPerMinute: WRITES_PER_MINUTE, longestJobMs: CREATE_MS }),
      );
      await fleet.driver.until(() => !reasonsOf(fleet).includes("WaitingForBudget"), 60_000);
      expect(await writesOf(fleet)).toHaveLength(CLUSTERS);
    },
    GENEROUS_MS,
  );

  it(
    "has its turn after those who came before it, be it to create or to delete",
    async () => {
      const fleet = await startLimited(10);
      await adopt(fleet, "ancient", { deletionPolicy: "Delete" });
      await fleet.driver.until(() => fleet.all("ManagedCluster").every(isReady), 60_000);
      const names = namesOf(16);
      const [before, after] = [names.slice(0, 8), names.slice(8)];
      const create = (wanted: readonly string[]): Promise<unknown> =>
        Promise.all(wanted.map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));
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
      const fleet = await startLimited(10, OPTIMISTIC);
      // The first create is refused, however fast the others follow.
      await fleet.cloud.setFaults([{ action: "Status", status: 429, method: "POST", path: "clusters$" }]);
      await Promise.all(namesOf(3).map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));
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
