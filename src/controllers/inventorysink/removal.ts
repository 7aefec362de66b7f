// A sink's deletion: nothing of what it wrote stays but events and alarms, which are history; nothing of anybody else's goes.
import type { RecordScope } from "../../cloud/facets/inventory.ts";
import { InventorySinkReason as Reason } from "../../crds/inventorysink/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import { mayDelete } from "./comparison.ts";
import type { SinkScope } from "./scope.ts";
import { slotIn, type ShelfName, type Slot } from "./shelves.ts";
import type { SinkWorker } from "./worker.ts";
import { wholesOf } from "./wholes.ts";

interface RemovalDeps {
  readonly clock: Clock;
  readonly settleWindowMs: number;
  /** When this process began to report, monotonic. */
  readonly startedAtMs: number;
}

const LOOK_AGAIN_MS = 1_000;
const MOST_AT_ONCE = 8;
/** What tells where others lie goes last. */
const ORDER: readonly ShelfName[] = ["watch", "cluster", "metric", "record"];

/**
 * Takes away what bears the owner, and returns when a comparison has shown that nothing is left and nothing that was sent can land any
 * more. `worker` is at work no longer. Throws WaitingError until then, and what the store says.
 */
export async function removeAll(
  worker: SinkWorker,
  { clock, settleWindowMs, startedAtMs }: RemovalDeps,
  signal: AbortSignal,
): Promise<void> {
  const scope: SinkScope = { ...worker.scope, reported: new Map() };
  await worker.batches.sweep(signal);
  const surplus = await compared(worker, scope, signal);
  if (surplus.length > 0) {
    await removeWatchData(worker, scope, signal);
    for (const whole of wholesOf(scope, surplus)) await removeWhole(worker, { whole, scope }, signal);
    for (const shelf of ORDER) {
      await eachOf(
        surplus.filter((slot) => slot.shelf === shelf),
        (slot) => remove(worker, slot, signal),
      );
    }
    const left = await compared(worker, scope, signal);
    if (left.length > 0) throw waiting("What it wrote is being deleted in the store", LOOK_AGAIN_MS);
  }
  const untilMs = Math.max(startedAtMs + settleWindowMs, worker.slots.doubtfulUntilMs);
  const waitMs = untilMs - clock.monotonic();
  if (waitMs > 0) {
    throw waiting("What was sent last may still arrive at the store: it is looked at once more after that", waitMs);
  }
}

async function compared(worker: SinkWorker, scope: SinkScope, signal: AbortSignal): Promise<readonly Slot[]> {
  return (await worker.comparison.run(scope, signal)).surplus;
}

/** Only the records tell of which there is any. */
async function removeWatchData(worker: SinkWorker, scope: SinkScope, signal: AbortSignal): Promise<void> {
  const slots = [...worker.ledger.ours()]
    .map(slotIn)
    .filter((slot) => slot.shelf === "record" && mayDelete(scope, slot));
  await eachOf(slots, (slot) => worker.removeSatellites(slot, signal));
}

async function removeWhole(
  { batches, slots }: SinkWorker,
  { whole, scope }: { readonly whole: RecordScope; readonly scope: SinkScope },
  signal: AbortSignal,
): Promise<void> {
  await batches.remove(whole, { owner: scope.owner, signal });
  const { of, clusterId, type } = whole;
  await slots.readList({ shelf: of === "Cluster" ? "cluster" : "record", clusterId, namespace: "", type }, signal);
}

async function remove({ slots }: SinkWorker, slot: Slot, signal: AbortSignal): Promise<void> {
  await slots.settle(slot, undefined, { subject: slot.name, signal });
}

async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, lane));
}

function waiting(message: string, pollAfterMs: number): WaitingError {
  return new WaitingError({ reason: Reason.Deleting, message, pollAfterMs });
}
