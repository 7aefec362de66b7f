// Where Kubernetes has its objects (API concepts: resource URIs), as decoded segments.
import type { ServedKind } from "./discovery.ts";

export interface ObjectPlace {
  readonly namespace?: string;
  readonly name?: string;
}

/** Of a collection, or of an object in it where `name` is given. */
export function kubernetesPath(
  { apiVersion, plural }: Pick<ServedKind, "apiVersion" | "plural">,
  { namespace, name }: ObjectPlace,
): readonly string[] {
  return [
    ...(apiVersion.includes("/") ? ["apis", ...apiVersion.split("/")] : ["api", apiVersion]),
    ...(namespace === undefined ? [] : ["namespaces", namespace]),
    plural,
    ...(name === undefined ? [] : [name]),
  ];
}

/** Of the collection that an object is made in. */
export function withoutName({ namespace }: ObjectPlace): ObjectPlace {
  return namespace === undefined ? {} : { namespace };
}
