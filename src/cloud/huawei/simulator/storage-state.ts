// The records of cloud storage and of the claims on it (4.2).
import type { Entity } from "./entity.ts";

/** 4.2: EVS, SFS, OBS; `efs` (SFS Turbo) is of today's public cloud. */
export const STORAGE_TYPES = ["bs", "nfs", "efs", "obs"] as const;

export type StorageType = (typeof STORAGE_TYPES)[number];

/** Cloud storage; OBS is claimed by its name. */
export interface Volume extends Entity {
  readonly storageType: StorageType;
  readonly sizeGiB: number;
  /** The claim that was bound to it last and is still there; empty: none. */
  readonly claimId: string;
}

export const CLAIM_PHASES = ["Pending", "Bound", "Lost"] as const;

export type ClaimPhase = (typeof CLAIM_PHASES)[number];

/** Its id is the uid of the PersistentVolumeClaim. */
export interface Claim extends Entity {
  readonly clusterId: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly accessModes: readonly string[];
  /** Empty, with the type: it waits for the volume that it names. */
  readonly volumeId: string;
  readonly storageType: StorageType | "";
  /** Of the PersistentVolume. */
  readonly volumeName: string;
  readonly phase: ClaimPhase;
  /** Whether the storage is to go with it. */
  readonly deletesVolume: boolean;
}
