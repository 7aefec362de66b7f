// The kinds of query-mesos and query-k8s (API document, chapters of these names) and their filters by the document's names. Where in
// the stored row a filter looks is read off the document's samples: what a server says is checked by it.
//
// Data alone, so that schemas may see it: admission refuses what a kind does not have.

/** How a filter's values are meant: any of these texts or whole numbers, a truth value, or a bound of time in Unix seconds. */
type FilterForm = "Text" | "Integer" | "Boolean" | "Begin" | "End";

export interface Filter {
  /** From the row on; several where the document leaves open which of them is meant. */
  readonly at: readonly (readonly string[])[];
  readonly form: FilterForm;
}

export type Environment = "K8s" | "Mesos";

export const QUERY_RESOURCES = [
  "Pod",
  "ReplicaSet",
  "Deployment",
  "Service",
  "ConfigMap",
  "Secret",
  "Endpoints",
  "Ingress",
  "Namespace",
  "Node",
  "DaemonSet",
  "Job",
  "StatefulSet",
  "TaskGroup",
  "Application",
  "IPPoolStatic",
] as const;

export interface InventoryResource {
  readonly environment: Environment;
  readonly resource: (typeof QUERY_RESOURCES)[number];
}

interface QueryKind {
  readonly filters: Readonly<Record<string, Filter>>;
  /** The answer lists names and nothing else. */
  readonly namesAlone?: true;
}

const at = (...paths: readonly string[]): Filter["at"] => paths.map((path) => path.split("."));
const text = (path: string): Filter => ({ at: at(path), form: "Text" });
const integer = (...paths: readonly string[]): Filter => ({ at: at(...paths), form: "Integer" });

function times(name: string, path: string): Readonly<Record<string, Filter>> {
  return { [`${name}Begin`]: { at: at(path), form: "Begin" }, [`${name}End`]: { at: at(path), form: "End" } };
}

const name = { name: text("resourceName") };
const named = { ...name, namespace: text("namespace") };
const created = times("createTime", "data.metadata.creationTimestamp");
const apiVersion = { apiVersion: text("data.apiVersion") };
const identity = { resourceVersion: text("data.metadata.resourceVersion"), uid: text("data.metadata.uid") };
const generation = { generation: integer("data.metadata.generation") };
const replicas = {
  // "The number that is wanted", and the sample has both.
  replicas: integer("data.status.replicas", "data.spec.replicas"),
  availableReplicas: integer("data.status.availableReplicas"),
};

type Kinds = Readonly<Partial<Record<InventoryResource["resource"], QueryKind>>>;

const K8S: Kinds = {
  Pod: {
    filters: {
      ...named,
      status: text("data.status.phase"),
      hostIp: text("data.status.hostIP"),
      podIp: text("data.status.podIP"),
      ...times("startTime", "data.status.startTime"),
      ...created,
    },
  },
  ReplicaSet: { filters: { ...named, ...replicas, readyReplicas: integer("data.status.readyReplicas"), ...created } },
  Deployment: {
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
  Service: {
    filters: { ...named, clusterIp: text("data.spec.clusterIP"), type: text("data.spec.type"), ...created },
  },
  ConfigMap: { filters: { ...named, ...created } },
  Secret: { filters: { ...named, ...created } },
  Endpoints: { filters: { ...named, ...created } },
  Ingress: { filters: { ...named, ...created } },
  Namespace: { filters: { ...name, status: text("data.status.phase"), ...created } },
  Node: { filters: { ...name, externalID: text("data.spec.externalID"), ...created } },
  DaemonSet: {
    filters: {
      ...named,
      ...identity,
      ...generation,
      templateGeneration: integer("data.spec.templateGeneration"),
      ...created,
    },
  },
  Job: { filters: { ...named, ...identity, ...created } },
  StatefulSet: {
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
};

const MESOS: Kinds = {
  TaskGroup: {
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
  Application: {
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
  Deployment: {
    filters: {
      ...named,
      checkTime: integer("data.check_time"),
      status: text("data.status"),
      applicationName: text("data.application.name"),
      applicationExtName: text("data.application_ext.name"),
      currRollingOperation: text("data.curr_rolling_operation"),
      isInRolling: { at: at("data.is_in_rolling"), form: "Boolean" },
      ...times("lastRollingTime", "data.last_rolling_time"),
    },
  },
  Service: { filters: { ...named, ...apiVersion } },
  ConfigMap: { filters: { ...named, ...apiVersion } },
  Secret: { filters: { ...named, ...apiVersion } },
  Namespace: { filters: {}, namesAlone: true },
  IPPoolStatic: { filters: {} },
};

const KINDS: Readonly<Record<Environment, Kinds>> = { K8s: K8S, Mesos: MESOS };

/** Undefined where the environment has no such resource. */
export function queryKindOf({ environment, resource }: InventoryResource): QueryKind | undefined {
  return KINDS[environment][resource];
}

/** The resources of an environment, in the document's order. */
export function resourcesOf(environment: Environment): readonly InventoryResource["resource"][] {
  return Object.keys(KINDS[environment]) as InventoryResource["resource"][];
}
