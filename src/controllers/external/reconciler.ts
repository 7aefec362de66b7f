// The one order in which a resource that stands for an item in a cloud is reconciled, whatever its kind: place, finalizer, precedence,
// identity, see, plan, then (turn, read, plan, change), describe, publish. Its rules: docs/protocol.md.
import { CloudError } from "../../cloud/errors.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import type { Outcome, Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { Changer, notTrusted } from "./changer.ts";
import { abandon, Creator, record, type Made } from "./create.ts";
import { identify, subjectOf, type Identity } from "./identity.ts";
import type { ExternalKind, Plan, Said, SendFirst } from "./kind.ts";
import type { Shape } from "./scope.ts";
import { Observer } from "./observe.ts";
import { Operations } from "./operation.ts";
import { Follower } from "./progress.ts";
import { Remover } from "./removal.ts";
import { isReplacedBy, openCreate } from "./resource.ts";
import type { Scope } from "./scope.ts";
import { Scopes, type ScopesDeps } from "./scopes.ts";
import { Sender } from "./sender.ts";
import { StrayItems } from "./strays.ts";
import { Successors } from "./successor.ts";
import { assertConfirmed, assertHere, recognise } from "./whereabouts.ts";

export interface ExternalDeps<S extends Shape> extends ScopesDeps<S> {
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, "event">;
  /** How long after a send a create may still take effect. */
  readonly settleWindowMs: number;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly recheck: (account: string) => void;
}

/** What is known of an item, and what follows from it. */
interface Decision<S extends Shape, P = Plan<S["change"]>> {
  readonly seen: S["seen"];
  readonly plan: P;
}

/** What is left to decide once nothing is to be sent. */
type Settled<S extends Shape> = Decision<S, Exclude<Plan<S["change"]>, { do: "Change" }>>;

/** What was made a moment ago is known by its id alone: many that were made together share the list that tells the rest. */
const FIRST_SIGHT_MS = 5_000;

export class ExternalReconciler<S extends Shape> implements Steps<S["resource"]> {
  readonly #kind: ExternalKind<S>;
  readonly #deps: ExternalDeps<S>;
  readonly #scopes: Scopes<S>;
  readonly #observer: Observer;
  readonly #operations: Operations;
  readonly #follower: Follower<S>;
  readonly #sender: Sender;
  readonly #changer: Changer<S>;
  readonly #creator: Creator;
  readonly #remover: Remover<S>;
  readonly #successors: Successors<S>;
  readonly #strays: StrayItems;

