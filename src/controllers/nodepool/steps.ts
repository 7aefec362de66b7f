// What a NodePool's reconcile does: cluster, finalizer, claim, observe, identify, then change or wait until it is as declared.
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import { suspecting } from "../cloudaccount/credential-recheck.ts";
import { Creator } from "../external/create.ts";
import { identify, subjectOf, type Identity } from "../external/identity.ts";
import { Observer } from "../external/observe.ts";
import { resolve } from "../external/resolve.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { inCluster } from "../managedcluster/loss.ts";
import { Clusters, nodesOf, type NodePoolDeps, type Work } from "./context.ts";
import { prepareCreate } from "./creation.ts";
import { declaredOf, describe } from "./describe.ts";
import { ignoredFields } from "./differences.ts";
import { begin, note, waitingFor } from "./operation.ts";
import { progressOf } from "./plan.ts";
import { Remover } from "./remove.ts";
import { decide, presentPool, Updater, type Decision } from "./update.ts";

export class NodePoolSteps implements Steps<NodePool> {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #clusters: Clusters;
  readonly #observer: Observer;
  readonly #creator: Creator;
  readonly #updater: Updater;
  readonly #remover: Remover;
  readonly #suspect: (resource: NodePool) => void;

  constructor(deps: NodePoolDeps) {
    const { client, clock, settleWindowMs } = deps;
    this.#client = client;
    this.#clock = clock;
    this.#clusters = new Clusters(deps);
    this.#observer = new Observer({ clock, settleWindowMs });
    this.#creator = new Creator({ clock, settleWindowMs, observer: this.#observer });
    this.#updater = new Updater({ clock, observer: this.#observer });
    this.#remover = new Remover({ clock, clusters: this.#clusters, observer: this.#observer });
    this.#suspect = (resource) => deps.suspect(deps.directory.accountOf(resource));
  }

  async apply(visit: Visit<NodePool>): Promise<Verdict> {
    return suspecting(
      () => this.#suspect(visit.object),
      () => this.#apply(visit),
    );
  }

  async finalize(visit: Visit<NodePool>): Promise<"Released"> {
    await suspecting(
      () => this.#suspect(visit.object),
      () => this.#remover.remove(visit),
    );
    this.#observer.forget(visit.object);
    return "Released";
  }

  async #apply(visit: Visit<NodePool>): Promise<Verdict> {
    const work = this.#clusters.enter(visit);
    await visit.holdFinalizer();
    if (visit.status.externalId === undefined) visit.status.cloudName = work.name;
    this.#clusters.assertClaim(work);
    return inCluster(work, () => this.#applyIn(work));
  }

  async #applyIn(work: Work): Promise<Verdict> {
    const identity = identify(subjectOf(work), await this.#observer.observe(work));
    const listed = await this.#identified(work, identity);
    assertCountDeclared(work.visit, listed);
    const decision = await this.#decide(work, listed);
    describe(work.visit, decision.seen);
    return this.#conclude(work, decision);
  }

  /** The pool that the resource stands for, with its id in the draft; or throws what it waits for. */
  async #identified(work: Work, identity: Identity<Pool>): Promise<Pool> {
    const { visit } = work;
    const prepare = () => prepareCreate(work, this.#client);
    const resolved = await resolve(work, identity, { creator: this.#creator, prepare });
    if (resolved === "JustCreated") {
      visit.status.appliedTaints = visit.object.spec.taints;
      begin(visit, this.#clock, "Create");
      throw waitingFor(visit, this.#clock, { reason: Reason.Creating, message: "The cloud is creating the node pool" });
    }
    if (resolved.recorded === "Created") begin(visit, this.#clock, "Create");
    return resolved.thing;
  }

  /** Nothing is written, and nothing bad is said, on the word of a list alone: it may lag, and need not tell the phase. */
  async #decide(work: Work, listed: Pool): Promise<Decision> {
    const { visit } = work;
    const { id } = listed;
    const nodes = await nodesOf(work, id, this.#observer.since(work));
    const glance = decide(visit, { pool: visit.status.operation ? listed : supposingRest(listed), nodes });
    if (glance.plan.do === "Keep") return glance;
    if (glance.plan.do === "Update") return this.#updater.update(work, id);
    const decision = decide(visit, { pool: await presentPool(work, id), nodes });
    return decision.plan.do === "Update" ? this.#updater.update(work, id) : decision;
  }

  #conclude({ visit }: Work, { seen, plan }: Decision): Verdict {
    if (plan.do === "Stall") throw new TerminalError(plan);
    if (plan.do === "Await") {
      note(visit, progressOf(seen));
      throw waitingFor(visit, this.#clock, plan);
    }
    delete visit.status.operation;
    const ignored = ignoredFields(declaredOf(visit), seen.pool);
    forgetWhatShows(visit, ignored);
    return { state: "Ready", reason: Reason.Available, message: availability(visit.object, seen.pool, ignored) };
  }
}

/**
 * Whoever adopts a pool by its id and forgets spec.replicas means none of its nodes to go. Later, once the count was shown in the
 * status, 0 is meant.
 */
function assertCountDeclared({ object, status }: Visit<NodePool>, { id, desired }: Pool): void {
  const { replicas, autoscaling, managementPolicy } = object.spec;
  const isNew = status.origin === "Adopted" && status.desiredReplicas === undefined;
  const isOurs = managementPolicy === "Manage" && !autoscaling.enabled;
  if (!isNew || !isOurs || replicas > 0 || desired === 0) return;
  const message =
    `Node pool ${id} is to be adopted with ${desired} nodes, but spec.replicas is 0, its default. ` +
    "Set it to the count that you want; to remove all nodes, set it to 0 after that";
  throw new TerminalError({ reason: Reason.ReplicasNotDeclared, message });
}

/** A list that does not tell the phase: where nothing was asked of the pool, its nodes tell whether a closer look is worth it. */
function supposingRest(listed: Pool): Pool {
  const isTold = listed.phase !== "Unknown" || listed.cloudPhase !== "";
  return isTold ? listed : { ...listed, phase: "Normal" };
}

/** What was sent and shows by now may be sent again when it drifts. */
function forgetWhatShows({ status }: Visit<NodePool>, ignored: ReturnType<typeof ignoredFields>): void {
  if (ignored.length === 0) delete status.sentChange;
  else if (status.sentChange) status.sentChange = { ...status.sentChange, fields: [...ignored] };
}

function availability({ spec }: NodePool, { id }: Pool, ignored: readonly string[]): string {
  if (spec.managementPolicy === "Observe") return `Node pool ${id} is observed`;
  const but = ignored.length === 0 ? "" : `, but for what the cloud did not change: see UpToDate`;
  return `Node pool ${id} is as declared${but}`;
}
