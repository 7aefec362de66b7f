// Finalizers: persisted before the first cloud write, removed only after clean-up succeeded (R16).
import type { KubeClient } from "../kube/client.ts";
import { isNotFound } from "../kube/errors.ts";
import type { KubeObject, ResourceType } from "../kube/types.ts";

interface Held<T> {
  readonly type: ResourceType;
  readonly object: T;
  readonly finalizer: string;
  readonly signal: AbortSignal;
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false;
}

/**
 * Returns the object with the finalizer on it, after the server said so. Idempotent. Throws KubeError 422 or 409 where the
 * object changed since it was read: the next visit sees the newer one.
 */
export async function ensureFinalizer<T extends KubeObject>(client: KubeClient, held: Held<T>): Promise<T> {
  const { type, object, finalizer, signal } = held;
  if (hasFinalizer(object, finalizer)) return object;
  const { name, namespace, resourceVersion, finalizers } = object.metadata;
  const add = finalizers
    ? { op: "add", path: "/metadata/finalizers/-", value: finalizer }
    : { op: "add", path: "/metadata/finalizers", value: [finalizer] };
  const test = { op: "test", path: "/metadata/resourceVersion", value: resourceVersion };
  return client.jsonPatch<T>(type, { name, namespace }, [test, add], { signal });
}

/**
 * Takes the finalizer off by JSON Patch `test` and `remove` only, so that no other field is written: an object which a
 * tightened schema made invalid can still go. Returns the object without it, which may have been its last state; undefined where
 * there was nothing to take off, because the object is gone already as well.
 */
export async function removeFinalizer<T extends KubeObject>(client: KubeClient, held: Held<T>): Promise<T | undefined> {
  const { type, object, finalizer, signal } = held;
  const { name, namespace, uid, finalizers } = object.metadata;
  const index = finalizers?.indexOf(finalizer) ?? -1;
  if (index === -1) return undefined;
  const path = `/metadata/finalizers/${index}`;
  const operations = [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path, value: finalizer },
    { op: "remove", path },
  ];
  try {
    return await client.jsonPatch<T>(type, { name, namespace }, operations, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}
