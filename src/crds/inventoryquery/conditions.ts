// What an InventoryQuery's conditions say, beside those of every kind.
import { Reason } from "../common/conditions.ts";

export const InventoryQueryReason = {
  ...Reason,
  /** The inventory was asked, and the number is as expected. */
  Queried: "Queried",
  /** So many are not what spec.expect says; it is asked again soon. */
  NotAsExpected: "NotAsExpected",
  /** The ManagedCluster of spec.clusterRef is not there, or has no spec.inventoryClusterId. */
  ClusterNotInInventory: "ClusterNotInInventory",
} as const;
