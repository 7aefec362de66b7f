// Kubernetes objects as they come from an API server and go to it.
import type {
  CoreV1Event,
  V1Affinity,
  V1Container,
  V1EnvVar,
  V1NodeSelectorRequirement,
  V1PodAffinityTerm,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Probe,
  V1ResourceRequirements,
  V1SecurityContext,
  V1ServicePort,
  V1Volume,
  V1ConfigMap,
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Ingress,
  V1Job,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1ReplicaSet,
  V1Secret,
  V1Service,
  V1StatefulSet,
  V1StorageClass,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";

/** As JSON has it: no classes, and times are texts. */
type Plain<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [Member in keyof T]: Plain<T[Member]> }
      : T;

export type Affinity = Plain<V1Affinity>;
export type Container = Plain<V1Container>;
export type EnvVar = Plain<V1EnvVar>;
export type NodeSelectorRequirement = Plain<V1NodeSelectorRequirement>;
export type PodAffinityTerm = Plain<V1PodAffinityTerm>;
export type PodSpec = Plain<V1PodSpec>;
export type PodTemplate = Plain<V1PodTemplateSpec>;
export type Probe = Plain<V1Probe>;
export type ResourceRequirements = Plain<V1ResourceRequirements>;
export type SecurityContext = Plain<V1SecurityContext>;
export type ServicePort = Plain<V1ServicePort>;
export type Volume = Plain<V1Volume>;

interface Kinds {
  Pod: V1Pod;
  Service: V1Service;
  ConfigMap: V1ConfigMap;
  Secret: V1Secret;
  Ingress: V1Ingress;
  Deployment: V1Deployment;
  StatefulSet: V1StatefulSet;
  DaemonSet: V1DaemonSet;
  ReplicaSet: V1ReplicaSet;
  ControllerRevision: V1ControllerRevision;
  Job: V1Job;
  CronJob: V1CronJob;
  PersistentVolumeClaim: V1PersistentVolumeClaim;
  PersistentVolume: V1PersistentVolume;
  StorageClass: V1StorageClass;
  HorizontalPodAutoscaler: V2HorizontalPodAutoscaler;
  Event: CoreV1Event;
}

export type Kind = keyof Kinds;

/** Metadata as JSON has it: times are texts. */
export interface Meta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: { apiVersion: string; kind: string; name: string; uid: string; controller?: boolean }[];
}

/** Any object. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: Meta;
  [member: string]: unknown;
}

/** An object of one kind, with what it holds typed. */
export type Typed<K extends Kind> = Omit<Plain<Kinds[K]>, "apiVersion" | "kind" | "metadata"> & {
  apiVersion: string;
  kind: string;
  metadata: Meta;
};

export interface ResourceType {
  /** Such as `apps/v1`. */
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const inNamespaces = (apiVersion: string, plural: string): ResourceType => ({ apiVersion, plural, namespaced: true });
const inCluster = (apiVersion: string, plural: string): ResourceType => ({ apiVersion, plural, namespaced: false });

export const RESOURCE_TYPES: Readonly<Record<Kind, ResourceType>> = {
  Pod: inNamespaces("v1", "pods"),
  Service: inNamespaces("v1", "services"),
  ConfigMap: inNamespaces("v1", "configmaps"),
  Secret: inNamespaces("v1", "secrets"),
  Event: inNamespaces("v1", "events"),
  PersistentVolumeClaim: inNamespaces("v1", "persistentvolumeclaims"),
  PersistentVolume: inCluster("v1", "persistentvolumes"),
  StorageClass: inCluster("storage.k8s.io/v1", "storageclasses"),
  Ingress: inNamespaces("networking.k8s.io/v1", "ingresses"),
  Deployment: inNamespaces("apps/v1", "deployments"),
  StatefulSet: inNamespaces("apps/v1", "statefulsets"),
  DaemonSet: inNamespaces("apps/v1", "daemonsets"),
  ReplicaSet: inNamespaces("apps/v1", "replicasets"),
  ControllerRevision: inNamespaces("apps/v1", "controllerrevisions"),
  Job: inNamespaces("batch/v1", "jobs"),
  CronJob: inNamespaces("batch/v1", "cronjobs"),
  HorizontalPodAutoscaler: inNamespaces("autoscaling/v2", "horizontalpodautoscalers"),
};

/** What `_raw` takes (1.16). */
export const RAW_KINDS = [
  "Pod",
  "Service",
  "ConfigMap",
  "Ingress",
  "DaemonSet",
  "Deployment",
  "StatefulSet",
  "CronJob",
  "Job",
  "ReplicaSet",
  "PersistentVolumeClaim",
  "PersistentVolume",
  "StorageClass",
  "Secret",
] as const satisfies readonly Kind[];

/** A draft of an object, to be given its place. */
export function draft<K extends Kind>(kind: K, metadata: Meta, content: object): Typed<K> {
  return { apiVersion: RESOURCE_TYPES[kind].apiVersion, kind, metadata, ...content } as Typed<K>;
}

/** The same without members that are undefined or null. */
export function compact<T extends object>(value: T): { [M in keyof T]: NonNullable<T[M]> } {
  return Object.fromEntries(
    Object.entries(value).filter(([, member]) => member !== undefined && member !== null),
  ) as never;
}

/** `defaults` stand in for members that are undefined or null. */
export function withDefaults<D extends object, T extends object>(
  defaults: D,
  value: T,
): D & { [M in keyof T]: NonNullable<T[M]> } {
  return { ...defaults, ...compact(value) };
}
