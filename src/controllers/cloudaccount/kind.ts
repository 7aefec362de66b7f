// CloudAccount, as the operator knows it, and what its reconcile does: read the Secret, prove the credentials by a signed read, protect
// the account in use.
import { CloudAccountReason as Reason } from "../../crds/cloudaccount/conditions.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import { cloudAccount, type CloudAccount } from "../../crds/cloudaccount/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import { findCondition, isTrue, type Verdict } from "../../runtime/conditions.ts";
import { controlled } from "../controlled.ts";
import { refTo } from "../external/parent.ts";
import { statingFailure } from "../lifecycle/failure.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { BY_SECRET, type AccountDirectory } from "./accounts.ts";
import { CREDENTIALS_TYPE, SECRETS, versionOf } from "./credentials.ts";

export const cloudAccounts = controlled<CloudAccount>({
  kind: cloudAccount,
  facet: undefined,
  parentOf: () => undefined,
  cloudName: undefined,
  indexes: { [BY_SECRET]: secretOf },
  needsParent: () => false,
  childrenSee: usersView,
  publishes: false,
  // Secrets are listed and watched by type; one list by name tells a missing Secret from one of another type.
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list", "watch"] }],
  steps: ({ client, accounts, holders }) =>
    new CloudAccountSteps({
      client,
      directory: accounts,
      users: ({ metadata }) => holders(refTo("CloudAccount", keyOf(metadata))),
    }),
});

interface AccountDeps {
  readonly client: KubeClient;
  readonly directory: AccountDirectory;
  /** Resources, as "Kind namespace/name", that still need this account to let go of what they hold in the cloud. */
  readonly users: (account: CloudAccount) => readonly string[];
}

/** A missing Secret or a user of a deleted account is noticed by watches; this is the fall-back. */
const FALLBACK_POLL_MS = 300_000;

export class CloudAccountSteps implements Steps<CloudAccount> {
  readonly #deps: AccountDeps;

  constructor(deps: AccountDeps) {
    this.#deps = deps;
  }

  async apply(visit: Visit<CloudAccount>): Promise<Verdict> {
    await visit.holdFinalizer();
    return statingFailure(visit, "CredentialsReady", () => this.#apply(visit));
  }

  async #apply(visit: Visit<CloudAccount>): Promise<Verdict> {
    const account = visit.object;
    const secret = this.#deps.directory.secretOf(account) ?? (await this.#explainAbsence(visit));
    const seenBefore = visit.status.secretResourceVersion === versionOf(secret);
    visit.status.secretResourceVersion = versionOf(secret);
    const session = this.#deps.directory.open(account, secret);
    await this.#verify(visit, session, seenBefore);
    const message = "The cloud accepted the credentials";
    visit.state({ type: "CredentialsReady", status: "True", reason: Reason.Verified, message });
    return { state: "Ready", reason: Reason.Verified, message };
  }

  /** It stands for nothing in the cloud: its namespace does not hold it, and an uninstall does not wait for its users. */
  async finalize(visit: Visit<CloudAccount>): Promise<"Released"> {
    const users = this.#deps.users(visit.object);
    if (users.length > 0 && !(await visit.isKindLeaving())) {
      throw new WaitingError({
        reason: Reason.DeletionHeld,
        message: heldMessage(users),
        pollAfterMs: FALLBACK_POLL_MS,
      });
    }
    this.#deps.directory.drop(keyOf(visit.object.metadata));
    return "Released";
  }

  /**
   * A cloud that is out of order says nothing about the credentials: an account that was ready in this version stays so,
   * or every resource of it would change its conditions for a passing 503.
   */
  async #verify(visit: Visit<CloudAccount>, session: CloudSession, seenBefore: boolean): Promise<void> {
    try {
      await session.verify(visit.signal);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const steady = seenBefore && isSteady(visit.object);
      if (steady && (error.kind === "Unavailable" || error.kind === "Throttled")) return;
      if (error.kind === "Unauthenticated") throw rejected(visit.object, error);
      throw error;
    }
  }

  /** Missing, or there with another type; told apart without reading the Secret's contents. */
  async #explainAbsence({ object, signal }: Visit<CloudAccount>): Promise<never> {
    const { namespace } = object.metadata;
    const { name } = object.spec.credentialsSecretRef;
    const fieldSelector = `metadata.name=${name},type!=${CREDENTIALS_TYPE}`;
    const found = await this.#deps.client.list(SECRETS, { namespace, fieldSelector, metadataOnly: true, signal });
    if (found.items.length > 0) {
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

function isSteady(account: CloudAccount): boolean {
  const { status, metadata } = account;
  return status.observedGeneration === metadata.generation && isTrue(status.conditions, "Ready");
}

function rejected(account: CloudAccount, cause: CloudError): TerminalError {
  const { namespace } = account.metadata;
  const message =
    `${cause.message}. Correct the keys in Secret ${namespace}/${account.spec.credentialsSecretRef.name}; ` +
    "it is tried again as soon as the Secret changes";
  return new TerminalError({ reason: Reason.CredentialsRejected, message, cause });
}

function heldMessage(users: readonly string[]): string {
  return (
    `In use by ${listed(users)}. Delete them first: ` +
    "without this account they can't delete what they hold in the cloud"
  );
}

function secretOf({ metadata, spec }: CloudAccount): readonly string[] {
  return [`${metadata.namespace}/${spec.credentialsSecretRef.name}`];
}

/** What an account's users see of it: its spec, and whether it is ready in which version. */
function usersView({ metadata, status }: CloudAccount): string {
  const ready = findCondition(status.conditions, "Ready");
  const { secretResourceVersion, observedGeneration } = status;
  return JSON.stringify([metadata.generation, observedGeneration, secretResourceVersion, ready?.status, ready?.reason]);
}
