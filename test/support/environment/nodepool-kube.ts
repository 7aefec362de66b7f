// A KubeClient over a map of NodePools and Secrets: as much of an API server as the steps of a NodePool ask for.
import { nodePool, type NodePool } from "../../../src/crds/nodepool/schema.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { KubeError } from "../../../src/kube/errors.ts";
import type { KubeObject, ObjectRef, ResourceType } from "../../../src/kube/types.ts";

interface Objects {
  readonly read: (name: string) => NodePool;
  readonly put: (object: NodePool) => NodePool;
  readonly drop: (object: NodePool) => void;
  readonly secrets: ReadonlyMap<string, KubeObject>;
}

/** Reading, with a CRD and a namespace that nobody deletes, patches of the status, which the schema has to take, and the finalizer's removal. */
export function kubeOf({ read, put, drop, secrets }: Objects): KubeClient {
  const get = (type: ResourceType, { name }: ObjectRef): Promise<KubeObject> => {
    if (type.kind === "CustomResourceDefinition" || type.kind === "Namespace") return Promise.resolve(standing(name));
    const found = type.kind === "Secret" ? secrets.get(name) : read(name);
    return found ? Promise.resolve(found) : Promise.reject(notFound(name));
  };
  const mergePatch = (_: ResourceType, { name }: ObjectRef, patch: object): Promise<KubeObject> => {
    const object = read(name);
    const status = merged(object.status, (patch as { status: object }).status) as NodePool["status"];
    nodePool.status.parse(status);
    return Promise.resolve(put({ ...object, status }));
  };
  const jsonPatch = (_: ResourceType, { name }: ObjectRef): Promise<KubeObject> => {
    const object = read(name);
    drop(object);
    return Promise.resolve(object);
  };
  const client: Partial<Record<keyof KubeClient, unknown>> = { get, mergePatch, jsonPatch };
  return client as KubeClient;
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function standing(name: string): KubeObject {
  return { apiVersion: "", kind: "", metadata: { name, uid: name, resourceVersion: "1", creationTimestamp: "" } };
}

function notFound(name: string): KubeError {
  return new KubeError({ code: 404, reason: "NotFound" }, { method: "GET", path: name });
}
