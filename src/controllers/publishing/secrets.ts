// Secrets that Yunfan publishes: each belongs to one resource, none is written over that is not its own, all go with it.
import { Reason } from "../../crds/common/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isConflict, isForbidden, isNotFound, isRefusal, type KubeError, wordsOf } from "../../kube/errors.ts";
import type { KubeObject, ObjectRef } from "../../kube/types.ts";
import { RefusedError, TerminalError } from "../../lib/errors.ts";
import { keyOf, type Store } from "../../runtime/cache/store.ts";
import { SECRETS } from "../cloudaccount/credentials.ts";
import { isLeaving, type Seen } from "../lifecycle/deletion-intent.ts";
import { lookAt, NAMESPACES } from "../lifecycle/live-metadata.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { ChangedError } from "../lifecycle/passing.ts";
import type { Visit } from "../lifecycle/visit.ts";

/** On every Secret that Yunfan publishes: the UID of the resource that declared it. */
export const OWNER_LABEL = "yunfan.dev/owner-uid";
/** "namespace/name" of that resource, for people and for waking it. */
export const OWNER_ANNOTATION = "yunfan.dev/owner";

export interface SecretRef {
  readonly namespace: string;
  readonly name: string;
}

/** What is to be in a Secret, in base64. */
export interface SecretContents {
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface PublishedSecret extends KubeObject {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
}

export interface PublisherDeps {
  readonly client: KubeClient;
  /** Metadata of the Secrets that Yunfan published, indexed by "owner" (UID). */
  readonly published: Pick<Store<KubeObject>, "byIndex" | "absorb">;
  /** The namespaces that the operator watches, and may have no rights outside of; empty: all. */
  readonly watchNamespaces: readonly string[];
}

/** `field`: the one of the spec that declares the Secrets, for messages. */
export class Publisher {
  readonly #deps: PublisherDeps;
  readonly #field: string;

  constructor({ client, published, watchNamespaces }: PublisherDeps, field: string) {
    this.#deps = { client, published, watchNamespaces };
    this.#field = field;
  }

  /** Metadata of what this resource has published, as the cache shows it. */
  publishedBy({ metadata }: KubeObject): readonly KubeObject[] {
    return this.#deps.published.byIndex("owner", metadata.uid);
  }

  /**
   * Creates the Secret, or corrects it if it is ours and differs. The contents of one that is not ours are not read. Throws
   * TerminalError SecretNotOwned or NamespaceNotFound, RefusedError SecretRefused.
   */
  async ensure(visit: Visit<Managed>, ref: SecretRef, contents: SecretContents): Promise<void> {
    try {
      await this.#ensure(visit, ref, contents);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // Where rights are granted by namespace, one that is not there yet reads the same as one without them.
      if (isForbidden(error)) await this.#lookOutFor(visit, ref.namespace);
      throw this.#refused(ref, error);
    }
  }

  /** Metadata of the Secret, if it is there and this resource's own. Throws TerminalError SecretNotOwned where it is another's. */
  async find(visit: Visit<Managed>, ref: SecretRef): Promise<KubeObject | undefined> {
    const present = await this.#metadataAt(visit, ref);
    if (!present || present.metadata.labels?.[OWNER_LABEL] === visit.object.metadata.uid) return present;
    visit.awaits({ type: SECRETS, ref, seen: present, until: "Replaced" });
    throw this.#notOwned(ref);
  }

