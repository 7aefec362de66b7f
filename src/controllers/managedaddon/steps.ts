// What a ManagedAddon's reconcile does: cluster, finalizer, claim, observe, identify, act.
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import type { Addon, AddonRequest } from "../../cloud/facets/addons.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import { suspecting } from "../cloudaccount/credential-recheck.ts";
import { Creator } from "../external/create.ts";
import { identify, subjectOf, type Identity } from "../external/identity.ts";
import { Observer } from "../external/observe.ts";
import { resolve } from "../external/resolve.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { NamedAddon } from "./addons.ts";
import { inCluster } from "../managedcluster/loss.ts";
import { Clusters, type ManagedAddonDeps, type Work } from "./context.ts";
import { describe, upgradeDue, upgradeFailed, upgradeSent, upToDate } from "./describe.ts";
import { installation, offeredVersion } from "./installation.ts";
import { Operations } from "./operations.ts";
import { planFor, wasSent, type Plan } from "./plan.ts";
import { Remover } from "./remove.ts";

type Unsettled = Exclude<Plan, { do: "Keep" | "Ignore" }>;

const INSTALLING = { reason: Reason.Installing, message: "The cloud is installing the add-on" };
const DOUBT_POLL_MS = 5_000;

export class ManagedAddonSteps implements Steps<ManagedAddon> {
  readonly #clusters: Clusters;
  readonly #observer: Observer;
  readonly #creator: Creator;
  readonly #operations: Operations;
  readonly #remover: Remover;
  readonly #clock: Clock;
  readonly #suspect: (resource: ManagedAddon) => void;

  constructor(deps: ManagedAddonDeps) {
    const { clock, settleWindowMs } = deps;
    this.#clock = clock;
    this.#clusters = new Clusters(deps);
    this.#observer = new Observer({ clock, settleWindowMs });
    this.#creator = new Creator({ clock, settleWindowMs, observer: this.#observer });
    this.#operations = new Operations(clock);
    this.#remover = new Remover({ clusters: this.#clusters, observer: this.#observer, operations: this.#operations });
    this.#suspect = (resource) => deps.suspect(deps.clusters.accountOf(resource));
  }

  async apply(visit: Visit<ManagedAddon>): Promise<Verdict> {
    return suspecting(
      () => this.#suspect(visit.object),
      () => this.#apply(visit),
    );
  }

  async finalize(visit: Visit<ManagedAddon>): Promise<"Released"> {
    await suspecting(
      () => this.#suspect(visit.object),
      () => this.#remover.remove(visit),
    );
    this.#observer.forget(visit.object);
    return "Released";
  }

  async #apply(visit: Visit<ManagedAddon>): Promise<Verdict> {
    const work = this.#clusters.enter(visit);
    await visit.holdFinalizer();
    if (visit.status.externalId === undefined) visit.status.cloudName = work.name;
    this.#clusters.assertClaim(work);
    return inCluster(work, () => this.#applyIn(work));
  }

  async #applyIn(work: Work): Promise<Verdict> {
    const { visit } = work;
    const identity = identify(subjectOf(work), await this.#observer.observe(work));
    this.#clusters.assertAdoptable(work, identity);
    const listed = await this.#identified(work, identity);
    const { addon, plan } = await this.#confirmed(work, listed);
    describe(visit, addon);
    if (plan.do !== "Keep" && plan.do !== "Ignore") throw await this.#pending(work, addon, plan);
    return settle(visit, addon);
  }

  /** The add-on that the resource stands for, with its id in the draft; or throws what it waits for. */
  async #identified(work: Work, identity: Identity<NamedAddon>): Promise<Addon> {
    const { visit } = work;
    const resolved = await resolve(work, identity, { creator: this.#creator, prepare: () => installation(work) });
    if (resolved === "JustCreated") {
      this.#operations.begin(visit, "Create");
      throw this.#operations.waiting(visit, INSTALLING);
    }
    if (resolved.recorded === "Created") this.#operations.begin(visit, "Create");
    return resolved.thing;
  }

  /** Nothing is written, and nothing bad is said, on the word of a list alone: it may lag. */
  async #confirmed(work: Work, listed: Addon): Promise<{ addon: Addon; plan: Plan }> {
    const { visit, addons, cluster } = work;
    const plan = this.#planFor(visit, listed);
    if (plan.do === "Keep") return { addon: listed, plan };
    const addon = await addons.in(cluster.id).get(listed.id, visit.signal);
    if (addon !== "Absent") return { addon, plan: this.#planFor(visit, addon) };
    const message = `Add-on ${listed.id} is in the list, but not found by its id; looking again`;
    throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS });
  }

  /** What is recorded in the draft, not what was found, tells an install that is under way. */
  #planFor({ object, status }: Visit<ManagedAddon>, addon: Addon): Plan {
    const { spec, metadata } = object;
    return planFor({ spec, metadata, status }, addon, this.#clock.now());
  }

  /** What to throw while the cloud is not done, or a person has to look. */
  async #pending(work: Work, addon: Addon, plan: Unsettled): Promise<Error> {
    const { visit } = work;
    if (plan.do === "Await") return this.#operations.waiting(visit, plan);
    if (plan.do === "Fail") return installFailed(addon);
    if (plan.do === "Upgrade") return this.#upgrade(work, addon, plan.request);
    delete visit.status.operation;
    if (wasSent({ metadata: visit.object.metadata, status: visit.status })) visit.state(upgradeFailed());
    return new TerminalError(plan);
  }

  /** One request; what it is remembered by is stated once the cloud has taken it. Returns what to throw. */
  async #upgrade(work: Work, addon: Addon, request: AddonRequest): Promise<WaitingError> {
    const { visit, addons, cluster } = work;
    const { id, version } = addon;
    visit.state(upgradeDue(visit.object, addon));
    if (request.version !== version) await offeredVersion(work, request.version);
    await addons.update(cluster.id, id, request, visit.signal).finally(() => this.#observer.noteWrite(work));
    visit.log.info({ externalId: id, version: request.version }, "Requested upgrade of add-on");
    this.#operations.begin(visit, "Update");
    visit.state(upgradeSent());
    const message = "The cloud is upgrading the add-on";
    return this.#operations.waiting(visit, { reason: Reason.Upgrading, message });
  }
}

/** It runs, and nothing is left to do. */
function settle(visit: Visit<ManagedAddon>, addon: Addon): Verdict {
  delete visit.status.operation;
  const statement = upToDate(visit.object, addon);
  visit.state(statement);
  const observed = visit.object.spec.managementPolicy === "Observe";
  const how = statement.status === "True" ? "is as declared" : "runs, but not as declared: see UpToDate";
  return { state: "Ready", reason: Reason.Available, message: `Add-on ${addon.id} ${observed ? "is observed" : how}` };
}

function installFailed({ id, cloudPhase, message }: Addon): TerminalError {
  const why = message === "" ? "" : `: ${message}`;
  const said =
    `Add-on ${id} is ${cloudPhase}${why}. It stays as the cloud left it and nothing is installed again. ` +
    "Delete this resource to remove it, then create it anew";
  return new TerminalError({ reason: Reason.CreateFailed, message: said });
}
