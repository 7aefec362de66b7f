// Where claims are kept: on the API server behind the simulator, or, without one, in its own records alone.
import { randomUUID } from "node:crypto";
import type { ClaimKey, WantedClaim } from "../claim-records.ts";
import { addClaim, endClaim, findClaim, setClaimPhase, storageFor } from "../claim-records.ts";
import { KubeRefusal } from "../refusals.ts";
import type { Cce } from "../state.ts";
import { amend } from "../state.ts";
import type { Claim, ClaimPhase } from "../storage-state.ts";

/** From its creation until a claim is bound. */
export const BINDING_MS = 5_000;
/** From its deletion until a claim that nobody uses is gone. */
export const RELEASING_MS = 2_000;

export interface ClaimObjects {
  /** As the answer of 4.2.1. Throws a `KubeRefusal` for what may not be made. */
  create(wanted: WantedClaim): Promise<unknown>;
  /** As the answer of 4.2.2; `deletesVolume`: the storage goes too, once the claim has gone. Throws a `KubeRefusal` (404). */
  remove(key: ClaimKey, deletesVolume: boolean): Promise<unknown>;
  /** As bad luck does. */
  setPhase(claim: Claim, phase: ClaimPhase): Promise<Claim | undefined>;
}

/** Claims that only the cloud knows of: bound and gone by its clock. */
export function memoryClaims(cce: Cce): ClaimObjects {
  return {
    async create(wanted) {
      const { name } = wanted;
      if (findClaim(cce.store, wanted) !== undefined) {
        throw new KubeRefusal(409, "AlreadyExists", `persistentvolumeclaims "${name}" already exists`);
      }
      const claim = addClaim(cce, randomUUID(), wanted);
      cce.timeline.schedule(BINDING_MS, () => bindIfThere(cce, claim.id));
      return Promise.resolve(onWire(cce, claim));
    },
    async remove(key, deletesVolume) {
      const claim = findClaim(cce.store, key);
      if (claim === undefined) throw new KubeRefusal(404, "NotFound", `persistentvolumeclaims "${key.name}" not found`);
      const leaving = amend(cce, "claims", claim.id, { deletesVolume }) ?? claim;
      cce.timeline.schedule(RELEASING_MS, () => endClaim(cce, leaving));
      return Promise.resolve(onWire(cce, leaving));
    },
    setPhase: (claim, phase) => Promise.resolve(setClaimPhase(cce, claim, phase)),
  };
}

function bindIfThere(cce: Cce, id: string): void {
  const claim = cce.store.get("claims", id);
  if (claim?.phase !== "Pending") return;
  const volume = storageFor(cce.store, claim);
  if (volume === undefined) cce.timeline.schedule(BINDING_MS, () => bindIfThere(cce, id));
  else setClaimPhase(cce, claim, "Bound", volume);
}

/** What a claim asks for: as much as there is. */
export function sizeOf({ store }: Cce, claim: Pick<Claim, "volumeId">): string {
  const volume = store.list("volumes").find(({ id, name }) => id === claim.volumeId || name === claim.volumeId);
  return `${volume?.sizeGiB ?? 1}Gi`;
}

/** As in the samples of 4.2. */
function onWire(cce: Cce, claim: Claim): unknown {
  const { id, name, namespace, labels, createdAt, accessModes, volumeName, phase } = claim;
  return {
    kind: "PersistentVolumeClaim",
    apiVersion: "v1",
    metadata: {
      name,
      namespace,
      uid: id,
      resourceVersion: String(cce.store.version),
      creationTimestamp: `${createdAt.slice(0, 19)}Z`,
      labels,
    },
    spec: { volumeName, accessModes, resources: { requests: { storage: sizeOf(cce, claim) } } },
    status: { phase, accessModes },
  };
}
