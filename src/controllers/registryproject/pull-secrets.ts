// Pull Secrets (kubernetes.io/dockerconfigjson) published where the spec declares them, and taken back where it no longer does.
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { PullCredentials } from "../../cloud/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isConflict, isNotFound } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/store.ts";
import { SECRETS } from "../cloudaccount/steps.ts";
import type { Visit } from "../lifecycle/visit.ts";
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

  constructor({ client, published }: Pick<RegistryProjectDeps, "client" | "published">) {
    this.#client = client;
    this.#published = published;
  }

  /** Throws TerminalError SecretNotOwned, NamespaceNotAllowed, NamespaceNotFound or PullCredentialsNotFound. */
  async publish(work: Work): Promise<void> {
    const { visit } = work;
    const declared = visit.object.spec.pullSecrets ?? [];
    await this.#withdraw(visit, (secret) => !declared.some((ref) => keyOf(ref) === keyOf(secret.metadata)));
    if (declared.length === 0) return;
    for (const ref of declared) assertAllowed(work, ref);
    const dockerConfig = dockerConfigOf(await credentialsFor(work));
    for (const ref of declared) await this.#ensure(visit, ref, dockerConfig);
    const message = `${declared.length} pull Secret${declared.length === 1 ? "" : "s"} published`;
    visit.state({ type: "PullSecretsReady", status: "True", reason: Reason.Published, message });
  }

  /** Deletes all that this resource published; what is not ours stays. */
  async withdrawAll(visit: Visit<RegistryProject>): Promise<void> {
    await this.#withdraw(visit, () => true);
  }

  async #withdraw(visit: Visit<RegistryProject>, surplus: (secret: KubeObject) => boolean): Promise<void> {
    const ours = this.#published.byIndex("owner", visit.object.metadata.uid);
    for (const { metadata } of ours.filter(surplus)) {
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
    if (secret.data?.[DOCKER_CONFIG] === dockerConfig) return;
    const { uid, resourceVersion } = secret.metadata;
    const patch = { metadata: { uid, resourceVersion }, data: { [DOCKER_CONFIG]: dockerConfig } };
    await this.#client.mergePatch(SECRETS, ref, patch, { signal: visit.signal });
    visit.log.info({ secret: keyOf(ref) }, "Corrected pull Secret");
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

/** The contents of the Secret, in base64: one registry, as `docker login` would write it. */
export function dockerConfigOf({ registry, username, password }: PullCredentials): string {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return Buffer.from(JSON.stringify({ auths: { [registry]: { username, password, auth } } })).toString("base64");
}

async function credentialsFor({ visit, registry }: Work): Promise<PullCredentials> {
  const namespace = visit.object.spec.ctyun?.namespace ?? DEFAULT_CLOUD_NAMESPACE;
  try {
    return await registry.pullCredentials(namespace, visit.signal);
  } catch (error) {
    if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
    const message = `The cloud knows no namespace ${namespace}. Create it there, or correct spec.ctyun.namespace in a new resource`;
    throw new TerminalError({ reason: Reason.PullCredentialsNotFound, message, cause: error });
  }
}

function assertAllowed({ visit, access }: Work, { namespace, name }: SecretRef): void {
  if (namespace === visit.object.metadata.namespace || access.allows(namespace)) return;
  const message =
    `spec.pullSecrets: the account does not allow namespace ${namespace} for Secret ${name}. ` +
    "Add the namespace to spec.allowedNamespaces of the account, or remove the entry";
  throw new TerminalError({ reason: Reason.NamespaceNotAllowed, message });
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
