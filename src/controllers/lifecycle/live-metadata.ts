// What a resource hangs on, read live: the CRD of its kind, its namespace, and what else no watch shows.
import type { KubeClient } from "../../kube/client.ts";
import { isForbidden, isNotFound } from "../../kube/errors.ts";
import type { ObjectRef, ResourceType } from "../../kube/types.ts";
import type { Seen } from "./deletion-intent.ts";

export const CRDS: ResourceType = {
  group: "apiextensions.k8s.io",
  version: "v1",
  plural: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
  namespaced: false,
};

export const NAMESPACES: ResourceType = {
  group: "",
  version: "v1",
  plural: "namespaces",
  kind: "Namespace",
  namespaced: false,
};

export function crdNameOf({ plural, group }: Pick<ResourceType, "plural" | "group">): string {
  return `${plural}.${group}`;
}

/** Its metadata, straight from the server. Any failure but 403 and 404 passes through. */
export async function lookAt(
  client: Pick<KubeClient, "get">,
  type: ResourceType,
  { signal, ...ref }: ObjectRef & { signal: AbortSignal },
): Promise<Seen> {
  try {
    return await client.get(type, ref, { metadataOnly: true, signal });
  } catch (error) {
    if (isNotFound(error)) return "Absent";
    if (isForbidden(error)) return "Forbidden";
    throw error;
  }
}
