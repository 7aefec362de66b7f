// What a colleague or bad luck does behind our back to cloud storage and claims.
//
// POST /_simulator/volumes {"name", "storageType", "sizeGiB"}: storage that no claim has. PATCH {"name", "sizeGiB"}. DELETE: gone;
//   its claim stays as it is.
// PATCH /_simulator/claims/ID {"phase": "Pending"|"Bound"|"Lost"}; DELETE: as with kubectl, the storage stays.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput } from "../../simulation/refusal.ts";
import type { ClaimObjects } from "./kube/claim-objects.ts";
import type { Cce, CceTables } from "./state.ts";
import { amend, given, newEntity } from "./state.ts";
import { CLAIM_PHASES, STORAGE_TYPES } from "./storage-state.ts";

const sizeGiB = z.int().min(1);

const volumeInput = z.strictObject({ name: z.string().min(1), storageType: z.enum(STORAGE_TYPES), sizeGiB });

const volumeChange = z.strictObject({ name: z.string().min(1).optional(), sizeGiB: sizeGiB.optional() });

const claimChange = z.strictObject({ phase: z.enum(CLAIM_PHASES) });

export function storageControls(
  cce: Cce,
  objects: ClaimObjects,
): Record<Extract<keyof CceTables, "volumes" | "claims">, CollectionControl> {
  const { store } = cce;
  return {
    volumes: {
      create(input) {
        const { name, ...rest } = parseInput(volumeInput, input);
        const volume = { ...newEntity(cce, name), ...rest, claimId: "" };
        store.put("volumes", volume);
        return volume;
      },
      update: (id, input) => amend(cce, "volumes", id, given(parseInput(volumeChange, input))),
      remove(id) {
        const volume = store.get("volumes", id);
        store.remove("volumes", id);
        return volume;
      },
    },
    claims: {
      async update(id, input) {
        const { phase } = parseInput(claimChange, input);
        const claim = store.get("claims", id);
        return claim && objects.setPhase(claim, phase);
      },
      async remove(id) {
        const claim = store.get("claims", id);
        if (claim !== undefined) await objects.remove(claim, false);
        return claim;
      },
    },
  };
}
