// Storage on the wire (1.20): classes, claims and volumes, listed for all clusters at once. A claim shows neither its uid nor, by its
// table, its namespace.
import * as z from "zod";
import type { ClaimPhase } from "../facets/volumeclaims.ts";
import { gibOf } from "../manifests/claims.ts";
import type { QueryItem } from "../kit/uri.ts";
import { lenientObject, listOf, optionalText, text, word } from "../kit/wire.ts";
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

export function phaseOf(status: string): ClaimPhase {
  return PHASES.includes(status) ? (status as ClaimPhase) : "Unknown";
}

/** Such as Deployment/web, each once. */
export function usersIn({ attached_workloads: users }: ClaimOnWire): readonly string[] {
  return [...new Set(users.map(({ type, name }) => `${type}/${name}`))].toSorted();
}

/** "10" and "10Gi" read alike: GiB. */
export function sizeOf({ capacity }: ClaimOnWire): number | undefined {
  return /^\d+$/.test(capacity) ? Number(capacity) : gibOf(capacity);
}

/** As a cluster writes it. */
export function capacityOf({ capacity }: ClaimOnWire): string | undefined {
  if (capacity === "") return undefined;
  return /^\d+$/.test(capacity) ? `${capacity}Gi` : capacity;
}
