// Pull Secrets (kubernetes.io/dockerconfigjson) published where the spec declares them, and taken back where it no longer does.
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { PullCredentials, RegistryFacet } from "../../cloud/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isConflict, isForbidden, isInvalid, isNotFound, type KubeError } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/store.ts";
import { SECRETS } from "../cloudaccount/steps.ts";
import { ChangedError, type Visit } from "../lifecycle/visit.ts";
import type { RegistryProjectDeps, Work } from "./context.ts";

/** On every Secret that Yunfan publishes: the UID of the resource that declared it. */
export const OWNER_LABEL = "yunfan.dev/owner-uid";
/** "namespace/name" of that resource, for people and for waking it. */
export const OWNER_ANNOTATION = "yunfan.dev/owner";
/** The cloud's namespace whose credentials are published when the spec names none. */
const DEFAULT_CLOUD_NAMESPACE = "default";
const DOCKER_CONFIG = ".dockerconfigjson";

interface SecretRef {
  readonly namespace: string;
  readonly name: string;
}

interface PullSecret extends KubeObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

export class PullSecrets {
  readonly #client: KubeClient;
  readonly #published: RegistryProjectDeps["published"];
  readonly #clock: Clock;
  readonly #credentials = new WeakMap<RegistryFacet, Map<string, { readAt: number; value: PullCredentials }>>();

  constructor({ client, published, clock }: Pick<RegistryProjectDeps, "client" | "published" | "clock">) {
    this.#client = client;
    this.#published = published;
    this.#clock = clock;
  }

  /**
   * Publishes what can be published; one entry that can't does not hold up the others. Throws TerminalError SecretNotOwned,
   * SecretRefused, NamespaceNotAllowed or NamespaceNotFound for the first that can't, PullCredentialsNotFound for all.
   */
  async publish(work: Work, since: number): Promise<void> {
    const { visit } = work;
    const declared = visit.object.spec.pullSecrets ?? [];
    const allowed = declared.filter((ref) => isAllowed(work, ref));
    const ours = this.#published.byIndex("owner", visit.object.metadata.uid);
    // What lies where the account no longer allows it is taken back too: it is a credential.
    const isSurplus = ({ metadata }: KubeObject): boolean => !allowed.some((ref) => keyOf(ref) === keyOf(metadata));
    await this.#withdraw(visit, ours.filter(isSurplus));
    if (declared.length === 0) return;
    const failures = await this.#publishAll(work, allowed, since);
    for (const ref of declared) if (!allowed.includes(ref)) throw notAllowed(ref);
    for (const failure of failures) throw failure;
    const message = `${declared.length} pull Secret${declared.length === 1 ? "" : "s"} published`;
    visit.state({ type: "PullSecretsReady", status: "True", reason: Reason.Published, message });
  }

  /** What went wrong with single entries and is for a person to mend; everything else is thrown at once. */
  async #publishAll(work: Work, refs: readonly SecretRef[], since: number): Promise<readonly TerminalError[]> {
    if (refs.length === 0) return [];
    const dockerConfig = dockerConfigOf(await this.#credentialsFor(work, since));
    const failures: TerminalError[] = [];
    for (const ref of refs) {
      try {
        await this.#ensure(work.visit, ref, dockerConfig);
      } catch (error) {
        const failure = isRefusal(error) ? refused(ref, error) : error;
        if (!(failure instanceof TerminalError)) throw failure;
        failures.push(failure);
      }
    }
    return failures;
  }

  /** Deletes all that this resource published; what is not ours stays. Asks the server: the cache may lag, or not reach there. */
  async withdrawAll(visit: Visit<RegistryProject>): Promise<void> {
    const labelSelector = `${OWNER_LABEL}=${visit.object.metadata.uid}`;
    const { items } = await this.#client.list(SECRETS, { labelSelector, metadataOnly: true, signal: visit.signal });
    await this.#withdraw(visit, items);
  }

  async #withdraw(visit: Visit<RegistryProject>, secrets: readonly KubeObject[]): Promise<void> {
    for (const { metadata } of secrets) {
      try {
        await this.#client.delete(SECRETS, metadata, { uid: metadata.uid, signal: visit.signal });
        visit.log.info({ secret: keyOf(metadata) }, "Deleted pull Secret");
      } catch (error) {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
    }
  }

