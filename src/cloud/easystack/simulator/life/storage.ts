// What the keepers of claims and volumes share: one look at the storage of all clusters, and the writes that both make.
import type { Manifest, Typed } from "../kube/manifest.ts";
import { quantity } from "../kube/quantity.ts";
import type { Care } from "./care.ts";

export type Claim = Typed<"PersistentVolumeClaim">;
export type Volume = Typed<"PersistentVolume">;
export type StorageClass = Typed<"StorageClass">;

export const VOLUMES = { kind: "PersistentVolume", namespace: undefined } as const;

export interface Storage {
  readonly care: Care;
  readonly claims: readonly Claim[];
  readonly volumes: readonly Volume[];
  readonly classes: readonly StorageClass[];
  /** `namespace/claim` of pods that have not ended. */
  readonly mounted: ReadonlySet<string>;
}

export async function lookAtStorage(care: Care): Promise<Storage> {
  const [claims, volumes, classes, pods] = await Promise.all([
    care.list("PersistentVolumeClaim"),
    care.list("PersistentVolume"),
    care.list("StorageClass"),
    care.list("Pod"),
  ]);
  const mounted = new Set(pods.filter(isAlive).flatMap(({ metadata, spec }) => claimsOf(metadata.namespace, spec)));
  return { care, claims, volumes, classes, mounted };
}

function isAlive({ status }: Typed<"Pod">): boolean {
  return status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

function claimsOf(namespace: string | undefined, spec: Typed<"Pod">["spec"]): string[] {
  const sources = (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim ?? []);
  return sources.map(({ claimName }) => `${namespace}/${claimName}`);
}

export function isMounted({ mounted }: Storage, { metadata }: Claim): boolean {
  return mounted.has(`${metadata.namespace}/${metadata.name}`);
}

/** What a claim asks for, in bytes. */
export function wantedBytes({ spec }: Claim): number {
  return bytesOf(spec?.resources?.requests);
}

export function bytesOf(amounts: Record<string, string> | undefined): number {
  return quantity(amounts?.["storage"]) ?? 0;
}

export function withPhase(object: Claim | Volume, phase: string): Manifest {
  return { ...object, status: { ...object.status, phase } };
}

export function withoutFinalizer(object: Claim | Volume, finalizer: string): Manifest {
  const finalizers = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  return { ...object, metadata: { ...object.metadata, finalizers } };
}
