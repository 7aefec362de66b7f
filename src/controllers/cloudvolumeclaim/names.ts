// A claim is one of its cluster by namespace and name, together its name for the engine.
import type { ClaimKey } from "../../cloud/facets/volumeclaims.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";

export function soughtName({ spec, metadata }: Pick<CloudVolumeClaim, "spec" | "metadata">): string {
  return `${spec.targetNamespace}/${spec.cloudName ?? metadata.name}`;
}

/** Neither of the two has a slash. */
export function keyOf(name: string): ClaimKey {
  const slash = name.indexOf("/");
  return { namespace: name.slice(0, slash), name: name.slice(slash + 1) };
}
