// Objects by what they are: their keys, as texts and apart, and kinds that are treated in a way of their own.
import type { Manifest, ObjectKey } from "../../cloud/facets/manifests.ts";

/** Empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf("/");
  return slash === -1 ? "" : apiVersion.slice(0, slash);
}

export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf("/") + 1);
}

/** Kinds that have moved to another group: an object is the same one, whichever a target shows it in. */
const MOVED: Readonly<Record<string, string>> = {
  "extensions/Ingress": "networking.k8s.io",
  "extensions/NetworkPolicy": "networking.k8s.io",
  "extensions/Deployment": "apps",
  "extensions/DaemonSet": "apps",
  "extensions/ReplicaSet": "apps",
};

export function keyOfObject({ apiVersion, kind, metadata }: Manifest): ObjectKey {
  const group = groupOf(apiVersion);
  return { group: MOVED[`${group}/${kind}`] ?? group, kind, namespace: metadata.namespace ?? "", name: metadata.name };
}

/** As status.inventory has it: group/Kind/namespace/name, empty parts kept. A name may hold what a path may not. */
export function refOfKey({ group, kind, namespace, name }: ObjectKey): string {
  return [group, kind, namespace, name].join("/");
}

export function keyOfRef(ref: string): ObjectKey {
  const [group = "", kind = "", namespace = "", ...name] = ref.split("/");
  return { group, kind, namespace, name: name.join("/") };
}

/** For messages: Deployment shop/web. */
export function shownKey({ kind, namespace, name }: ObjectKey): string {
  return `${kind} ${namespace === "" ? "" : `${namespace}/`}${name}`;
}

/** With them goes what nobody has listed: never made anew in silence, and kept unless spec.dataOnDelete says otherwise. */
const HOLDS_DATA: ReadonlySet<string> = new Set([
  "/Namespace",
  "/PersistentVolumeClaim",
  "/PersistentVolume",
  "apiextensions.k8s.io/CustomResourceDefinition",
]);

export function holdsData({ group, kind }: Pick<ObjectKey, "group" | "kind">): boolean {
  return HOLDS_DATA.has(`${group}/${kind}`);
}

export function isSecret({ group, kind }: Pick<ObjectKey, "group" | "kind">): boolean {
  return group === "" && kind === "Secret";
}

/** A group of Kubernetes itself. */
export function isBuiltIn(group: string): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}

/** On an object in a manifest, and then in the target. */
export const OBJECT_ANNOTATIONS = {
  wave: "yunfan.dev/wave",
  prune: "yunfan.dev/prune",
  onImmutable: "yunfan.dev/on-immutable",
} as const;

/** 0 where it says nothing that can be read: what is in the target, anybody may have edited. */
export function waveOf({ metadata }: Pick<Manifest, "metadata">): number {
  const text = metadata.annotations?.[OBJECT_ANNOTATIONS.wave];
  const wave = Number(text ?? 0);
  return Number.isInteger(wave) && Math.abs(wave) <= 100 && text !== "" ? wave : 0;
}

export function isKeptFromPruning({ metadata }: Pick<Manifest, "metadata">): boolean {
  return metadata.annotations?.[OBJECT_ANNOTATIONS.prune] === "Keep";
}
