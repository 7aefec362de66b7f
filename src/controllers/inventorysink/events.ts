// Events reported once each: the API server is the buffer, the store says which it has already, and what the API server forgets before
// the store could be told is kept, up to a limit.
import { CloudError, outcomeIsUnknown } from "../../cloud/errors.ts";
import type { NewEvent, StoredEvent } from "../../cloud/facets/inventory.ts";
import { FencedError } from "../../lib/fence.ts";
import { SingleFlight } from "../../lib/single-flight.ts";
import type { Change } from "../../runtime/cache/store.ts";
import { countOf, happenedAtMs, type KubeEvent } from "../inventory/kube-events.ts";
import { selects } from "../inventory/selector.ts";
import type { Backlog, Worked } from "./backlog.ts";
import { filedUnder, type SinkScope, type SinkTools } from "./scope.ts";
import type { Store } from "./sender.ts";

interface EventsDeps extends SinkTools {
  readonly store: Store;
  readonly backlog: Pick<Backlog, "add">;
  readonly scope: () => SinkScope;
  /** By "namespace/name". */
  readonly event: (key: string) => KubeEvent | undefined;
  readonly onLost: () => void;
  /** Under which anything of the sink may be filed. Looks at all. */
  readonly clusterIds: () => readonly string[];
  /** Before a comparison has shown what the store knows of those ids, they may lack some. */
  readonly isCompared: () => boolean;
}

export const EVENT_KEY = "event";
const COMPONENT = "yunfan";
/** Forgotten by the API server, and not told to the store yet. */
const MOST_KEPT = 10_000;
/** Clocks differ, and an event is listed by its own time. */
const LOOK_BACK_MS = 3_600_000;
/** A little more than what is waited for: timers may be early. */
const MARGIN_MS = 50;
const COMPARED_SOON_MS = 1_000;

interface Delivered {
  readonly count: number;
  /** Monotonic. */
  readonly atMs: number;
}

