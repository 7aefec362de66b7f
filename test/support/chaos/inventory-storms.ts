// Storms over an inventory, on an injected clock: an account that all depends on is lost for hours, Events and alarms come in floods.
import { expect } from "vitest";
import { findCondition } from "../../../src/runtime/conditions.ts";
import { alarmSourceManifest, type SimulatedStore } from "../clouds/bcs/environment.ts";
import { CREDENTIALS } from "../clouds/simulator.ts";
import { clusterManifest } from "../clouds/huawei/environment.ts";
import { alarmsOf } from "./inventory-outcome.ts";
import {
  inLanes,
  makeEvents,
  MINUTE_MS,
  namesOf,
  startTurnedInventory,
  type TurnedInventory,
} from "./inventory-turned.ts";
import { report } from "./outcome.ts";

/**
 * The account of all projects is lost, and tried again and again for so many hours; then so many Events come at once, of which each has
 * to be in the store once. Resolves with the alarms that were sent while it was lost.
 */
export async function loseAccount(options: {
  readonly projects: number;
  readonly hours: number;
  readonly events: number;
}): Promise<readonly string[]> {
  await using bed = await startTurnedInventory("storm-account", { projects: options.projects, sink: {} });
  const secret = "ctyun-credentials";
  const before = await bed.store.contents();
  await bed.patch("Secret", secret, { data: null, stringData: { nothing: "in it" } });
  await bed.until(() => others(bed, "AccountNotReady"), 10 * MINUTE_MS);
  for (let minutes = 0; minutes < options.hours * 60; minutes += 10) {
    await bed.patch("CloudAccount", "ctyun", {
      metadata: { annotations: { "yunfan.dev/reconcile-at": `${minutes}` } },
    });
    await bed.driver.pass(10 * MINUTE_MS);
  }
  const said = saidSince(before, await bed.store.contents());
  await bed.patch("Secret", secret, { stringData: CREDENTIALS });
  await bed.until(() => others(bed, "Available"), 60 * MINUTE_MS);
  await bed.until(bed.flaws, 10 * MINUTE_MS);
  await makeEvents(bed, namesOf("said", options.events));
  await bed.until(() => (bed.events.size > options.events ? [] : ["not all Events are seen"]), MINUTE_MS);
  await bed.until(bed.flaws, 10 * MINUTE_MS);
  report(
    `${options.projects} projects without their account for ${options.hours} h: ${said.length} alarms; ${bed.events.size} Events`,
  );
  return said;
}

/** By kind and name, and what was said. */
function saidSince(before: SimulatedStore, { alarms }: SimulatedStore): readonly string[] {
  const known = new Set(before.alarms.map(({ id }) => id));
  const said = alarmsOf({ alarms: alarms.filter(({ id }) => !known.has(id)) });
  return [...said].map(([source, states]) => `${source.replace(/\/.*\//, "/")} ${states.join()}`);
}

function others(bed: TurnedInventory, reason: string): readonly string[] {
  const reasons = bed.all("RegistryProject").map(({ status }) => findCondition(status.conditions, "Ready")?.reason);
  const wrong = reasons.filter((one) => one !== reason);
  return wrong.length === 0 ? [] : [`${wrong.length} are not ${reason} but ${wrong[0]}`];
}

export const POLL_SECONDS = 30;

interface Flooded {
  /** Of the status of the cluster that the flood is about. */
  readonly floodedWrites: number;
  /** How many others were written. */
  readonly othersWrites: number;
  /** After which another one's alarm shows. */
  readonly shownMs: number;
}

/** So many alarms a minute on one cluster; then another one has an alarm. */
export async function floodOneCluster(options: {
  readonly clusters: number;
  readonly minutes: number;
  readonly perMinute: number;
}): Promise<Flooded> {
  const { clusters, minutes, perMinute } = options;
  await using bed = await startTurnedInventory("storm-alarms", { store: { dialect: "V2026" }, projects: 0 });
  await bed.create(
    ...namesOf("c", clusters).map((name, at) =>
      clusterManifest(name, {
        accountRef: { name: "nobody" },
        inventoryClusterId: idOf(at),
        driftIntervalSeconds: 86_400,
      }),
    ),
    alarmSourceManifest("fleet", { pollIntervalSeconds: POLL_SECONDS }),
  );
  await bed.until(() => unlike(bed, namesOf("c", clusters), "NoAlarms"), 5 * MINUTE_MS);
  const writes = countVersions(bed);
  const polls = (minutes * 60) / POLL_SECONDS;
  for (let poll = 0; poll < polls; poll += 1) {
    await inLanes(namesOf(`flood ${poll}`, (perMinute * POLL_SECONDS) / 60), (message) => alarm(bed, 0, message));
    await bed.driver.pass(POLL_SECONDS * 1_000);
  }
  const [floodedWrites = 0, othersWrites] = [writes.get("c-0"), writes.size - 1];
  const beganMs = bed.clock.monotonic();
  await alarm(bed, 1, "another");
  await bed.until(() => unlike(bed, ["c-1"], "AlarmsFiring"), 5 * MINUTE_MS);
  const shownMs = bed.clock.monotonic() - beganMs;
  expect(findCondition(bed.one("ManagedCluster", "c-1")!.status.conditions, "AlarmsClear")?.message).toBe("m: another");
  report(
    `${perMinute} alarms a minute on one of ${clusters} clusters for ${minutes} minutes: ${floodedWrites} writes of its status; ` +
      `another one's showed after ${shownMs / 1_000} s`,
  );
  return { floodedWrites, othersWrites, shownMs };
}

function idOf(at: number): string {
  return `BCS-K8S-${40_000 + at}`;
}

async function alarm({ store }: TurnedInventory, at: number, message: string): Promise<void> {
  await store.behindOurBack("POST", "alarms", { clusterId: idOf(at), module: "m", type: "alarm", message });
}

/** Of clusters, from now on. */
function countVersions(bed: TurnedInventory): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  bed.onVersion("ManagedCluster", ({ metadata: { name } }) => counts.set(name, (counts.get(name) ?? 0) + 1));
  return counts;
}

function unlike(bed: TurnedInventory, names: readonly string[], reason: string): readonly string[] {
  const reasonOf = (name: string): string | undefined =>
    findCondition(bed.one("ManagedCluster", name)?.status.conditions, "AlarmsClear")?.reason;
  return names.filter((name) => reasonOf(name) !== reason).map((name) => `${name}: ${reasonOf(name)}`);
}
