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
import { accountOf, type Accounts, type Work } from "./context.ts";
import { cloudNameOf, type Observation } from "./plan.ts";

/** Where something is under way, a list may be this old: many visits in a row share it. */
const FRESH_MS = 5_000;
/** Time stamps have whole seconds: what they stand for is up to one later. */
const TIMESTAMP_PRECISION_MS = 1_000;
/** Looking for the outcome of a create, and for what a stale list would hide. */
const VERY_FRESH_MS = 500;

/** Where the project itself is listed, nothing else is looked for. */
const NOTHING = {
  goneById: false,
  foreignById: false,
  byName: [],
  marked: [],
  nameIsFree: false,
  settled: false,
} as const satisfies Partial<Observation>;

export class Observer {
  readonly #clock: Clock;
  readonly #settleWindowMs: number;
  readonly #accounts: Accounts;
  /** When this process last wrote to a name, monotonic: a list from before shows the past. */
  readonly #written = new Map<string, number>();

  constructor(deps: { clock: Clock; settleWindowMs: number; accounts: Accounts }) {
    this.#clock = deps.clock;
    this.#settleWindowMs = deps.settleWindowMs;
    this.#accounts = deps.accounts;
  }

  /** To be called after each write to the cloud. */
  noteWrite(resource: RegistryProject): void {
    this.#written.set(claimOf(resource), this.#clock.monotonic());
  }

  forget(resource: RegistryProject): void {
    this.#written.delete(claimOf(resource));
  }

  async observe(work: Work): Promise<Observation> {
    const { visit, catalog, registry } = work;
    const { object } = visit;
    const listing = await catalog.observe(this.#since(object), visit.signal);
    const byId = listing.byId.get(object.status.externalId ?? object.spec.externalId ?? "");
    const { resendIsSafe } = registry;
    if (byId) return { ...NOTHING, byId, resendIsSafe };
    const answer = await answerById(work);
    const [goneById, foreignById] = [answer === "Absent", answer === "Forbidden"];
    const byName = await confirmed(registry, listing.byName.get(cloudNameOf(object)) ?? [], visit.signal);
    const operation = object.status.operation;
    const marked = operation ? bearers(registry, byName, operation, listing) : [];
    const settled = operation !== undefined && this.#settledSince(operation) !== undefined;
    const nameIsFree = mayCreate(object, settled) && byName.length === 0 && (await this.#nameIsFree(work));
    return { byId, goneById, foreignById, byName, marked, nameIsFree, settled, resendIsSafe };
  }

  /** The listing in which a project made a moment ago must show. */
  async afterWrite({ catalog, visit }: Work): Promise<Listing> {
    return catalog.observe(this.#clock.monotonic(), visit.signal);
  }

  /** Monotonic time from which on a list is fresh enough to act on what it shows. */
  freshSince(resource: RegistryProject): number {
    return this.#since(resource);
  }

  /**
   * Two complete lists without a gap agree; where there are gaps, the resources concerned are woken to explain them. To be called
   * when nothing by that name is there: a list that shows it is from before its deletion, and two newer ones decide.
   */
  async #nameIsFree({ visit, catalog, access }: Work): Promise<boolean> {
    const name = cloudNameOf(visit.object);
    let lists = await catalog.observeTwice(this.#sinceForName(visit.object), visit.signal);
    if (lists.some(({ byName }) => byName.has(name))) {
      lists = await catalog.observeTwice(this.#clock.monotonic(), visit.signal);
    }
    const missing = lists.flatMap((list) => list.missing);
    if (missing.length > 0) this.#accounts.wakeHolders(access, missing);
    return missing.length === 0 && lists.every(({ byName }) => !byName.has(name));
  }

  /** Monotonic time from which on a list counts as fresh for this visit. */
  #since(resource: RegistryProject): number {
    const own = this.#written.get(claimOf(resource)) ?? Number.NEGATIVE_INFINITY;
    return Math.max(own, isSteady(resource) ? this.#lastTick(resource) : this.#ago(freshnessOf(resource)));
  }

  #sinceForName(resource: RegistryProject): number {
    const operation = resource.status.operation;
    const settled = operation ? (this.#settledSince(operation) ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY;
    const own = this.#written.get(claimOf(resource)) ?? Number.NEGATIVE_INFINITY;
    return Math.max(own, settled, this.#ago(freshnessOf(resource)));
  }

  /** Monotonic time at which the settle window of an operation ended; undefined while it lasts. */
  #settledSince({ startedAt, lastSentAt }: Operation): number | undefined {
    const ended = Date.parse(lastSentAt ?? startedAt) + TIMESTAMP_PRECISION_MS + this.#settleWindowMs;
    const agoMs = this.#clock.now() - ended;
    return agoMs < 0 ? undefined : this.#ago(agoMs);
  }

  #lastTick(resource: RegistryProject): number {
    const nowMs = this.#clock.now();
    const intervalMs = resource.spec.driftIntervalSeconds * 1000;
    return this.#ago(nowMs - lastTickMs({ nowMs, intervalMs, group: accountOf(resource) }));
  }

  #ago(ms: number): number {
    return this.#clock.monotonic() - ms;
  }
}

function claimOf(resource: RegistryProject): string {
  return `${accountOf(resource)}/${cloudNameOf(resource)}`;
}

function freshnessOf({ status }: RegistryProject): number {
  return status.operation ? VERY_FRESH_MS : FRESH_MS;
}

/** Nothing was asked of it since it was last settled: only drift is looked for. */
function isSteady(resource: RegistryProject): boolean {
  const { status, metadata } = resource;
  return (
    !isDeleting(resource) &&
    status.observedGeneration === metadata.generation &&
    status.lastHandledReconcileAt === annotation(resource, ANNOTATIONS.reconcileAt) &&
    (isTrue(status.conditions, "Ready") || isTrue(status.conditions, "Stalled"))
  );
}

/** Whether a create may be what comes next; else two more lists would be read for nothing. */
function mayCreate({ spec, status, metadata }: RegistryProject, settled: boolean): boolean {
  if (status.operation) return settled;
  if (status.externalId === undefined) return spec.externalId === undefined;
  return metadata.annotations?.[ANNOTATIONS.recreate] === status.externalId;
}

/** Asked below the project by its id: a list may lag, this answer is the proof (design section 3, "Absence is proved"). */
async function answerById({ visit, registry }: Work): Promise<ById> {
  const id = visit.object.status.externalId ?? visit.object.spec.externalId;
  return id === undefined ? "There" : lookBelow(registry, id, visit.signal);
}

/** "Forbidden": it is there, and somebody else's. */
type ById = "There" | "Absent" | "Forbidden";

async function lookBelow(registry: RegistryFacet, id: string, signal: AbortSignal): Promise<ById> {
  try {
    return (await registry.listRepositories(id, signal)) === "Absent" ? "Absent" : "There";
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Forbidden") return "Forbidden";
    throw error;
  }
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

function bearers(
  registry: RegistryFacet,
  projects: readonly Project[],
  operation: Operation,
  { clockSkewMs }: Listing,
): readonly Project[] {
  const attempt = { nonce: operation.nonce, startedAtMs: Date.parse(operation.startedAt) };
  return projects.filter((project) => registry.bearsMark(project, attempt, clockSkewMs));
}
