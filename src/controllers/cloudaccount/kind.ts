// CloudAccount, as the operator knows it, and what its reconcile does: read the Secret, prove the credentials by a signed read, protect
// the account in use.
import {
  CloudAccountCondition as Condition,
  CloudAccountReason as Reason,
} from "../../crds/cloudaccount/conditions.ts";
import { CloudError } from "../../cloud/errors.ts";
import { tellStatus, toldBy } from "../../cloud/blocks.ts";
import type { CloudSession, LocationFacts } from "../../cloud/contract.ts";
import { cloudAccount } from "../../crds/cloudaccount/kind.ts";
import type { CloudAccount } from "../../crds/cloudaccount/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { HeldError, TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import { listed } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { findCondition, isTrue, type Statement } from "../../runtime/conditions.ts";
import { controlled } from "../controlled.ts";
import { refTo } from "../external/parent.ts";
import { isAskedFor } from "../external/resource.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import { Sender } from "../external/sender.ts";
import type { Outcome, Steps } from "../lifecycle/reconciler.ts";
import { annotation, ANNOTATIONS, isDeleting, type Managed, type ManagedStatus } from "../lifecycle/resource.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { BY_SECRET, type AccountDirectory } from "./accounts.ts";
import { budgetStatement } from "./budget.ts";
import { CREDENTIALS_TYPE, SECRETS, versionOf, type CredentialsSecret } from "./credentials.ts";
import { GarbageKeeper, restate } from "./garbage.ts";
import { isSameLocation, locationText, SAME_LOCATION } from "./location.ts";

export const cloudAccounts = controlled<CloudAccount>({
  kind: cloudAccount,
  facet: undefined,
  parentOf: () => undefined,
  cloudName: undefined,
  indexes: { [BY_SECRET]: secretOf },
  needsParent: () => false,
  childrenSee: usersView,
  contentOf: undefined,
  publishes: false,
  // Secrets are listed and watched by type; one list by name tells a missing Secret from one of another type.
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list", "watch"] }],
  steps: ({ client, clock, events, accounts, holders, below }) =>
    new CloudAccountSteps({
      client,
      clock,
      events,
      directory: accounts,
      users: ({ metadata }) => holders(refTo("CloudAccount", keyOf(metadata))),
      below: ({ metadata }) => below(refTo("CloudAccount", keyOf(metadata))),
    }),
});

interface AccountDeps {
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, "event">;
  readonly client: KubeClient;
  readonly directory: AccountDirectory;
  /** Resources, as "Kind namespace/name", that still need this account to let go of what they hold in the cloud. */
  readonly users: (account: CloudAccount) => readonly string[];
  /** Resources that hang on this account, and on what hangs on it. */
  readonly below: (account: CloudAccount) => readonly Managed[];
}

/** A missing Secret or a user of a deleted account is noticed by watches; this is the fall-back. */
const FALLBACK_POLL_MS = 300_000;

