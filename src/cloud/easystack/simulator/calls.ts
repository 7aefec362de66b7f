// The 130 calls of the API reference, in the order of its chapters: path, products, and where each acts. The answers are in one
// file per chapter, what they hold is in members.ts.

/** The part of the path that the reference calls the product type. */
export type Product = "eks" | "hybrid" | "security" | "image";

export interface CallSpec {
  /** As in docs/clouds/easystack.md. */
  readonly number: number;
  readonly chapter: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/ecns/{product}`, in fastify's notation, without a trailing slash: both forms are served. */
  readonly path: string;
  /** None: the path stands on its own. */
  readonly products: readonly Product[];
  /** Which of several calls on one path this is: the query's `action`. */
  readonly action?: string;
  /** Acts within a cluster: needs the API server behind the simulator. */
  readonly inside: boolean;
}

const container: readonly Product[] = ["eks", "hybrid", "security"];
const eks: readonly Product[] = ["eks"];
const hybrid: readonly Product[] = ["hybrid"];
const applications: readonly Product[] = ["eks", "hybrid"];
const image: readonly Product[] = ["image"];

type Line = readonly [number, CallSpec["method"], string, (string | undefined)?];

/** `lines`: number, method, path and, where calls share a path, the action. */
function chapter(
  name: string,
  where: { products: readonly Product[]; inside?: boolean },
  lines: readonly Line[],
): CallSpec[] {
  return lines.map(([number, method, path, action]) => ({
    number,
    chapter: name,
    method,
    path,
    products: where.products,
    inside: where.inside ?? false,
    ...(action !== undefined && { action }),
  }));
}

const NAMESPACE = "/namespace/cluster/:cluster/ns/:namespace";
const WORKLOAD = "/workloads/workload/:name";
const LOADBALANCER = "/ecns/kubernetes";

export const CALLS: readonly CallSpec[] = [
  ...chapter("1.11", { products: [] }, [
    [1, "POST", "/v3/auth/tokens"],
    // Printed as POST, in a copy of another cloud's reference; Keystone lists projects by GET. Both are served.
    [2, "GET", "/v3/auth/projects"],
  ]),
  ...chapter("1.17", { products: container }, [[3, "GET", "/organization"]]),
  ...chapter("1.17", { products: eks }, [[4, "GET", "/projects"]]),
  ...chapter("1.13", { products: eks }, [
    [5, "GET", "/applications/kernel-capabilities/default"],
    [6, "GET", "/applications/kernel-capabilities/all"],
  ]),
  ...chapter("1.13", { products: container }, [
    // Within a cluster for most types; existence.ts knows which.
    [7, "GET", "/resources/:type/:name"],
    [8, "GET", "/container_infra/k8sversions"],
  ]),
  ...chapter("1.12", { products: container }, [
    [9, "GET", "/namespace/clustertype/:type"],
    [10, "POST", "/namespace"],
    [11, "DELETE", "/namespace"],
    [12, "DELETE", NAMESPACE],
    [13, "PATCH", `${NAMESPACE}/psp`],
    // Printed with `eks` in its path under a line that names all three products.
    [14, "PATCH", `${NAMESPACE}/user_ids`],
    [15, "PATCH", `${NAMESPACE}/quota`],
    [16, "GET", `${NAMESPACE}/quota`],
    [17, "GET", "/namespace/:project/cluster/:cluster/ns/:namespace"],
    [18, "GET", "/namespace"],
  ]),
  ...chapter("1.3", { products: container }, [
    [19, "GET", "/cluster/nodes"],
    [20, "GET", "/cluster/nodesrole"],
  ]),
  ...chapter("1.14", { products: container }, [
    [21, "GET", "/overview/pods_status"],
    [22, "GET", "/overview/pvc_status"],
    [23, "GET", "/overview/openstack_status"],
  ]),
  ...chapter("1.7", { products: image }, [
    [24, "GET", "/images/harbor_projects"],
    [25, "POST", "/images/harbor_project"],
    [26, "GET", "/images/harbor_project/:name"],
    [27, "PUT", "/images/harbor_project/:name"],
    [28, "DELETE", "/images/harbor_project"],
  ]),
  ...chapter("1.9", { products: image }, [
    [29, "GET", "/images/systeminfo/volumes"],
    [30, "POST", "/images/system/gc/schedule"],
    [31, "GET", "/images/system/gc/schedule"],
    [32, "GET", "/images/repositories"],
    [33, "GET", "/images/repositories/:project/:image/tags"],
    [34, "GET", "/images/repositories/:project/:image"],
    [35, "POST", "/images/upload_image"],
    [36, "GET", "/images/loginfo"],
    [37, "PUT", "/images/repositories/:project/:image"],
    [38, "DELETE", "/images/repositories"],
    [39, "DELETE", "/images/repositories/:project/:image/tags"],
  ]),
  ...chapter("1.4", { products: container, inside: true }, [
    [40, "GET", "/kubernetes/configmaps"],
    [41, "GET", "/kubernetes/configmap/:name/keys"],
    [42, "POST", "/kubernetes/configmap/:name"],
    [43, "GET", "/kubernetes/configmap/:name"],
    [44, "PATCH", "/kubernetes/configmap/:name"],
    [45, "DELETE", "/kubernetes/configmaps"],
  ]),
  ...chapter("1.6", { products: container, inside: true }, [
    [46, "GET", "/kubernetes/secret"],
    [47, "GET", "/kubernetes/secret/:name/keys"],
    [48, "POST", "/kubernetes/secret"],
    [49, "PATCH", "/kubernetes/secret"],
    [50, "DELETE", "/kubernetes/secret"],
    [51, "GET", "/kubernetes/secret/:name"],
  ]),
  ...chapter("1.16", { products: container, inside: true }, [
    [52, "GET", "/pods/pod/:name"],
    [53, "DELETE", "/pods"],
    [54, "GET", "/pods"],
  ]),
  // Storage classes need no API server behind: yaml.ts asks for it where it does.
  ...chapter("1.16", { products: container }, [
    [55, "GET", "/_raw/:kind/name/:name"],
    [56, "PUT", "/_raw/:kind/name/:name"],
    [57, "POST", "/_raw/:kind/name/:name"],
  ]),
  ...chapter("1.10", { products: eks, inside: true }, [
    [58, "GET", "/jobs"],
    [59, "POST", "/jobs"],
    [60, "DELETE", "/jobs"],
    [61, "GET", "/jobs/job/:name"],
  ]),
  ...chapter("1.5", { products: eks, inside: true }, [
    [62, "GET", "/cronjobs"],
    [63, "POST", "/cronjobs"],
    [64, "PUT", "/cronjobs"],
    [65, "DELETE", "/cronjobs"],
    [66, "GET", "/cronjobs/cronjob/:name"],
  ]),
  ...chapter("1.18", { products: container, inside: true }, [
    [67, "GET", "/ingress"],
    [68, "POST", "/ingress"],
    [69, "PATCH", "/ingress"],
    [70, "DELETE", "/ingress"],
    [71, "GET", "/access"],
  ]),
  ...chapter("1.19", { products: container, inside: true }, [
    [72, "GET", "/service"],
    [73, "GET", "/service/nodeports"],
    [74, "POST", "/service/:name"],
    [75, "PUT", "/service/:name"],
    [76, "DELETE", "/service"],
  ]),
  ...chapter("1.23", { products: eks }, [
    [77, "GET", `${LOADBALANCER}/server/availabilityzones`],
    [78, "GET", `${LOADBALANCER}/server/flavors`],
    [79, "GET", `${LOADBALANCER}/network/subnets`],
    [80, "GET", `${LOADBALANCER}/lbaas/flavorprofile_replicas_limit`],
    [81, "GET", `${LOADBALANCER}/lb/type`],
    [82, "GET", `${LOADBALANCER}/lb/license_usage`],
  ]),
  ...chapter("1.20", { products: container }, [[83, "GET", "/kubernetes/storage"]]),
  ...chapter("1.15", { products: container, inside: true }, [
    [84, "POST", "/kubernetes/pvc/:name"],
    [85, "DELETE", "/kubernetes/pvc/:name"],
  ]),
  ...chapter("1.20", { products: container }, [
    [86, "POST", "/kubernetes/sc/:name"],
    [87, "PUT", "/kubernetes/storageclass/:name/default", "set"],
    [88, "PUT", "/kubernetes/storageclass/:name/default", "unset"],
    [89, "DELETE", "/kubernetes/storage/:name"],
    [90, "DELETE", "/kubernetes/sc/:name"],
    [91, "GET", "/volumes"],
  ]),
  ...chapter("1.21", { products: container, inside: true }, [
    [92, "POST", "/workloads"],
    [93, "PUT", "/workloads", "attach"],
    [94, "PUT", "/workloads", "detach"],
    [95, "DELETE", "/workloads"],
    [96, "PUT", "/workloads", "start"],
    [97, "PUT", "/workloads", "stop"],
    [98, "PUT", "/workloads", "recreate"],
    [99, "GET", "/workloads"],
    [100, "GET", `${WORKLOAD}/access`],
    [101, "GET", `${WORKLOAD}/containers`],
    [102, "PATCH", WORKLOAD, "scale"],
    [103, "PATCH", WORKLOAD, "access_modes"],
    [104, "PATCH", WORKLOAD, "containers"],
    [105, "PATCH", WORKLOAD, "update_strategy"],
    [106, "GET", `${WORKLOAD}/revisions`],
    [107, "GET", `${WORKLOAD}/revision/:version/yaml`],
    [108, "PATCH", WORKLOAD, "rollback"],
    [109, "PATCH", WORKLOAD, "scale_strategy"],
    [110, "PATCH", WORKLOAD, "scheduler_strategy"],
    [111, "PATCH", WORKLOAD, "network"],
    [112, "PATCH", WORKLOAD, "labels"],
    [113, "PUT", WORKLOAD, "stop"],
    [114, "PUT", WORKLOAD, "start"],
    [115, "PUT", WORKLOAD, "recreate"],
    [116, "GET", WORKLOAD],
    [117, "GET", `${WORKLOAD}/scale_strategy`],
    [118, "GET", `${WORKLOAD}/scheduler_strategy`],
    [119, "GET", `${WORKLOAD}/network`],
    [120, "DELETE", `${WORKLOAD}/revisions`, "one"],
    [121, "DELETE", `${WORKLOAD}/revisions`, "several"],
  ]),
  ...chapter("1.2", { products: applications, inside: true }, [
    [122, "GET", "/applications"],
    [123, "POST", "/applications"],
    [124, "PUT", "/applications/:name"],
    [125, "GET", "/applications/app/:name"],
    [126, "PUT", "/applications/app", "start"],
    [127, "PUT", "/applications/app", "recreate"],
    [128, "DELETE", "/applications/app"],
  ]),
  ...chapter("1.8", { products: hybrid, inside: true }, [
    [129, "GET", "/virtualmachine"],
    [130, "GET", "/virtualmachine/:name"],
  ]),
];

/** The action that a request names. Two calls share DELETE of a workload's revisions and are told apart by `history_version`. */
export function actionOf(method: string, path: string, query: URLSearchParams): string | undefined {
  if (method === "DELETE" && path.endsWith("/revisions")) return query.has("history_version") ? "one" : "several";
  return query.get("action") ?? undefined;
}
