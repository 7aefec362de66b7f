// Claims and volumes as Kubernetes has them, as far as the simulator makes or looks at them.
import type { WantedClaim } from "../claim-records.ts";
import type { Claim } from "../storage-state.ts";

export const MERGE = "application/merge-patch+json";

export interface ClaimObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
  };
}

export interface PodObject {
  readonly spec?: { readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[] };
  readonly status?: { readonly phase?: string };
}

/** The drivers of storage-driver (7.9), by storage type. */
const DRIVERS: Readonly<Record<string, string>> = {
  bs: "huawei.com/fuxivol",
  nfs: "huawei.com/fuxinfs",
  efs: "huawei.com/fuxiefs",
  obs: "huawei.com/fuxiobs",
};

/** Without a class, so that nothing else makes storage for it. */
export function claimObject({ name, labels, accessModes, volumeName }: WantedClaim, storage: string): unknown {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, labels },
    spec: {
      accessModes,
      storageClassName: "",
      resources: { requests: { storage } },
      ...(volumeName === "" ? {} : { volumeName }),
    },
  };
}

/** Kept when its claim goes: whether the storage goes too is said by 4.2.2. */
export function volumeObject(claim: Claim, storage: string): unknown {
  const { id: uid, name, namespace, accessModes, volumeId, storageType, volumeName } = claim;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: volumeName },
    spec: {
      capacity: { storage },
      accessModes,
      storageClassName: "",
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
      flexVolume: { driver: DRIVERS[storageType], options: { volumeID: volumeId } },
    },
  };
}

/** A pod that has ended uses nothing. */
export function isUsedBy(claimName: string, { spec, status }: PodObject): boolean {
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return false;
  return (spec?.volumes ?? []).some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === claimName);
}
