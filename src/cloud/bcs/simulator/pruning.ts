// What the store forgets by itself: events and alarms by number per cluster, and by age.
import type { Bcs } from "./state.ts";

type Pruned = "events" | "alarms";

const DAY_MS = 86_400_000;

/** Keeps the newest of a cluster, as many as the cap allows; all without a cap. */
export function pruneCluster({ store, rules }: Bcs, collection: Pruned, clusterId: string): void {
  const cap = collection === "events" ? rules.eventCap : rules.alarmCap;
  if (cap === undefined) return;
  const kept = store.list(collection).filter((one) => one.clusterId === clusterId);
  for (const { id } of kept.slice(0, Math.max(kept.length - cap, 0))) store.remove(collection, id);
}

/** Removes what is older than the store keeps. Idempotent. Lists are in order of creation: the first that stays ends it. */
export function pruneByAge({ store, rules, clock }: Bcs): void {
  if (rules.maxAgeDays === undefined) return;
  const deadline = new Date(clock.now() - rules.maxAgeDays * DAY_MS).toISOString();
  for (const collection of ["events", "alarms"] as const) {
    for (const { id, createdAt } of store.list(collection)) {
      if (createdAt >= deadline) break;
      store.remove(collection, id);
    }
  }
}
