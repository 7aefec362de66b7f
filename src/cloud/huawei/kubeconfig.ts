// The kubeconfig of a cluster (CCE API Reference 4.1.8), cut down to the context that is wanted.
import type * as z from "zod";
import type { Kubeconfig, KubeconfigContext } from "../facets/clusters.ts";
import { entryOf, kubeconfigOf as kubeconfigWith, type wireKubeconfig } from "../kit/kubeconfig.ts";

/** The contexts are named `internal` and `external`. Throws CloudError Unavailable where one names what is not there. */
export function kubeconfigOf(
  wire: z.output<typeof wireKubeconfig>,
  wanted: KubeconfigContext,
): Kubeconfig | "NoSuchContext" {
  const entry = entryOf("GetClusterCertificate", wire, wanted.toLowerCase());
  return entry === undefined ? "NoSuchContext" : kubeconfigWith(entry);
}
