// Where the Secrets lie that hand a cluster on. Their names are made of the resource's, so that whoever looks for one can derive it.
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { distinctName, nameWith } from "../../lib/names.ts";
import type { SecretRef } from "../publishing/secrets.ts";

/** By the convention of Cluster API. */
export function kubeconfigPlace({ metadata }: ManagedCluster): SecretRef {
  return { namespace: metadata.namespace, name: nameWith(metadata.name, "-kubeconfig") };
}

/**
 * Where it may be registered with Argo CD, in the order of preference; none where it is not to be. `a-b/c` and `a/b-c` derive the same
 * first name, which is whoever's comes first; the second is nobody else's.
 */
export function argocdPlaces({ metadata, spec }: ManagedCluster): readonly SecretRef[] {
  if (!spec.argocd) return [];
  const { namespace } = spec.argocd;
  const stem = `${metadata.namespace}-${metadata.name}`;
  const names = [nameWith(stem, "-cluster"), distinctName(stem, "-cluster", `${metadata.namespace}/${metadata.name}`)];
  return names.map((name) => ({ namespace, name }));
}

/** All where something of it may lie. */
export function placesOf(resource: ManagedCluster): readonly SecretRef[] {
  return [kubeconfigPlace(resource), ...argocdPlaces(resource)];
}
