// Looking at the cloud on behalf of one resource: how fresh it must be, and what counts as a proof of absence.
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryFacet, RegistryProject as Project } from "../../cloud/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { isTrue } from "../../runtime/conditions.ts";
import { lastTickMs } from "../lifecycle/drift.ts";
import type { Operation } from "../../crds/common/status.ts";
import { annotation, ANNOTATIONS, isDeleting } from "../lifecycle/resource.ts";
import type { Listing } from "./catalog.ts";
import { accountOf, type Work } from "./context.ts";
import { cloudNameOf, PROGRESS, type Observation } from "./plan.ts";

/** Where something is under way, a list may be this old: many visits in a row share it. */
const FRESH_MS = 5_000;
/** Time stamps have whole seconds: what they stand for is up to one later. */
const TIMESTAMP_PRECISION_MS = 1_000;
/** How much older than the drift tick a list may be, as a share of the interval. */
const TICK_TOLERANCE = 0.1;
/** Looking for the outcome of a create, and for what a stale list would hide. */
const VERY_FRESH_MS = 500;

/** Where the project itself is listed, nothing else is looked for. */
const NOTHING = {
  byName: [],
  marked: [],
  nameIsFree: false,
  settled: false,
} as const satisfies Partial<Observation>;

export class Observer {
  readonly #clock: Clock;
  readonly #settleWindowMs: number;
  /** When this process last wrote to a name, monotonic: a list from before shows the past. */
  readonly #written = new Map<string, number>();
  /** Whether all that a list lacks is gone indeed; asked once for each list. */
  readonly #explained = new WeakMap<Listing, Promise<boolean>>();

  constructor(deps: { clock: Clock; settleWindowMs: number }) {
    this.#clock = deps.clock;
    this.#settleWindowMs = deps.settleWindowMs;
  }

  /** To be called after each write to the cloud. */
  noteWrite(resource: RegistryProject): void {
    this.#written.set(scopedNameOf(resource), this.#clock.monotonic());
  }

  forget(resource: RegistryProject): void {
    this.#written.delete(scopedNameOf(resource));
  }

