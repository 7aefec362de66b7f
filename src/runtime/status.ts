// Status is written through /status by merge patch from what was read; an unchanged status is no request (R17).
import { isDeepStrictEqual } from "node:util";
import type { KubeClient } from "../kube/client.ts";
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

/**
 * Writes the difference between the object's status and `next`. The patch names the object's UID, so that a namesake
 * created in the meantime is never written. Returns the server's answer, or undefined where nothing differed.
 */
export async function writeStatus<T extends KubeObject & { status?: object | undefined }>(
  client: KubeClient,
  type: ResourceType,
  change: { object: T; next: object; resourceVersion?: string; signal: AbortSignal },
): Promise<T | undefined> {
  const { object, next, resourceVersion, signal } = change;
  const status = mergePatchOf((object.status ?? {}) as JsonObject, next as JsonObject);
  if (!status) return undefined;
  const { uid, name, namespace } = object.metadata;
  const metadata = resourceVersion === undefined ? { uid } : { uid, resourceVersion };
  return client.mergePatch<T>(type, { name, namespace }, { metadata, status }, { subresource: "status", signal });
}
