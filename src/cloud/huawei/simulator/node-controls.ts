// What a colleague or bad luck does behind our back to nodes and servers.
//
// POST /_simulator/nodes {"clusterId", "nodepoolId"?, "name"?, "phase"?, "billingMode"?}: without a pool a node outside of all
//   pools, on a server of its own; {"clusterId", "serverId", …}: that server, accepted or reset at the console: its system
//   disk is written once more, and it is another node from now on. PATCH {"phase"}, with those of today's public cloud, ends
//   what was being done to it; {"name"}, {"billingMode"}: 1 is prepaid, which no call makes. DELETE: gone with its server; its
//   pool wants one less.
// POST /_simulator/servers {"name", "vpc"?, "subnet"?, "flavor"?, "az"?, "billingMode"?}: a server that is no node; without a VPC
//   it takes that of the cluster which accepts it. PATCH any of these. DELETE: gone; its node stays, Abnormal.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import { cancelJobs } from "./jobs.ts";
import { nodeOnServer } from "./node-creation.ts";
import { dropNode, takeNodeOut } from "./node-records.ts";
import type { Node, NodePhase, Server } from "./node-state.ts";
import { NODE_PHASES } from "./node-state.ts";
import { addNode, settle } from "./nodepool-lifecycle.ts";
import { addServer, assignServer, disksOf, serverOf, writeAnew } from "./servers.ts";
import type { Cce, CceTables } from "./state.ts";
import { amend, given, requireCluster } from "./state.ts";

const billingMode = z.int().min(0);

const nodeInput = z.strictObject({
  clusterId: z.string(),
  nodepoolId: z.string().optional(),
  serverId: z.string().optional(),
  name: z.string().min(1).optional(),
  phase: z.enum(NODE_PHASES).default("Active"),
  billingMode: billingMode.optional(),
});

const nodeChange = z.strictObject({
  phase: z.enum(NODE_PHASES).optional(),
  name: z.string().min(1).optional(),
  billingMode: billingMode.optional(),
});

const serverInput = z.strictObject({
  name: z.string().min(1),
  vpc: z.string().default(""),
  subnet: z.string().default(""),
  flavor: z.string().default("s6.large.2"),
  az: z.string().default("az1.dc1"),
  billingMode: billingMode.optional(),
});

const serverChange = z.strictObject({
  name: z.string().min(1).optional(),
  vpc: z.string().optional(),
  subnet: z.string().optional(),
  flavor: z.string().optional(),
  az: z.string().optional(),
  billingMode: billingMode.optional(),
});

/** Of what a colleague makes. */
const DISKS = { rootVolume: { size: 40, volumetype: "SATA" }, dataVolumes: [{ size: 100, volumetype: "SATA" }] };

const LOOSE = {
  flavor: "s1.medium",
  az: "az1.dc1",
  os: "EulerOS 2.2",
  login: { sshKey: "key" },
  ...DISKS,
  k8sTags: {},
};

export function nodeControls(cce: Cce): Record<Extract<keyof CceTables, "nodes" | "servers">, CollectionControl> {
  return {
    nodes: {
      create: (input) => plantNode(cce, parseInput(nodeInput, input)),
      update: (id, input) => changeNode(cce, id, parseInput(nodeChange, input)),
      remove: (id) => dropNode(cce, id),
    },
    servers: {
      create(input) {
        const { billingMode: paid = 0, ...make } = parseInput(serverInput, input);
        return addServer(cce, { ...make, disks: disksOf(DISKS, 0) }, { billingMode: paid });
      },
      update: (id, input) => amend(cce, "servers", id, given(parseInput(serverChange, input))),
      remove: (id) => dropServer(cce, id),
    },
  };
}

function plantNode(cce: Cce, { clusterId, nodepoolId, serverId, phase, ...rest }: z.output<typeof nodeInput>): Node {
  const { id } = requireCluster(cce.store, clusterId);
  const node =
    serverId === undefined ? plantOnNewServer(cce, id, nodepoolId, phase) : plantOnServer(cce, id, serverId, phase);
  return amend(cce, "nodes", node.id, given(rest)) ?? node;
}

function plantOnNewServer(cce: Cce, clusterId: string, nodepoolId: string | undefined, phase: NodePhase): Node {
  if (nodepoolId !== undefined) return addPoolNode(cce, clusterId, nodepoolId, phase);
  // As made by 4.1.9, without a pool.
  const node = addNode(cce, { id: "", name: "node", clusterId, nodeTemplate: LOOSE }, phase);
  serverOf(cce, node);
  assignServer(cce, node.serverId, node.id);
  return node;
}

function addPoolNode(cce: Cce, clusterId: string, nodepoolId: string, phase: NodePhase): Node {
  const pool = cce.store.get("nodepools", nodepoolId);
  if (pool?.clusterId !== clusterId) throw new Refusal(404, "there is no such pool in the cluster", "nodepoolId");
  amend(cce, "nodepools", pool.id, { initialNodeCount: pool.initialNodeCount + 1 });
  return addNode(cce, pool, phase);
}

function plantOnServer(cce: Cce, clusterId: string, serverId: string, phase: NodePhase): Node {
  const present = cce.store.list("nodes").find((node) => node.serverId === serverId);
  if (present !== undefined) {
    cancelJobs(cce, present.id, "a colleague has taken the server");
    serverOf(cce, present);
    takeNodeOut(cce, present.id);
  }
  const server = cce.store.get("servers", serverId);
  if (server === undefined) throw new Refusal(404, "there is no such server", "serverId");
  const spec = { os: LOOSE.os, login: LOOSE.login };
  const node = nodeOnServer(cce, clusterId, { ...server, formerNodeId: "" }, { spec, phase });
  cce.store.put("nodes", node);
  assignServer(cce, serverId, node.id);
  writeAnew(cce, serverId, "All");
  return node;
}

function changeNode(cce: Cce, id: string, change: z.output<typeof nodeChange>): Node | undefined {
  if (change.phase !== undefined) cancelJobs(cce, id, "a colleague has put the node into another phase");
  const node = amend(cce, "nodes", id, given(change));
  if (node !== undefined) settle(cce, node.nodepoolId);
  return node;
}

function dropServer(cce: Cce, id: string): Server | undefined {
  const server = cce.store.get("servers", id);
  if (server === undefined) return undefined;
  cce.store.remove("servers", id);
  cancelJobs(cce, server.nodeId, "the server is gone");
  amend(cce, "nodes", server.nodeId, { phase: "Abnormal" });
  return server;
}
