// What the declared version asks of a cluster that is there: pure.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { compareVersions, isOf } from "./versions.ts";

/**
 * `None`: nothing is asked, or the cloud upgrades no cluster, or does not tell. `Behind`: the cluster has a newer one, which is shown and
 * not fought.
 */
export type UpgradeWish = "None" | "Behind" | "Offered" | "NotOffered";

export function upgradeWish(
  { version: wanted }: Pick<ManagedCluster["spec"], "version">,
  { version, nextVersion }: Pick<Cluster, "version" | "nextVersion">,
): UpgradeWish {
  if (wanted === undefined || version === "" || nextVersion === undefined || isOf(wanted, version)) return "None";
  if (compareVersions(wanted, version) < 0) return "Behind";
  return nextVersion !== "" && isOf(wanted, nextVersion) ? "Offered" : "NotOffered";
}
