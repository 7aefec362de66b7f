// For tests only: of each kind of query-mesos and query-k8s, what the document's sample reports, filled where it is blank,
// and for each documented filter a value that finds it and one that does not.

export interface Sample {
  readonly type: string;
  /** Left out: of the cluster class. */
  readonly namespace?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly filters: Readonly<Record<string, readonly [hit: string, miss: string]>>;
}

const NAMED = { name: ["x", "y"], namespace: ["n1", "n2"] } as const;

/** Bounds of time about `2017-10-16T07:34:52Z`. */
const MOMENT = "2017-10-16T07:34:52Z";
const MOMENT_SECONDS = Date.parse(MOMENT) / 1000;

/** More than the 14 hours by which servers may be off. */
const DAY_SECONDS = 86_400;

function bounds(name: string): Record<string, readonly [string, string]> {
  const before = String(MOMENT_SECONDS - DAY_SECONDS);
  const after = String(MOMENT_SECONDS + DAY_SECONDS);
  return { [`${name}Begin`]: [before, after], [`${name}End`]: [after, before] };
}

const CREATED = bounds("createTime");
const METADATA = {
  name: "x",
  namespace: "n1",
  creationTimestamp: MOMENT,
  resourceVersion: "7",
  uid: "u",
  generation: 2,
};
const MESOS_METADATA = { name: "x", namespace: "n1", labels: { "io.tencent.bcs.cluster": "c1" } };

function mesosData(kind: string): Sample {
  const data = { apiVersion: "v1", kind, metadata: MESOS_METADATA };
  return { type: kind, namespace: "n1", data, filters: { ...NAMED, apiVersion: ["v1", "v2"] } };
}

function k8sData(type: string, more: Record<string, unknown> = {}, filters: Sample["filters"] = {}): Sample {
  return {
    type,
    namespace: "n1",
    data: { metadata: METADATA, ...more },
    filters: { ...NAMED, ...CREATED, ...filters },
  };
}

/** By the last part of the path. */
export const MESOS_SAMPLES: Readonly<Record<string, Sample>> = {
  taskgroup: {
    type: "taskgroup",
    namespace: "n1",
    data: {
      hostIP: "127.0.0.3",
      hostName: "mesos-slave",
      lastStatus: "Starting",
      lastUpdateTime: MOMENT,
      metadata: MESOS_METADATA,
      podIP: "127.0.0.5",
      rcname: "app-test",
      startTime: MOMENT,
      status: "Running",
    },
    filters: {
      ...NAMED,
      rcName: ["app-test", "app"],
      status: ["Running", "Starting"],
      lastStatus: ["Starting", "Running"],
      hostIp: ["127.0.0.3", "127.0.0.4"],
      hostName: ["mesos-slave", "slave"],
      podIp: ["127.0.0.5", "127.0.0.3"],
      ...bounds("startTime"),
      ...bounds("lastUpdateTime"),
    },
  },
  application: {
    type: "application",
    namespace: "n1",
    data: {
      buildedInstance: 1,
      createTime: MOMENT,
      instance: 3,
      lastStatus: "Deploying",
      lastUpdateTime: MOMENT,
      metadata: MESOS_METADATA,
      podIP: "127.0.0.5",
      runningInstance: 2,
      status: "Running",
    },
    filters: {
      ...NAMED,
      instance: ["3", "1"],
      buildedInstance: ["1", "2"],
      runningInstance: ["2", "3"],
      status: ["Running", "Deploying"],
      lastStatus: ["Deploying", "Running"],
      podIp: ["127.0.0.5", "127.0.0.3"],
      ...CREATED,
      ...bounds("lastUpdateTime"),
    },
  },
  deployment: {
    type: "deployment",
    namespace: "n1",
    data: {
      application: { curr_target_instances: 0, name: "test-deployment" },
      application_ext: { name: "test-ext" },
      check_time: 5,
      curr_rolling_operation: "update",
      is_in_rolling: false,
      last_rolling_time: MOMENT_SECONDS,
      metadata: MESOS_METADATA,
      status: "Running",
    },
    filters: {
      ...NAMED,
      checkTime: ["5", "6"],
      status: ["Running", "Staging"],
      applicationName: ["test-deployment", "test"],
      applicationExtName: ["test-ext", "test"],
      currRollingOperation: ["update", "rollback"],
      isInRolling: ["false", "true"],
      ...bounds("lastRollingTime"),
    },
  },
  service: mesosData("service"),
  configmap: mesosData("configmap"),
  secret: mesosData("secret"),
  ippoolstatic: { type: "IPPoolStatic", data: { reservedip: 0, activeip: 0, availableip: 8, poolnum: 1 }, filters: {} },
};

