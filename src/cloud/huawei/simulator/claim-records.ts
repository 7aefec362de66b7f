// What the cloud itself knows of claims: which storage there is for one, and what becomes of it.
import type { Cce, CceView } from "./state.ts";
import { amend, isoNow } from "./state.ts";
import type { Claim, ClaimPhase, Volume } from "./storage-state.ts";

export type WantedClaim = Omit<Claim, "id" | "createdAt" | "updatedAt" | "phase" | "deletesVolume">;

export function addClaim(cce: Cce, id: string, wanted: WantedClaim): Claim {
  const createdAt = isoNow(cce);
  const claim: Claim = { ...wanted, id, createdAt, updatedAt: createdAt, phase: "Pending", deletesVolume: false };
  cce.store.put("claims", claim);
  return claim;
}

/** The storage that a claim names by id or, as OBS's, by name. A disk is one claim's at a time. */
export function storageFor(view: CceView, { id, volumeId, storageType }: Claim): Volume | undefined {
  const volume = view
    .list("volumes")
    .find((one) => (one.id === volumeId || one.name === volumeId) && one.storageType === storageType);
  const isTaken = storageType === "bs" && volume !== undefined && volume.claimId !== "" && volume.claimId !== id;
  return isTaken ? undefined : volume;
}

export function setClaimPhase(cce: Cce, { id }: Claim, phase: ClaimPhase, volume?: Volume): Claim | undefined {
  if (volume !== undefined) amend(cce, "volumes", volume.id, { claimId: id });
  return amend(cce, "claims", id, { phase });
}

/** The claim is gone; its storage stays unless it was to go too. */
export function endClaim(cce: Cce, { id }: Claim): void {
  const claim = cce.store.get("claims", id);
  cce.store.remove("claims", id);
  for (const volume of cce.store.list("volumes").filter(({ claimId }) => claimId === id)) {
    if (claim?.deletesVolume === true) cce.store.remove("volumes", volume.id);
    else amend(cce, "volumes", volume.id, { claimId: "" });
  }
}

export function findClaim(view: CceView, { clusterId, namespace, name }: ClaimKey): Claim | undefined {
  const fits = (one: Claim): boolean => one.clusterId === clusterId && one.namespace === namespace && one.name === name;
  return view.list("claims").find(fits);
}

export type ClaimKey = Pick<Claim, "clusterId" | "namespace" | "name">;