class CloudAccountSteps implements Steps<CloudAccount> {
  readonly #deps: AccountDeps;
  readonly #garbage: GarbageKeeper;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
    this.#garbage = new GarbageKeeper({ clock: deps.clock, sender: new Sender(deps) });
  }

  async apply(visit: Visit<CloudAccount>): Promise<Outcome> {
    await visit.holdFinalizer();
    const looked = statingFailure(visit, "CredentialsReady", () => this.#apply(visit));
    return looked.finally(() => this.#deps.directory.findings.visited(visit.object));
  }

  async #apply(visit: Visit<CloudAccount>): Promise<Outcome> {
    const account = visit.object;
    visit.state(budgetStatement(this.#deps.directory.lateOf(account)));
    const secret = this.#deps.directory.secretOf(account) ?? (await this.#explainAbsence(visit));
    const seenBefore = visit.status.secretResourceVersion === versionOf(secret);
    visit.status.secretResourceVersion = versionOf(secret);
    const session = this.#deps.directory.open(account, secret);
    if (isAskedFor(account)) session.tryAgain?.(annotation(account, ANNOTATIONS.reconcileAt) ?? "");
    const found = await this.#verify(visit, session, seenBefore);
    if (found) this.#locate(visit, found.location, { secret, seenBefore });
    else restate(visit, Condition.ResourcesReachable, Condition.GarbageCollected, Condition.RegistryHasSpace);
    const message = "The cloud accepted the credentials";
    visit.state({ type: "CredentialsReady", status: "True", reason: Reason.Verified, message });
    const ready = { state: "Ready", reason: Reason.Verified, message } as const;
    if (!found) return ready;
    const { facts } = found;
    const garbage = toldBy(account.spec.provider, account.status)["garbageCollection"];
    tellStatus(
      account.spec.provider,
      visit.status,
      facts && { ...facts, ...(garbage !== undefined && { garbageCollection: garbage }) },
    );
    return { ...ready, againMs: await this.#garbage.keep(visit, { session, facts: facts ?? {}, ready }) };
  }

  /** Where it reaches, and what that means for what its resources hold. */
  #locate(
    visit: Visit<CloudAccount>,
    facts: LocationFacts,
    now: { secret: CredentialsSecret; seenBefore: boolean },
  ): void {
    const { status, object } = visit;
    const { directory, below } = this.#deps;
    const holding = below(object).filter(({ status: held }) => (held.externalId ?? held.operation) !== undefined);
    const wasLocated = (status.location ?? status.confirmedSecretVersion) !== undefined;
    status.location = locationText(object.spec.provider, facts);
    // The cloud tells whose keys they are, or nothing can be taken for something else, or they were in use before this was looked at.
    const isCertain = facts.project !== undefined || holding.length === 0 || (!wasLocated && now.seenBefore);
    if (isCertain || directory.findings.isConfirmed(object, now.secret)) {
      status.confirmedSecretVersion = versionOf(now.secret);
    }
    directory.findings.note(object, now.secret, status);
    visit.state(reachability({ object, status }, holding, status.confirmedSecretVersion === versionOf(now.secret)));
  }

  /** It stands for nothing in the cloud: its namespace does not hold it, and an uninstall does not wait for its users. */
  async finalize(visit: Visit<CloudAccount>): Promise<"Released"> {
    const users = this.#deps.users(visit.object);
    if (users.length > 0 && !(await visit.isKindLeaving())) {
      await this.#keepForUsers(visit);
      throw new WaitingError({
        reason: Reason.DeletionHeld,
        message: heldMessage(users),
        pollAfterMs: FALLBACK_POLL_MS,
      });
    }
    this.#deps.directory.drop(keyOf(visit.object.metadata));
    return "Released";
  }

  /** They delete what they hold where it is: an account that was changed at the end has to be known to reach that still. */
  async #keepForUsers(visit: Visit<CloudAccount>): Promise<void> {
    try {
      await statingFailure(visit, "CredentialsReady", () => this.#apply(visit));
    } catch (error) {
      if (visit.signal.aborted) throw error;
      delete visit.status.location;
      this.#deps.directory.findings.forgetLocation(visit.object);
    }
  }

  /**
   * A cloud that is out of order says nothing about the credentials: an account that was ready in this version stays so,
   * or every resource of it would change its conditions for a passing 503. Undefined then.
   */
  async #verify(
    visit: Visit<CloudAccount>,
    session: CloudSession,
    seenBefore: boolean,
  ): Promise<{ location: LocationFacts; facts: object | undefined } | undefined> {
    try {
      await session.verify(visit.signal);
      const location = await session.locate(visit.signal);
      return { location, facts: await session.facts?.(visit.signal) };
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const steady = seenBefore && isSteady(visit.object);
      if (steady && (error.kind === "Unavailable" || error.kind === "Throttled")) return undefined;
      if (error.kind === "Unauthenticated") throw rejected(visit.object, error);
      throw error;
    }
  }

  /** Missing, or there with another type; told apart without reading the Secret's contents. */
  async #explainAbsence(visit: Visit<CloudAccount>): Promise<never> {
    const { object, signal } = visit;
    const { namespace } = object.metadata;
    const { name } = object.spec.credentialsSecretRef;
    const fieldSelector = `metadata.name=${name},type!=${CREDENTIALS_TYPE}`;
    const found = await this.#deps.client.list(SECRETS, { namespace, fieldSelector, metadataOnly: true, signal });
    const [other] = found.items;
    if (other) {
      visit.awaits({ type: SECRETS, ref: { name, namespace }, seen: other, until: "Replaced" });
      const message =
        `Secret ${namespace}/${name} (spec.credentialsSecretRef) is not of type ${CREDENTIALS_TYPE}. ` +
        "A Secret's type can't be changed: delete it and create it with that type";
      throw new TerminalError({ reason: Reason.SecretWrongType, message });
    }
    const message =
      `Secret ${namespace}/${name} (spec.credentialsSecretRef) does not exist. ` +
      `Create it with type ${CREDENTIALS_TYPE} in namespace ${namespace}`;
    throw new WaitingError({ reason: Reason.SecretNotFound, message, pollAfterMs: FALLBACK_POLL_MS });
  }
}