const { namespace: _namespaced, ...NAME } = NAMED;

export const K8S_SAMPLES: Readonly<Record<string, Sample>> = {
  pod: k8sData(
    "Pod",
    { status: { hostIP: "127.0.0.2", phase: "Running", podIP: "10.0.0.1", startTime: MOMENT } },
    {
      status: ["Running", "Pending"],
      hostIp: ["127.0.0.2", "10.0.0.1"],
      podIp: ["10.0.0.1", "127.0.0.2"],
      ...bounds("startTime"),
    },
  ),
  replicaset: k8sData(
    "ReplicaSet",
    { spec: { replicas: 4 }, status: { availableReplicas: 2, readyReplicas: 3, replicas: 4 } },
    { replicas: ["4", "2"], availableReplicas: ["2", "4"], readyReplicas: ["3", "2"] },
  ),
  deployment: k8sData(
    "Deployment",
    {
      spec: {
        replicas: 4,
        strategy: { type: "RollingUpdate" },
        template: { spec: { dnsPolicy: "ClusterFirst", restartPolicy: "Always" } },
      },
      status: { availableReplicas: 2, replicas: 4, updatedReplicas: 1 },
    },
    {
      replicas: ["4", "1"],
      availableReplicas: ["2", "4"],
      updatedReplicas: ["1", "2"],
      strategyType: ["RollingUpdate", "Recreate"],
      dnsPolicy: ["ClusterFirst", "Default"],
      restartPolicy: ["Always", "Never"],
    },
  ),
  service: k8sData(
    "Service",
    { spec: { clusterIP: "10.0.0.1", type: "ClusterIP" } },
    { clusterIp: ["10.0.0.1", "10.0.0.2"], type: ["ClusterIP", "NodePort"] },
  ),
  configmap: k8sData("ConfigMap"),
  secret: k8sData("Secret", { type: "Opaque", data: { token: "marker" } }),
  endpoints: k8sData("EndPoints", { subsets: [] }),
  ingress: k8sData("Ingress", { spec: { rules: [] } }),
  namespace: {
    type: "Namespace",
    data: { metadata: METADATA, status: { phase: "Active" } },
    filters: { ...NAME, ...CREATED, status: ["Active", "Terminating"] },
  },
  node: {
    type: "Node",
    data: { metadata: METADATA, spec: { externalID: "127.0.0.1" } },
    filters: { ...NAME, ...CREATED, externalID: ["127.0.0.1", "127.0.0.2"] },
  },
  daemonset: k8sData(
    "DaemonSet",
    { spec: { templateGeneration: 3 } },
    { resourceVersion: ["7", "8"], uid: ["u", "v"], generation: ["2", "3"], templateGeneration: ["3", "2"] },
  ),
  job: k8sData("Job", {}, { resourceVersion: ["7", "8"], uid: ["u", "v"] }),
  statefulset: k8sData(
    "StatefulSet",
    { spec: { podManagementPolicy: "OrderedReady", serviceName: "test1", updateStrategy: { type: "OnDelete" } } },
    {
      resourceVersion: ["7", "8"],
      uid: ["u", "v"],
      generation: ["2", "3"],
      podManagementPolicy: ["OrderedReady", "Parallel"],
      updateStrategyType: ["OnDelete", "RollingUpdate"],
      serviceName: ["test1", "test"],
    },
  ),
};
