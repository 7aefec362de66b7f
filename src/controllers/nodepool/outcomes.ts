// What has come of a request that adds servers and was not answered: looked for in jobs, until the settle window has passed and the
// cluster is at rest.
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Operation } from "../../crds/common/status.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import type { KindDeps } from "../controlled.ts";
import type { Listing } from "../external/list-cache.ts";
import type { ClusterNodes } from "./nodes.ts";
import type { PoolScope } from "./scope.ts";

/** Time stamps have whole seconds: what they stand for is up to one later. */
const TIMESTAMP_PRECISION_MS = 1_000;
/** Where no list of jobs tells what has failed, what was sent longer ago may have come and gone unseen. */
const LATEST_LOOK_MS = 5 * 60_000;
/** A cloud's clock may differ from ours. */
const CLOCK_TOLERANCE_MS = 60_000;

export class Outcomes {
  readonly #deps: KindDeps<NodePool>;
  readonly #nodes: ClusterNodes;

  constructor(deps: KindDeps<NodePool>, nodes: ClusterNodes) {
    this.#deps = deps;
    this.#nodes = nodes;
  }

  /** The job of the operation: by its id, or the one since its beginning that `isIts`. Undefined where the cloud tells none. */
  async jobOf(scope: PoolScope, operation: Operation, isIts: (job: Job) => boolean): Promise<Job | undefined> {
    const { visit, place } = scope;
    const { jobs } = place.session;
    const read = async (id: string): Promise<Job | undefined> => {
      const job = await jobs?.get(id, visit.signal);
      return job === "Absent" ? undefined : job;
    };
    if (operation.id !== undefined) return read(operation.id);
    const since = Date.parse(operation.startedAt) - CLOCK_TOLERANCE_MS;
    const latest = ((await jobs?.list?.(place.clusterId, visit.signal)) ?? []).filter(
      ({ createdAtMs }) => createdAtMs === undefined || Number.isNaN(createdAtMs) || createdAtMs >= since,
    );
    for (const { id } of latest) {
      const job = await read(id);
      if (job && isIts(job)) {
        visit.status.operation = { ...operation, id };
        return job;
      }
    }
    return undefined;
  }

  /** Of a request of which no job and no node shows anything. */
  async lost(scope: PoolScope, operation: Operation): Promise<"Open" | "Lost" | "Unknown"> {
    const agoMs = this.#deps.clock.now() - Date.parse(operation.lastSentAt ?? operation.startedAt);
    const settledMs = agoMs - this.#deps.settleWindowMs - TIMESTAMP_PRECISION_MS;
    if (settledMs < 0 || !(await this.#isAtRest(scope, settledMs))) return "Open";
    // It was taken, and nobody tells any more what came of it.
    if (operation.id !== undefined) return "Unknown";
    const hasJobs = scope.place.session.jobs?.list !== undefined;
    return hasJobs || settledMs < LATEST_LOOK_MS ? "Lost" : "Unknown";
  }

  /** Two lists from after the settle window, and the cluster itself before and after them, show nothing that comes or goes. */
  async #isAtRest(scope: PoolScope, settledMs: number): Promise<boolean> {
    if (!(await isStill(scope))) return false;
    const lists = await this.#nodes.listTwice(scope, this.#deps.clock.monotonic() - settledMs);
    return lists.every(isStillIn) && isStill(scope);
  }
}

async function isStill({ visit, place }: PoolScope): Promise<boolean> {
  const cluster = await facetOf(place, "clusters", "clusters").get(place.clusterId, visit.signal);
  return cluster !== "Absent" && cluster.phase === "Available" && cluster.isAtRest !== false;
}

function isStillIn({ byId }: Listing<ClusterNode>): boolean {
  return [...byId.values()].every(({ phase }) => phase !== "Creating" && phase !== "Deleting");
}
