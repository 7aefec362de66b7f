// InventorySink, as the operator knows it. It stands for no item of a cloud, so that the engine does not serve it: it hangs in the frame
// with steps of its own, and what it reports is written between visits (docs/decisions/0016-inventory.md).
import { InventorySinkReason as Reason } from "../../crds/inventorysink/conditions.ts";
import { inventorySink, REPORTED_KINDS } from "../../crds/inventorysink/kind.ts";
import type { InventorySink } from "../../crds/inventorysink/schema.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError, type ReconcileError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import type { AccountDirectory } from "../cloudaccount/accounts.ts";
import { accountOf } from "../cloudaccount/parent.ts";
import { controlled, type KindDeps, type ResourceView } from "../controlled.ts";
import { refTo } from "../external/parent.ts";
import { heldFor } from "../external/removal.ts";
import { holdsParent, isAskedFor, leavesCloudAlone, orphaning } from "../external/resource.ts";
import { Coverage } from "../inventory/coverage.ts";
import { NOUN } from "../inventory/reader.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import { lastTickMs } from "../lifecycle/drift-schedule.ts";
import type { Outcome, Steps } from "../lifecycle/reconciler.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { recordCountOf } from "./findings.ts";
import { isForbidden } from "./refusals.ts";
import { removeAll } from "./removal.ts";
import { keyOfSink, observes, type SinkScope } from "./scope.ts";
import { statementsOf, verdictOf } from "./verdict.ts";
import { assertHere } from "./whereabouts.ts";
import type { SinkWorker } from "./worker.ts";
import { SinkWorkers } from "./workers.ts";

/** Index of the cache by the owner in the records. */
const BY_OWNER = "owner";

export const inventorySinks = controlled<InventorySink>({
  kind: inventorySink,
  facet: "inventory",
  parentOf: (sink) => refTo("CloudAccount", accountOf(sink)),
  cloudName: undefined,
  // With spec.externalId its own UID stays its own: what it wrote under that it takes along.
  indexes: { [BY_OWNER]: (sink) => [...new Set([ownerOf(sink), sink.metadata.uid])] },
  needsParent: (sink, mayUse) => holdsParent(sink, mayUse),
  contentOf: undefined,
  publishes: false,
  // The Events of Yunfan's own resources, which are reported.
  rules: [{ apiGroups: [""], resources: ["events"], verbs: ["list", "watch"] }],
  steps: (deps) => new InventorySinkSteps(deps),
});

/** Counts alone are written no more often. */
const COUNTS_MS = 60_000;
const PARENT_POLL_MS = 30_000;

class InventorySinkSteps implements Steps<InventorySink> {
  readonly #deps: KindDeps<InventorySink>;
  readonly #views: ReadonlyMap<string, ResourceView>;
  readonly #workers: SinkWorkers;
  readonly #accounts: AccountDirectory;
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  /** By sink: for which generation, and when, the store was last compared; and when counts were last told. */
  readonly #compared = new Map<string, { readonly generation: number; readonly atMs: number }>();
  readonly #toldAtMs = new Map<string, number>();