  /** Creates the Secret, or corrects it if it is ours and differs. The contents of one that is not ours are not read. */
  async #ensure(visit: Visit<RegistryProject>, ref: SecretRef, dockerConfig: string): Promise<void> {
    const present = await this.#metadataOf(visit, ref);
    if (!present) return this.#create(visit, ref, dockerConfig);
    if (present.metadata.labels?.[OWNER_LABEL] !== visit.object.metadata.uid) throw notOwned(ref);
    const secret = await this.#client.get<PullSecret>(SECRETS, ref, { signal: visit.signal });
    if (secret.metadata.uid !== present.metadata.uid) throw new ChangedError("A Secret was replaced meanwhile");
    if (secret.data?.[DOCKER_CONFIG] === dockerConfig) return;
    const { uid, resourceVersion } = secret.metadata;
    const patch = { metadata: { uid, resourceVersion }, data: { [DOCKER_CONFIG]: dockerConfig } };
    await this.#client.mergePatch(SECRETS, ref, patch, { signal: visit.signal });
    visit.log.info({ secret: keyOf(ref) }, "Corrected pull Secret");
  }

  /** One read per account and namespace serves all resources that ask for it at the same drift tick. */
  async #credentialsFor({ visit, registry }: Work, since: number): Promise<PullCredentials> {
    const namespace = visit.object.spec.ctyun?.namespace ?? DEFAULT_CLOUD_NAMESPACE;
    const known = this.#credentials.get(registry) ?? new Map<string, { readAt: number; value: PullCredentials }>();
    this.#credentials.set(registry, known);
    const present = known.get(namespace);
    if (present && present.readAt >= since) return present.value;
    const readAt = this.#clock.monotonic();
    const value = await credentialsOf(registry, namespace, visit.signal);
    known.set(namespace, { readAt, value });
    return value;
  }

  async #create(visit: Visit<RegistryProject>, ref: SecretRef, dockerConfig: string): Promise<void> {
    const { metadata } = visit.object;
    const labels = { "app.kubernetes.io/managed-by": "yunfan", [OWNER_LABEL]: metadata.uid };
    const annotations = { [OWNER_ANNOTATION]: keyOf(metadata) };
    const secret = {
      metadata: { ...ref, labels, annotations },
      type: "kubernetes.io/dockerconfigjson",
      data: { [DOCKER_CONFIG]: dockerConfig },
    };
    try {
      const {
        apiVersion,
        kind,
        metadata: made,
      } = await this.#client.create<PullSecret>(SECRETS, secret, {
        signal: visit.signal,
      });
      this.#published.absorb({ apiVersion, kind, metadata: made });
    } catch (error) {
      if (isNotFound(error)) throw noSuchNamespace(ref);
      throw error;
    }
    visit.log.info({ secret: keyOf(ref) }, "Created pull Secret");
  }

  async #metadataOf(visit: Visit<RegistryProject>, ref: SecretRef): Promise<KubeObject | undefined> {
    try {
      return await this.#client.get(SECRETS, ref, { metadataOnly: true, signal: visit.signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

async function credentialsOf(
  registry: RegistryFacet,
  namespace: string,
  signal: AbortSignal,
): Promise<PullCredentials> {
  try {
    return await registry.pullCredentials(namespace, signal);
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    const message = `The cloud knows no namespace ${namespace}. Create it there, or correct spec.ctyun.namespace`;
    throw new TerminalError({ reason: Reason.PullCredentialsNotFound, message, cause: error });
  }
}

/** The contents of the Secret, in base64: one registry, as `docker login` would write it. */
export function dockerConfigOf({ registry, username, password }: PullCredentials): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return Buffer.from(JSON.stringify({ auths: { [registry]: { username, password, auth } } })).toString("base64");
}

function isAllowed({ visit, access }: Work, { namespace }: SecretRef): boolean {
  return namespace === visit.object.metadata.namespace || access.allows(namespace);
}

function notAllowed({ namespace, name }: SecretRef): TerminalError {
  const message =
    `spec.pullSecrets: the account does not allow namespace ${namespace} for Secret ${name}. ` +
    "Add the namespace to spec.allowedNamespaces of the account, or remove the entry";
  return new TerminalError({ reason: Reason.NamespaceNotAllowed, message });
}

/** No right, a quota, a webhook, a namespace that is going away: nothing that trying again at once would change. */
function isRefusal(error: unknown): error is KubeError {
  return isForbidden(error) || isInvalid(error);
}

function refused(ref: SecretRef, cause: KubeError): TerminalError {
  const why = (cause.status.message ?? cause.reason).slice(0, 300);
  const message = `spec.pullSecrets: the API server refuses Secret ${keyOf(ref)}: ${why}. Make room for it, or remove the entry`;
  return new TerminalError({ reason: Reason.SecretRefused, message, cause });
}

function notOwned(ref: SecretRef): TerminalError {
  const message =
    `spec.pullSecrets: Secret ${keyOf(ref)} exists and is not Yunfan's; it is not touched. ` +
    "Delete it, or choose another name";
  return new TerminalError({ reason: Reason.SecretNotOwned, message });
}

function noSuchNamespace({ namespace, name }: SecretRef): TerminalError {
  const message = `spec.pullSecrets: namespace ${namespace} for Secret ${name} does not exist. Create it, or remove the entry`;
  return new TerminalError({ reason: Reason.NamespaceNotFound, message });
}
