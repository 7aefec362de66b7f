// What a budget of writes does to a fleet on Huawei CCE: it spreads them, nothing fails and nobody starves. What the cloud allows is counted by
// the simulator on its own.
import { expect } from "vitest";
import { findCondition } from "../../../src/runtime/conditions.ts";
import { untilTestEnds } from "../apiserver/transports.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";
import { managedClusterManifest } from "../environment/resources.ts";
import { sumOf } from "../operator/scrape.ts";
import { ACCOUNT, type Fleet, isReady, startFleet } from "./fleet.ts";

/** So many clusters share so many writes. */
export interface Scale {
  readonly clusters: number;
  readonly writesPerMinute: number;
}

/** The simulator's create: 1 s to begin, 10 s, 150 s and 390 s for its steps; 1 s and 240 s to hibernate. */
export const CREATE_MS = 551_000;
const HIBERNATE_MS = 241_000;
const TOLERANCE = 1.1;

/** Takes two requests. */
const CHANGE = { description: "Asleep", powerState: "Hibernated" };

export function namesOf(clusters: number): readonly string[] {
  return Array.from({ length: clusters }, (_, index) => `shop-${String(index).padStart(2, "0")}`);
}

/** `allowedHere`: what the account says; what the cloud allows where unset. */
export async function startLimited(writesPerMinute: number, allowedHere = writesPerMinute): Promise<Fleet> {
  const fleet = await startFleet("budget", {
    simulator: { writesPerMinute },
    requestBudget: { writesPerMinute: allowedHere },
  });
  return untilTestEnds(fleet);
}

/** They are all made as fast as budget and cloud allow. */
export async function createWithinBudget({ clusters, writesPerMinute }: Scale): Promise<void> {
  const fleet = await startLimited(writesPerMinute);
  const names = namesOf(clusters);
  await Promise.all(names.map((name) => fleet.create(managedClusterManifest({ metadata: { name } }))));

  const readyAtMs = new Map<string, number>();
  const withinMs = boundMs(clusters, { writesPerMinute, longestJobMs: CREATE_MS });
  const tookMs = await fleet.driver.until(() => noteReady(fleet, readyAtMs) === clusters, 2 * withinMs);

  const writes = await writesOf(fleet);
  expect(writes).toHaveLength(clusters);
  expect(tookMs).toBeLessThanOrEqual(withinMs);
  const waits = await waitsAfterCreate(fleet, readyAtMs);
  expect(Math.max(...waits)).toBeLessThanOrEqual(CREATE_MS * TOLERANCE);
  await expectWithinBudget(fleet, { writes, writesPerMinute });
  const created = { operation: "CreateCluster", code: "201" };
  expect(await sum(fleet, "yunfan_cloud_requests_total", created)).toBe(clusters);
}

/** They are all changed at once, as fast as budget and cloud allow. */
export async function changeWithinBudget({ clusters, writesPerMinute }: Scale): Promise<void> {
  const fleet = await startLimited(writesPerMinute);
  const names = namesOf(clusters);
  for (const name of names) await adopt(fleet, name);
  await fleet.driver.until(() => fleet.all("ManagedCluster").filter(isReady).length === clusters, 60_000);

  await Promise.all(names.map((name) => fleet.change("ManagedCluster", name, CHANGE)));
  const withinMs = boundMs(2 * clusters, { writesPerMinute, longestJobMs: HIBERNATE_MS });
  const tookMs = await fleet.driver.until(() => isAsDeclared(fleet), 2 * withinMs);

  const writes = await writesOf(fleet);
  expect(writes).toHaveLength(2 * clusters);
  expect(tookMs).toBeLessThanOrEqual(withinMs);
  // Polled a tenth later each time, 1 s to 15 s apart, a job of that length takes 45 looks.
  expect(await sum(fleet, "yunfan_cloud_requests_total", { operation: "GetCluster" })).toBeLessThan(clusters * 60);
  await expectWithinBudget(fleet, { writes, writesPerMinute });
}

/** A cluster that is there. */
export async function adopt(fleet: Fleet, name: string, spec: object = {}): Promise<void> {
  const { id: externalId } = (await fleet.cloud.behindOurBack("POST", "clusters", { name })) as { id: string };
  await fleet.create(managedClusterManifest({ metadata: { name }, spec: { externalId, ...spec } }));
}

/** What it may take at most. */
export function boundMs(
  writes: number,
  { writesPerMinute, longestJobMs }: { readonly writesPerMinute: number; readonly longestJobMs: number },
): number {
  return (Math.ceil(writes / writesPerMinute) * 60_000 + longestJobMs) * TOLERANCE;
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

export async function writesOf(fleet: Fleet): Promise<readonly LoggedRequest[]> {
  const requests = await fleet.cloud.requests();
  return requests.filter(({ method, path }) => method !== "GET" && path.startsWith("/api/"));
}

/** Nothing was refused, nothing failed, and the metrics tell what was waited for. */
export async function expectWithinBudget(
  fleet: Fleet,
  { writes, writesPerMinute }: { readonly writes: readonly LoggedRequest[]; readonly writesPerMinute: number },
): Promise<void> {
  expect(writes.filter(({ status }) => status >= 300)).toEqual([]);
  const account = `${fleet.namespace}/${ACCOUNT}`;
  const labels = { account, class: "writes" };
  expect(await sum(fleet, "controller_runtime_reconcile_errors_total")).toBe(0);
  expect(await sum(fleet, "controller_runtime_reconcile_timeouts_total")).toBe(0);
  expect(await sum(fleet, "yunfan_cloud_budget_limit", labels)).toBe(writesPerMinute);
  expect(await sum(fleet, "yunfan_cloud_budget_wait_seconds_count", labels)).toBe(writes.length);
  expect(await sum(fleet, "yunfan_cloud_budget_wait_seconds_sum", labels)).toBeGreaterThan(60);
  expect(await sum(fleet, "yunfan_cloud_requests_total", { cloud: "HuaweiCCE", account, code: "429" })).toBeUndefined();
  expect(fleet.log.filter(({ level }) => ["error", "fatal"].includes(level))).toEqual([]);
}

export async function sum(
  fleet: Fleet,
  name: string,
  labels?: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  return sumOf(await fleet.metrics(), name, labels);
}