  async observe(work: Work): Promise<Observation> {
    const { visit, catalog, registry } = work;
    const { object } = visit;
    const { operation } = object.status;
    const { resendIsSafe } = registry;
    const listing = await catalog.observe(this.since(object), visit.signal);
    const byId = await lookById(work, listing);
    if (byId.byId && !operation) return { ...NOTHING, ...byId, resendIsSafe };
    const settled = operation !== undefined && this.#settledSince(operation) !== undefined;
    const byName = await confirmed(registry, listing.byName.get(cloudNameOf(object)) ?? [], visit.signal);
    const marked = operation ? resultsOf(operation, { registry, projects: byName, listing }) : [];
    const nameIsFree = mayCreate(object, settled) && byName.length === 0 && (await this.#nameIsFree(work));
    return { ...byId, byName, marked, nameIsFree, settled, resendIsSafe };
  }

  /** The listing in which a project made a moment ago must show. */
  async afterWrite({ catalog, visit }: Work): Promise<Listing> {
    return catalog.observe(this.#clock.monotonic(), visit.signal);
  }

  /** Monotonic time from which on a list is fresh enough to act on what it shows. */
  since(resource: RegistryProject): number {
    if (isAskedFor(resource)) return this.#clock.monotonic();
    const { operation } = resource.status;
    const own = this.#written.get(scopedNameOf(resource)) ?? Number.NEGATIVE_INFINITY;
    const settled = (operation && this.#settledSince(operation)) ?? Number.NEGATIVE_INFINITY;
    const fresh = isSteady(resource) ? this.#lastTick(resource) : this.#ago(freshnessOf(resource));
    return Math.max(own, settled, fresh);
  }

  /**
   * Two complete lists agree, and what they lack of the known ids is gone indeed. To be called when nothing by that name is
   * there: a list that shows it is from before its deletion, and two newer ones decide.
   */
  async #nameIsFree(work: Work): Promise<boolean> {
    const { visit, catalog, registry } = work;
    const name = cloudNameOf(visit.object);
    const recently = Math.max(this.since(visit.object), this.#ago(freshnessOf(visit.object)));
    let lists = await catalog.observeTwice(recently, visit.signal);
    if (lists.some(({ byName }) => byName.has(name))) {
      lists = await catalog.observeTwice(this.#clock.monotonic(), visit.signal);
    }
    const explained = await Promise.all(lists.map((list) => this.#isExplained(list, registry, visit.signal)));
    return explained.every(Boolean) && lists.every(({ byName }) => !byName.has(name));
  }

  /** A failure is not remembered: the next visit asks again. */
  #isExplained(list: Listing, registry: RegistryFacet, signal: AbortSignal): Promise<boolean> {
    const known = this.#explained.get(list);
    if (known) return known;
    const asked = allAbsent(registry, list.missing, signal).catch((error: unknown) => {
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
  #lastTick(resource: RegistryProject): number {
    const nowMs = this.#clock.now();
    const intervalMs = resource.spec.driftIntervalSeconds * 1000;
    const sinceTickMs = nowMs - lastTickMs({ nowMs, intervalMs, group: accountOf(resource) });
    return this.#ago(sinceTickMs + TICK_TOLERANCE * intervalMs);
  }

  #ago(ms: number): number {
    return this.#clock.monotonic() - ms;
  }
}

/** One name on one account; a map's key. */
function scopedNameOf(resource: RegistryProject): string {
  return `${accountOf(resource)}/${cloudNameOf(resource)}`;
}

function freshnessOf({ status }: RegistryProject): number {
  return status.operation ? VERY_FRESH_MS : FRESH_MS;
}

/** By annotation: a list from before the request would not answer it. */
function isAskedFor(resource: RegistryProject): boolean {
  return resource.status.lastHandledReconcileAt !== annotation(resource, ANNOTATIONS.reconcileAt);
}

/** Nothing was asked of it since it was last settled: only drift is looked for. */
function isSteady(resource: RegistryProject): boolean {
  const { status, metadata } = resource;
  return (
    !isDeleting(resource) &&
    status.observedGeneration === metadata.generation &&
    (isTrue(status.conditions, "Ready") || isTrue(status.conditions, "Stalled"))
  );
}

/** Whether a create may be what comes next; else two more lists would be read for nothing. */
function mayCreate({ spec, status, metadata }: RegistryProject, settled: boolean): boolean {
  if (status.operation) return settled;
  if (status.externalId === undefined) return spec.externalId === undefined;
  return metadata.annotations?.[ANNOTATIONS.recreate] === status.externalId;
}

/** The id that the resource stands for; one that was only declared does not count any more when it is being deleted. */
function wantedId({ spec, status, metadata }: RegistryProject): string | undefined {
  return status.externalId ?? (metadata.deletionTimestamp === undefined ? spec.externalId : undefined);
}

type ById = Pick<Observation, "byId" | "goneById" | "foreignById">;

/** What the id stands for: listed, or asked for. */
async function lookById({ visit, registry }: Work, listing: Listing): Promise<ById> {
  const id = wantedId(visit.object);
  const byId = id === undefined ? undefined : listing.byId.get(id);
  if (id === undefined || byId) return { byId, goneById: false, foreignById: false };
  const answer = await lookBelow(registry, id, visit.signal);
  return { byId: undefined, goneById: answer === "Absent", foreignById: answer === "Forbidden" };
}

/** "Forbidden": it is there, and somebody else's. */
type Answer = "There" | "Absent" | "Forbidden";

/** Asked below the project by its id: a list may lag, this answer is the proof (design section 3, "Absence is proved"). */
async function lookBelow(registry: RegistryFacet, id: string, signal: AbortSignal): Promise<Answer> {
  try {
    return (await registry.listRepositories(id, signal)) === "Absent" ? "Absent" : "There";
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Forbidden") return "Forbidden";
    throw error;
  }
}

/** Ends with the first that is there: one is enough to show that a list is wrong. */
async function allAbsent(registry: RegistryFacet, ids: readonly string[], signal: AbortSignal): Promise<boolean> {
  for (const id of ids) {
    // What the account may no longer see, a right list does not show.
    if ((await lookBelow(registry, id, signal)) === "There") return false;
  }
  return true;
}

/** Those of the listed projects that are still there: a stale list shows what was deleted. */
async function confirmed(
  registry: RegistryFacet,
  listed: readonly Project[],
  signal: AbortSignal,
): Promise<readonly Project[]> {
  const answers = await Promise.all(listed.map(({ id }) => lookBelow(registry, id, signal)));
  return listed.filter((_, index) => answers[index] !== "Absent");
}

/** Those of the projects by its name that an open create made. A confirmed one needs no mark: it is ours, and nobody else's. */
export function resultsOf(
  operation: Operation,
  seen: { registry: RegistryFacet; projects: readonly Project[]; listing: Pick<Listing, "clockSkewMs"> },
): readonly Project[] {
  const attempt = { nonce: operation.nonce, startedAtMs: Date.parse(operation.startedAt) };
  const isConfirmed = operation.progress === PROGRESS.Created;
  return seen.projects.filter((project) =>
    isConfirmed ? project.mine : seen.registry.bearsMark(project, attempt, seen.listing.clockSkewMs),
  );
}
