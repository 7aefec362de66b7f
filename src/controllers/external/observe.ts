// Looking at the cloud on behalf of one resource: how fresh it must be, and what proves an absence (docs/protocol.md#looking).
import type { Collection, Item } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { isTrue } from "../../runtime/conditions.ts";
import { lastTickMs } from "../lifecycle/drift-schedule.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Listing } from "./list-cache.ts";
import { disagreement, PROGRESS, type Observation } from "./identity.ts";
import { isAskedFor, isReplacedBy, mayRecreate, openCreate, type ExternalResource } from "./resource.ts";
import type { ItemScope } from "./scope.ts";

/** Where something is under way, a list may be this old: many visits in a row share it. */
const FRESH_MS = 5_000;
/** Time stamps have whole seconds: what they stand for is up to one later. */
const TIMESTAMP_PRECISION_MS = 1_000;
/** How much older than the drift tick a list may be, as a share of the interval. */
const TICK_TOLERANCE = 0.1;
/** Looking for the outcome of a create, and for what a stale list would hide. */
const VERY_FRESH_MS = 500;

/** What decides how fresh a list must be. */
interface Looking {
  readonly visit: { readonly object: ExternalResource };
  readonly driftGroup: string;
}

type Lookable = Pick<Collection<Item>, "look">;

/** Where no create is open. */
const NO_CREATE = { marked: [], unmarked: [], othersAlone: false } as const;
/** Where the item itself is listed, nothing else is looked for. */
const NOTHING = { ...NO_CREATE, byName: [], nameIsFree: false, settled: false } as const;
/** The clocks of cloud and process, and whole seconds, may make a creation look so much earlier or later. */
const CLOCKS_DIFFER_BY_MS = 5_000;

interface SeenByName<T extends Item> extends Pick<Observation<T>, "byName" | "settled"> {
  readonly listing: Listing<T>;
}

interface Observed<T extends Item> extends Observation<T> {
  /** Those by that name of which nothing tells whether the open create made them: made when it was sent, and without a mark. */
  readonly unmarked: readonly T[];
}

export class Observer {
  readonly #clock: Clock;
  readonly #settleWindowMs: number;
  /** When this process last wrote on behalf of a resource (UID), monotonic: a list from before shows the past. */
  readonly #written = new Map<string, number>();
  /** Whether all that a list lacks is gone indeed; asked once for each list. */
  readonly #explained = new WeakMap<object, Promise<boolean>>();

  constructor(deps: { clock: Clock; settleWindowMs: number }) {
    this.#clock = deps.clock;
    this.#settleWindowMs = deps.settleWindowMs;
  }

  /** To be called after each write to the cloud. */
  noteWrite({ visit }: Pick<ItemScope<Item>, "visit">): void {
    this.#written.set(visit.object.metadata.uid, this.#clock.monotonic());
  }

  forget({ metadata }: ExternalResource): void {
    this.#written.delete(metadata.uid);
  }