  constructor(deps: KindDeps<InventorySink>) {
    this.#deps = deps;
    this.#accounts = deps.accounts;
    this.#clock = deps.clock;
    this.#startedAtMs = deps.clock.monotonic();
    this.#views = new Map(
      REPORTED_KINDS.flatMap((kind) => {
        const view = deps.views.get(kind);
        return view ? [[kind, view] as const] : [];
      }),
    );
    this.#workers = new SinkWorkers({ ...deps, views: this.#views });
    // Also one whose finalizer somebody has taken off, which is not finalized.
    deps.views.get(inventorySink.type.kind)?.store.onChange(({ type, old }) => {
      if (type === "Deleted") void this.#release(keyOf(old.metadata));
    });
  }

  async apply(visit: Visit<InventorySink>): Promise<Outcome> {
    const key = keyOfSink(visit.object);
    try {
      const scope = this.#enter(visit, this.#scopeOf(visit.object));
      await visit.holdFinalizer();
      const worker = this.#workers.at({ ...scope, sink: visit.object });
      this.#compareWhereDue(visit, worker);
      // Nothing else tells that a count has changed.
      return { ...this.#conclude(visit, worker), againMs: COUNTS_MS };
    } catch (error) {
      if (error instanceof TerminalError && MAY_NOT.has(error.reason)) await this.#workers.drop(key);
      throw error;
    }
  }

  async finalize(visit: Visit<InventorySink>): Promise<"Released"> {
    const sink = visit.object;
    const key = keyOfSink(sink);
    if (leavesCloudAlone(sink)) return this.#release(key);
    const departure = await visit.departure();
    if (departure.means === "Hold") throw heldFor(departure.why, sink);
    if (departure.means === "Orphan") return this.#release(key);
    try {
      const scope = this.#enter(visit, this.#scopeForRemoval(sink));
      const worker = await this.#workers.retire(scope);
      const { settleWindowMs } = this.#deps;
      await removeAll(worker, { clock: this.#clock, settleWindowMs, startedAtMs: this.#startedAtMs }, visit.signal);
    } catch (error) {
      if (error instanceof WaitingError && error.reason !== Reason.Deleting) throw withWayOut(error, sink);
      if (isForbidden(error)) throw withWayOut(reconcileErrorOf(error), sink);
      throw error;
    }
    return this.#release(key);
  }

  async #release(key: string): Promise<"Released"> {
    await this.#workers.drop(key);
    this.#compared.delete(key);
    this.#toldAtMs.delete(key);
    return "Released";
  }

  /** Throws where the account can't be used now, or reaches another store than the records are in. */
  #enter(visit: Visit<InventorySink>, scope: Omit<SinkScope, "location">): SinkScope {
    const { sink, owner } = scope;
    const { access } = this.#accounts.use(sink, "inventory", NOUN);
    assertHere(sink, sink.status.location, access);
    if (!isDeleting(sink)) access.assertStays();
    // A store keeps no tenants apart: whoever may write to it finds there what was written before.
    access.confirm();
    visit.status.location = access.location;
    visit.status.externalId = owner;
    return { ...scope, location: access.location };
  }

  #scopeOf(sink: InventorySink): Omit<SinkScope, "location"> {
    const coverage = this.#coverageOf(sink, this.#deps.platformNamespace);
    const owner = ownerOf(sink);
    const rival = this.#deps.store.byIndex(BY_OWNER, owner).find((other) => precedes(other, sink));
    if (rival) throw ownerConflict(rival, owner);
    const { kinds } = sink.spec;
    const reported =
      kinds === undefined
        ? this.#views
        : new Map([...this.#views].filter(([kind]) => (kinds as readonly string[]).includes(kind)));
    return { sink, owner, coverage, reported, reportable: this.#views };
  }

  /** What it may report no longer does not keep it from taking back what it has. */
  #scopeForRemoval(sink: InventorySink): Omit<SinkScope, "location"> {
    const coverage = this.#coverageOf(sink, sink.metadata.namespace);
    return {
      sink,
      owner: sink.status.externalId ?? ownerOf(sink),
      coverage,
      reported: new Map(),
      reportable: this.#views,
    };
  }

  #coverageOf(sink: InventorySink, platformNamespace: string): Coverage {
    const clusters = this.#views.get("ManagedCluster")?.store;
    return new Coverage(sink, {
      platformNamespace,
      cluster: (key) => clusters?.get(key) as ManagedCluster | undefined,
    });
  }

  #compareWhereDue({ object }: Visit<InventorySink>, worker: SinkWorker): void {
    const key = keyOfSink(object);
    const { generation } = object.metadata;
    const nowMs = this.#clock.now();
    const last = this.#compared.get(key);
    const intervalMs = object.spec.driftIntervalSeconds * 1000;
    const tickMs = lastTickMs({ nowMs, intervalMs, group: refTo("CloudAccount", accountOf(object)) });
    if (last?.generation === generation && last.atMs >= tickMs && !isAskedFor(object)) return;
    this.#compared.set(key, { generation, atMs: nowMs });
    // A worker that has just begun compares by itself.
    if (last) worker.compare();
  }

  #conclude(visit: Visit<InventorySink>, worker: SinkWorker): Verdict {
    const found = worker.findings();
    const key = keyOfSink(visit.object);
    const { status } = visit;
    if (found.proof) status.batchDelete = found.proof;
    const nowMs = this.#clock.monotonic();
    // Before all is sent for the first time there is nothing to count.
    const isCounted = found.isFilled || (found.difference !== undefined && observes(visit.object));
    if (isCounted && nowMs - (this.#toldAtMs.get(key) ?? Number.NEGATIVE_INFINITY) >= COUNTS_MS) {
      this.#toldAtMs.set(key, nowMs);
      status.recordCount = recordCountOf(worker.ledger);
      status.conflictCount = found.conflicts.length;
    }
    const lostEvents = worker.losses.told(visit.object.status.lostEventCount);
    if (lostEvents !== undefined) status.lostEventCount = lostEvents;
    for (const statement of statementsOf(visit.object, found, lostEvents)) visit.state(statement);
    const verdict = verdictOf(visit.object, found);
    if (verdict instanceof Error) throw verdict;
    return verdict;
  }
}

/** Reasons for which a sink may report nothing at all. */
const MAY_NOT: ReadonlySet<string> = new Set([
  Reason.NamespaceNotAllowed,
  Reason.ExternalIdConflict,
  Reason.AccountMoved,
  Reason.NotSupportedByCloud,
]);

function ownerOf({ spec, metadata }: InventorySink): string {
  return spec.externalId ?? metadata.uid;
}

/** Of two that claim one owner the older one has it: the one whose own UID it is, or else the one that was there first. */
function precedes(other: InventorySink, sink: InventorySink): boolean {
  if (other.metadata.uid === sink.metadata.uid) return false;
  const isOwn = ({ metadata, spec }: InventorySink): boolean =>
    spec.externalId === undefined || spec.externalId === metadata.uid;
  if (isOwn(other) !== isOwn(sink)) return isOwn(other);
  const [a, b] = [other.metadata, sink.metadata];
  return a.creationTimestamp < b.creationTimestamp || (a.creationTimestamp === b.creationTimestamp && a.uid < b.uid);
}

function ownerConflict({ metadata }: InventorySink, owner: string): TerminalError {
  const message =
    `InventorySink ${metadata.namespace}/${metadata.name} reports as owner ${owner} and lives: only the records of a sink that is gone can be ` +
    "taken over. Delete it with deletionPolicy Orphan first, or create this one without spec.externalId";
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}

function withWayOut(error: ReconcileError, sink: InventorySink): WaitingError {
  const message = `${error.message}. To leave the records in the store, ${orphaning(sink)}`;
  return new WaitingError({ reason: error.reason, message, pollAfterMs: PARENT_POLL_MS, cause: error });
}
