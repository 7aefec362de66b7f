// The 45 calls of the API document by number: method, path below the prefix, what they do, and the empty `data` it prints.

/** What a call does, which is what decides the code of its failure. */
export type Operation = "Get" | "Put" | "Delete" | "List";

export interface CallShape {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** In fastify's notation; `:env` is `k8s` or `mesos`. */
  readonly path: string;
  readonly operation: Operation;
  /** `data` of a failure in the document. */
  readonly failureData: null | readonly [];
}

const namespaced = "/:env/dynamic/namespace_resources/clusters/:clusterId/namespaces/:namespace/:resourceType";
const clustered = "/:env/dynamic/cluster_resources/clusters/:clusterId/:resourceType";
const all = "/:env/dynamic/all_resources/clusters/:clusterId/:resourceType";
const watch = "/:env/watch/clusters/:clusterId/namespaces/:namespace/:resourceType";
const metrics = "/metric/clusters/:clusterId";
const metric = `${metrics}/namespaces/:namespace/:type/:name`;

const get = (path: string, failureData: null | readonly []) => shape("GET", path, "Get", failureData);
const put = (path: string) => shape("PUT", path, "Put", null);
const remove = (path: string, failureData: null | readonly [] = null) => shape("DELETE", path, "Delete", failureData);
const list = (path: string, failureData: null | readonly [] = []) => shape("GET", path, "List", failureData);
const query = (env: "k8s" | "mesos", kind: string) => list(`/query/${env}/dynamic/clusters/:clusterId/${kind}`);

function shape(
  method: CallShape["method"],
  path: string,
  operation: Operation,
  failureData: null | readonly [],
): CallShape {
  return { method, path, operation, failureData };
}

export const CALLS = {
  // 动态数据: namespace类, cluster类, all
  getNamespaceResource: get(`${namespaced}/:resourceName`, []),
  putNamespaceResource: put(`${namespaced}/:resourceName`),
  deleteNamespaceResource: remove(`${namespaced}/:resourceName`),
  listNamespaceResource: list(namespaced),
  deleteBatchNamespaceResource: remove(namespaced, []),
  getClusterResource: get(`${clustered}/:resourceName`, []),
  putClusterResource: put(`${clustered}/:resourceName`),
  deleteClusterResource: remove(`${clustered}/:resourceName`),
  listClusterResource: list(clustered),
  deleteBatchClusterResource: remove(clustered, []),
  listResource: list(all),
  deleteBatchResource: remove(all, []),

  // query-mesos
  queryMesosTaskgroup: query("mesos", "taskgroup"),
  queryMesosApplication: query("mesos", "application"),
  queryMesosDeployment: query("mesos", "deployment"),
  queryMesosService: query("mesos", "service"),
  queryMesosConfigmap: query("mesos", "configmap"),
  queryMesosSecret: query("mesos", "secret"),
  queryMesosNamespace: query("mesos", "namespace"),
  queryMesosIppoolstatic: query("mesos", "ippoolstatic"),

  // query-k8s
  queryK8sPod: query("k8s", "pod"),
  queryK8sReplicaset: query("k8s", "replicaset"),
  queryK8sDeployment: query("k8s", "deployment"),
  queryK8sService: query("k8s", "service"),
  queryK8sConfigmap: query("k8s", "configmap"),
  queryK8sSecret: query("k8s", "secret"),
  queryK8sEndpoints: query("k8s", "endpoints"),
  queryK8sIngress: query("k8s", "ingress"),
  queryK8sNamespace: query("k8s", "namespace"),
  queryK8sNode: query("k8s", "node"),
  queryK8sDaemonset: query("k8s", "daemonset"),
  queryK8sJob: query("k8s", "job"),
  queryK8sStatefulset: query("k8s", "statefulset"),

  // 事件数据, 告警数据
  listEvents: list("/events"),
  putEvents: put("/events"),
  listAlarms: list("/alarms"),
  postAlarms: shape("POST", "/alarms", "Put", null),

  // Watch类数据
  getWatch: get(`${watch}/:resourceName`, null),
  putWatch: put(`${watch}/:resourceName`),
  deleteWatch: remove(`${watch}/:resourceName`),
  listWatch: list(watch, null),

  // Metric数据
  getMetric: get(metric, null),
  putMetric: put(metric),
  deleteMetric: remove(metric),
  queryMetric: list(metrics, null),
} as const satisfies Record<string, CallShape>;

export type CallName = keyof typeof CALLS;

/** Where the gateway serves the store, and where the store serves itself. */
export const PREFIXES = { gateway: "/bcsapi/v4/storage", direct: "/bcsstorage/v1" } as const;

const ENVIRONMENTS = ["k8s", "mesos"] as const;

/** The paths of a call below both prefixes and, where it has one, for both environments. */
export function pathsOf({ path }: CallShape): string[] {
  const paths = path.startsWith("/:env/") ? ENVIRONMENTS.map((env) => path.replace(":env", env)) : [path];
  return Object.values(PREFIXES).flatMap((prefix) => paths.map((one) => `${prefix}${one}`));
}

const PATTERNS = Object.values<CallShape>(CALLS).map((call) => ({ call, pattern: patternOf(call.path) }));

function patternOf(path: string): RegExp {
  const prefixes = Object.values(PREFIXES).join("|");
  const parts = path.replaceAll(/:\w+/g, (part) => (part === ":env" ? `(?:${ENVIRONMENTS.join("|")})` : "[^/]+"));
  return new RegExp(`^(?:${prefixes})${parts}$`);
}

/** The call that a request is, by its path as received; undefined where there is none. */
export function callShapeOf(method: string, path: string): CallShape | undefined {
  return PATTERNS.find(({ call, pattern }) => call.method === method && pattern.test(path))?.call;
}
