// Paths of the Kubernetes API. Case is kept and every name is encoded.
import type { ObjectRef, ResourceType } from "./types.ts";

/** `/apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL`; all namespaces of a namespaced type where `namespace` is unset. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  if (namespace !== undefined && !type.namespaced) throw new Error(`${type.kind} is not namespaced`);
  const group = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const scope = namespace === undefined ? "" : `/namespaces/${segment(namespace, "namespace")}`;
  return `${group}${scope}/${type.plural}`;
}

/** Throws where the namespace is missing or superfluous, or the name is one that would lead to another path. */
export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (type.namespaced && ref.namespace === undefined) throw new Error(`${type.kind} needs a namespace`);
  const path = `${collectionPath(type, ref.namespace)}/${segment(ref.name, "name")}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** An empty name would turn the deletion of an object into that of its whole collection, dots would climb up. */
function segment(value: string, what: string): string {
  if (value === "" || value === "." || value === "..") throw new Error(`"${value}" is no ${what}`);
  return encodeURIComponent(value);
}