  constructor(kind: ExternalKind<S>, deps: ExternalDeps<S>) {
    this.#kind = kind;
    this.#deps = deps;
    this.#scopes = new Scopes(kind, deps);
    this.#observer = new Observer(deps);
    this.#operations = new Operations(deps);
    this.#follower = new Follower(kind, { ...deps, operations: this.#operations });
    this.#sender = new Sender(deps);
    this.#creator = new Creator({ ...deps, observer: this.#observer, sender: this.#sender });
    this.#strays = new StrayItems({ ...deps, sender: this.#sender });
    this.#successors = new Successors(kind, { ...deps, observer: this.#observer });
    const shared = { observer: this.#observer, operations: this.#operations, sender: this.#sender };
    this.#changer = new Changer(kind, shared);
    const follower = this.#follower;
    const lookers = { follower, successors: this.#successors, strays: this.#strays };
    this.#remover = new Remover(kind, { ...shared, ...lookers, scopes: this.#scopes });
  }

  apply(visit: Visit<S["resource"]>): Promise<Outcome> {
    return this.#rechecking(visit, () => this.#apply(visit));
  }

  async finalize(visit: Visit<S["resource"]>): Promise<"Released"> {
    await this.#rechecking(visit, () => this.#remover.remove(visit));
    await this.#kind.attachment?.withdraw(visit);
    this.#observer.forget(visit.object);
    return "Released";
  }

  /** Credentials that the cloud refuses in the middle of work are the account's to verify, for all of its users. */
  async #rechecking<T>({ object }: Visit<S["resource"]>, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof CloudError && error.kind === "Unauthenticated") {
        this.#deps.recheck(this.#kind.parent.accountOf(object));
      }
      throw error;
    }
  }

  async #apply(visit: Visit<S["resource"]>): Promise<Outcome> {
    const scope = this.#scopes.enter(visit);
    await visit.holdFinalizer();
    nameUntilRecorded(scope);
    this.#scopes.assertPrecedence(scope);
    return this.#kind.parent.within(scope.place, visit.signal, () => this.#applyIn(scope));
  }

  async #applyIn(scope: Scope<S>): Promise<Outcome> {
    await assertHere(scope);
    const item = await this.#identified(scope);
    const settled = await this.#decide(scope, item);
    this.#kind.describe(scope.visit, settled.seen, settled.plan);
    return this.#conclude(scope, settled);
  }

  /** The item that the resource stands for, with its id in the draft; or throws what it waits for. */
  async #identified(scope: Scope<S>): Promise<S["item"]> {
    const observation = await this.#observer.observe(scope);
    const successor = observation.goneById ? await this.#successors.follow(scope) : undefined;
    if (successor) return successor;
    const identity = identify<S["item"]>(subjectOf(scope), observation);
    if (identity.do === "Keep") {
      recognise(scope, identity.item);
      return identity.item;
    }
    // Whoever's the keys are, what they show by the id is not what the resource holds.
    if (identity.do === "Stall" && identity.reason === Reason.ExternalIdConflict) throw new TerminalError(identity);
    assertConfirmed(scope);
    await this.#settleStrays(scope, identity);
    return this.#sought(scope, identity);
  }

  /** Before an open create, of which nothing is where it belongs, is sent again or forgotten. */
  async #settleStrays(scope: Scope<S>, identity: Exclude<Identity<S["item"]>, { do: "Keep" }>): Promise<void> {
    const { object } = scope.visit;
    const operation = openCreate(object.status);
    const isFound = identity.do === "Adopt" && identity.origin !== "Adopted";
    const isLost = identity.do === "Stall" && identity.reason === Reason.CreateOutcomeUnknown;
    const isOpen = identity.do === "Wait" || (identity.do === "Stall" && !isLost);
    if (operation && !isFound && !isOpen && object.spec.managementPolicy === "Manage") {
      await this.#strays.settle(scope, operation);
    }
  }

  /** What the resource does not stand for yet, or no longer. */
  async #sought(scope: Scope<S>, identity: Exclude<Identity<S["item"]>, { do: "Keep" }>): Promise<S["item"]> {
    switch (identity.do) {
      case "Adopt":
        return this.#adopted(scope, identity);
      case "Create":
        return this.#created(scope, await this.#creator.create(scope, await this.#kind.prepare(scope, this.#observer)));
      case "Resend": {
        const send = await this.#kind.prepare(scope, this.#observer);
        return this.#created(scope, await this.#creator.resend(scope, identity.operation, send));
      }
      case "Abandon":
        return abandon(scope, identity);
      case "Wait":
        throw new WaitingError(identity);
      default:
        if (identity.reason === Reason.ExternalResourceMissing) this.#kind.describeLoss?.(scope.visit);
        throw new TerminalError(identity);
    }
  }

  #adopted(scope: Scope<S>, found: Extract<Identity<S["item"]>, { do: "Adopt" }>): S["item"] {
    const { visit, noun } = scope;
    const { item, origin } = found;
    this.#kind.assertAdoptable?.(scope, found, (id) => this.#scopes.isAnothers(scope, id));
    record(scope, item, origin);
    visit.log.info({ externalId: item.id, origin }, `Recorded ${noun}`);
    if (origin !== "Adopted") this.#operations.begin(visit, "Create", item.jobId ?? visit.object.status.operation?.id);
    return item;
  }

  /** What the cloud has made when it answers is there; what it goes on making is waited for. */
  #created(scope: Scope<S>, { jobId, item }: Made<S["item"]>): S["item"] {
    const { visit, noun } = scope;
    const { asCreated, creating } = this.#kind;
    if (asCreated && item) return item;
    if (asCreated && visit.status.externalId !== undefined) return asCreated(scope, visit.status.externalId);
    this.#operations.begin(visit, "Create", jobId);
    const said = creating ?? { reason: Reason.Creating, message: `The cloud is creating the ${noun}` };
    throw this.#operations.waiting(visit, said);
  }

  /** Nothing is written, and nothing bad is said, on the word of a list alone: it may lag, and may tell less. */
  async #decide(scope: Scope<S>, listed: S["item"]): Promise<Settled<S>> {
    const since = this.#observer.since(scope);
    const glance = await this.#planFor(scope, listed, since);
    if (glance.plan.do === "Keep") return { ...glance, plan: glance.plan };
    if (glance.plan.do === "Change") return this.#change(scope, listed);
    const { seen, plan } = await this.#planFor(scope, await this.#read(scope, listed), since);
    return plan.do === "Change" ? this.#change(scope, listed) : { seen, plan };
  }

  async #planFor(scope: Scope<S>, item: S["item"], since: number): Promise<Decision<S>> {
    return this.#planOn(scope, await this.#kind.see(scope, item, since));
  }

  /** What is recorded in the draft, not what was found, tells what is under way. */
  #planOn({ visit }: Scope<S>, seen: S["seen"]): Decision<S> {
    const { spec, metadata } = visit.object;
    return { seen, plan: this.#kind.plan({ spec, metadata, status: visit.status }, seen, this.#deps.clock.now()) };
  }

  /** As its id shows it now; as it was listed where no read shows it. */
  async #read({ items, visit, noun }: Scope<S>, listed: S["item"]): Promise<S["item"]> {
    if (!items.get) return listed;
    const item = await items.get(listed.id, visit.signal);
    // Another one that has the name since the list was read is not ours to change.
    if (item === "Absent" || isReplacedBy(visit.status, item)) throw notTrusted(noun, listed);
    return item;
  }

  /**
   * Sends at most one change. The wait for the budget may be long, and others change the item meanwhile: first the turn, then the
   * look; where that shows that nothing is to be sent, what is to be done instead.
   */
  async #change(scope: Scope<S>, listed: S["item"]): Promise<Settled<S>> {
    const { visit, place } = scope;
    assertConfirmed(scope);
    using _turn = await place.session.reserveWrite(visit.signal);
    const since = this.#deps.clock.monotonic();
    const { seen, plan } = await this.#planFor(scope, await this.#read(scope, listed), since);
    if (plan.do !== "Change") return { seen, plan };
    const changed = await this.#changer.send(scope, seen, plan);
    this.#operations.begin(visit, plan.verb, changed.jobId);
    if (changed.now === "Wait") return { seen, plan: { ...changed, do: "Await" } };
    const next = changed.now === "Shown" ? changed.seen : await this.#seeAgain(scope, listed, since);
    const after = this.#planOn(scope, next).plan;
    // A read that lags, or the next step already: not in this visit, which has written.
    return { seen: next, plan: after.do === "Change" ? { ...unshown(changed, scope), do: "Await" } : after };
  }

  /** With the surroundings of before the change: a list that is read right after it may lag as well. */
  async #seeAgain(scope: Scope<S>, listed: S["item"], since: number): Promise<S["seen"]> {
    return this.#kind.see(scope, await this.#read(scope, listed), since);
  }

  /** Ready, or throws what it waits for or why a person has to look. */
  async #conclude(scope: Scope<S>, { seen, plan }: Settled<S>): Promise<Outcome> {
    const { visit } = scope;
    if (plan.do === "Stall") throw new TerminalError(plan);
    if (plan.do === "Fail") throw await this.#follower.failed(scope, seen, plan);
    if (plan.do === "Await") throw await this.#follower.awaited(scope, seen, plan);
    delete visit.status.operation;
    const by = { since: this.#observer.since(scope), send: this.#sendBeside(scope) };
    const endsMs = await this.#kind.attachment?.publish(scope, seen, by);
    const { reason, message, againMs = Number.POSITIVE_INFINITY } = plan;
    const otherMs = this.#firstSightMs(scope) ?? endsMs ?? Number.POSITIVE_INFINITY;
    return { state: "Ready", reason, message, againMs: Math.min(againMs, otherMs) };
  }

  /** For what is made beside the item. */
  #sendBeside(scope: Scope<S>): SendFirst {
    const { visit, place } = scope;
    return async (change, request) => {
      assertConfirmed(scope);
      using _turn = await place.session.reserveWrite(visit.signal);
      return await this.#sender.send(visit, change, request);
    };
  }

  /** When to learn what a create does not tell, such as the time of making; undefined where it is known. */
  #firstSightMs({ visit }: Scope<S>): number | undefined {
    const isNew = visit.object.status.externalId === undefined && visit.status.createdAt === undefined;
    return this.#kind.asCreated && isNew ? FIRST_SIGHT_MS : undefined;
  }
}

/** Until the cloud's own name is recorded. */
function nameUntilRecorded({ visit, name }: Pick<Scope<Shape>, "visit" | "name">): void {
  if (visit.status.externalId === undefined) visit.status.cloudName = name;
}

function unshown(changed: { readonly now: string } & Partial<Said>, { noun }: { noun: string }): Said {
  const { reason = Reason.Changed, message = `The ${noun} was changed; looking whether it shows` } = changed;
  return { reason, message };
}
