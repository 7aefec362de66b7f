// What the calls of node pools and nodes (CCE API reference 4.1.10, 4.1.11, 4.1.19 to 4.1.23) answer.
import type { PromisedCall, Table } from "../../../simulation/members.ts";
import { sometimes, table } from "../../../simulation/members.ts";
import { cce, CLUSTER, listOf, login, publicIP, resource } from "./shared.ts";

const POOLS = `${CLUSTER}/nodepools`;
const NODES = `${CLUSTER}/nodes`;

const volume = (name: string): Table => table(name, { volumetype: "string", size: "integer" });

const password = (name: string): Table =>
  table(name, {
    username: sometimes("string", "where the login is by password"),
    password: sometimes("string", "where the login is by password, masked"),
  });

const template = table("table 4-239", {
  flavor: "string",
  az: "string",
  os: "string",
  login: login("table 4-240", "object"),
  rootVolume: volume("table 4-241"),
  dataVolumes: [
    table("table 4-242", {
      volumetype: "string",
      size: "integer",
      extendParam: sometimes("object", "where it was asked for"),
    }),
  ],
  publicIP: publicIP("table 4-243"),
  nodeNicSpec: table("table 4-245", { primaryNic: table("table 4-246", { subnetId: "string" }) }),
  billingMode: "integer",
  extendParam: "object",
  k8sTags: "object",
});

const spec = table("table 4-229", {
  type: "string",
  initialNodeCount: sometimes("integer", "unless it is 0"),
  nodeTemplate: template,
  autoscaling: table("table 4-230", {
    enable: sometimes("boolean", "unless it is false"),
    maxNodeCount: sometimes("integer", "unless it is 0"),
    scaleDownCooldownTime: sometimes("integer", "unless it is 0"),
    priority: sometimes("integer", "unless it is 0"),
  }),
  nodeManagement: table("table 4-231", {
    serverGroupReference: sometimes("string", "where it was asked for"),
  }),
  faultDomain: sometimes("string", "where it was asked for"),
});

const metadata = table("table 4-228", { name: "string", uid: "string" });

const pool = (name: string, status: Table): Table => resource(name, { metadata, spec, status });

/** Table 4-257 has less than a read of one. */
const listedTemplate = table("table 4-257", {
  flavor: "string",
  az: "string",
  os: "string",
  login: login("table 4-258", password("table 4-259")),
  rootVolume: "object",
  publicIP: publicIP("table 4-260"),
  billingMode: "integer",
});

const listedPool = resource("table 4-254", {
  metadata: table("table 4-255", { name: "string", uid: "string" }),
  spec: table("table 4-256", {
    nodeTemplate: listedTemplate,
    autoscaling: table("table 4-262", {
      enable: sometimes("boolean", "unless it is false"),
      maxNodeCount: sometimes("integer", "unless it is 0"),
    }),
  }),
  status: table("table 4-263", { currentNode: "integer" }),
});

const changedStatus = table("table 4-232", {
  phase: "string",
  currentNode: sometimes("integer", "unless the sample leaves it out"),
});

const node = resource("tables 4-97 and 4-105", {
  metadata: table("tables 4-98 and 4-106", {
    name: "string",
    uid: "string",
    creationTimestamp: "string",
    updateTimestamp: "string",
    annotations: table("tables 4-99 and 4-107", { "kubernetes.io/node-pool.id": "string" }),
  }),
  spec: table("table 4-108", {
    flavor: "string",
    az: "string",
    os: "string",
    login: login("table 4-109", password("table 4-110")),
    rootVolume: volume("table 4-111"),
    dataVolumes: [volume("table 4-112")],
    publicIP: publicIP("table 4-113"),
    billingMode: "integer",
  }),
  status: table("tables 4-100 and 4-115", {
    phase: "string",
    serverId: sometimes("string", "once it has a server"),
    publicIP: sometimes("string", "where it has an EIP"),
    privateIP: sometimes("string", "once it has a server"),
  }),
});

export const nodePoolCalls: readonly PromisedCall[] = [
  cce("4.1.10", `GET ${NODES}/:id`, node),
  cce("4.1.11", `GET ${NODES}`, listOf("table 4-104", node)),
  cce("4.1.19", `POST ${POOLS}`, pool("table 4-227", changedStatus)),
  cce("4.1.20", `GET ${POOLS}/:id`, pool("table 4-236", table("table 4-248", { phase: "string" }))),
  cce("4.1.21", `GET ${POOLS}`, listOf("table 4-253", listedPool)),
  cce("4.1.22", `PUT ${POOLS}/:id`, pool("table 4-227, in answer to 4.1.22", changedStatus)),
  cce(
    "4.1.23",
    `DELETE ${POOLS}/:id`,
    pool("table 4-227, in answer to 4.1.23", table("the sample of 4.1.23", { phase: "string", jobId: "string" })),
  ),
];
