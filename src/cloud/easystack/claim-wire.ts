// Storage on the wire (1.20): classes, claims and volumes, listed for all clusters at once. A claim shows neither its uid nor, by its
// table, its namespace.
import * as z from "zod";
import type { ClaimPhase, VolumeClaim } from "../facets/volumeclaims.ts";
import { gibOf } from "../manifests/claims.ts";
import type { QueryItem } from "../kit/uri.ts";
import { lenientObject, listOf, optionalText, text, word } from "../kit/wire.ts";
import { readings } from "./times.ts";
import { flag } from "./wire.ts";

const attached = lenientObject({ name: text, type: text });

const claim = z.object({
  name: z.string().min(1),
  cluster: text,
  namespace: optionalText,
  storage_class_name: optionalText,
  capacity: word,
  access_modes: listOf(z.string()).catch([]),
  attached_workloads: listOf(attached).catch([]),
  status: text,
  creation_time: text,
});

const volume = z.object({
  name: z.string().min(1),
  cluster: text,
  pvc_name: optionalText,
  pvc_namespace: optionalText,
});

const storageClass = z.object({ class_name: z.string().min(1), cluster: text, is_default: flag.catch(false) });

export const storageList = z.object({
  storage_class: listOf(storageClass).default([]),
  pvc: listOf(claim).default([]),
  pv: listOf(volume).default([]),
});

/** Kinds are separated by commas. */
export function ofAllClusters(kinds: string): readonly QueryItem[] {
  return [
    ["type", kinds],
    ["cluster_selector", "all"],
  ];
}

export type StorageOnWire = z.output<typeof storageList>;
export type ClaimOnWire = z.output<typeof claim>;

const PHASES: readonly string[] = ["Pending", "Bound", "Lost"] satisfies readonly ClaimPhase[];

function phaseOf(status: string): ClaimPhase {
  return PHASES.includes(status) ? (status as ClaimPhase) : "Unknown";
}

/** Such as Deployment/web, each once. */
export function usersIn({ attached_workloads: users }: ClaimOnWire): readonly string[] {
  return [...new Set(users.map(({ type, name }) => `${type}/${name}`))].toSorted();
}

/** "10" and "10Gi" read alike: GiB. */
function sizeOf({ capacity }: ClaimOnWire): number | undefined {
  return /^\d+$/.test(capacity) ? Number(capacity) : gibOf(capacity);
}

/** As a cluster writes it. */
function capacityOf({ capacity }: ClaimOnWire): string | undefined {
  if (capacity === "") return undefined;
  return /^\d+$/.test(capacity) ? `${capacity}Gi` : capacity;
}

/** Whether it was made at that time, by one of its readings. */
export function isOfTime({ creation_time: time }: ClaimOnWire, createdAtMs: number): boolean {
  return readings(time).includes(createdAtMs);
}

type Known = Pick<VolumeClaim, "id" | "key"> & { readonly createdAtMs: number };

/** As the list shows it; which it is, somebody else knows. */
export function listedClaim(wire: ClaimOnWire, { id, key, createdAtMs }: Known, { pv }: StorageOnWire): VolumeClaim {
  const { namespace, name } = key;
  const bound = pv.find((one) => one.pvc_name === name && one.pvc_namespace === namespace);
  return {
    id,
    name: `${namespace}/${name}`,
    key,
    createdAtMs,
    phase: phaseOf(wire.status),
    cloudPhase: wire.status,
    // The list does not tell it; what a read shows does.
    isLeaving: false,
    accessModes: wire.access_modes,
    storageClassName: wire.storage_class_name || undefined,
    requestedGiB: sizeOf(wire),
    capacity: wire.status === "Bound" ? capacityOf(wire) : undefined,
    volumeName: bound?.name,
    told: { mountedBy: usersIn(wire) },
  };
}
