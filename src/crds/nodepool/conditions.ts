// What a NodePool's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const NodePoolCondition = {
  ...ConditionType,
  /** What the cloud has is what the spec says. */
  UpToDate: "UpToDate",
} as const;

export const NodePoolReason = {
  ...Reason,
  /** As declared. */
  Available: "Available",
  /** Nodes are coming or going. */
  Scaling: "Scaling",
  Updating: "Updating",
  /** All nodes are there, but some do not work. */
  NodesNotActive: "NodesNotActive",
  /** The cloud has no more instances of this type now. */
  SoldOut: "SoldOut",
  /** The cloud failed to add nodes. */
  PoolFailed: "PoolFailed",
  /** An adopted pool has nodes, and spec.replicas is 0, as it is where nobody gave it. */
  ReplicasNotDeclared: "ReplicasNotDeclared",
  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: the cloud differs and managementPolicy is Observe. */
  Differs: "Differs",
  /** Of UpToDate: the cloud took a change and did not make it. */
  UpdateIgnored: "UpdateIgnored",
} as const;
