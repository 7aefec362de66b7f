// The sinks that are reported to, each by a worker of its own; whatever changes in the caches is told to all of them.
import type { InventoryFacet } from "../../cloud/facets/inventory.ts";
import type { InventorySink } from "../../crds/inventorysink/schema.ts";
import { WaitingError } from "../../lib/errors.ts";
import { InventorySinkReason as Reason } from "../../crds/inventorysink/conditions.ts";
import type { Informer } from "../../runtime/cache/informer.ts";
import type { InventoryMetrics } from "../../runtime/metrics/metrics-inventory.ts";
import type { KindDeps, ResourceView } from "../controlled.ts";
import { isPaused } from "../lifecycle/resource.ts";
import type { KubeEvent } from "../inventory/kube-events.ts";
import { NOUN } from "../inventory/reader.ts";
import { keyOfSink, observes, type SinkScope } from "./scope.ts";
import { assertHere } from "./whereabouts.ts";
import { SinkWorker } from "./worker.ts";

export interface WorkersDeps extends Pick<
  KindDeps<InventorySink>,
  "clock" | "log" | "fence" | "settleWindowMs" | "stop" | "store" | "visit" | "watchEvents"
> {
  readonly accounts: Pick<KindDeps<InventorySink>["accounts"], "use">;
  readonly views: ReadonlyMap<string, ResourceView>;
  readonly inventoryMetrics: InventoryMetrics;
}

type EventCache = Pick<Informer<KubeEvent>, "store" | "synced">;

export class SinkWorkers {
  readonly #deps: WorkersDeps;
  readonly #workers = new Map<string, SinkWorker>();
  #events: EventCache | undefined;

  constructor(deps: WorkersDeps) {
    this.#deps = deps;
    for (const { store } of deps.views.values()) {
      store.onChange((change) => {
        for (const worker of this.#workers.values()) worker.changed(change);
      });
    }
    deps.inventoryMetrics.observe(() => this.#backlogs());
    deps.stop.addEventListener("abort", () => void this.#stopAll(), { once: true });
  }

  get(key: string): SinkWorker | undefined {
    return this.#workers.get(key);
  }

  /** The sink's worker, at work by this scope. */
  at(scope: SinkScope): SinkWorker {
    const key = keyOfSink(scope.sink);
    const present = this.#workers.get(key);
    if (present && isAtWorkBy(present.scope, scope)) {
      present.configure(scope);
      this.#beginEvents(present);
      return present;
    }
    void present?.backlog.stop();
    const worker = this.#create(scope);
    this.#workers.set(key, worker);
    worker.begin();
    this.#beginEvents(worker);
    return worker;
  }

  /** The sink's worker, at work no longer: for its deletion. What it knows of writes that may still land is kept. */
  async retire(scope: SinkScope): Promise<SinkWorker> {
    const key = keyOfSink(scope.sink);
    const worker = this.#workers.get(key) ?? this.#create(scope);
    this.#workers.set(key, worker);
    await worker.backlog.stop();
    worker.configure(scope);
    return worker;
  }

  #create(scope: SinkScope): SinkWorker {
    const { clock, log, settleWindowMs, fence, inventoryMetrics } = this.#deps;
    const sink = keyOfSink(scope.sink);
    return new SinkWorker(
      {
        clock,
        log: log.child({ sink }),
        settleWindowMs,
        stop: this.#deps.stop,
        fence,
        requester: `InventorySink/${sink}`,
        facet: () => this.#facet(sink),
        onWrite: (write, result) => inventoryMetrics.wrote({ sink, class: write, result }),
        onDelivered: (write, seconds) => inventoryMetrics.delivered({ class: write }, seconds),
        onLost: (write) => inventoryMetrics.lost({ sink, class: write }),
        onNews: () => this.#deps.visit("InventorySink", sink),
        event: (key) => this.#events?.store.get(key),
      },
      scope,
    );
  }

  /** It is reported to no longer; resolves when nothing is under way. Idempotent. */
  async drop(key: string): Promise<void> {
    const worker = this.#workers.get(key);
    this.#workers.delete(key);
    // At once, and again below: a scrape between shows a sink that is gone no more.
    this.#deps.inventoryMetrics.forget(key);
    if (worker === undefined) return;
    await worker.backlog.stop();
    // What was under way has counted its end.
    if (!this.#workers.has(key)) this.#deps.inventoryMetrics.forget(key);
  }

  /** As the sink and its account stand at this moment: what it may not do any more ends at once. */
  #facet(key: string): InventoryFacet {
    const sink = this.#deps.store.get(key);
    if (!sink || isPaused(sink)) throw paused();
    const { access, facet } = this.#deps.accounts.use(sink, "inventory", NOUN);
    assertHere(sink, this.#workers.get(key)?.scope.location, access);
    return facet;
  }

  /** Where Events are reported, and not yet. Most operators report to nobody: who watches none costs nothing. */
  #beginEvents(worker: SinkWorker): void {
    if (worker.scope.sink.spec.events.mode === "Disabled" || worker.hasEvents) return;
    const events = this.#watchEvents();
    void this.#beginWhenSynced(worker, events);
  }

  async #beginWhenSynced(worker: SinkWorker, events: EventCache): Promise<void> {
    await events.synced;
    if (!worker.hasEvents) worker.beginEvents(events.store.list());
  }

  #watchEvents(): EventCache {
    if (this.#events) return this.#events;
    const events = this.#deps.watchEvents();
    this.#events = events;
    events.store.onChange((change) => {
      for (const worker of this.#workers.values()) worker.eventChanged(change);
    });
    return events;
  }

  #backlogs(): readonly {
    readonly sink: string;
    readonly class: string;
    readonly count: number;
    readonly oldestSeconds: number;
  }[] {
    const nowMs = this.#deps.clock.now();
    return [...this.#workers].flatMap(([sink, worker]) => {
      return (["records", "events", "alarms", "metrics", "watch"] as const).map((write) => {
        const { count, oldestMs } = worker.waiting(write);
        return { sink, class: write, count, oldestSeconds: (nowMs - oldestMs) / 1000 };
      });
    });
  }

  async #stopAll(): Promise<void> {
    await Promise.all([...this.#workers.values()].map(({ backlog }) => backlog.stop()));
  }
}

/** In another owner's name it begins anew, and where it only looked until now, or is to look only from now on. */
function isAtWorkBy(present: SinkScope, scope: SinkScope): boolean {
  return present.owner === scope.owner && observes(present.sink) === observes(scope.sink);
}

function paused(): WaitingError {
  const message = "It is paused, or gone";
  return new WaitingError({ reason: Reason.Paused, message, pollAfterMs: 30_000 });
}
