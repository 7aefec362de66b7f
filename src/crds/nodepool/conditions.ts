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
  /** The cloud could not add the nodes that were asked for; those that are there stay. */
  ScaleOutFailed: "ScaleOutFailed",
  /** Whether a request for more nodes has brought some cannot be told: some joined that nobody can place. */
  ScaleOutOutcomeUnknown: "ScaleOutOutcomeUnknown",
  /** A server of spec.existingServers was refused, or its joining has failed. */
  AttachFailed: "AttachFailed",
  /** Whether a server was taken in cannot be told, and sending it again could erase it twice. */
  AttachOutcomeUnknown: "AttachOutcomeUnknown",
  /** A server of spec.existingServers had joined and has left; it is not taken in again by itself. */
  ServerLeft: "ServerLeft",
  /** Of events: a server that leaves is paid for a term and is not given back. */
  ServerStaysBilled: "ServerStaysBilled",
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
