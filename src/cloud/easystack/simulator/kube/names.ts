// Many clusters on one API server: namespace `n` of cluster `c` is the real namespace `c--n`, a volume or a storage class `v` of
// `c` the real `c--v`. Pure: an object as the cluster has it, to and from what the API server keeps.
import type { Manifest } from "./manifest.ts";

const SEPARATOR = "--";

/** A default class would be every cluster's default on the API server; so it is one under another name there. */
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";
const DEFAULT_CLASS_BEHIND = "easystack.simulator/is-default-class";

export function realName(cluster: string, name: string): string {
  return `${cluster}${SEPARATOR}${name}`;
}

/** Undefined where it is none of the cluster's. */
export function nameIn(cluster: string, real: string): string | undefined {
  const prefix = `${cluster}${SEPARATOR}`;
  return real.startsWith(prefix) ? real.slice(prefix.length) : undefined;
}

/** As the API server keeps it. */
export function toReal<M extends Manifest>(cluster: string, manifest: M, namespaced: boolean): M {
  const real = (name: string): string => realName(cluster, name);
  return rewrite(manifest, { name: real, namespaced, annotation: [DEFAULT_CLASS, DEFAULT_CLASS_BEHIND] });
}

/** As the cluster has it. */
export function fromReal<M extends Manifest>(cluster: string, manifest: M, namespaced: boolean): M {
  const short = (name: string): string => nameIn(cluster, name) ?? name;
  return rewrite(manifest, { name: short, namespaced, annotation: [DEFAULT_CLASS_BEHIND, DEFAULT_CLASS] });
}

/** A message of the API server in the cluster's names. */
export function messageIn(cluster: string, message: string): string {
  return message.replaceAll(`${cluster}${SEPARATOR}`, "");
}

interface Rewriting {
  readonly name: (name: string) => string;
  namespaced: boolean;
  annotation: readonly [from: string, to: string];
}

function rewrite<M extends Manifest>(manifest: M, { name, namespaced, annotation }: Rewriting): M {
  const copy = classNames(structuredClone(manifest), name) as Manifest;
  const { metadata } = copy;
  if (!namespaced) metadata.name = name(metadata.name);
  if (typeof metadata.namespace === "string") metadata.namespace = name(metadata.namespace);
  rename(metadata.annotations, annotation);
  const spec = copy["spec"] as Record<string, unknown> | undefined;
  if (copy.kind === "PersistentVolumeClaim" && typeof spec?.["volumeName"] === "string") {
    spec["volumeName"] = name(spec["volumeName"]);
  }
  for (const reference of [spec?.["claimRef"], copy["involvedObject"]]) renameNamespace(reference, name);
  return copy as M;
}

function rename(annotations: Record<string, string> | undefined, [from, to]: readonly [string, string]): void {
  const value = annotations?.[from];
  if (annotations === undefined || value === undefined) return;
  delete annotations[from];
  annotations[to] = value;
}

function renameNamespace(reference: unknown, name: (name: string) => string): void {
  const target = reference as { namespace?: string } | undefined;
  if (target?.namespace !== undefined) target.namespace = name(target.namespace);
}

/** Wherever they stand: in claims, volumes and templates of claims. An empty name is none. */
function classNames(value: unknown, name: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => classNames(item, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, inner]) => {
      const isClass = member === "storageClassName" && typeof inner === "string" && inner !== "";
      return [member, isClass ? name(inner) : classNames(inner, name)];
    }),
  );
}