  /** Whether a Secret of another resource of ours is there, by that one's name: not what an earlier one of this name has left. */
  async isAnothers(visit: Visit<Managed>, ref: SecretRef): Promise<boolean> {
    const owner = (await this.#metadataAt(visit, ref))?.metadata.annotations?.[OWNER_ANNOTATION];
    return owner !== undefined && owner !== keyOf(visit.object.metadata);
  }

  /** Deletes these, unless they are gone or were replaced. Throws RefusedError SecretRefused where one may not be deleted. */
  async withdraw(visit: Visit<Managed>, secrets: readonly KubeObject[]): Promise<void> {
    for (const secret of secrets) {
      try {
        await this.#delete(visit, secret);
      } catch (error) {
        throw isRefusal(error) ? this.#staysAgainstWill(secret, error) : error;
      }
    }
  }

  /**
   * Deletes all that this resource published; what is not ours stays. Asks the server: the cache may lag, or not reach there.
   * `declared`: what it publishes now, which may lie outside of the namespaces that are watched. A namespace that may not be read
   * any more holds up those resources alone that declare a Secret in it.
   */
  async withdrawAll(visit: Visit<Managed>, declared: readonly SecretRef[]): Promise<void> {
    const { watchNamespaces } = this.#deps;
    const watched = new Set(watchNamespaces);
    const meant = new Set(declared.map(({ namespace }) => namespace));
    for (const namespace of watchNamespaces.length === 0 ? [undefined] : watched.union(meant)) {
      const list = this.#listPublished(visit, namespace);
      // Outside of what is watched it may not look and never could publish.
      const isNeeded = namespace === undefined || (meant.has(namespace) && watched.has(namespace));
      await this.withdraw(visit, await (isNeeded ? list : list.catch(nothingIfForbidden)));
    }
  }

  async #delete(visit: Visit<Managed>, { metadata }: KubeObject): Promise<void> {
    try {
      await this.#deps.client.delete(SECRETS, metadata, { uid: metadata.uid, signal: visit.signal });
      visit.log.info({ secret: keyOf(metadata) }, "Deleted Secret");
    } catch (error) {
      if (isNotFound(error)) return;
      // Another one has its name by now, or it is a webhook that answers so.
      if (isConflict(error) && (await this.#metadataAt(visit, metadata))?.metadata.uid !== metadata.uid) return;
      throw error;
    }
  }

  async #listPublished(visit: Visit<Managed>, namespace: string | undefined): Promise<readonly KubeObject[]> {
    const labelSelector = `${OWNER_LABEL}=${visit.object.metadata.uid}`;
    const options = { namespace, labelSelector, metadataOnly: true, signal: visit.signal } as const;
    return (await this.#deps.client.list(SECRETS, options)).items;
  }

  async #ensure(visit: Visit<Managed>, ref: SecretRef, contents: SecretContents): Promise<void> {
    const present = await this.find(visit, ref);
    if (!present) return this.#create(visit, ref, contents);
    const { client } = this.#deps;
    const secret = await client.get<PublishedSecret>(SECRETS, ref, { signal: visit.signal });
    if (secret.metadata.uid !== present.metadata.uid) throw new ChangedError("A Secret was replaced meanwhile");
    if (holds(secret, contents)) return;
    const { uid, resourceVersion } = secret.metadata;
    const { data, labels, annotations } = contents;
    const patch = { metadata: { uid, resourceVersion, labels, annotations }, data };
    await client.mergePatch(SECRETS, ref, patch, { signal: visit.signal });
    visit.log.info({ secret: keyOf(ref) }, "Corrected Secret");
  }

  async #create(visit: Visit<Managed>, ref: SecretRef, { type, data, ...metadata }: SecretContents): Promise<void> {
    const owner = visit.object.metadata;
    const labels = { "app.kubernetes.io/managed-by": "yunfan", [OWNER_LABEL]: owner.uid, ...metadata.labels };
    const annotations = { [OWNER_ANNOTATION]: keyOf(owner), ...metadata.annotations };
    const secret = { metadata: { ...ref, labels, annotations }, type, data };
    const { client, published } = this.#deps;
    try {
      const made = await client.create<PublishedSecret>(SECRETS, secret, { signal: visit.signal });
      published.absorb({ apiVersion: made.apiVersion, kind: made.kind, metadata: made.metadata });
    } catch (error) {
      throw isNotFound(error) || isTerminating(error) ? await this.#noSuchNamespace(visit, ref) : error;
    }
    visit.log.info({ secret: keyOf(ref) }, "Created Secret");
  }

  async #metadataAt(visit: Visit<Managed>, ref: ObjectRef): Promise<KubeObject | undefined> {
    try {
      return await this.#deps.client.get(SECRETS, ref, { metadataOnly: true, signal: visit.signal });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async #lookOutFor(visit: Visit<Managed>, name: string): Promise<Seen> {
    const seen = await lookAt(this.#deps.client, NAMESPACES, { name, signal: visit.signal });
    visit.awaits({ type: NAMESPACES, ref: { name }, seen, until: "Replaced" });
    return seen;
  }

  #refused(ref: SecretRef, cause: KubeError): RefusedError {
    const message =
      `${this.#field}: the API server refuses Secret ${keyOf(ref)}: ${wordsOf(cause)}. ` +
      "Make room for it, or remove the entry";
    return new RefusedError({ reason: Reason.SecretRefused, message, cause });
  }

  #staysAgainstWill({ metadata }: KubeObject, cause: KubeError): RefusedError {
    const message =
      `The API server refuses to delete Secret ${keyOf(metadata)}, which is published no more: ${wordsOf(cause)}. ` +
      "Change what refuses it, or delete the Secret";
    return new RefusedError({ reason: Reason.SecretRefused, message, cause });
  }

  #notOwned(ref: SecretRef): TerminalError {
    const message =
      `${this.#field}: Secret ${keyOf(ref)} exists and is not this resource's; it is not touched. ` +
      "Delete it, or choose another name";
    return new TerminalError({ reason: Reason.SecretNotOwned, message });
  }

  async #noSuchNamespace(visit: Visit<Managed>, { namespace, name }: SecretRef): Promise<TerminalError | ChangedError> {
    const seen = await this.#lookOutFor(visit, namespace);
    if (!isLeaving(seen) && seen !== "Forbidden") return new ChangedError(`Namespace ${namespace} has come meanwhile`);
    const what = seen === "Absent" || seen === "Forbidden" ? "does not exist" : "is being deleted";
    const message = `${this.#field}: namespace ${namespace} for Secret ${name} ${what}. Create it, or remove the entry`;
    return new TerminalError({ reason: Reason.NamespaceNotFound, message });
  }
}

function nothingIfForbidden(error: unknown): readonly KubeObject[] {
  if (isForbidden(error)) return [];
  throw error;
}

/** The namespace is on its way out, and may be made again. */
function isTerminating(error: unknown): boolean {
  return (
    isForbidden(error) && (error.status.details?.causes ?? []).some(({ reason }) => reason === "NamespaceTerminating")
  );
}

function holds({ data, metadata }: PublishedSecret, wanted: SecretContents): boolean {
  return (
    contains(data, wanted.data) &&
    contains(metadata.labels, wanted.labels) &&
    contains(metadata.annotations, wanted.annotations)
  );
}

function contains(
  present: Readonly<Record<string, string>> | undefined,
  wanted: Readonly<Record<string, string>> | undefined,
): boolean {
  return Object.entries(wanted ?? {}).every(([key, value]) => present?.[key] === value);
}
