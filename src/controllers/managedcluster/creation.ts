// The POST that creates a cluster, and what its answer tells beside the id.
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Send } from "../external/create.ts";
import type { Observer } from "../external/observe.ts";
import type { Work } from "./context.ts";

const NO_NETWORK = { vpcId: undefined, subnetId: undefined, podCidr: undefined, serviceCidr: undefined };
const DOUBT_POLL_MS = 5_000;

export class Creation {
  readonly #work: Work;
  readonly #observer: Observer;
  /** Of the job that makes the cluster, once it was sent; undefined where the cloud does not tell it. */
  jobId: string | undefined;

  constructor(work: Work, observer: Observer) {
    this.#work = work;
    this.#observer = observer;
  }

  /** A refusal that the quota foretells costs no write and says what to do. Throws as assertQuota does. */
  async prepare(): Promise<Send> {
    await assertQuota(this.#work, this.#observer);
    return (nonce, signal) => this.#send(nonce, signal);
  }

  async #send(nonce: string, signal: AbortSignal): Promise<{ id: string | undefined }> {
    const { visit, clusters, name } = this.#work;
    const { version, description = "", network, huawei = {} } = visit.object.spec;
    const request = { name, nonce, version, description, network: { ...NO_NETWORK, ...network }, options: huawei };
    const { id, jobId } = await clusters.create(request, signal);
    this.jobId = jobId;
    return { id };
  }
}

/**
 * Throws TerminalError QuotaExceeded where there is no room, and WaitingError ObservationNotTrusted where the cloud counts more
 * clusters than it lists: what it does not show may be the very one that is about to be created.
 */
async function assertQuota(work: Work, observer: Observer): Promise<void> {
  const { visit, clusters } = work;
  const quota = await clusters.quota?.(visit.signal);
  if (!quota) return;
  const { limit, used } = quota;
  const type = "QuotaAvailable";
  if (used >= limit) {
    const message = `${used} of ${limit} clusters are in use. Raise the quota in the cloud, or delete a cluster`;
    visit.state({ type, status: "False", reason: Reason.QuotaExceeded, message });
    throw new TerminalError({ reason: Reason.QuotaExceeded, message });
  }
  const listed = await countListed(work, observer, used);
  if (used > listed) {
    const message = `The cloud counts ${used} clusters and lists ${listed}. Nothing is created until the two agree; looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS });
  }
  visit.state({ type, status: "True", reason: Reason.QuotaAvailable, message: "There was room when it was created" });
}

/** A list from before the count lacks what was made in between, such as by another resource: then a newer one counts. */
async function countListed(work: Work, observer: Observer, atLeast: number): Promise<number> {
  const listed = (await work.catalog.observe(Number.NEGATIVE_INFINITY, work.visit.signal)).byId.size;
  return listed < atLeast ? (await observer.afterWrite(work)).byId.size : listed;
}
