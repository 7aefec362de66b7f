// The channel to whatever speaks Kubernetes, over an abstract send: signed or not, whole paths or wrapped ones. What differs is a
// dialect; a cloud that speaks no Kubernetes implements ManifestChannel itself.
import * as z from "zod";
import type { WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type {
  KindAbility,
  KindWanted,
  LiveObject,
  Manifest,
  ManifestChannel,
  ManifestRefusal,
  ObjectChange,
  ObjectKey,
  TargetEvent,
} from "../facets/manifests.ts";
import { unreadable } from "../kit/json.ts";
import { hintsOf } from "./changes.ts";
import type { ServedKind } from "./discovery.ts";
import { FIELD_MANAGER, MARKS } from "./marks.ts";
import { eventsIn } from "./events.ts";
import type { ObjectPlace } from "./paths.ts";

export interface ChannelRequest {
  /** In messages, such as: Change Deployment shop/web. */
  readonly operation: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Decoded, segment by segment. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
  /** Whether what goes and comes is secret: no message may repeat it. */
  readonly isSecret: boolean;
  readonly signal: AbortSignal;
}

/** The JSON of a success. Throws CloudError, FencedError or the signal's reason. */
export type Send = (request: ChannelRequest) => Promise<unknown>;

/** The lines of a watch (Kubernetes: watch events as JSON). Throws as Send does, at the beginning or on the way. */
export type Follow = (
  kind: ServedKind,
  namespace: string | undefined,
  signal: AbortSignal,
) => Promise<AsyncIterable<string>>;

export interface Dialect {
  readonly kinds: readonly KindAbility[] | "Discovered";
  readonly send: Send;
  readonly kindOf: (wanted: KindWanted, signal: AbortSignal) => Promise<ServedKind | undefined>;
  readonly refusals: (manifest: Manifest) => readonly ManifestRefusal[];
  /** Path of a kind's collection; of an object in it where `name` is given. `verb`: what is done there. */
  readonly pathOf: (kind: ServedKind, at: ObjectPlace, verb: Verb) => readonly string[];
  /** Sent with every write. */
  readonly writeQuery: Readonly<Record<string, string>>;
  /** Whether a target is known by its namespace kube-system. */
  readonly hasIdentity: boolean;
  /** Whether DELETE takes the UID; else the object is looked at right before. */
  readonly deletesByUid: boolean;
  readonly pageSize: number | undefined;
  /** Path of the Events of a namespace; undefined where there are none. */
  readonly eventsPath: ((namespace: string) => readonly string[]) | undefined;
  /** Undefined where nothing tells of changes. */
  readonly follow?: Follow | undefined;
  /** Undefined where nobody measures. */
  readonly usage: ManifestChannel["usage"] | undefined;
}

export type Verb = "List" | "Read" | "Create" | "Change" | "Remove";

const liveObject = z.looseObject({
  metadata: z.looseObject({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
});

const objectList = z.object({
  metadata: z.object({ continue: z.string().optional() }).optional(),
  items: z.array(liveObject).nullable(),
});

const MOST_EVENTS = "500";

export function kubernetesChannel(dialect: Dialect): ManifestChannel {
  return new KubernetesChannel(dialect);
}

class KubernetesChannel implements ManifestChannel {
  readonly #dialect: Dialect;
  readonly kinds: ManifestChannel["kinds"];
  readonly identity?: (signal: AbortSignal) => Promise<string>;
  readonly events?: (namespace: string, signal: AbortSignal) => Promise<readonly TargetEvent[]>;
  readonly usage?: NonNullable<ManifestChannel["usage"]>;
  readonly changes?: NonNullable<ManifestChannel["changes"]>;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
    this.kinds = dialect.kinds;
    if (dialect.hasIdentity) this.identity = (signal) => this.#identity(signal);
    const { eventsPath, usage, follow } = dialect;
    if (usage) this.usage = usage;
    if (follow) {
      this.changes = async (kind, namespace, { on, signal }) => {
        await hintsOf(`Watch ${kind.kind}`, await follow(kind as ServedKind, namespace, signal), on);
      };
    }
    if (eventsPath) this.events = (namespace, signal) => this.#events(eventsPath(namespace), signal);
  }

  readonly kindOf: ManifestChannel["kindOf"] = (wanted, signal) => this.#dialect.kindOf(wanted, signal);

  readonly refusals: ManifestChannel["refusals"] = (manifest) => this.#dialect.refusals(manifest);

  readonly list: ManifestChannel["list"] = async (kind, namespace, signal) => {
    const served = kind as ServedKind;
    const path = this.#dialect.pathOf(served, namespace === undefined ? {} : { namespace }, "List");
    const operation = `List ${kind.kind}`;
    const query = {
      ...(kind.selects && { labelSelector: MARKS.set }),
      ...(this.#dialect.pageSize !== undefined && { limit: String(this.#dialect.pageSize) }),
    };
    const objects: LiveObject[] = [];
    for (let next: string | undefined = ""; next !== undefined;) {
      const more: Record<string, string> = next === "" ? {} : { continue: next };
      const answer = await this.#get({
        operation,
        path,
        query: { ...query, ...more },
        isSecret: isSecret(kind),
        signal,
      });
      const { items, metadata } = read(operation, answer, objectList);
      objects.push(...(items ?? []).map((item) => named(item, kind)));
      next = metadata?.continue || undefined;
    }
    return objects;
  };

  readonly read: ManifestChannel["read"] = async (kind, key, signal) => {
    try {
      const path = this.#itemPath(kind, key, "Read");
      const operation = `Read ${shown(kind, key)}`;
      const answer = await this.#get({ operation, path, isSecret: isSecret(kind), signal });
      return named(read(operation, answer, liveObject), kind);
    } catch (error) {
      if (error instanceof CloudError && error.kind === "NotFound") return "Absent";
      throw error;
    }
  };

  readonly create: ManifestChannel["create"] = async (kind, manifest, permit) => {
    const operation = `Create ${shown(kind, keyOf(manifest, kind))}`;
    if (kind.change !== "ServerSide") return this.#write({ operation, kind, permit, ...this.#post(kind, manifest) });
    try {
      // A version that no object has had: made where there is none, a conflict where there is one.
      const body = { ...manifest, metadata: { ...manifest.metadata, resourceVersion: "1" } };
      return await this.#write({ operation, kind, permit, ...this.#apply(kind, body) });
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "Conflict") throw error;
      const { message, codes } = error;
      throw new CloudError("AlreadyExists", { message, codes, advice: "", cause: error });
    }
  };

  readonly change: ManifestChannel["change"] = (kind, change, permit) => {
    const operation = `Change ${shown(kind, keyOf(change.live, kind))}`;
    return this.#write({ operation, kind, permit, ...this.#changeOf(kind, change) });
  };

  readonly remove: ManifestChannel["remove"] = async (kind, live, permit) => {
    const key = keyOf(live, kind);
    const { uid } = live.metadata;
    if (!this.#dialect.deletesByUid) await this.#assertStillThere(kind, { key, uid }, permit);
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid }, propagationPolicy: "Background" };
    await this.#dialect.send({
      operation: `Delete ${shown(kind, key)}`,
      method: "DELETE",
      path: this.#itemPath(kind, key, "Remove"),
      ...(this.#dialect.deletesByUid && { body }),
      isSecret: isSecret(kind),
      signal: permit.signal,
    });
  };

  async #assertStillThere(
    kind: KindAbility,
    { key, uid }: { key: ObjectKey; uid: string },
    permit: WritePermit,
  ): Promise<void> {
    const found = await this.read(kind, key, permit.signal);
    const operation = `Delete ${shown(kind, key)}`;
    if (found === "Absent") throw new CloudError("NotFound", { message: `${operation}: it is gone`, advice: "" });
    if (found.metadata.uid === uid) return;
    throw new CloudError("Conflict", { message: `${operation}: another one has its name`, advice: "" });
  }

  #post(kind: KindAbility, manifest: Manifest): WriteParts {
    const key = keyOf(manifest, kind);
    return { method: "POST", path: this.#itemPath(kind, key, "Create"), body: manifest };
  }

  #apply(kind: KindAbility, manifest: Manifest): WriteParts {
    return {
      method: "PATCH",
      path: this.#itemPath(kind, keyOf(manifest, kind), "Change"),
      query: { fieldManager: FIELD_MANAGER, force: "true", fieldValidation: "Strict" },
      contentType: "application/apply-patch+yaml",
      body: manifest,
    };
  }

  #changeOf(kind: KindAbility, { live, declared, merged, patch, isForVersion }: ObjectChange): WriteParts {
    const { uid, resourceVersion } = live.metadata;
    if (kind.change === "ServerSide" && declared) {
      const locked = isForVersion ? { uid, resourceVersion } : { uid };
      return this.#apply(kind, { ...declared, metadata: { ...declared.metadata, ...locked } });
    }
    const path = this.#itemPath(kind, keyOf(live, kind), "Change");
    if (kind.change === "ServerSide" || kind.change === "MergePatch") {
      const metadata = { ...(patch["metadata"] as object | undefined), uid, resourceVersion };
      return { method: "PATCH", path, contentType: "application/merge-patch+json", body: { ...patch, metadata } };
    }
    if (kind.change === "Replace") return { method: "PUT", path, body: merged };
    const { resourceVersion: _, ...unlocked } = merged.metadata;
    return { method: "PUT", path, body: { ...merged, metadata: unlocked } };
  }

  async #write({ operation, kind, permit, query, ...parts }: Write): Promise<LiveObject> {
    const answer = await this.#dialect.send({
      ...parts,
      operation,
      query: { ...this.#dialect.writeQuery, ...query },
      isSecret: isSecret(kind),
      signal: permit.signal,
    });
    return named(read(operation, answer, liveObject), kind);
  }

  #itemPath(kind: KindAbility, { namespace, name }: ObjectKey, verb: Verb): readonly string[] {
    return this.#dialect.pathOf(kind as ServedKind, { name, ...(kind.namespaced && { namespace }) }, verb);
  }

  #get(request: Omit<ChannelRequest, "method">): Promise<unknown> {
    return this.#dialect.send({ ...request, method: "GET" });
  }

  async #identity(signal: AbortSignal): Promise<string> {
    const operation = "Read Namespace kube-system";
    const path = ["api", "v1", "namespaces", "kube-system"];
    return read(operation, await this.#get({ operation, path, isSecret: false, signal }), liveObject).metadata.uid;
  }

  async #events(path: readonly string[], signal: AbortSignal): Promise<readonly TargetEvent[]> {
    const operation = "List Event";
    const query = this.#dialect.pageSize === undefined ? {} : { limit: MOST_EVENTS };
    return eventsIn(operation, await this.#get({ operation, path, query, isSecret: false, signal }));
  }
}

type WriteParts = Pick<ChannelRequest, "method" | "path" | "query" | "body" | "contentType">;

interface Write extends WriteParts {
  readonly operation: string;
  readonly kind: KindAbility;
  readonly permit: WritePermit;
}

function read<T extends z.ZodType>(operation: string, answer: unknown, schema: T): z.output<T> {
  const result = schema.safeParse(answer);
  if (!result.success) throw unreadable(operation, `unexpected ${result.error.issues[0]?.path.join(".") ?? ""}`);
  return result.data;
}

/** Items of lists leave out what they are. */
function named(object: z.output<typeof liveObject>, { apiVersion, kind }: KindAbility): LiveObject {
  return { ...object, apiVersion, kind };
}

function keyOf({ metadata }: Manifest, { group, kind }: KindAbility): ObjectKey {
  return { group, kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

function isSecret({ group, kind }: KindAbility): boolean {
  return group === "" && kind === "Secret";
}

function shown({ kind }: KindAbility, { namespace, name }: ObjectKey): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}
