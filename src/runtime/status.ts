// Status is written through /status by merge patch from what was read; an unchanged status is no request (R17).
import { isDeepStrictEqual } from "node:util";
import type { KubeClient } from "../kube/client.ts";
import { isConflict } from "../kube/errors.ts";
import type { KubeObject, ResourceType } from "../kube/types.ts";

type Json = unknown;
type JsonObject = Record<string, Json>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The JSON merge patch (RFC 7386) that turns `from` into `to`; undefined where there is nothing to do. Lists are replaced
 * whole; an undefined member counts as absent.
 */
export function mergePatchOf(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const before = from[key];
    const after = to[key];
    if (after === undefined) {
      if (before !== undefined) patch[key] = null;
    } else if (isObject(before) && isObject(after)) {
      const inner = mergePatchOf(before, after);
      if (inner) patch[key] = inner;
    } else if (!isDeepStrictEqual(before, after)) {
      patch[key] = after;
    }
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

interface StatusChange<T> {
  readonly object: T;
  readonly next: object;
  /** Only if the object is still as it was read: 409 otherwise. Unset: another writer's change does not matter. */
  readonly unchanged?: true;
  readonly signal: AbortSignal;
}

/** Somebody edits the object again and again: the next visit sees what he wants. */
const MOST_TRIES = 3;

/**
 * Writes the difference between the object's status and `next`. Returns the server's answer, or undefined where nothing
 * differed. A namesake created in the meantime is never written: the patch carries the resourceVersion, because the API
 * server ignores a UID in a patch of the status. Throws KubeError 409 or 404 where the object is another one or gone.
 */
export async function writeStatus<T extends KubeObject & { status?: object | undefined }>(
  client: KubeClient,
  type: ResourceType,
  { object, next, unchanged, signal }: StatusChange<T>,
): Promise<T | undefined> {
  const status = mergePatchOf((object.status ?? {}) as JsonObject, next as JsonObject);
  if (!status) return undefined;
  const { uid, name, namespace } = object.metadata;
  let { resourceVersion } = object.metadata;
  for (let tries = 1; ; tries++) {
    try {
      const patch = { metadata: { resourceVersion }, status };
      return await client.mergePatch<T>(type, { name, namespace }, patch, { subresource: "status", signal });
    } catch (error) {
      if (!isConflict(error) || unchanged || tries === MOST_TRIES) throw error;
      const live = await client.get<T>(type, { name, namespace }, { signal, metadataOnly: true });
      if (live.metadata.uid !== uid) throw error;
      ({ resourceVersion } = live.metadata);
    }
  }
}
