// What a RegistryProject's reconcile does: account, finalizer, claim, observe, plan, act, publish.
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { ReconcileError, WaitingError } from "../../lib/errors.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import type { Verdict } from "../../runtime/conditions.ts";
import { Creator, type Send } from "../external/create.ts";
import { suspecting } from "../cloudaccount/credential-recheck.ts";
import { identify, subjectOf, type Identity } from "../external/identity.ts";
import { Observer } from "../external/observe.ts";
import { resolve } from "../external/resolve.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { accountOf, Accounts, type RegistryProjectDeps, type Work } from "./context.ts";
import { countContents } from "./contents.ts";
import { changeTo } from "./plan.ts";
import { PullSecrets } from "./pull-secrets.ts";
import { Remover } from "./remove.ts";

export class RegistryProjectSteps implements Steps<RegistryProject> {
  readonly #accounts: Accounts;
  readonly #observer: Observer;
  readonly #creator: Creator;
  readonly #remover: Remover;
  readonly #pullSecrets: PullSecrets;
  readonly #suspect: (account: string) => void;

  constructor(deps: RegistryProjectDeps) {
    const { clock, settleWindowMs } = deps;
    this.#accounts = new Accounts(deps);
    this.#observer = new Observer({ clock, settleWindowMs });
    this.#creator = new Creator({ clock, settleWindowMs, observer: this.#observer });
    this.#remover = new Remover({ accounts: this.#accounts, observer: this.#observer });
    this.#pullSecrets = new PullSecrets(deps);
    this.#suspect = deps.suspect;
  }

  async apply(visit: Visit<RegistryProject>): Promise<Verdict> {
    return suspecting(
      () => this.#suspect(accountOf(visit.object)),
      () => this.#apply(visit),
    );
  }

  async finalize(visit: Visit<RegistryProject>): Promise<"Released"> {
    await suspecting(
      () => this.#suspect(accountOf(visit.object)),
      () => this.#remover.remove(visit),
    );
    await this.#pullSecrets.withdrawAll(visit);
    this.#observer.forget(visit.object);
    return "Released";
  }

  async #apply(visit: Visit<RegistryProject>): Promise<Verdict> {
    const work = this.#accounts.enter(visit);
    await visit.holdFinalizer();
    if (visit.status.externalId === undefined) visit.status.cloudName = work.name;
    this.#accounts.assertClaim(work);
    const identity = identify(subjectOf(work), await this.#observer.observe(work));
    await this.#carryOut(work, identity);
    await this.#publish(work);
    const observed = visit.object.spec.managementPolicy === "Observe";
    const message = `Project ${visit.status.externalId} is ${observed ? "observed" : "as declared"}`;
    return { state: "Ready", reason: Reason.Available, message };
  }

  async #publish(work: Work): Promise<void> {
    try {
      await this.#pullSecrets.publish(work, this.#observer.since(work));
    } catch (error) {
      const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
      if (failure instanceof ReconcileError) {
        const { reason, message } = failure;
        work.visit.state({ type: "PullSecretsReady", status: "False", reason, message });
      }
      throw error;
    }
  }

  /** Returns with the project's id and contents in the draft, or throws what it waits for. */
  async #carryOut(work: Work, identity: Identity<Project>): Promise<void> {
    const resolved = await resolve(work, identity, { creator: this.#creator, prepare: () => sending(work) });
    if (resolved === "JustCreated") describeNew(work);
    else await this.#keep(work, resolved.thing);
  }

  async #keep(work: Work, project: Project): Promise<void> {
    const { visit } = work;
    const change = changeTo(visit.object, project);
    if (change) await this.#changeVisibility(work, project, change);
    visit.status.cloudName = project.name;
    visit.status.visibility = change ?? project.visibility;
    await countContents(work, project);
    visit.state(upToDate(visit));
  }

  async #changeVisibility(work: Work, { id }: Project, visibility: Project["visibility"]): Promise<void> {
    const { visit, registry } = work;
    try {
      await registry.setVisibility(id, visibility, visit.signal);
      visit.log.info({ externalId: id, visibility }, "Changed visibility");
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
      const message = `Project ${id} was not found when its visibility was to be changed; looking again`;
      throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: 1_000, cause: error });
    } finally {
      this.#observer.noteWrite(work);
    }
  }
}

function sending({ visit, registry, name }: Work): Send {
  const { visibility } = visit.object.spec;
  return (nonce, signal) => registry.create({ name, visibility, nonce }, signal);
}

/** A project that was made a moment ago is as it was sent, and empty. */
function describeNew({ visit, name }: Work): void {
  visit.status.cloudName = name;
  visit.status.visibility = visit.object.spec.visibility;
  visit.status.repositoryCount = 0;
  visit.status.tagCount = 0;
  visit.state(upToDate(visit));
}

function upToDate({ object, status }: Visit<RegistryProject>): {
  type: string;
  status: "True" | "False";
  reason: string;
  message: string;
} {
  const { visibility } = object.spec;
  const type = "UpToDate";
  if (status.visibility === visibility) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const message = `spec.visibility is ${visibility}, the cloud's is ${status.visibility}; spec.managementPolicy is Observe`;
  return { type, status: "False", reason: Reason.VisibilityDiffers, message };
}
