// A store that is away for an hour of an injected clock, in four ways, while resources change, Events occur and are forgotten, and
// alarms fire and clear. Afterwards it holds the newest of everything, once.
import { runInNewContext } from "node:vm";
import { setFlagsFromString } from "node:v8";
import { expect } from "vitest";
import type { DialectName } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { EVENTS } from "../../../src/controllers/inventory/kube-events.ts";
import type { InventorySink } from "../../../src/crds/inventorysink/schema.ts";
import { findCondition } from "../../../src/runtime/conditions.ts";
import type { Fault } from "../clouds/simulator.ts";
import { CREDENTIALS } from "../clouds/simulator.ts";
import { sumOf } from "../operator/scrape.ts";
import { accountManifests } from "../environment/manifests.ts";
import { alarmsOf } from "./inventory-outcome.ts";
import {
  inLanes,
  makeEvents,
  MINUTE_MS,
  namesOf,
  SINK,
  startTurnedInventory,
  type TurnedInventory,
} from "./inventory-turned.ts";
import { report } from "./outcome.ts";

export interface OutageOptions {
  readonly dialect: DialectName;
  readonly projects: number;
  /** Of each project. */
  readonly changes: number;
  /** Half of which the API server forgets before the store is there again. */
  readonly events: number;
  /** Each fires and clears in the outage. */
  readonly alarms: number;
  /** Of the injected clock, for each of the four ways of being away. */
  readonly minutesEach: number;
}

interface OutageFigures {
  /** Of records, in and after the outage, that took effect. */
  readonly puts: number;
  readonly heapGrewMiB: number;
  /** Of the injected clock, from the end of the outage. */
  readonly deliveredAfterMs: number;
}

const ANYTHING = { method: ".*", path: "storage/.*", times: 0 } as const;
/** Longer than any deadline. */
const NEVER_MS = 600_000;
const WAYS: readonly Fault[] = [
  { ...ANYTHING, action: "DropBefore" },
  { ...ANYTHING, action: "Status", status: 503 },
  { ...ANYTHING, action: "Status", status: 200 },
  { ...ANYTHING, action: "Latency", ms: NEVER_MS },
];
/** Fails where anything is lost, old or there twice, or where a resource was not Ready for a moment. */
export async function surviveOutage(options: OutageOptions): Promise<OutageFigures> {
  const { dialect } = options;
  await using bed = await startTurnedInventory(`outage-${dialect.toLowerCase()}`, {
    store: { dialect },
    projects: options.projects,
    sink: { alarms: { notReadyAfterSeconds: 3_600 } },
  });
  const unready = watchReadiness(bed);
  const before = (await bed.store.requests()).length;
  const heapMiB = usedHeapMiB();
  for (const [way, fault] of WAYS.entries()) await suffer(bed, { way, fault }, options);
  const heapGrewMiB = usedHeapMiB() - heapMiB;
  await bed.store.setFaults([]);
  const endedMs = bed.clock.monotonic();
  await bed.until(bed.flaws, 30 * MINUTE_MS);
  const figures = {
    puts: (await bed.store.requests()).slice(before).filter(isPutOfRecord).length,
    heapGrewMiB,
    deliveredAfterMs: bed.clock.monotonic() - endedMs,
  };
  const { alarms } = await bed.store.contents();
  expect([...alarmsOf({ alarms }).keys()].filter((source) => source.includes("/broken-"))).toEqual([]);
  expect(unready).toEqual([]);
  report(
    `${dialect}: ${4 * options.minutesEach} minutes without the store: ${options.projects} projects changed ${options.changes} times, ` +
      `${bed.events.size} events: ${figures.puts} puts of records, heap grew by ${heapGrewMiB.toFixed(1)} MiB, ` +
      `all there ${figures.deliveredAfterMs / 1000} s after it`,
  );
  return figures;
}

