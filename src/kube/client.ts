// Objects of the Kubernetes API by type: get, list, create, replace, patch, delete. No cache, no code generation.
import { collectionPath, objectPath } from "./paths.ts";
import type { KubeRequest, KubeTransport } from "./transport.ts";
import {
  apiVersionOf,
  type Draft,
  type KubeList,
  type KubeObject,
  type ObjectRef,
  type ResourceType,
} from "./types.ts";

const FIELD_MANAGER = "yunfan";

interface CallOptions {
  signal?: AbortSignal | undefined;
  /** 30 s where unset; a write gets no more than its fence leaves. */
  timeoutMs?: number | undefined;
}

export interface ReadOptions extends CallOptions {
  /** Only `apiVersion`, `kind` (PartialObjectMetadata) and `metadata` come. */
  metadataOnly?: boolean | undefined;
}

export interface ListOptions extends ReadOptions {
  /** Of a namespaced type; all where unset. */
  namespace?: string | undefined;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Page size; `metadata.continue` of the answer leads to the next page. */
  limit?: number | undefined;
  continue?: string | undefined;
  resourceVersion?: string | undefined;
  resourceVersionMatch?: "Exact" | "NotOlderThan" | undefined;
}

export interface WriteOptions extends CallOptions {
  subresource?: "status" | undefined;
  /** `yunfan` where unset. */
  fieldManager?: string | undefined;
  /** Lets the write through a shut fence: for the Lease that the fence is made of. */
  unfenced?: boolean | undefined;
}

export interface DeleteOptions extends CallOptions {
  /** Preconditions: 409 where the object is another one or changed. */
  uid?: string | undefined;
  resourceVersion?: string | undefined;
  propagationPolicy?: "Foreground" | "Background" | "Orphan" | undefined;
}

/** One operation of a JSON Patch (RFC 6902). */
export interface JsonPatchOperation {
  op: string;
  path: string;
  value?: unknown;
  from?: string;
}

/**
 * Every method rejects with KubeError when the server refuses, KubeUnreachableError when no answer came (a write may have taken
 * effect), FencedError when this process may not write any more, or the reason of `signal`. Nothing is repeated, except after
 * throttling. An object that is not there is KubeError 404 everywhere.
 */
export interface KubeClient {
  get<T extends KubeObject>(type: ResourceType, ref: ObjectRef, options?: ReadOptions): Promise<T>;
  /** One page. Every item carries its `apiVersion` and `kind`. */
  list<T extends KubeObject>(type: ResourceType, options?: ListOptions): Promise<KubeList<T>>;
  /** Not idempotent: 409 AlreadyExists where the name is taken. `apiVersion` and `kind` are filled in. */
  create<T extends KubeObject>(type: ResourceType, object: Draft<T>, options?: WriteOptions): Promise<T>;
  /** The whole object; 409 where its `resourceVersion` is not the current one. */
  replace<T extends KubeObject>(type: ResourceType, object: T, options?: WriteOptions): Promise<T>;
  /** JSON merge patch (RFC 7386): lists are replaced whole, null removes. With `metadata.resourceVersion`: 409 where it changed. */
  mergePatch<T extends KubeObject>(
    type: ResourceType,
    ref: ObjectRef,
    patch: object,
    options?: WriteOptions,
  ): Promise<T>;
  /** JSON Patch (RFC 6902): 422 where a `test` fails. */
  jsonPatch<T extends KubeObject>(
    type: ResourceType,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options?: WriteOptions,
  ): Promise<T>;
  /** Resolves when the server accepted it: with finalizers the object is still there then. 404 passes through. */
  delete(type: ResourceType, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
}

type AnsweredList<T extends KubeObject> = Omit<KubeList<T>, "items"> & { items: T[] | null };

/** KubeClient over HTTP. The transport stays its maker's to dispose of. */
export class HttpKubeClient implements KubeClient {
  readonly #transport: KubeTransport;

  constructor(transport: KubeTransport) {
    this.#transport = transport;
  }

  async get<T extends KubeObject>(type: ResourceType, ref: ObjectRef, options: ReadOptions = {}): Promise<T> {
    const { metadataOnly, ...call } = options;
    const accept = metadataOnly ? metadataAccept("PartialObjectMetadata") : undefined;
    return this.#transport.request<T>({ ...call, method: "GET", path: objectPath(type, ref), accept });
  }

  async list<T extends KubeObject>(type: ResourceType, options: ListOptions = {}): Promise<KubeList<T>> {
    const { metadataOnly, namespace, signal, timeoutMs, ...query } = options;
    const accept = metadataOnly ? metadataAccept("PartialObjectMetadataList") : undefined;
    const path = collectionPath(type, namespace);
    const request: KubeRequest = { method: "GET", path, query: { ...query }, accept, signal, timeoutMs };
    const { metadata, items } = await this.#transport.request<AnsweredList<T>>(request);
    // Lists of built-in types leave them out.
    for (const item of items ?? []) {
      item.apiVersion ??= apiVersionOf(type);
      item.kind ??= type.kind;
    }
    return { metadata, items: items ?? [] };
  }

  async create<T extends KubeObject>(type: ResourceType, object: Draft<T>, options: WriteOptions = {}): Promise<T> {
    const { namespace } = object.metadata;
    if (type.namespaced && namespace === undefined) throw new Error(`${type.kind} needs a namespace`);
    const body = { apiVersion: apiVersionOf(type), kind: type.kind, ...object };
    return this.#write<T>({ method: "POST", path: collectionPath(type, namespace), body }, options);
  }

  async replace<T extends KubeObject>(type: ResourceType, object: T, options: WriteOptions = {}): Promise<T> {
    const path = objectPath(type, object.metadata, options.subresource);
    return this.#write<T>({ method: "PUT", path, body: object }, options);
  }

  async mergePatch<T extends KubeObject>(
    type: ResourceType,
    ref: ObjectRef,
    patch: object,
    options: WriteOptions = {},
  ): Promise<T> {
    const path = objectPath(type, ref, options.subresource);
    const contentType = "application/merge-patch+json";
    return this.#write<T>({ method: "PATCH", path, body: patch, contentType }, options);
  }

  async jsonPatch<T extends KubeObject>(
    type: ResourceType,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions = {},
  ): Promise<T> {
    const path = objectPath(type, ref, options.subresource);
    const contentType = "application/json-patch+json";
    return this.#write<T>({ method: "PATCH", path, body: operations, contentType }, options);
  }

  async delete(type: ResourceType, ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { uid, resourceVersion, propagationPolicy, ...call } = options;
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions: { uid, resourceVersion },
      propagationPolicy,
    };
    await this.#transport.request({ ...call, method: "DELETE", path: objectPath(type, ref), body });
  }

  #write<T>(request: KubeRequest, options: WriteOptions): Promise<T> {
    const { fieldManager = FIELD_MANAGER, signal, timeoutMs, unfenced } = options;
    return this.#transport.request<T>({ ...request, query: { fieldManager }, signal, timeoutMs, unfenced });
  }
}

/** The Accept header that asks for metadata without contents; `as` is PartialObjectMetadataList for lists. */
export function metadataAccept(as: "PartialObjectMetadata" | "PartialObjectMetadataList"): string {
  return `application/json;as=${as};g=meta.k8s.io;v=v1`;
}
