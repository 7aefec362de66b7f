// The kinds of query-mesos and query-k8s: the type each is stored as, and its filters with what they look at.
//
// The document names the filters and shows the data; where in the data a filter looks is read off the samples.

/** How a filter's value is understood: texts, whole numbers, a truth value, or a bound of time in Unix seconds. */
export type FilterForm = "Text" | "Integer" | "Boolean" | "Begin" | "End";

export interface Filter {
  /** A path in the record. */
  readonly at: string;
  readonly form: FilterForm;
}

export interface QueryKind {
  /** `resourceType` of its records. Case counts. */
  readonly type: string;
  readonly filters: Readonly<Record<string, Filter>>;
}

type Filters = QueryKind["filters"];

const text = (at: string): Filter => ({ at, form: "Text" });
const integer = (at: string): Filter => ({ at, form: "Integer" });

/** `<name>Begin` and `<name>End`. */
function times(name: string, at: string): Filters {
  return { [`${name}Begin`]: { at, form: "Begin" }, [`${name}End`]: { at, form: "End" } };
}

const name: Filters = { name: text("resourceName") };
const named: Filters = { ...name, namespace: text("namespace") };
const created = times("createTime", "data.metadata.creationTimestamp");
const apiVersion: Filters = { apiVersion: text("data.apiVersion") };
const identity: Filters = { resourceVersion: text("data.metadata.resourceVersion"), uid: text("data.metadata.uid") };
const generation: Filters = { generation: integer("data.metadata.generation") };
const replicas: Filters = {
  replicas: integer("data.status.replicas"),
  availableReplicas: integer("data.status.availableReplicas"),
};

/** All but `namespace`, which is a list of names. */
export const MESOS_KINDS = {
  taskgroup: {
    type: "taskgroup",
    filters: {
      ...named,
      rcName: text("data.rcname"),
      status: text("data.status"),
      lastStatus: text("data.lastStatus"),
      hostIp: text("data.hostIP"),
      hostName: text("data.hostName"),
      podIp: text("data.podIP"),
      ...times("startTime", "data.startTime"),
      ...times("lastUpdateTime", "data.lastUpdateTime"),
    },
  },
  application: {
    type: "application",
    filters: {
      ...named,
      instance: integer("data.instance"),
      buildedInstance: integer("data.buildedInstance"),
      runningInstance: integer("data.runningInstance"),
      status: text("data.status"),
      lastStatus: text("data.lastStatus"),
      podIp: text("data.podIP"),
      ...times("createTime", "data.createTime"),
      ...times("lastUpdateTime", "data.lastUpdateTime"),
    },
  },
  deployment: {
    type: "deployment",
    filters: {
      ...named,
      checkTime: integer("data.check_time"),
      status: text("data.status"),
      applicationName: text("data.application.name"),
      applicationExtName: text("data.application_ext.name"),
      currRollingOperation: text("data.curr_rolling_operation"),
      isInRolling: { at: "data.is_in_rolling", form: "Boolean" },
      ...times("lastRollingTime", "data.last_rolling_time"),
    },
  },
  service: { type: "service", filters: { ...named, ...apiVersion } },
  configmap: { type: "configmap", filters: { ...named, ...apiVersion } },
  secret: { type: "secret", filters: { ...named, ...apiVersion } },
  ippoolstatic: { type: "IPPoolStatic", filters: {} },
} as const satisfies Record<string, QueryKind>;

/** Whose namespaces query-mesos lists. */
export const MESOS_NAMESPACED_TYPES: readonly string[] = [
  "application",
  "deployment",
  "service",
  "configmap",
  "secret",
];

export const K8S_KINDS = {
  pod: {
    type: "Pod",
    filters: {
      ...named,
      status: text("data.status.phase"),
      hostIp: text("data.status.hostIP"),
      podIp: text("data.status.podIP"),
      ...times("startTime", "data.status.startTime"),
      ...created,
    },
  },
  replicaset: {
    type: "ReplicaSet",
    filters: { ...named, ...replicas, readyReplicas: integer("data.status.readyReplicas"), ...created },
  },
  deployment: {
    type: "Deployment",
    filters: {
      ...named,
      ...replicas,
      updatedReplicas: integer("data.status.updatedReplicas"),
      strategyType: text("data.spec.strategy.type"),
      dnsPolicy: text("data.spec.template.spec.dnsPolicy"),
      restartPolicy: text("data.spec.template.spec.restartPolicy"),
      ...created,
    },
  },
  service: {
    type: "Service",
    filters: { ...named, clusterIp: text("data.spec.clusterIP"), type: text("data.spec.type"), ...created },
  },
  configmap: { type: "ConfigMap", filters: { ...named, ...created } },
  secret: { type: "Secret", filters: { ...named, ...created } },
  endpoints: { type: "EndPoints", filters: { ...named, ...created } },
  ingress: { type: "Ingress", filters: { ...named, ...created } },
  namespace: { type: "Namespace", filters: { ...name, status: text("data.status.phase"), ...created } },
  node: { type: "Node", filters: { ...name, externalID: text("data.spec.externalID"), ...created } },
  daemonset: {
    type: "DaemonSet",
    filters: {
      ...named,
      ...identity,
      ...generation,
      templateGeneration: integer("data.spec.templateGeneration"),
      ...created,
    },
  },
  job: { type: "Job", filters: { ...named, ...identity, ...created } },
  statefulset: {
    type: "StatefulSet",
    filters: {
      ...named,
      ...identity,
      ...generation,
      podManagementPolicy: text("data.spec.podManagementPolicy"),
      updateStrategyType: text("data.spec.updateStrategy.type"),
      serviceName: text("data.spec.serviceName"),
      ...created,
    },
  },
} as const satisfies Record<string, QueryKind>;
