// What a ManagedCluster's reconcile does: account, finalizer, claim, observe, identify, act, publish.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import { Creator } from "../external/create.ts";
import { suspecting } from "../cloudaccount/credential-recheck.ts";
import { identify, subjectOf, type Identity } from "../external/identity.ts";
import { Observer } from "../external/observe.ts";
import { resolve } from "../external/resolve.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { accountOf, Accounts, type ManagedClusterDeps, type Work } from "./context.ts";
import { change, type Change } from "./change.ts";
import { Creation } from "./creation.ts";
import { describe, describeLoss, upToDate } from "./describe.ts";
import { Jobs } from "./jobs.ts";
import { Kubeconfigs } from "./kubeconfig.ts";
import { planFor, type Plan } from "./plan.ts";
import { Remover } from "./remove.ts";

export class ManagedClusterSteps implements Steps<ManagedCluster> {
  readonly #accounts: Accounts;
  readonly #observer: Observer;
  readonly #creator: Creator;
  readonly #jobs: Jobs;
  readonly #remover: Remover;
  readonly #kubeconfigs: Kubeconfigs;
  readonly #suspect: (account: string) => void;

  constructor(deps: ManagedClusterDeps) {
    const { clock, settleWindowMs } = deps;
    this.#accounts = new Accounts(deps);
    this.#observer = new Observer({ clock, settleWindowMs });
    this.#creator = new Creator({ clock, settleWindowMs, observer: this.#observer });
    this.#jobs = new Jobs(deps);
    this.#remover = new Remover({ ...deps, accounts: this.#accounts, observer: this.#observer, jobs: this.#jobs });
    this.#kubeconfigs = new Kubeconfigs(deps);
    this.#suspect = deps.suspect;
  }

  async apply(visit: Visit<ManagedCluster>): Promise<Verdict> {
    return suspecting(
      () => this.#suspect(accountOf(visit.object)),
      () => this.#apply(visit),
    );
  }

  async finalize(visit: Visit<ManagedCluster>): Promise<"Released"> {
    await suspecting(
      () => this.#suspect(accountOf(visit.object)),
      () => this.#remover.remove(visit),
    );
    await this.#kubeconfigs.withdrawAll(visit);
    this.#observer.forget(visit.object);
    return "Released";
  }

  async #apply(visit: Visit<ManagedCluster>): Promise<Verdict> {
    const work = this.#accounts.enter(visit);
    await visit.holdFinalizer();
    if (visit.status.externalId === undefined) visit.status.cloudName = work.name;
    this.#accounts.assertClaim(work);
    const identity = identify(subjectOf(work), await this.#observer.observe(work));
    if (identity.do === "Stall" && identity.reason === Reason.ExternalResourceMissing) describeLoss(visit);
    const listed = await this.#identified(work, identity);
    const { cluster, plan } = await this.#confirmed(work, listed);
    describe(visit, cluster);
    if (plan.do !== "Keep") throw await this.#pending(work, cluster, plan);
    return this.#settle(work, cluster, plan.hibernated);
  }

  /** The cluster that the resource stands for, with its id in the draft; or throws what it waits for. */
  async #identified(work: Work, identity: Identity<Cluster>): Promise<Cluster> {
    const { visit } = work;
    const creation = new Creation(work, this.#observer);
    const resolved = await resolve(work, identity, { creator: this.#creator, prepare: () => creation.prepare() });
    if (resolved === "JustCreated") {
      this.#jobs.begin(visit, "Create", creation.jobId);
      throw this.#jobs.waiting(visit, { reason: Reason.Creating, message: "The cloud is creating the cluster" });
    }
    if (resolved.recorded === "Created") this.#jobs.begin(visit, "Create", resolved.thing.jobId);
    return resolved.thing;
  }

  /** Nothing is written, and nothing bad is said, on the word of a list alone: it may lag, and masks what has failed. */
  async #confirmed(work: Work, listed: Cluster): Promise<{ cluster: Cluster; plan: Plan }> {
    const { visit, clusters } = work;
    // What is recorded in the draft, not what was found, tells a create that is under way.
    const resource = { spec: visit.object.spec, status: visit.status };
    const plan = planFor(resource, listed);
    if (plan.do === "Keep") return { cluster: listed, plan };
    const cluster = await clusters.get(listed.id, visit.signal);
    if (cluster !== "Absent") return { cluster, plan: planFor(resource, cluster) };
    const message = `Cluster ${listed.id} is in the list, but not found by its id; looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: 5_000 });
  }

  /** What to throw while the cloud is not done, or a person has to look. */
  async #pending(work: Work, cluster: Cluster, plan: Exclude<Plan, { do: "Keep" }>): Promise<Error> {
    if (plan.do === "Stall") return new TerminalError(plan);
    if (plan.do === "Fail") return this.#jobs.failure(work, cluster);
    if (plan.do === "Await") return this.#jobs.following(work, plan);
    return this.#jobs.waiting(work.visit, await this.#change(work, cluster, plan));
  }

  async #change(work: Work, cluster: Cluster, plan: Change): Promise<{ reason: string; message: string }> {
    try {
      return await change(work, cluster, plan);
    } finally {
      this.#observer.noteWrite(work);
    }
  }

  /** The cloud is done with it: what hangs on the cluster is published. */
  async #settle(work: Work, cluster: Cluster, hibernated: boolean): Promise<Verdict> {
    const { visit } = work;
    delete visit.status.operation;
    visit.state(upToDate(visit.object, cluster));
    if (hibernated) {
      const message = `Cluster ${cluster.id} sleeps. Its nodes, volumes and addresses stay billed`;
      return { state: "Ready", reason: Reason.Hibernated, message };
    }
    await this.#kubeconfigs.publish(work, cluster);
    const observed = visit.object.spec.managementPolicy === "Observe";
    const message = `Cluster ${cluster.id} is ${observed ? "observed" : "as declared"}`;
    return { state: "Ready", reason: Reason.Available, message };
  }
}
