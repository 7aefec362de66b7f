// One sink at work: what changes in the caches, what differs from the store and what falls due becomes keys of its backlog, and each key
// is brought to what the caches say when its turn comes.
import type { RecordScope } from "../../cloud/facets/inventory.ts";
import { CloudError } from "../../cloud/errors.ts";
import { ReconcileError, WaitingError } from "../../lib/errors.ts";
import type { Change } from "../../runtime/cache/store.ts";
import type { KubeEvent } from "../inventory/kube-events.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { ALARM_KEY, Alarms, ASK_ALARMS_KEY } from "./alarms.ts";
import { Backlog, type Worked } from "./backlog.ts";
import { Batches } from "./batch.ts";
import { Comparison, type Difference } from "./comparison.ts";
import { EVENT_KEY, Events } from "./events.ts";
import { classOf, type Findings } from "./findings.ts";
import { Ledger } from "./ledger.ts";
import { Losses } from "./losses.ts";
import { METRICS_KEY, metricReports } from "./metrics.ts";
import type { Report } from "./report.ts";
import { Refreshes, REFRESH_KEY } from "./refreshes.ts";
import { childrenOf, isOwnedBy, keyOfSink, observes, type SinkScope, type SinkTools } from "./scope.ts";
import { Store, type StoreDeps, type WriteClass } from "./sender.ts";
import { slotIn, slotText, type Slot } from "./shelves.ts";
import { Slots } from "./slots.ts";
import { recordSlot, slotsOf, subjectIn, subjectOf, subjectText, wantedIn } from "./wants.ts";
import { satellitesOf } from "./satellites.ts";
import { wholesOf } from "./wholes.ts";

export interface WorkerDeps extends SinkTools, Pick<StoreDeps, "requester" | "fence" | "facet" | "onWrite"> {
  /** By "namespace/name". */
  readonly event: (key: string) => KubeEvent | undefined;
  readonly onLost: (write: WriteClass) => void;
  /** How long something has waited that was delivered now. */
  readonly onDelivered: (write: WriteClass, seconds: number) => void;
  /** The sink's conditions may have changed. */
  readonly onNews: () => void;
}

/** Of the backlog: the store is to be compared. */
const COMPARE_KEY = "compare";
const BUSY_KEYS = 8;

export class SinkWorker {
  readonly ledger = new Ledger();
  readonly backlog: Backlog;
  readonly slots: Slots;
  readonly batches: Batches;
  readonly comparison: Comparison;
  readonly events: Events;
  readonly alarms: Alarms;
  readonly losses: Losses;
  readonly #refreshes: Refreshes;
  readonly #deps: WorkerDeps;
  readonly #store: Store;
  #scope: SinkScope;
  #difference: Difference | undefined;
  /** The first comparison has begun: it sees what was there before, and no more. */
  #hasBegun = false;
  #obstacle: unknown;
  /** What the first comparison found and has not been sent. */
  readonly #unsent = new Set<string>();
  #isFilled = false;
  #hasEvents = false;

