// Claims as a cluster's controllers keep them: given a class, bound to what is there, provisioned, grown, and let go of.
import { randomUUID } from "node:crypto";
import { draft } from "../kube/manifest.ts";
import { realName } from "../kube/names.ts";
import type { Claim, Storage, StorageClass, Volume } from "./storage.ts";
import { bytesOf, isMounted, VOLUMES, wantedBytes, withoutFinalizer, withPhase } from "./storage.ts";

const PROVISIONING_MS = 2_000;
const GROWING_MS = 2_000;

const PROTECTION = "kubernetes.io/pvc-protection";
/** As kube/names.ts writes it behind the simulator. */
const IS_DEFAULT = "easystack.simulator/is-default-class";

export async function tendClaim(storage: Storage, claim: Claim): Promise<void> {
  if (claim.metadata.deletionTimestamp !== undefined) return letGo(storage, claim);
  const phase = claim.status?.phase ?? "Pending";
  if (phase === "Bound") return tendBound(storage, claim);
  if (phase === "Pending") return tendPending(storage, claim);
}

/** The protection holds it as long as a pod mounts it. */
async function letGo(storage: Storage, claim: Claim): Promise<void> {
  if (isMounted(storage, claim) || !claim.metadata.finalizers?.includes(PROTECTION)) return;
  await storage.care.put(withoutFinalizer(claim, PROTECTION));
}

async function tendPending(storage: Storage, claim: Claim): Promise<void> {
  const { volumeName, storageClassName } = claim.spec ?? {};
  if (volumeName !== undefined) {
    const named = storage.volumes.find(({ metadata }) => metadata.name === volumeName);
    return named && bind(storage, claim, named);
  }
  if (typeof storageClassName !== "string") return giveClass(storage, claim);
  const free = storage.volumes.find((volume) => isKeptFor(volume, claim) || fits(volume, claim));
  return free === undefined ? provision(storage, claim) : bind(storage, claim, free);
}

/** A claim from before there was a default class gets it as soon as there is one. */
async function giveClass({ care, classes }: Storage, claim: Claim): Promise<void> {
  const ours = realName(care.clusterOf(claim) ?? "", "");
  const chosen = classes.find(
    ({ metadata }) => metadata.name.startsWith(ours) && metadata.annotations?.[IS_DEFAULT] === "true",
  );
  if (chosen === undefined) return;
  await care.put({ ...claim, spec: { ...claim.spec, storageClassName: chosen.metadata.name } });
}

async function provision(storage: Storage, claim: Claim): Promise<void> {
  const { care, classes } = storage;
  const chosen = classes.find(({ metadata }) => metadata.name === claim.spec?.storageClassName);
  if (chosen === undefined) return;
  const waits = chosen.volumeBindingMode === "WaitForFirstConsumer" && !isMounted(storage, claim);
  if (waits || !care.due(`claim ${claim.metadata.uid}`, PROVISIONING_MS)) return;
  const made = await care.backend.create(VOLUMES, newVolume(care.clusterOf(claim) ?? "", claim, chosen));
  await setBound(storage, claim, made);
}

function newVolume(cluster: string, claim: Claim, chosen: StorageClass) {
  const { resources, accessModes } = claim.spec ?? {};
  const spec = {
    capacity: { storage: resources?.requests?.["storage"] },
    accessModes,
    storageClassName: chosen.metadata.name,
    persistentVolumeReclaimPolicy: chosen.reclaimPolicy,
    csi: { driver: chosen.provisioner, volumeHandle: randomUUID() },
    claimRef: referenceTo(claim),
  };
  return draft("PersistentVolume", { name: realName(cluster, `pvc-${claim.metadata.uid}`) }, { spec });
}

function referenceTo({ metadata: { name, namespace, uid } }: Claim) {
  return { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid };
}

/** Its own, half bound. */
function isKeptFor({ spec }: Volume, { metadata }: Claim): boolean {
  return spec?.claimRef?.uid === metadata.uid;
}

function fits(volume: Volume, claim: Claim): boolean {
  if (!isOffered(volume)) return false;
  const { storageClassName, capacity, accessModes: offered = [] } = volume.spec ?? {};
  const { accessModes = [], storageClassName: wanted } = claim.spec ?? {};
  const isAlike = storageClassName === wanted && accessModes.every((mode) => offered.includes(mode));
  return isAlike && bytesOf(capacity) >= wantedBytes(claim);
}

function isOffered({ metadata, spec, status }: Volume): boolean {
  const isFree = status?.phase === "Available" && spec?.claimRef === undefined;
  return isFree && metadata.deletionTimestamp === undefined;
}

async function bind(storage: Storage, claim: Claim, volume: Volume): Promise<void> {
  const { uid } = volume.spec?.claimRef ?? {};
  if (uid === claim.metadata.uid) return setBound(storage, claim, volume);
  if (uid !== undefined) return;
  const claimed = { ...volume, spec: { ...volume.spec, claimRef: referenceTo(claim) } };
  await setBound(storage, claim, await storage.care.backend.replace(VOLUMES, claimed));
}

async function setBound({ care }: Storage, claim: Claim, volume: Volume): Promise<void> {
  await care.put(withPhase(volume, "Bound"), "status");
  const target = { kind: "PersistentVolumeClaim", namespace: claim.metadata.namespace } as const;
  const annotations = { ...claim.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes" };
  const bound = await care.backend.replace(target, {
    ...claim,
    metadata: { ...claim.metadata, annotations },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  });
  const { capacity, accessModes } = volume.spec ?? {};
  await care.put({ ...bound, status: { phase: "Bound", capacity, accessModes } }, "status");
}

async function tendBound(storage: Storage, claim: Claim): Promise<void> {
  const { care } = storage;
  const volume = storage.volumes.find(({ metadata }) => metadata.name === claim.spec?.volumeName);
  if (volume === undefined) return care.put(withPhase(claim, "Lost"), "status");
  const isGrown = wantedBytes(claim) > bytesOf(claim.status?.capacity);
  if (!isGrown || !care.due(`grow ${claim.metadata.uid} ${wantedBytes(claim)}`, GROWING_MS)) return;
  const capacity = { storage: claim.spec?.resources?.requests?.["storage"] };
  await care.put({ ...volume, spec: { ...volume.spec, capacity } });
  await care.put({ ...claim, status: { ...claim.status, capacity } }, "status");
}
