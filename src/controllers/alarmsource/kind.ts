// AlarmSource, as the operator knows it: a visit is a poll. What it finds is stated beside what the visits of the concerned resources
// find, and written to those at once (controllers/lifecycle/beside.ts).
import { CloudError } from "../../cloud/errors.ts";
import { AlarmSourceReason as Reason } from "../../crds/alarmsource/conditions.ts";
import { alarmSource } from "../../crds/alarmsource/kind.ts";
import type { AlarmSource } from "../../crds/alarmsource/schema.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import {
  HeldError,
  ReconcileError,
  RetryableError,
  TerminalError,
  UnsaidError,
  WaitingError,
} from "../../lib/errors.ts";
import { FencedError } from "../../lib/fence.ts";
import type { KindDeps } from "../controlled.ts";
import { Coverage, type CoverageDeps } from "../inventory/coverage.ts";
import { askAs, inventoryReader } from "../inventory/reader.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import type { Outcome } from "../lifecycle/reconciler.ts";
import type { Managed } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { Board } from "./board.ts";
import { Poll } from "./poll.ts";

export const alarmSources = inventoryReader<AlarmSource>(alarmSource, (deps) => new Sources(deps));

/** Counts alone are written no more often. */
const COUNTS_MS = 60_000;
/** So many statuses of others are written at once. */
const MOST_AT_ONCE = 16;

class Sources {
  readonly #deps: KindDeps<AlarmSource>;
  readonly #coverageDeps: CoverageDeps;
  readonly #board: Board;
  /** By UID. */
  readonly #polls = new Map<string, Poll>();
  readonly #toldAtMs = new Map<string, number>();

  constructor(deps: KindDeps<AlarmSource>) {
    this.#deps = deps;
    const { clock, platformNamespace, views } = deps;
    const clusters = views.get("ManagedCluster")?.store;
    const own = views.get("AlarmSource")?.store;
    this.#coverageDeps = { platformNamespace, cluster: (key) => clusters?.get(key) as ManagedCluster | undefined };
    const sources = (): readonly AlarmSource[] => (own?.list() ?? []) as unknown as readonly AlarmSource[];
    this.#board = new Board({ ...this.#coverageDeps, clock, sources });
    deps.stateBeside((resource) => this.#board.statementsOf(resource));
    own?.onChange(({ type, old }) => {
      if (type === "Deleted") this.#forget(old as unknown as AlarmSource);
    });
  }

  async apply(visit: Visit<AlarmSource>): Promise<Outcome> {
    const source = visit.object;
    try {
      await this.#poll(visit);
    } catch (error) {
      if (visit.signal.aborted || error instanceof FencedError || error instanceof UnsaidError) throw error;
      throw await this.#failed(visit, error);
    }
    await this.#restateAll(visit.signal);
    const message = "The inventory was asked for alarms";
    return { state: "Ready", reason: Reason.Queried, message, againMs: intervalMs(source) };
  }

  async #poll(visit: Visit<AlarmSource>): Promise<void> {
    const source = visit.object;
    const { uid } = source.metadata;
    const coverage = new Coverage(source, this.#coverageDeps);
    const poll = this.#polls.get(uid) ?? new Poll({ clock: this.#deps.clock });
    this.#polls.set(uid, poll);
    const covered = [...this.#covered(coverage)];
    const { found, clusterCount } = await askAs(this.#deps, source, (facet, location) =>
      poll.run({ source, coverage, covered, facet, location }, visit.signal),
    );
    this.#board.found(source, found);
    this.#count(visit, { clusterCount, firingCount: found.Alarms.size });
  }

  #count(
    { object, status }: Visit<AlarmSource>,
    counts: Pick<AlarmSource["status"], "clusterCount" | "firingCount">,
  ): void {
    const nowMs = this.#deps.clock.monotonic();
    const { uid } = object.metadata;
    if (nowMs - (this.#toldAtMs.get(uid) ?? Number.NEGATIVE_INFINITY) < COUNTS_MS) return;
    if (status.clusterCount === counts.clusterCount && status.firingCount === counts.firingCount) return;
    this.#toldAtMs.set(uid, nowMs);
    Object.assign(status, counts);
  }

  /** What to throw: it is polled again at its interval, whatever it was that a person may mend. */
  async #failed({ object, signal }: Visit<AlarmSource>, error: unknown): Promise<unknown> {
    const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
    if (!(failure instanceof ReconcileError)) return failure;
    const mayNot = MAY_NOT.has(failure.reason);
    if (mayNot) this.#board.bar(object);
    else this.#board.failed(object);
    await this.#restateAll(signal);
    return mayNot ? failure : atInterval(failure, intervalMs(object));
  }

  #forget(source: AlarmSource): void {
    const { uid } = source.metadata;
    this.#board.forget(source);
    this.#polls.delete(uid);
    this.#toldAtMs.delete(uid);
    const { log, stop } = this.#deps;
    this.#restateAll(stop).catch((error: unknown) => log.debug({ err: error }, "Conditions of alarms stay for now"));
  }

  *#covered(coverage: Coverage): Iterable<Managed> {
    for (const { store } of this.#deps.views.values()) {
      for (const resource of store.list()) if (coverage.covers(resource)) yield resource;
    }
  }

  /** All of them, since what was covered and is no longer has to lose its conditions. What fails is seen to at the next poll. */
  async #restateAll(signal: AbortSignal): Promise<void> {
    const left = [...this.#deps.views.values()].flatMap(({ store }) => store.list());
    const lane = async (): Promise<void> => {
      for (let resource = left.pop(); resource; resource = left.pop()) await this.#restate(resource, signal);
    };
    await Promise.all(Array.from({ length: MOST_AT_ONCE }, lane));
  }

  async #restate(resource: Managed, signal: AbortSignal): Promise<void> {
    try {
      await this.#deps.restate(resource, signal);
    } catch (error) {
      if (signal.aborted || error instanceof FencedError) throw error;
      const { kind, metadata } = resource;
      this.#deps.log.debug(
        { err: error, kind, name: metadata.name },
        "A condition of alarms is written at the next poll",
      );
    }
  }
}

/** Reasons for which a source may not look at all: then nothing is stated by it. */
const MAY_NOT: ReadonlySet<string> = new Set([Reason.NamespaceNotAllowed, Reason.NotSupportedByCloud]);

function atInterval(failure: ReconcileError, pollMs: number): WaitingError {
  const { reason, message } = failure;
  const retryAfterMs = failure instanceof RetryableError ? (failure.retryAfterMs ?? 0) : 0;
  const again = { reason, message, pollAfterMs: Math.max(pollMs, retryAfterMs), cause: failure };
  return failure instanceof TerminalError ? new HeldError(again) : new WaitingError(again);
}

function intervalMs({ spec }: AlarmSource): number {
  return spec.pollIntervalSeconds * 1000;
}
