// Following the cloud's long jobs: progress in status and events, adaptive polling, and what a failed one says.
import type { Cluster, Job } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { timestamp } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { pollMs } from "../lifecycle/polling.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ManagedClusterDeps, Work } from "./context.ts";
import { failureOf, progressOf, underWaySince } from "./progress.ts";

type Verb = NonNullable<ManagedCluster["status"]["operation"]>["verb"];

interface Said {
  readonly reason: string;
  readonly message: string;
}

export class Jobs {
  readonly #deps: Pick<ManagedClusterDeps, "clock" | "events">;

  constructor({ clock, events }: Pick<ManagedClusterDeps, "clock" | "events">) {
    this.#deps = { clock, events };
  }

  /** Notes in the draft that a job is under way; `id` where the cloud told it. */
  begin(visit: Visit<ManagedCluster>, verb: Verb, id: string | undefined): void {
    const startedAt = timestamp(this.#deps.clock);
    const nonce = `${visit.object.metadata.uid}-${visit.status.createAttempts ?? 0}`;
    visit.status.operation = { verb, nonce, startedAt, ...(id !== undefined && { id }) };
  }

  /** What to throw while a job of which nothing more is known is under way. */
  waiting(visit: Visit<ManagedCluster>, said: Said): WaitingError {
    return new WaitingError({ ...said, pollAfterMs: this.#pollMs(visit) });
  }

  /** Asks the job how far it is. What to throw: waiting, or CreateFailed where it has failed. */
  async following(work: Work, said: Said): Promise<WaitingError | TerminalError> {
    const { visit } = work;
    const { operation } = visit.status;
    const job = await jobOf(work);
    const failure = job && failureOf(job);
    if (failure !== undefined && operation?.verb === "Create") return createFailed(visit.status.externalId, failure);
    if (!job || !operation) return this.waiting(visit, said);
    const progress = progressOf(job);
    if (progress !== operation.progress) this.#tell(visit, progress);
    visit.status.operation = { ...operation, progress };
    return this.waiting(visit, { ...said, message: `${said.message}. ${progress}` });
  }

  /** What to throw of a cluster whose create has failed half-way: nothing is made again. */
  async failure(work: Work, cluster: Cluster): Promise<TerminalError> {
    const job = await jobOf(work);
    const { cloudPhase, message } = cluster;
    const why = (job && failureOf(job)) ?? `The cluster is ${cloudPhase}${message === "" ? "" : `: ${message}`}`;
    return createFailed(cluster.id, why);
  }

  #pollMs({ status, object }: Visit<ManagedCluster>): number {
    const since = status.operation?.startedAt ?? underWaySince(object);
    return pollMs(since === undefined ? 0 : this.#deps.clock.now() - Date.parse(since));
  }

  #tell(visit: Visit<ManagedCluster>, note: string): void {
    const action = visit.status.operation?.verb ?? "Reconcile";
    this.#deps.events.event(visit.object, { type: "Normal", reason: Reason.Progressing, action, note });
    visit.log.info({ progress: note }, "Progressed");
  }
}

/** The job of the operation in the draft; undefined where the cloud never told its id or no longer knows it. */
async function jobOf({ visit, clusters }: Work): Promise<Job | undefined> {
  const id = visit.status.operation?.id;
  if (id === undefined) return undefined;
  const job = await clusters.getJob?.(id, visit.signal);
  return job === "Absent" ? undefined : job;
}

function createFailed(id: string | undefined, why: string): TerminalError {
  const message =
    `${why}. Cluster ${id} stays as the cloud left it and nothing is created again. ` +
    "Delete this resource to remove it, then create it anew";
  return new TerminalError({ reason: Reason.CreateFailed, message });
}
