// Collecting the garbage of an account's registry: by schedule, where little storage is left, or when a person asks; written down before
// each is started, so that none is started twice for one reason.
import { tellStatus, toldBy } from "../../cloud/blocks.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { GarbageCollector } from "../../cloud/facets/registry.ts";
import {
  CloudAccountCondition as Condition,
  CloudAccountReason as Reason,
} from "../../crds/cloudaccount/conditions.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { findCondition, type Statement, type Verdict } from "../../runtime/conditions.ts";
import type { Sender } from "../external/sender.ts";
import { annotation, isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { decide, leftBehind, spaceOf, stateOf, type GarbageDecision, type GarbageRecord } from "./garbage-plan.ts";
import { isOfSameProject, isSameLocation } from "./location.ts";

/** On an account: any text; another one asks for one collection. */
const COLLECT_GARBAGE = "yunfan.dev/collect-garbage";
/** A collection takes minutes. */
const RUNNING_POLL_MS = 15_000;

interface KeeperDeps {
  readonly clock: Clock;
  readonly sender: Sender;
}

export class GarbageKeeper {
  readonly #deps: KeeperDeps;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /**
   * Starts what is due, states the conditions, and keeps the record in the draft. `facts`: what the account's status is to tell beside it.
   * Returns within which time to look again; undefined where drift is soon enough. A cloud that does not answer is said and no more: the
   * account works all the same. One that is being deleted starts and ends nothing: what it reaches is of use to what waits to be deleted alone.
   */
  async keep(visit: Visit<CloudAccount>, how: Keeping): Promise<number | undefined> {
    if (isDeleting(visit.object)) return undefined;
    try {
      return await this.#keep(visit, how);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const known = findCondition(visit.object.status.conditions, Condition.GarbageCollected);
      const passes = known !== undefined && (error.kind === "Unavailable" || error.kind === "Throttled");
      if (passes) restate(visit, Condition.GarbageCollected, Condition.RegistryHasSpace);
      else visit.state(unread(error));
      return undefined;
    }
  }

  async #keep(visit: Visit<CloudAccount>, { session, facts, ready }: Keeping): Promise<number | undefined> {
    const collector = session.registry?.garbage;
    const wish = annotation(visit.object, COLLECT_GARBAGE);
    const record = this.#recordHere(visit, facts, wish);
    if (!collector || [collector.policy, record, wish].every((one) => one === undefined)) return undefined;
    const { signal } = visit;
    const { policy } = collector;
    const freePercent = policy?.freeBelowPercent === undefined ? undefined : await collector.freePercent(signal);
    const isRunning = await collector.isRunning(signal);
    const nowMs = this.#deps.clock.now();
    const decision = decide({ policy, wish, record, isRunning, freePercent, nowMs });
    this.#record(visit, facts, decision.record);
    const refusal = await this.#act(visit, { session, collector, decision, facts, ready });
    const states = [
      stateOf({ decision, refusal, wish, hasPolicy: policy !== undefined }),
      spaceOf(policy, freePercent),
    ];
    for (const state of states) if (state) visit.state(state);
    return decision.record?.state === "Running" ? RUNNING_POLL_MS : this.#untilNext(visit.object, collector, nowMs);
  }

  /** With the location in the draft, so that no later visit takes what was begun, or asked for, elsewhere for something of this place. */
  #recordHere(visit: Visit<CloudAccount>, facts: object, wish: string | undefined): GarbageRecord | undefined {
    const record = recordOf(visit.object);
    if ((record ?? wish) === undefined || !hasMoved(visit)) return record;
    const here = leftBehind(record, wish, this.#deps.clock.now());
    this.#record(visit, facts, here);
    return here;
  }

  /** Resolves with why it was refused, where it was. */
  async #act(visit: Visit<CloudAccount>, how: Acting): Promise<CloudError | undefined> {
    if (how.decision.do === "Rest") return undefined;
    using _turn = await how.session.reserveWrite(visit.signal);
    await visit.persist(how.ready);
    if (recordOf(visit.object)?.startedAt !== how.decision.record?.startedAt) return undefined;
    try {
      await this.#send(visit, how);
      return undefined;
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      // One runs already, or nobody knows: the next look tells.
      if (error.kind === "Busy" || error.kind === "Unavailable") return undefined;
      const { record } = how.decision;
      if (record) this.#record(visit, how.facts, { ...record, state: "Finished" });
      return error;
    }
  }

  async #send(visit: Visit<CloudAccount>, { decision, collector }: Acting): Promise<void> {
    const [before, after] = decision.do === "Start" ? ["Finished", "Running"] : ["Running", "Finished"];
    const fields = [{ field: "garbage collection", before, after }];
    await this.#deps.sender.send(visit, { verb: "Update", target: "the image registry", fields }, (permit) =>
      decision.do === "Start" ? collector.start(permit) : collector.stop(permit),
    );
  }

  #record({ object, status }: Visit<CloudAccount>, facts: object, record: GarbageRecord | undefined): void {
    tellStatus(object.spec.provider, status, { ...facts, ...(record && { garbageCollection: record }) });
  }

  #untilNext({ spec }: CloudAccount, { policy }: GarbageCollector, nowMs: number): number | undefined {
    const next = policy?.schedule?.next(nowMs, spec.driftIntervalSeconds * 1000);
    return next === undefined ? undefined : Math.max(0, next - nowMs);
  }
}

function hasMoved({ object, status }: Visit<CloudAccount>): boolean {
  const [before, now] = [object.status.location, status.location];
  if (before === undefined || now === undefined || before === now) return false;
  return !isOfSameProject(before, now) && !isSameLocation(object, before, now);
}

interface Keeping {
  readonly session: CloudSession;
  readonly facts: object;
  readonly ready: Verdict;
}

/** Nothing new is known of them. */
export function restate(visit: Visit<CloudAccount>, ...types: readonly string[]): void {
  for (const type of types) {
    const known = findCondition(visit.object.status.conditions, type);
    if (known) visit.state({ type, status: known.status, reason: known.reason, message: known.message });
  }
}

function unread({ message }: CloudError): Statement {
  return { type: Condition.GarbageCollected, status: "Unknown", reason: Reason.CollectionFailed, message };
}

interface Acting {
  readonly session: CloudSession;
  readonly collector: GarbageCollector;
  readonly decision: GarbageDecision;
  readonly facts: object;
  readonly ready: Verdict;
}

function recordOf({ spec, status }: CloudAccount): GarbageRecord | undefined {
  return toldBy(spec.provider, status)["garbageCollection"] as GarbageRecord | undefined;
}