  async observe<T extends Item>(scope: ItemScope<T>): Promise<Observed<T>> {
    const { visit, lists, items, name } = scope;
    const { object } = visit;
    const operation = openCreate(object.status);
    const { resendIsSafe } = items;
    const listing = await lists.observe(this.since(scope), visit.signal);
    const byId = await lookById(scope, listing);
    if (byId.byId && !operation && !maySucceed(object, byId.byId)) return { ...NOTHING, ...byId, resendIsSafe };
    const settled = operation !== undefined && this.#settledSince(operation) !== undefined;
    const byName = await confirmed(items, listing.byName.get(name) ?? [], visit.signal);
    const seen = { byName, listing, settled };
    const ofCreate = operation ? await this.#ofCreate(scope, operation, seen) : NO_CREATE;
    const mayBeFree = mayCreate(object, settled) && byName.length === 0;
    const nameIsFree = mayBeFree && (await this.#nameIsFree(scope, this.since(scope)));
    return { ...byId, byName, ...ofCreate, nameIsFree, settled, resendIsSafe };
  }

  async #ofCreate<T extends Item>(scope: ItemScope<T>, operation: Operation, seen: SeenByName<T>) {
    const { byName, listing, settled } = seen;
    const marked = resultsOf(operation, { items: scope.items, byName, listing });
    const unmarked = byName.filter((item) => this.#mayBeMadeBy(operation, item, listing));
    const mayBeAlone = settled && byName.length > 0 && marked.length === 0;
    return { marked, unmarked, othersAlone: mayBeAlone && (await this.#showsNoMore(scope, listing)) };
  }

  #mayBeMadeBy(
    { startedAt, lastSentAt }: Operation,
    item: Item,
    { clockSkewMs }: Pick<Listing<Item>, "clockSkewMs">,
  ): boolean {
    if (lastSentAt === undefined || item.mark !== undefined || item.mine === false) return false;
    const madeAtMs = (item.createdAtMs ?? Number.NaN) - clockSkewMs;
    const [firstMs, lastMs] = [Date.parse(startedAt), Date.parse(lastSentAt) + this.#settleWindowMs];
    return !(madeAtMs < firstMs - CLOCKS_DIFFER_BY_MS || madeAtMs > lastMs + CLOCKS_DIFFER_BY_MS);
  }

  /** Monotonic time from which on a list shows what is there now. */
  now(): number {
    return this.#clock.monotonic();
  }

  /** The listing in which an item made a moment ago, by us or by others, must show. */
  async afterWrite<T extends Item>({ lists, visit }: ItemScope<T>): Promise<Listing<T>> {
    return lists.observe(this.#clock.monotonic(), visit.signal);
  }

  /** What a list from `since` (monotonic) or later shows by `name`, under another id than the recorded one. */
  async shown<T extends Item>({ visit, lists }: ItemScope<T>, name: string, since: number): Promise<T | undefined> {
    const { byName } = await lists.observe(since, visit.signal);
    return byName.get(name)?.find(({ id }) => id !== visit.status.externalId);
  }

  /** On the word of two lists, as for a new name. Throws WaitingError ObservationNotTrusted where they don't prove it. */
  async assertAbsent<T extends Item>(scope: ItemScope<T>, name: string, since: number): Promise<void> {
    if (!(await this.#nameIsFree({ ...scope, name }, since))) throw new WaitingError(disagreement());
  }

  /** Monotonic time from which on a list is fresh enough to act on what it shows. */
  since(scope: Looking): number {
    const { object } = scope.visit;
    if (isAskedFor(object)) return this.#clock.monotonic();
    const operation = openCreate(object.status);
    const own = this.#written.get(object.metadata.uid) ?? Number.NEGATIVE_INFINITY;
    const settled = (operation && this.#settledSince(operation)) ?? Number.NEGATIVE_INFINITY;
    const fresh = isSteady(object) ? this.#lastTick(scope) : this.#ago(freshnessOf(object));
    return Math.max(own, settled, fresh);
  }

  /**
   * Two complete lists agree, and what they lack of the known ids is gone indeed. To be called when nothing by that name is
   * there: a list that shows it is from before its deletion, and two newer ones decide.
   */
  async #nameIsFree<T extends Item>(scope: ItemScope<T>, since: number): Promise<boolean> {
    const { visit, lists: caches, items, name } = scope;
    const recently = Math.max(since, this.#ago(freshnessOf(visit.object)));
    let lists = await caches.observeTwice(recently, visit.signal);
    if (lists.some(({ byName }) => byName.has(name))) {
      lists = await caches.observeTwice(this.#clock.monotonic(), visit.signal);
    }
    const explained = await Promise.all(lists.map((list) => this.#isExplained(list, items, visit.signal)));
    return explained.every(Boolean) && lists.every(({ byName }) => !byName.has(name));
  }

  /** Whether two more trusted lists agree that those by its name in `listing` are all there are: what one list leaves out may be ours. */
  async #showsNoMore<T extends Item>({ visit, lists: caches, items, name }: ItemScope<T>, listing: Listing<T>) {
    const known = new Set((listing.byName.get(name) ?? []).map(({ id }) => id));
    const lists = await caches.observeTwice(this.#clock.monotonic(), visit.signal);
    const explained = await Promise.all(lists.map((list) => this.#isExplained(list, items, visit.signal)));
    return (
      explained.every(Boolean) && lists.every(({ byName }) => (byName.get(name) ?? []).every(({ id }) => known.has(id)))
    );
  }

  /** A failure is not remembered: the next visit asks again. */
  #isExplained<T extends Item>(list: Listing<T>, items: Lookable, signal: AbortSignal): Promise<boolean> {
    const known = this.#explained.get(list);
    if (known) return known;
    const asked = allAbsent(items, list.missing, signal).catch((error: unknown) => {
      this.#explained.delete(list);
      throw error;
    });
    this.#explained.set(list, asked);
    return asked;
  }

  /** Monotonic time at which the settle window of an operation ended; undefined while it lasts. */
  #settledSince({ startedAt, lastSentAt }: Operation): number | undefined {
    const ended = Date.parse(lastSentAt ?? startedAt) + TIMESTAMP_PRECISION_MS + this.#settleWindowMs;
    const agoMs = this.#clock.now() - ended;
    return agoMs < 0 ? undefined : this.#ago(agoMs);
  }

  /**
   * Somewhat earlier than the tick: the two clocks are not read at the same instant, and a busy machine may stop the process in
   * between. The list of the tick's first visit must not look too old to the second.
   */
  #lastTick({ visit, driftGroup }: Looking): number {
    const nowMs = this.#clock.now();
    const intervalMs = visit.object.spec.driftIntervalSeconds * 1000;
    const sinceTickMs = nowMs - lastTickMs({ nowMs, intervalMs, group: driftGroup });
    return this.#ago(sinceTickMs + TICK_TOLERANCE * intervalMs);
  }

  #ago(ms: number): number {
    return this.#clock.monotonic() - ms;
  }
}

function freshnessOf({ status }: ExternalResource): number {
  return openCreate(status) ? VERY_FRESH_MS : FRESH_MS;
}

/** Nothing was asked of it since it was last settled: only drift is looked for. */
function isSteady(resource: ExternalResource): boolean {
  const { status, metadata } = resource;
  return (
    !isDeleting(resource) &&
    status.observedGeneration === metadata.generation &&
    (isTrue(status.conditions, "Ready") || isTrue(status.conditions, "Stalled"))
  );
}

/** Whether the resource may come to stand for another item than the one that has its id. */
function maySucceed(resource: ExternalResource, shown: Item): boolean {
  return isReplacedBy(resource.status, shown) && mayRecreate(resource);
}

/** Whether a create may be what comes next; else two more lists would be read for nothing. */
function mayCreate(resource: ExternalResource, settled: boolean): boolean {
  const { spec, status } = resource;
  if (openCreate(status)) return settled;
  if (status.externalId === undefined) return spec.externalId === undefined;
  return mayRecreate(resource);
}

/** The id that the resource stands for; one that was only declared does not count any more when it is being deleted. */
function wantedId({ spec, status, metadata }: ExternalResource): string | undefined {
  return status.externalId ?? (metadata.deletionTimestamp === undefined ? spec.externalId : undefined);
}

type ById<T extends Item> = Pick<Observation<T>, "byId" | "goneById" | "foreignById">;

/** What the id stands for: listed, or asked for. */
async function lookById<T extends Item>({ visit, items }: ItemScope<T>, listing: Listing<T>): Promise<ById<T>> {
  const id = wantedId(visit.object);
  const byId = id === undefined ? undefined : listing.byId.get(id);
  if (id === undefined || byId) return { byId, goneById: false, foreignById: false };
  const answer = await items.look(id, visit.signal).catch((error: unknown) => {
    throw visit.object.status.externalId === undefined ? asOfSpec(error) : error;
  });
  return { byId: undefined, goneById: answer === "Absent", foreignById: answer === "Forbidden" };
}

/** What a cloud can't even be asked for is told by the field that names it. */
function asOfSpec(error: unknown): unknown {
  if (!(error instanceof CloudError) || error.kind !== "Rejected") return error;
  const message = `spec.externalId: ${error.message}. Name one that there is in a new resource`;
  return new TerminalError({ reason: Reason.Rejected, message, cause: error });
}

/** Ends with the first that is there: one is enough to show that a list is wrong. */
async function allAbsent(items: Lookable, ids: readonly string[], signal: AbortSignal): Promise<boolean> {
  for (const id of ids) {
    // What the account may no longer see, a right list does not show.
    if ((await items.look(id, signal)) === "There") return false;
  }
  return true;
}

/**
 * Those of the listed items that are still there, as their ids show them: a stale list shows what was deleted, and a list may leave
 * out the mark.
 */
async function confirmed<T extends Item>(
  items: Collection<T>,
  listed: readonly T[],
  signal: AbortSignal,
): Promise<readonly T[]> {
  const answers = await Promise.all(listed.map((item) => confirmedOne(items, item, signal)));
  return answers.filter((item): item is Awaited<T> => item !== "Absent");
}

async function confirmedOne<T extends Item>(
  { get, look }: Collection<T>,
  item: T,
  signal: AbortSignal,
): Promise<T | "Absent"> {
  if (!get) return (await look(item.id, signal)) === "Absent" ? "Absent" : item;
  try {
    return await get(item.id, signal);
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Forbidden") return item;
    throw error;
  }
}

/** Those of the items by its name that an open create made. A confirmed one needs no mark: it is ours, and nobody else's. */
export function resultsOf<T extends Item>(
  operation: Operation,
  seen: { items: Collection<T>; byName: readonly T[]; listing: Pick<Listing<T>, "clockSkewMs"> },
): readonly T[] {
  const attempt = { nonce: operation.nonce, startedAtMs: Date.parse(operation.startedAt) };
  const isConfirmed = operation.progress === PROGRESS.Created;
  return seen.byName.filter((item) =>
    isConfirmed ? item.mine !== false : seen.items.bearsMark(item, attempt, seen.listing.clockSkewMs),
  );
}
