// The kinds of objects that view, edit and create take (1.16), with the words that other calls have for each, and what deletes one.
import type { KindAbility, KindWanted } from "../../facets/manifests.ts";
import type { Product } from "../calls.ts";
import type { CallHere } from "../places/turn.ts";

export interface RawKind extends KindAbility {
  /** In the name check (1.13); undefined where that knows no such type. */
  readonly checkedAs: string | undefined;
  /** What deletes one. Undefined where no call does, with that product. */
  readonly deletion: ((name: string, asked: DeletionOptions) => CallHere) | undefined;
  /** Of these products alone; left out: of all three. */
  readonly products?: readonly Product[];
}

export interface DeletionOptions {
  readonly product: Product;
  readonly isForced: boolean;
  readonly cluster: string;
  /** Of the cluster's API server, for kinds without a namespace. */
  readonly address: string;
}

type Given = Pick<RawKind, "kind" | "apiVersion" | "deletion"> & Partial<RawKind>;

/** Whole objects are edited: with UID and version in them Kubernetes refuses what is meant for another one. */
export function raw(given: Given): RawKind {
  const slash = given.apiVersion.indexOf("/");
  return {
    group: slash === -1 ? "" : given.apiVersion.slice(0, slash),
    alsoTaken: [],
    namespaced: true,
    list: "Names",
    selects: false,
    change: "Replace",
    marks: "OnObject",
    checkedAs: undefined,
    ...given,
  };
}

function workload(kind: string): RawKind {
  const deletion = (name: string, { product, isForced }: DeletionOptions): CallHere => ({
    operation: "DeleteWorkloads",
    body: {
      workloads_base: [{ name, type: kind }],
      // 1.21: "to be given for secure containers".
      ...(product === "security" && { delete_policy: "Foreground" }),
      ...(isForced && { force_delete: true }),
    },
  });
  return raw({ kind, apiVersion: "apps/v1", checkedAs: kind, deletion });
}

export const RAW_KINDS: readonly RawKind[] = [
  raw({
    kind: "ConfigMap",
    apiVersion: "v1",
    checkedAs: "Configmap",
    deletion: (name) => ({ operation: "DeleteConfigMaps", body: { configmaps: [name] } }),
  }),
  raw({
    kind: "CronJob",
    apiVersion: "batch/v1",
    checkedAs: "Cronjob",
    products: ["eks"],
    deletion: (name) => ({ operation: "DeleteCronJobs", body: { cronjobs: [name] } }),
  }),
  workload("DaemonSet"),
  workload("Deployment"),
  raw({
    kind: "Ingress",
    apiVersion: "networking.k8s.io/v1",
    checkedAs: "Ingress",
    deletion: (name) => ({ operation: "DeleteIngresses", body: { ingress: [name] } }),
  }),
  raw({
    kind: "Job",
    apiVersion: "batch/v1",
    checkedAs: "Job",
    products: ["eks"],
    deletion: (name) => ({ operation: "DeleteJobs", body: { jobs: [name] } }),
  }),
  raw({
    kind: "PersistentVolume",
    apiVersion: "v1",
    namespaced: false,
    deletion: (name, { cluster, address }) => ({
      operation: "DeleteVolume",
      names: { name },
      query: [
        ["type", "PV"],
        ["cluster", cluster],
        ["cluster_addr", address],
      ],
    }),
  }),
  raw({
    kind: "PersistentVolumeClaim",
    apiVersion: "v1",
    checkedAs: "PVC",
    deletion: (name) => ({ operation: "DeleteClaim", names: { name } }),
  }),
  raw({
    kind: "Pod",
    apiVersion: "v1",
    deletion: (name, { isForced }) => ({
      operation: "DeletePod",
      ...(isForced && { query: [["force", "true"]] }),
      body: { pod: { name }, ...(isForced && { force: "true" }) },
    }),
  }),
  raw({ kind: "ReplicaSet", apiVersion: "apps/v1", list: "None", products: [], deletion: undefined }),
  raw({
    kind: "Secret",
    apiVersion: "v1",
    checkedAs: "Secret",
    deletion: (name) => ({ operation: "DeleteSecrets", body: { secrets: [{ name }] } }),
  }),
  raw({
    kind: "Service",
    apiVersion: "v1",
    checkedAs: "Service",
    deletion: (name) => ({ operation: "DeleteServices", body: { service: [name] } }),
  }),
  workload("StatefulSet"),
  raw({
    kind: "StorageClass",
    apiVersion: "storage.k8s.io/v1",
    namespaced: false,
    deletion: (name, { address }) => ({
      operation: "DeleteClass",
      names: { name },
      query: [["cluster_addr", address]],
    }),
  }),
];

/** As it is written, and, where no version matters, in its group. */
export function isWanted({ group, kind, apiVersion }: KindAbility, wanted: KindWanted): boolean {
  if (kind !== wanted.kind || group !== wanted.group) return false;
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  return wanted.version === undefined || wanted.version === version;
}

/** Why a kind is not taken with that product, for people; undefined where it is. */
export function lackOf({ kind, products }: RawKind, product: Product): string | undefined {
  if (products === undefined || products.includes(product)) return undefined;
  const others = products.length === 0 ? "" : `; with product ${products.join(" or ")} one does`;
  return `no call of EasyStack deletes a ${kind} with product ${product}${others}. Take it out of the set`;
}