  constructor(deps: WorkerDeps, scope: SinkScope) {
    this.#deps = deps;
    this.#scope = scope;
    const { clock, settleWindowMs } = deps;
    this.#store = new Store(deps);
    this.losses = new Losses(clock);
    this.backlog = new Backlog({
      clock,
      work: (key, signal) => this.#work(key, signal),
      onFailure: (key, error) => this.#failed(key, error),
      onStandstill: () => deps.onNews(),
    });
    const shared = {
      ...deps,
      store: this.#store,
      backlog: this.backlog,
      scope: () => this.#scope,
      clusterIds: () => this.comparison.clusterIdsOf(this.#scope),
      isCompared: () => this.#difference !== undefined,
      isOwn: (owner: unknown) => isOwnedBy(this.#scope, owner),
    };
    const isBusy = (): boolean => this.backlog.size > BUSY_KEYS;
    this.slots = new Slots({ ...shared, ledger: this.ledger, isBusy, settleWindowMs });
    const place = (): { clusterId: string; namespace: string } => ({
      clusterId: this.#scope.sink.spec.clusterId,
      namespace: this.#scope.sink.metadata.namespace,
    });
    this.batches = new Batches({ store: this.#store, clock, place, owner: () => this.#scope.owner });
    this.comparison = new Comparison({ slots: this.slots, ledger: this.ledger, clock });
    this.events = new Events({ ...shared, onLost: () => this.#lost() });
    this.alarms = new Alarms(shared);
    this.#refreshes = new Refreshes({ ...shared, slots: this.slots });
  }

  get store(): Store {
    return this.#store;
  }

  get scope(): SinkScope {
    return this.#scope;
  }

  get hasEvents(): boolean {
    return this.#hasEvents;
  }

  get #observes(): boolean {
    return observes(this.#scope.sink);
  }

  /** Begins with all but Events, whose cache may come later, or never. */
  begin(): void {
    this.compare();
    if (this.#observes) return;
    this.alarms.begin();
    this.backlog.add(METRICS_KEY);
    this.backlog.add(REFRESH_KEY);
  }

  /** As its sink is now declared. Where that, or the account, was in the way, it goes on at once. */
  configure(scope: SinkScope): void {
    const isChanged = this.#scope.sink.metadata.generation !== scope.sink.metadata.generation;
    this.#scope = scope;
    if (isChanged || this.#obstacle instanceof ReconcileError) this.backlog.resume();
    if (!isChanged || this.#observes) return;
    this.alarms.reconsider();
    this.backlog.add(METRICS_KEY);
  }

  compare(): void {
    this.backlog.add(COMPARE_KEY);
  }

  findings(): Findings {
    return {
      difference: this.#difference,
      isFilled: this.#isFilled,
      conflicts: this.slots.conflicts,
      refused: this.slots.refused,
      proof: this.batches.proof,
      obstacle: this.backlog.standsStill || this.#difference === undefined ? this.#obstacle : undefined,
    };
  }

  /** Keys of that class that wait now, and since when the oldest of them does. Looks at all. */
  waiting(write: WriteClass): { readonly count: number; readonly oldestMs: number } {
    return this.backlog.overdue((key) => classOf(key) === write);
  }

  /** A resource of any kind has changed: what is reported of it, and of what hangs on it where that lies elsewhere now. */
  changed(change: Change<Managed>): void {
    if (!this.#hasBegun || this.#observes) return;
    for (const resource of [change.old, change.new]) {
      if (!resource || !this.#scope.coverage.coversNamespace(resource.metadata.namespace ?? "")) continue;
      this.#touch(recordSlot(this.#scope, subjectOf(resource)));
      this.alarms.changed(resource);
    }
    if (change.type !== "Updated" || claimOf(change.old) === claimOf(change.new)) return;
    for (const child of childrenOf(this.#scope, change.new)) this.#touch(recordSlot(this.#scope, subjectOf(child)));
  }

  #touch(slot: Slot): void {
    this.slots.changed(slot);
    this.backlog.add(slotText(slot));
  }

  /** The cache of Events is complete; these are in it. */
  beginEvents(events: readonly KubeEvent[]): void {
    this.#hasEvents = true;
    if (!this.#observes) this.events.begin(events);
  }

  eventChanged(change: Change<KubeEvent>): void {
    if (this.#hasEvents && !this.#observes) this.events.changed(change);
  }

  async #work(key: string, signal: AbortSignal): Promise<Worked> {
    const slash = key.indexOf("/");
    const [word, rest] = slash === -1 ? [key, ""] : [key.slice(0, slash), key.slice(slash + 1)];
    const sinceMs = this.backlog.sinceMs(key);
    const worked = await this.#perform(word, rest, signal);
    const write = classOf(key);
    this.#unsent.delete(key);
    this.#lookWhetherFilled();
    if (write && worked === "Done") this.#deps.onDelivered(write, Math.max(this.#deps.clock.now() - sinceMs, 0) / 1000);
    return worked;
  }

  #lookWhetherFilled(): void {
    if (this.#isFilled || !this.#difference || this.#unsent.size > 0) return;
    this.#isFilled = true;
    this.#deps.onNews();
  }

  #perform(word: string, rest: string, signal: AbortSignal): Promise<Worked> {
    const parts: Readonly<Record<string, () => Promise<Worked>>> = {
      [COMPARE_KEY]: () => this.#compare(signal),
      [EVENT_KEY]: () => this.events.work(rest, signal),
      [ALARM_KEY]: () => this.alarms.work(rest, signal),
      [ASK_ALARMS_KEY]: () => this.alarms.ask(signal),
      [METRICS_KEY]: () => this.#reportMetrics(signal),
      [REFRESH_KEY]: () => this.#refreshes.work(),
    };
    return (parts[word] ?? (() => this.#settle(slotIn(`${word}/${rest}`), signal)))();
  }

  async #compare(signal: AbortSignal): Promise<Worked> {
    if (!this.#observes) await this.batches.prove(signal);
    this.#hasBegun = true;
    const difference = await this.comparison.run(this.#scope, signal);
    const isFirst = this.#difference === undefined;
    const found = this.#observes
      ? []
      : Object.values<readonly Slot[]>({ ...difference })
          .flat()
          .map(slotText);
    if (isFirst) for (const key of found) if (classOf(key) === "records") this.#unsent.add(key);
    this.#difference = difference;
    this.#obstacle = undefined;
    this.#deps.onNews();
    if (this.#observes) return "Done";
    for (const scope of wholesOf(this.#scope, difference.surplus)) await this.#removeWhole(scope, signal);
    for (const key of found) this.backlog.add(key);
    const counts = Object.entries<readonly Slot[]>({ ...difference }).map(
      ([what, slots]) => [what, slots.length] as const,
    );
    this.#deps.log.info({ ...Object.fromEntries(counts), isFirst }, "Compared the store");
    return "Done";
  }

  /** What leaves as a whole; the rest goes one by one. */
  async #removeWhole(scope: RecordScope, signal: AbortSignal): Promise<void> {
    await this.batches.remove(scope, { owner: this.#scope.owner, signal });
    const { of, clusterId, type } = scope;
    await this.slots.readList(
      { shelf: of === "Cluster" ? "cluster" : "record", clusterId, namespace: "", type },
      signal,
    );
  }

  /** A record tells where more of it lies: what lies elsewhere than it is to goes before the record that knows of it. */
  async #settle(slot: Slot, signal: AbortSignal): Promise<Worked> {
    const subject = subjectIn(this.#scope, slot);
    const context = { subject: subjectText(subject), signal };
    if (slot.shelf === "metric") return this.slots.settle(slot, undefined, context);
    const wanted = wantedIn(this.#scope, slot);
    if (slot.shelf !== "record") return this.slots.settle(slot, wanted, context);
    await this.removeSatellites(slot, signal, wanted);
    const worked = await this.slots.settle(slot, wanted, context);
    const resource =
      wanted && this.#scope.reported.get(subject.kind)?.store.get(`${subject.namespace}/${subject.name}`);
    if (resource && !this.slots.isConflict(slot)) {
      for (const next of slotsOf(this.#scope, resource)) if (next.shelf !== "record") this.#touch(next);
    }
    return worked;
  }

  /** Takes away what a record in the store tells of, and what is wanted there no longer. */
  async removeSatellites(slot: Slot, signal: AbortSignal, wanted?: Report): Promise<void> {
    const known = this.ledger.get(slotText(slot)) ?? (await this.slots.look(slot, signal));
    if (known.whose !== "Ours") return;
    const subject = subjectIn(this.#scope, slot);
    if (known.cluster !== undefined && known.cluster !== wanted?.cluster) this.comparison.remember(known.cluster);
    for (const satellite of satellitesOf(this.#scope, subject, { known, wanted })) {
      await this.slots.settle(satellite, undefined, { subject: subjectText(subject), signal });
    }
  }

  async #reportMetrics(signal: AbortSignal): Promise<Worked> {
    const { mode, intervalSeconds } = this.#scope.sink.spec.metrics;
    if (mode === "Disabled") return "Done";
    for (const { slot, report } of metricReports(this.#scope, Math.floor(this.#deps.clock.now() / 1000))) {
      this.comparison.remember(slot.clusterId);
      await this.slots.settle(slot, report, { subject: `metrics of ${slot.namespace}`, signal });
    }
    return { againInMs: intervalSeconds * 1000 };
  }

  #failed(key: string, error: unknown): number | undefined {
    this.#obstacle = error;
    const { log, onNews } = this.#deps;
    log.debug({ err: error, key, sink: keyOfSink(this.#scope.sink) }, "A report failed, and is tried again");
    if (key === COMPARE_KEY) onNews();
    if (error instanceof CloudError) return error.retryAfterMs;
    return error instanceof WaitingError ? error.pollAfterMs : undefined;
  }

  #lost(): void {
    this.#deps.onLost("events");
    if (this.losses.add()) this.#deps.onNews();
  }
}

function claimOf({ spec }: Managed): unknown {
  return (spec as { readonly inventoryClusterId?: string }).inventoryClusterId;
}