export class Events {
  readonly #deps: EventsDeps;
  readonly #asking: SingleFlight<void>;
  /** By UID of the Event. */
  readonly #delivered = new Map<string, Delivered>();
  /** By UID: the store may have it. It is asked after that instant (monotonic), when whatever was sent has landed. */
  readonly #suspects = new Map<string, { readonly askAfterMs: number; readonly happenedAtMs: number }>();
  /** By UID, oldest first. */
  readonly #kept = new Map<string, KubeEvent>();
  #askedAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: EventsDeps) {
    this.#deps = deps;
    this.#asking = new SingleFlight(() => this.#ask());
  }

  /** Those from before this process began to report: another one may have sent them a moment ago. */
  begin(events: readonly KubeEvent[]): void {
    for (const event of events) if (this.#concerns(event)) this.#suspect(event);
  }

  changed(change: Change<KubeEvent>): void {
    const event = change.new ?? change.old;
    if (!event || !this.#concerns(event)) return;
    if (change.type === "Deleted") this.#forgotten(event);
    else if (change.initial) this.#suspect(event);
    else this.#deps.backlog.add(keyOf(event));
  }

  /** `name`: of a key of the backlog, what follows "event/". Throws what the store says. */
  async work(name: string, signal: AbortSignal): Promise<Worked> {
    const { clock } = this.#deps;
    const [namespace, eventName, uid = ""] = name.split("/");
    const present = this.#deps.event(`${namespace}/${eventName}`);
    const event = present?.metadata.uid === uid ? present : this.#kept.get(uid);
    if (!event || !this.#concerns(event)) return this.#drop(uid);
    const suspect = this.#suspects.get(uid);
    if (suspect) {
      const waitMs = suspect.askAfterMs - clock.monotonic();
      if (waitMs > 0) return { againInMs: waitMs + MARGIN_MS };
      if (!this.#deps.isCompared()) return { againInMs: COMPARED_SOON_MS };
      while (this.#askedAtMs < suspect.askAfterMs) await this.#asking.join(signal);
      this.#suspects.delete(uid);
    }
    return this.#deliver(event, signal);
  }

  async #deliver(event: KubeEvent, signal: AbortSignal): Promise<Worked> {
    const { clock, scope } = this.#deps;
    const { uid } = event.metadata;
    const count = countOf(event);
    const delivered = this.#delivered.get(uid);
    if (delivered && delivered.count >= count) return this.#done(event);
    const { repeatSeconds } = scope().sink.spec.events;
    const waitMs = (delivered?.atMs ?? Number.NEGATIVE_INFINITY) + repeatSeconds * 1000 - clock.monotonic();
    if (waitMs > 0) return { againInMs: waitMs + MARGIN_MS };
    await this.#send(event, count, signal);
    this.#delivered.set(uid, { count, atMs: clock.monotonic() });
    return this.#done(event);
  }

  async #send(event: KubeEvent, count: number, signal: AbortSignal): Promise<void> {
    const { store, clock, settleWindowMs, scope, onLost, log } = this.#deps;
    const report = reportOf(scope(), event, count);
    try {
      await store.write("events", signal, ({ events }, permit) => events.add(report, permit));
    } catch (error) {
      if (!(error instanceof FencedError) && outcomeIsUnknown(error)) {
        const askAfterMs = clock.monotonic() + settleWindowMs;
        this.#suspects.set(event.metadata.uid, { askAfterMs, happenedAtMs: happenedAtMs(event) });
      }
      if (!(error instanceof CloudError) || error.kind !== "Rejected") throw error;
      // No other try would end otherwise.
      log.warn({ event: event.metadata.name, said: error.message }, "The store refuses an event");
      onLost();
    }
  }

  #done(event: KubeEvent): Worked {
    const { uid, namespace, name } = event.metadata;
    this.#kept.delete(uid);
    if (this.#deps.event(`${namespace}/${name}`)?.metadata.uid !== uid) this.#delivered.delete(uid);
    return "Done";
  }

  #drop(uid: string): Worked {
    this.#suspects.delete(uid);
    this.#kept.delete(uid);
    return "Done";
  }

  #suspect(event: KubeEvent): void {
    const { clock, settleWindowMs, backlog } = this.#deps;
    const askAfterMs = clock.monotonic() + settleWindowMs;
    this.#suspects.set(event.metadata.uid, { askAfterMs, happenedAtMs: happenedAtMs(event) });
    backlog.add(keyOf(event), settleWindowMs + MARGIN_MS);
  }

  #forgotten(event: KubeEvent): void {
    const { uid } = event.metadata;
    const delivered = this.#delivered.get(uid);
    this.#delivered.delete(uid);
    if (delivered && delivered.count >= countOf(event)) return;
    this.#kept.set(uid, event);
    this.#deps.backlog.add(keyOf(event));
    if (this.#kept.size <= MOST_KEPT) return;
    const [oldest] = this.#kept.keys();
    if (oldest === undefined) return;
    this.#drop(oldest);
    this.#deps.onLost();
  }

  /** Asks which of Yunfan's events the store has, from before the oldest that is in doubt. */
  async #ask(): Promise<void> {
    const { store, clock, stop, clusterIds } = this.#deps;
    const askedAtMs = clock.monotonic();
    const oldestMs = [...this.#suspects.values()].reduce(
      (least, one) => Math.min(least, one.happenedAtMs),
      clock.now(),
    );
    const filter = {
      clusterIds: clusterIds(),
      components: [COMPONENT],
      beginSeconds: Math.max(Math.floor((oldestMs - LOOK_BACK_MS) / 1000), 1),
    };
    const { items } = await store.read(({ events }) => events.list(filter, {}, stop));
    for (const item of items) {
      const { uid, count } = identityOf(item);
      const known = this.#delivered.get(uid);
      if (this.#suspects.has(uid) && (known?.count ?? 0) < count) this.#delivered.set(uid, { count, atMs: askedAtMs });
    }
    this.#askedAtMs = askedAtMs;
  }

  /** About a resource that is reported; of one that is gone, its namespace has to do. */
  #concerns({ involvedObject, type }: KubeEvent): boolean {
    const { sink, coverage, reported } = this.#deps.scope();
    const { mode, level } = sink.spec.events;
    const isMeant = mode === "Enabled" && (level === "Normal" || type === "Warning");
    const { kind, namespace, name } = { ...NOBODY, ...involvedObject };
    const view = reported.get(kind);
    if (!isMeant || !view || !coverage.coversNamespace(namespace)) return false;
    const resource = view.store.get(`${namespace}/${name}`);
    return resource ? coverage.covers(resource) : selects(sink.spec.selector, {});
  }
}

const NOBODY = { kind: "", namespace: "", name: "" };

/** Of the backlog. */
function keyOf({ metadata }: KubeEvent): string {
  return [EVENT_KEY, metadata.namespace, metadata.name, metadata.uid].join("/");
}

/** Servers may not give the id back: the Event itself has both parts. */
function identityOf({ id, data }: StoredEvent): { readonly uid: string; readonly count: number } {
  const event = (typeof data === "object" && data !== null ? data : {}) as Partial<KubeEvent>;
  const uid = event.metadata?.uid;
  if (typeof uid === "string") return { uid, count: countOf({ ...event, metadata: event.metadata } as KubeEvent) };
  const dash = id.lastIndexOf("-");
  return { uid: id.slice(0, dash), count: Number(id.slice(dash + 1)) || 1 };
}

/** `BcsStorageEventIf` as the interface has it; times and words are the Event's own. */
function reportOf(scope: SinkScope, event: KubeEvent, count: number): NewEvent {
  const { kind, namespace, name } = { ...NOBODY, ...event.involvedObject };
  const resource = scope.reported.get(kind)?.store.get(`${namespace}/${name}`);
  return {
    id: `${event.metadata.uid}-${count}`,
    kind,
    level: (event.type ?? "Normal").toLowerCase(),
    component: COMPONENT,
    type: event.reason ?? "",
    describe: event.message ?? "",
    clusterId: resource ? filedUnder(scope, resource) : scope.sink.spec.clusterId,
    eventTimeSeconds: Math.floor(happenedAtMs(event) / 1000),
    extraInfo: { namespace, name, kind },
    data: event,
  };
}
