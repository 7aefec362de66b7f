// What the calls of nodes (CCE API reference 4.1.9 to 4.1.17) answer.
import type { Member, PromisedCall, Table } from "../../../simulation/members.ts";
import { never, sometimes, table } from "../../../simulation/members.ts";
import { cce, CLUSTER, listOf, login, password, publicIP, resource, volume } from "./shared.ts";

const NODES = `${CLUSTER}/nodes`;
const NODE = `${NODES}/:id`;

const spec = table("tables 4-108 and 4-127", {
  flavor: "string",
  az: "string",
  os: "string",
  login: login("tables 4-109 and 4-128", password("tables 4-110 and 4-129")),
  rootVolume: volume("tables 4-111 and 4-130"),
  dataVolumes: [volume("tables 4-112 and 4-131")],
  publicIP: publicIP("tables 4-113 and 4-132"),
  billingMode: "integer",
  k8sTags: never("object", "no table of a read has it"),
  taints: never("object", "no table of a read has it"),
});

const status = (name: string, members: Readonly<Record<string, Member>> = {}): Table =>
  table(name, {
    phase: "string",
    serverId: sometimes("string", "once it has a server"),
    publicIP: sometimes("string", "where it has an EIP"),
    privateIP: sometimes("string", "once it has a server"),
    ...members,
  });

const node = (name: string, itsStatus: Table): Table =>
  resource(name, {
    metadata: table(`the metadata of ${name}`, {
      name: "string",
      uid: "string",
      creationTimestamp: "string",
      updateTimestamp: "string",
      annotations: table(`the annotations of ${name}`, { "kubernetes.io/node-pool.id": "string" }),
    }),
    spec,
    status: itsStatus,
  });

const read = node("tables 4-97 and 4-105", status("tables 4-100 and 4-115"));

const bandwidth = table("table 4-83, in answer to 4.1.9", { size: "integer", sharetype: "string" });

const created = resource("table 4-87", {
  metadata: table("table 4-88", {
    name: "string",
    uid: "string",
    labels: sometimes("object", "where the create had some: they are not stored"),
    annotations: sometimes("object", "where the create had some: they are not stored"),
  }),
  spec: table("table 4-89", {
    flavor: "string",
    az: "string",
    os: "string",
    login: login("table 4-78, in answer to 4.1.9", password("table 4-79, in answer to 4.1.9")),
    rootVolume: volume("table 4-80, in answer to 4.1.9"),
    dataVolumes: [volume("table 4-80, of data, in answer to 4.1.9")],
    publicIP: sometimes(
      table("table 4-81, in answer to 4.1.9", {
        count: sometimes("integer", "where there are to be new ones"),
        eip: sometimes(
          table("table 4-82, in answer to 4.1.9", { iptype: "string", bandwidth }),
          "where there are to be new ones",
        ),
      }),
      "where it was asked for",
    ),
    count: "integer",
    billingMode: "integer",
    k8sTags: sometimes("object", "where it was asked for"),
    taints: sometimes(["object"], "where it was asked for"),
    extendParam: table("table 4-92", {
      chargingMode: "integer",
      "ecs:performancetype": "string",
      orderID: "string",
      productID: "string",
    }),
  }),
  status: table("table 4-93", { jobID: "string" }),
});

const task = (tables: { body: string; spec: string; login: string; item: string; status: string }, more = {}): Table =>
  resource(tables.body, {
    spec: table(tables.spec, {
      ...more,
      login: login(tables.login, password(`${tables.login}, userPassword`)),
      nodes: [table(tables.item, { uid: "string" })],
    }),
    status: table(tables.status, { jobID: "string" }),
  });

const removal = task({
  body: "table 4-194",
  spec: "table 4-195",
  login: "table 4-196",
  item: "table 4-198",
  status: "table 4-199",
});

const migration = task(
  { body: "table 4-209", spec: "table 4-210", login: "table 4-212", item: "table 4-214", status: "table 4-215" },
  {
    os: "string",
    extendParam: sometimes(
      table("table 4-211", { maxPods: sometimes("integer", "where it was asked for") }),
      "where it was asked for",
    ),
  },
);

export const nodeCalls: readonly PromisedCall[] = [
  cce("4.1.9", `POST ${NODES}`, created),
  cce("4.1.10", `GET ${NODE}`, read),
  cce("4.1.11", `GET ${NODES}`, listOf("table 4-104", read)),
  cce("4.1.12", `PUT ${NODE}`, node("table 4-97, in answer to 4.1.12", status("table 4-100, in answer to 4.1.12"))),
  cce("4.1.13", `DELETE ${NODE}`, node("table 4-124", status("table 4-134", { jobID: "string" }))),
  cce("4.1.14", `POST ${NODES}/add`, table("table 4-160", { jobid: "string" })),
  cce("4.1.15", `POST ${NODES}/reset`, table("table 4-185", { jobid: "string" })),
  cce("4.1.16", `PUT ${NODES}/operation/remove`, removal),
  cce("4.1.17", `PUT ${NODES}/operation/migrateto/:target`, migration),
];
