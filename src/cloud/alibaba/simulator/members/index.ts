// What every call promises to answer: the members of the API reference's response tables with their JSON types, and of calls
// that the reference does not have, those of the vendor's published client.
import type { PromisedCall } from "./notation.ts";
import { table } from "./notation.ts";
import {
  accepted,
  attached,
  cluster,
  clusterOfToday,
  documented,
  error,
  listedTask,
  node,
  page,
  pool,
  poolAccepted,
  quota,
  resource,
  task,
  todaysCluster,
  version,
} from "./tables.ts";

const call = (reference: string, path: string, answer: PromisedCall["answer"]): PromisedCall => ({
  call: path,
  reference,
  answer,
  refusals: [error],
});

const CLUSTER = "/clusters/:cluster";
const POOL = `${CLUSTER}/nodepools/:pool`;

/** In both dialects. */
const common: readonly PromisedCall[] = [
  call("2.1, 2.2, 2.4, 3.4", "POST /clusters", accepted),
  call("2.5", "GET /k8s/:cluster/user_config", table("2.5", { config: "string", expiration: "string" })),
  call("2.6, 3.6", `POST ${CLUSTER}/attach`, table("2.6, the answer", attached)),
  call("2.7", `POST ${CLUSTER}/attachscript`, "string"),
  call("2.7, today's path", `POST ${CLUSTER}/attachscripts`, "string"),
  call("today", `POST /api/v2${CLUSTER}/upgrade`, accepted),
  call("today", `GET ${CLUSTER}/nodes`, table("today, nodes", { nodes: [node], page })),
  call("today", "GET /tasks/:task", task),
  call("today", "GET /api/v1/metadata/versions", [version]),
  call("today", "GET /quota", quota),
  call("today", `GET ${CLUSTER}/resources`, [resource]),
];

export const referenceCalls: readonly PromisedCall[] = [
  ...common,
  call("2.9, 3.3", `GET ${CLUSTER}`, cluster),
  call("2.3", "POST /api/v2/clusters/:cluster", accepted),
  call("2.8", `GET ${CLUSTER}/certs`, table("2.8", { config: "string" })),
  call("2.10, 3.2", "GET /clusters", [table("2.10", documented)]),
  call("2.11", `POST ${CLUSTER}/nodes`, "Empty"),
  call("2.12, 3.7", `DELETE ${CLUSTER}`, "Empty"),
  call("3.5", `PUT ${CLUSTER}`, accepted),
];

export const todaysCalls: readonly PromisedCall[] = [
  ...common,
  call("2.9, today's answer", `GET ${CLUSTER}`, clusterOfToday),
  call(
    "today",
    "GET /regions/:region/clusters",
    table("today, clusters", { clusters: [table("today, a cluster", todaysCluster)], page_info: page }),
  ),
  call("today", `PUT /api/v2${CLUSTER}`, accepted),
  call("2.12, today's answer", `DELETE ${CLUSTER}`, accepted),
  call("2.11, today's answer", `POST ${CLUSTER}/nodes`, accepted),
  call(
    "today",
    `GET ${CLUSTER}/tasks`,
    table("today, tasks", { requestId: "string", tasks: [listedTask], page_info: page }),
  ),
  call("today", `POST ${CLUSTER}/nodepools`, poolAccepted),
  call("today", `GET ${CLUSTER}/nodepools`, table("today, pools", { nodepools: [pool] })),
  call("today", `GET ${POOL}`, pool),
  call("today", `PUT ${POOL}`, poolAccepted),
  call("today", `POST ${POOL}`, poolAccepted),
  call("today", `DELETE ${POOL}`, poolAccepted),
  call("today", `DELETE ${POOL}/nodes`, table("today, removal", { request_id: "string", task_id: "string" })),
  call("today", `POST ${POOL}/attach`, table("today, attach", { ...attached, request_id: "string" })),
];