/** One that waits for its users to be deleted is not ready, and is known to reach them. */
function isSteady(account: CloudAccount): boolean {
  const { status, metadata } = account;
  if (status.observedGeneration !== metadata.generation) return false;
  return isTrue(status.conditions, "Ready") || (isDeleting(account) && status.location !== undefined);
}

/** At the drift interval, or when the cloud lets the credentials be tried again: who tries a password too often locks its user. */
function rejected(account: CloudAccount, cause: CloudError): TerminalError | HeldError {
  const { namespace } = account.metadata;
  const advice = cause.advice ?? `Correct the keys in Secret ${namespace}/${account.spec.credentialsSecretRef.name}`;
  const message =
    `${cause.message}. ${advice}; it is tried again as soon as ` +
    `the Secret changes or the account is annotated with ${ANNOTATIONS.reconcileAt}, and slowly by itself`;
  const said = { reason: Reason.CredentialsRejected, message, cause };
  if (cause.retryAfterMs === undefined) return new TerminalError(said);
  const pollAfterMs = Math.min(cause.retryAfterMs, account.spec.driftIntervalSeconds * 1000);
  return new HeldError({ ...said, pollAfterMs });
}

function heldMessage(users: readonly string[]): string {
  return (
    `In use by ${listed(users)}. Delete them first: ` +
    "without this account they can't delete what they hold in the cloud"
  );
}

/** Resources that are of another location, or may be: their conditions say the rest. */
function reachability(
  { object, status }: Pick<Visit<CloudAccount>, "object" | "status">,
  holding: readonly Managed[],
  isConfirmed: boolean,
): Statement {
  const type = Condition.ResourcesReachable;
  const { location: present = "" } = status;
  const elsewhere = holding.filter(({ status: { location } }) => {
    return location !== undefined && location !== present && !isSameLocation(object, location, present);
  });
  if (elsewhere.length > 0) {
    const [{ status: first } = { status: {} as ManagedStatus }] = elsewhere;
    const message =
      `${elsewhere.length} of ${holding.length} resources hold what is in another location, such as ${first.location}; the account reaches ` +
      `${present}. Point it back; or, where only the address has changed, annotate it ${SAME_LOCATION}: "OLD NEW"`;
    return { type, status: "False", reason: Reason.AccountMoved, message };
  }
  if (!isConfirmed) {
    const message =
      `The Secret has changed, and with it none of what ${holding.length} resources hold was found yet: nothing is written or deleted ` +
      "until then. If the keys are of another tenant, put the former ones back";
    return { type, status: "False", reason: Reason.KeysNotConfirmed, message };
  }
  return { type, status: "True", reason: Reason.AllHere, message: "What its resources hold is where it reaches" };
}

function secretOf({ metadata, spec }: CloudAccount): readonly string[] {
  return [`${metadata.namespace}/${spec.credentialsSecretRef.name}`];
}

/** What an account's users see of it: its spec, and whether it is ready in which version. */
function usersView({ metadata, status }: CloudAccount): string {
  const ready = findCondition(status.conditions, "Ready");
  const { secretResourceVersion, observedGeneration } = status;
  const { location, confirmedSecretVersion } = status;
  const same = metadata.annotations?.[SAME_LOCATION];
  const readiness = [metadata.generation, observedGeneration, secretResourceVersion, ready?.status, ready?.reason];
  return JSON.stringify([...readiness, location, confirmedSecretVersion, same]);
}
