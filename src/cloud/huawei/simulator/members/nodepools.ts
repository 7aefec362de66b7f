// What the calls of node pools (CCE API reference 4.1.19 to 4.1.23) answer.
import type { PromisedCall, Table } from "../../../simulation/members.ts";
import { sometimes, table } from "../../../simulation/members.ts";
import { cce, CLUSTER, listOf, login, password, publicIP, resource, volume } from "./shared.ts";

const POOLS = `${CLUSTER}/nodepools`;

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

export const nodePoolCalls: readonly PromisedCall[] = [
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
