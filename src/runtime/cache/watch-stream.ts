// One watch of a collection: its request, and its lines as events.
// Wire format: Kubernetes API concepts, "Efficient detection of changes" and "Streaming lists".
import { metadataAccept } from "../../kube/client.ts";
import type { ApiStatus } from "../../kube/errors.ts";
import { collectionPath } from "../../kube/paths.ts";
import type { KubeTransport, Query } from "../../kube/transport.ts";
import { parseExactly } from "../../lib/exact-json.ts";
import type { KubeObject, ObjectMeta, ResourceType } from "../../kube/types.ts";

/** Which objects. */
export interface WatchTarget {
  readonly type: ResourceType;
  /** All namespaces where unset. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Only `apiVersion`, `kind` (PartialObjectMetadata) and `metadata` come. */
  readonly metadataOnly?: boolean | undefined;
}

export type WatchEvent<T> =
  | { readonly type: "Changed" | "Deleted"; readonly object: T }
  /** Nothing happened up to this version. `endsList`: every object that existed at it has been sent. */
  | { readonly type: "Bookmark"; readonly resourceVersion: string; readonly endsList: boolean }
  | { readonly type: "Failed"; readonly status: ApiStatus };

interface Line {
  readonly type: string;
  readonly object: unknown;
}

/** Throws SyntaxError or Error when the line is no watch event. */
function parseWatchLine<T>(line: string): WatchEvent<T> {
  const { type, object } = parseExactly(line) as Line;
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return { type: "Changed", object: object as T };
    case "DELETED":
      return { type: "Deleted", object: object as T };
    case "BOOKMARK":
      return bookmarkOf((object as { metadata: ObjectMeta }).metadata);
    case "ERROR":
      return { type: "Failed", status: object as ApiStatus };
    default:
      throw new Error(`The API server sent a watch event of the unknown type ${type}`);
  }
}

function bookmarkOf({ resourceVersion, annotations }: ObjectMeta): WatchEvent<never> {
  return { type: "Bookmark", resourceVersion, endsList: annotations?.["k8s.io/initial-events-end"] === "true" };
}

interface WatchRequest {
  readonly target: WatchTarget;
  /** What came after this version; where unset, everything that exists and then what comes after (WatchList). */
  readonly since: string | undefined;
  /** After which the server ends the watch. */
  readonly timeoutSeconds: number;
  readonly idleTimeoutMs: () => number;
  readonly signal: AbortSignal;
}

/** Resolves when the server has accepted the watch. Errors as KubeTransport.stream. */
export async function openWatch<T extends KubeObject>(
  transport: Pick<KubeTransport, "stream">,
  request: WatchRequest,
): Promise<AsyncIterable<WatchEvent<T>>> {
  const { target, signal, idleTimeoutMs } = request;
  const lines = await transport.stream({
    path: collectionPath(target.type, target.namespace),
    query: queryOf(request),
    accept: target.metadataOnly ? metadataAccept("PartialObjectMetadata") : undefined,
    signal,
    idleTimeoutMs,
  });
  return eventsOf<T>(lines);
}

function queryOf({ target, since, timeoutSeconds }: WatchRequest): Query {
  const { labelSelector, fieldSelector } = target;
  const start =
    since === undefined
      ? { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" }
      : { resourceVersion: since };
  return { watch: true, allowWatchBookmarks: true, timeoutSeconds, labelSelector, fieldSelector, ...start };
}

async function* eventsOf<T>(lines: AsyncIterable<string>): AsyncGenerator<WatchEvent<T>, void, undefined> {
  for await (const line of lines) yield parseWatchLine<T>(line);
}
