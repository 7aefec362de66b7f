// The records of nodes and of the servers (ECS) that they run on.
import type { Entity } from "./entity.ts";

/** 4.1.10; the last three are of today's public cloud. */
export const NODE_PHASES = [
  "Build",
  "Installing",
  "Active",
  "Abnormal",
  "Deleting",
  "Upgrading",
  "Error",
  "Repairing",
  "RepairFailed",
] as const;

export type NodePhase = (typeof NODE_PHASES)[number];

/** What a job that failed leaves its node in. */
export type FailedNodePhase = Extract<NodePhase, "Abnormal" | "Error">;

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

export interface Node extends Entity {
  readonly clusterId: string;
  /** Empty: no pool's. */
  readonly nodepoolId: string;
  readonly phase: NodePhase;
  /** Empty until the server was made, as its address. */
  readonly serverId: string;
  readonly privateIP: string;
  /** What reads show of it. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Of Kubernetes, as it was created, accepted or reset with; no read of CCE shows them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** What else it was made with that no read shows: scripts, images, the layout of disks. */
  readonly options: Readonly<Record<string, unknown>>;
  /** 0: on demand; nothing but a colleague makes it another. */
  readonly billingMode: number;
  /** How often it was installed: each time it joins its cluster anew. */
  readonly installs: number;
  /** The job that is to delete it; empty: none. */
  readonly deleteJobId: string;
}

export interface Disk {
  readonly use: "system" | "data";
  readonly volumetype: string;
  readonly size: number;
  /** How often it was written anew: what was on it is lost. */
  readonly imaged: number;
}

/** Of nodes outside of pools, and what a colleague has planted; the server of a pool's node has a record once it leaves the pool. */
export interface Server extends Entity {
  /** Empty: that of the cluster which accepts it. */
  readonly vpc: string;
  readonly subnet: string;
  readonly flavor: string;
  readonly az: string;
  /** Empty: no node. */
  readonly nodeId: string;
  /** Of the last node that it was, where ids stay; empty: it never was one. */
  readonly formerNodeId: string;
  /** How often its system disk was written. */
  readonly imaged: number;
  readonly privateIP: string;
  readonly billingMode: number;
  readonly disks: readonly Disk[];
}