async function suffer(
  bed: TurnedInventory,
  { way, fault }: { readonly way: number; readonly fault: Fault },
  { changes, events, alarms, minutesEach }: OutageOptions,
): Promise<void> {
  const beganMs = bed.clock.monotonic();
  await bed.store.setFaults([fault]);
  const share = <T>(items: readonly T[]): readonly T[] => items.filter((_, at) => at % WAYS.length === way);
  const broken = share(namesOf("broken", alarms));
  await bed.create(...broken.flatMap((name) => accountManifests(bed.registry, { name, stringData: { nothing: "x" } })));
  await makeEvents(bed, share(namesOf("said", events)));
  for (const round of share(namesOf("round", changes))) {
    await inLanes(bed.projects, (name) => bed.patch("RegistryProject", name, { metadata: { labels: { round } } }));
    await bed.driver.pass(10_000);
  }
  await bed.until(() => notYet(bed, broken, "CredentialsIncomplete"), MINUTE_MS);
  await inLanes(broken, (name) => bed.patch("Secret", `${name}-credentials`, { stringData: CREDENTIALS }));
  await bed.until(() => notYet(bed, broken, "Verified"), 10 * MINUTE_MS);
  await forget(bed, "half=first");
  await bed.driver.pass(beganMs + minutesEach * MINUTE_MS - bed.clock.monotonic());
}

function notYet(bed: TurnedInventory, accounts: readonly string[], reason: string): readonly string[] {
  const reasonOf = (name: string): string | undefined =>
    findCondition(bed.one("CloudAccount", name)?.status.conditions, "Ready")?.reason;
  return accounts.filter((name) => reasonOf(name) !== reason).map((name) => `${name}: ${reasonOf(name)}`);
}

/** As the API server does of itself when they are old. */
async function forget({ transport, namespace }: TurnedInventory, labelSelector: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/${EVENTS.plural}`;
  await transport.request({ method: "DELETE", path, query: { labelSelector }, timeoutMs: 120_000 });
}

/** Fills up with every version that shows a project that is not Ready. */
function watchReadiness(bed: TurnedInventory): readonly string[] {
  const unready: string[] = [];
  bed.onVersion("RegistryProject", ({ metadata, status }) => {
    const ready = findCondition(status.conditions, "Ready");
    if (ready?.status !== "True") unready.push(`${metadata.name}: ${ready?.reason}`);
  });
  return unready;
}

function isPutOfRecord({ method, path, effect }: { method: string; path: string; effect: boolean }): boolean {
  return effect && method === "PUT" && path.includes("/dynamic/") && !path.includes("/YunfanProbe/");
}

/**
 * Events that the API server forgets while the store is away, more than are kept: those that are too many are lost, counted, and
 * said; the rest arrives. Resolves with what the sink says.
 */
export async function loseEvents({
  events,
  lost,
}: {
  readonly events: number;
  readonly lost: number;
}): Promise<string> {
  await using bed = await startTurnedInventory("events-lost", { projects: 3, sink: {} });
  await bed.store.setFaults([{ ...ANYTHING, action: "Status", status: 503 }]);
  await makeEvents(bed, namesOf("said", events));
  await bed.until(() => (bed.events.size >= events ? [] : ["not all Events are seen"]), MINUTE_MS);
  for (const half of ["first", "second"]) await forget(bed, `half=${half}`);
  await bed.until(() => {
    const { lostEventCount: count } = bed.one("InventorySink", SINK)!.status as InventorySink["status"];
    return count === lost ? [] : [`${String(count)} are lost`];
  }, 10 * MINUTE_MS);
  await bed.store.setFaults([]);
  // By the operator's own count: to read all that the store has, again and again, would be most of the work.
  await bed.until(async () => {
    const written = { class: "events", result: "Success" };
    const count = sumOf(await bed.metrics(), "yunfan_inventory_writes_total", written) ?? 0;
    return count >= bed.events.size - lost ? [] : [`${count} of ${bed.events.size} Events were written`];
  }, 30 * MINUTE_MS);
  expect((await bed.store.contents()).events).toHaveLength(bed.events.size - lost);
  expect(sumOf(await bed.metrics(), "yunfan_inventory_lost_total", { class: "events" })).toBe(lost);
  const sink = bed.one("InventorySink", SINK)!;
  const said = findCondition(sink.status.conditions, "EventsDelivered");
  expect(said).toMatchObject({ status: "False", reason: "EventsLost" });
  report(`${events} Events forgotten while the store was away: ${lost} lost, the others delivered`);
  return said?.message ?? "";
}

/** What can't be collected. */
function usedHeapMiB(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed / 1_048_576;
}
