// Changing a pool that is there: decided once more on what is read right before the write.
import { CloudError } from "../../cloud/errors.ts";
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import type { Observer } from "../external/observe.ts";
import { offered } from "../external/thing.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { nodesOf, type Work } from "./context.ts";
import type { Seen } from "./count.ts";
import { declaredOf } from "./describe.ts";
import { ignoredFields } from "./differences.ts";
import { begin } from "./operation.ts";
import { planFor, type Plan } from "./plan.ts";

/** What is known of a pool, and what follows from it. */
export interface Decision {
  readonly seen: Seen;
  readonly plan: Plan;
}

type Update = Extract<Plan, { do: "Update" }>;

const CHANGED: Plan = {
  do: "Await",
  reason: Reason.Updating,
  message: "The node pool was changed; looking whether it shows",
  pace: "Soon",
};
const LOOK_AGAIN_MS = 1_000;

/** Pure, from the resource as the visit has it now. */
export function decide(visit: Visit<NodePool>, seen: Seen): Decision {
  return { seen, plan: planFor(declaredOf(visit), seen) };
}

export class Updater {
  readonly #clock: Clock;
  readonly #observer: Observer;

  constructor({ clock, observer }: { clock: Clock; observer: Observer }) {
    this.#clock = clock;
    this.#observer = observer;
  }

  /**
   * Sends at most one change and looks at what came of it; where another look shows that nothing is to be sent, says what is to be
   * done instead. Throws CloudError, and WaitingError ObservationNotTrusted where the pool is not found.
   */
  async update(work: Work, id: string): Promise<Decision> {
    const { visit } = work;
    // The wait for the budget may be long, and an autoscaler moves the count meanwhile: first the turn, then the look.
    using _turn = await work.reserveWrite(visit.signal);
    const nodes = await nodesOf(work, id, this.#clock.monotonic());
    const pool = await presentPool(work, id);
    const decision = decide(visit, { pool, nodes });
    if (decision.plan.do !== "Update") return decision;
    await this.#send(work, pool, decision.plan);
    return await this.#lookAfter(work, id, nodes);
  }

  async #send(work: Work, pool: Pool, { change, fields }: Update): Promise<void> {
    const { visit, pools, clusterId } = work;
    try {
      await offered(pools.update, "spec")(clusterId, pool.id, change, visit.signal);
    } catch (error) {
      if (error instanceof CloudError && error.kind === "NotFound") throw notFound(pool.id, error);
      throw error;
    } finally {
      this.#observer.noteWrite(work);
    }
    this.#record(work, pool, { change, fields });
    visit.log.info({ externalId: pool.id, fields, from: pool.desired, to: change.replicas }, "Changed node pool");
  }

  /** In the draft: a crash before it is stored has the same change sent once more, which is harmless. */
  #record({ visit }: Work, pool: Pool, { change, fields }: Pick<Update, "change" | "fields">): void {
    const { status, object } = visit;
    const ignored = ignoredFields(declaredOf(visit), pool);
    if (object.spec.taints !== undefined) status.appliedTaints = [...change.taints];
    const sent = [...ignored, ...fields.filter((field) => field !== "replicas")];
    if (sent.length > 0) status.sentChange = { generation: object.metadata.generation ?? 0, fields: sent };
    // A pool that never came to rest is still being created.
    if (status.operation?.verb !== "Create" || pool.phase === "Normal") begin(visit, this.#clock, "Update");
  }

  async #lookAfter(work: Work, id: string, nodes: Seen["nodes"]): Promise<Decision> {
    const decision = decide(work.visit, { pool: await presentPool(work, id), nodes });
    if (decision.plan.do !== "Update") return decision;
    // A read that lags, or the next step already: not in this visit, which has written.
    return { ...decision, plan: CHANGED };
  }
}

/** Throws WaitingError ObservationNotTrusted where the cloud says that there is no such pool, although a list showed it. */
export async function presentPool({ pools, clusterId, visit }: Work, id: string): Promise<Pool> {
  const pool = await pools.in(clusterId).get(id, visit.signal);
  if (pool === "Absent") throw notFound(id);
  return pool;
}

function notFound(id: string, cause?: unknown): WaitingError {
  const message = `Node pool ${id} was in the list, but is not found by its id; looking again`;
  return new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: LOOK_AGAIN_MS, cause });
}
