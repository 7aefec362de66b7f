// What the calls of clusters (CCE API reference 4.1.1 to 4.1.8) answer.
import type { PromisedCall, Table } from "../../../simulation/members.ts";
import { never, sometimes, table } from "../../../simulation/members.ts";
import { cce, CLUSTER, CLUSTERS, listOf, resource } from "./shared.ts";

const identity = { name: "string", uid: "string", creationTimestamp: "string", updateTimestamp: "string" } as const;

const createdMetadata = table("table 4-22", {
  ...identity,
  labels: sometimes("object", "where the create had some: they are not stored"),
  annotations: sometimes("object", "where the create had some: they are not stored"),
});

const details = table("table 4-32, annotations", {
  totalNodesNumber: "string",
  activeNodesNumber: "string",
  totalNodesCPU: "string",
  totalNodesMemory: "string",
  installedAddonInstances: "string",
});

const metadata = table("table 4-32", { ...identity, annotations: sometimes(details, "where detail=true") });

const deletedMetadata = table("table 4-49", {
  ...identity,
  annotations: never("object", "they are not stored"),
  labels: never("object", "they are for the console"),
});

const authenticatingProxy = table("tables 4-25 and 4-54", {
  ca: sometimes("string", "in mode authenticating_proxy"),
});

/** The table spells it hostNetwok, every sample hostNetwork. */
const spec = table("tables 4-23 and 4-50", {
  type: "string",
  flavor: "string",
  version: "string",
  description: "string",
  ipv6enable: sometimes("boolean", "where it was asked for"),
  hostNetwork: table("table 4-51", { vpc: "string", subnet: "string" }),
  containerNetwork: table("table 4-52", { mode: "string", cidr: "string" }),
  authentication: table("tables 4-24 and 4-53", { mode: "string", authenticatingProxy }),
  billingMode: "integer",
  extendParam: sometimes("object", "where it was asked for"),
  kubernetesSvcIpRange: sometimes("string", "in the samples of 4.1.1 and 4.1.2"),
});

const endpoint = table("tables 4-34 and 4-56", { url: "string", type: "string" });

const createdStatus = table("table 4-26", { phase: "string", jobID: "string" });

const status = table("table 4-33", {
  phase: "string",
  jobID: sometimes("string", "while its job runs"),
  reason: sometimes("string", "unless Available, where there is one"),
  message: sometimes("string", "unless Available, where there is one"),
  endpoints: sometimes([endpoint], "once kube-apiserver runs"),
});

const deletedStatus = table("table 4-55", {
  phase: "string",
  jobID: "string",
  reason: never("string", "the deletion has just begun"),
  message: never("string", "the deletion has just begun"),
  endpoints: sometimes([endpoint], "where kube-apiserver runs"),
});

const cluster = (name: string, parts: { metadata: Table; status: Table }): Table => resource(name, { ...parts, spec });

const read = cluster("table 4-31", { metadata, status });

const certificate = resource("table 4-63", {
  preferences: "object",
  clusters: [
    table("table 4-64", {
      name: "string",
      cluster: table("table 4-65", {
        server: "string",
        "certificate-authority-data": sometimes("string", "of internalCluster"),
        "insecure-skip-tls-verify": sometimes("boolean", "of externalCluster"),
      }),
    }),
  ],
  users: [
    table("table 4-66", {
      name: "string",
      user: table("table 4-67", { "client-certificate-data": "string", "client-key-data": "string" }),
    }),
  ],
  contexts: [
    table("table 4-68", { name: "string", context: table("table 4-69", { cluster: "string", user: "string" }) }),
  ],
  "current-context": "string",
});

export const clusterCalls: readonly PromisedCall[] = [
  cce("4.1.1", `POST ${CLUSTERS}`, cluster("table 4-21", { metadata: createdMetadata, status: createdStatus })),
  cce("4.1.2", `GET ${CLUSTER}`, read),
  cce("4.1.3", `GET ${CLUSTERS}`, listOf("table 4-38", read)),
  cce("4.1.4", `PUT ${CLUSTER}`, read),
  cce("4.1.5", `DELETE ${CLUSTER}`, cluster("table 4-48", { metadata: deletedMetadata, status: deletedStatus })),
  cce("4.1.6", `POST ${CLUSTER}/operation/hibernate`, "Empty"),
  cce("4.1.7", `POST ${CLUSTER}/operation/awake`, "Empty"),
  cce("4.1.8", `GET ${CLUSTER}/clustercert`, certificate),
];
