// Volumes as a cluster's controllers keep them: offered, released when their claim has gone, reclaimed, and let go of.
import { attempt } from "../../../simulation/kube/looks.ts";
import type { Care } from "./care.ts";
import { tendClaim } from "./claims.ts";
import type { Storage, Volume } from "./storage.ts";
import { lookAtStorage, VOLUMES, withoutFinalizer, withPhase } from "./storage.ts";

const RECLAIMING_MS = 1_000;
const PROTECTION = "kubernetes.io/pv-protection";

export async function tendVolumes(care: Care): Promise<void> {
  const storage = await lookAtStorage(care);
  for (const claim of storage.claims) await attempt(tendClaim(storage, claim));
  for (const volume of storage.volumes) await attempt(tendVolume(storage, volume));
}

async function tendVolume(storage: Storage, volume: Volume): Promise<void> {
  const { care, claims } = storage;
  const phase = volume.status?.phase ?? "Pending";
  const claimed = volume.spec?.claimRef?.uid;
  const isClaimed = claims.some(({ metadata }) => metadata.uid === claimed);
  if (volume.metadata.deletionTimestamp !== undefined) {
    if (!isClaimed) await letGo(care, volume);
    return;
  }
  if (claimed === undefined) return offer(care, volume, phase);
  if (!isClaimed && phase !== "Pending") await reclaim(care, volume, phase);
}

async function offer(care: Care, volume: Volume, phase: string): Promise<void> {
  if (phase === "Pending") await care.put(withPhase(volume, "Available"), "status");
}

async function letGo(care: Care, volume: Volume): Promise<void> {
  if (volume.metadata.finalizers?.includes(PROTECTION)) await care.put(withoutFinalizer(volume, PROTECTION));
}

/** One that is kept stays Released until somebody deletes it. */
async function reclaim(care: Care, volume: Volume, phase: string): Promise<void> {
  if (phase !== "Released") await care.put(withPhase(volume, "Released"), "status");
  const isDeleted = volume.spec?.persistentVolumeReclaimPolicy === "Delete";
  if (!isDeleted || !care.due(`reclaim ${volume.metadata.uid}`, RECLAIMING_MS)) return;
  await care.backend.remove(VOLUMES, volume.metadata.name);
}
