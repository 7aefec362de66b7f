// What a colleague, an autoscaler or bad luck does behind our back to what is in a cluster: pools, nodes, servers.
//
// POST /_simulator/nodepools {"clusterId", "name", "desiredSize"?, "labels"?, "taints"?, "autoScaling"?, "tags"?}: a pool, at once
//   active with its nodes Ready. PATCH {"desiredSize"}: as in the console; {"autoscaledTo": N}: as the autoscaler does, refused
//   (409) where auto scaling is off or N is out of bounds; {"soldOutAbove": N|null}; {"labels"}; {"autoScaling"}; {"state"}.
//   DELETE: gone at once with its nodes.
// POST /_simulator/nodes {"clusterId", "nodepoolId"?, "source"?: "ess"|"script"}: a node, at once Ready; its pool wants one more.
//   PATCH {"state", "nodeStatus"}. DELETE: leaves the cluster, its server stays; its pool buys a substitute.
// POST /_simulator/servers {"id"?, "name", "vpc"?, "chargeType"?, "instanceType"?}; PATCH {"vpc", "chargeType"}; DELETE: gone, and
//   its node with it.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { amend, newEntity, newId, nodesOfPool, requireCluster, requirePool } from "./ack.ts";
import { given, labels, resourceName, tags, taints } from "./fields.ts";
import type { Joining } from "./node-lifecycle.ts";
import { admitServer, becomeReady, buyNode, dropNode } from "./node-lifecycle.ts";
import { dropPool, isReleasedOnDelete, substitute, syncPool } from "./pool-lifecycle.ts";
import { addPool, NO_AUTOSCALING } from "./pool-records.ts";
import { settle } from "./settle.ts";
import type { AckTables, Cluster, Node, NodePool, Server } from "./state.ts";
import { NODE_STATES, NODE_STATUSES, POOL_STATES } from "./state.ts";

const INSTANCE_TYPE = "ecs.g7.large";

const count = z.int().min(0);

const autoScaling = z.strictObject({
  enable: z.boolean().optional(),
  minInstances: count.optional(),
  maxInstances: count.optional(),
  type: z.string().optional(),
});

const poolInput = z.strictObject({
  clusterId: z.string(),
  name: resourceName,
  desiredSize: count.nullable().default(null),
  labels: labels.default({}),
  taints: taints.default([]),
  tags: tags.default({}),
  autoScaling: autoScaling.default({}),
});

const poolChange = z.strictObject({
  desiredSize: count.nullable().optional(),
  autoscaledTo: count.optional(),
  soldOutAbove: count.nullable().optional(),
  labels: labels.optional(),
  taints: taints.optional(),
  autoScaling: autoScaling.optional(),
  state: z.enum(POOL_STATES).optional(),
});

const nodeInput = z.strictObject({
  clusterId: z.string(),
  nodepoolId: z.string().optional(),
  source: z.enum(["ess", "script"]).default("ess"),
});

const nodeChange = z.strictObject({
  state: z.enum(NODE_STATES).optional(),
  nodeStatus: z.enum(NODE_STATUSES).optional(),
});

const chargeType = z.enum(["PostPaid", "PrePaid"]);

const serverInput = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  name: z.string().min(1),
  vpc: z.string().default(""),
  chargeType: chargeType.default("PostPaid"),
  instanceType: z.string().default(INSTANCE_TYPE),
});

const serverChange = z.strictObject({ vpc: z.string().optional(), chargeType: chargeType.optional() });

export function contentControls(
  ack: Ack,
): Record<Extract<keyof AckTables, "nodepools" | "nodes" | "servers">, CollectionControl> {
  return {
    nodepools: {
      create: (input) => plantPool(ack, parseInput(poolInput, input)),
      update: (id, input) => changePool(ack, id, parseInput(poolChange, input)),
      remove: (id) => removePool(ack, id),
    },
    nodes: {
      create: (input) => plantNode(ack, parseInput(nodeInput, input)),
      update(id, input) {
        const node = amend(ack, "nodes", id, given(parseInput(nodeChange, input)));
        if (node !== undefined) settle(ack, node.clusterId);
        return node;
      },
      remove: (id) => loseNode(ack, id),
    },
    servers: {
      create: (input) => plantServer(ack, parseInput(serverInput, input)),
      update: (id, input) => amend(ack, "servers", id, given(parseInput(serverChange, input))),
      remove: (id) => loseServer(ack, id),
    },
  };
}

function plantPool(ack: Ack, input: z.output<typeof poolInput>): NodePool {
  const { clusterId, desiredSize, autoScaling: scaling, ...rest } = input;
  if (ack.rules.dialect === "Reference") throw new Refusal(409, "there are no pools in this dialect", "clusterId");
  const cluster = requireCluster(ack.store, clusterId);
  const pool = addPool(ack, cluster, { ...rest, desiredSize, autoScaling: { ...NO_AUTOSCALING, ...given(scaling) } });
  for (let missing = desiredSize ?? 0; missing > 0; missing -= 1) addReady(ack, cluster, pool);
  return ack.store.get("nodepools", pool.id) ?? pool;
}

function changePool(ack: Ack, id: string, change: z.output<typeof poolChange>): NodePool | undefined {
  const pool = ack.store.get("nodepools", id);
  if (pool === undefined) return undefined;
  const { autoscaledTo, autoScaling: scaling, ...rest } = change;
  if (autoscaledTo !== undefined) checkBounds(pool, autoscaledTo);
  amend(ack, "nodepools", id, {
    ...given({ ...rest, desiredSize: autoscaledTo ?? rest.desiredSize }),
    ...(scaling === undefined ? {} : { autoScaling: { ...pool.autoScaling, ...given(scaling) } }),
  });
  // A state set by hand stays until something happens to the pool.
  if (rest.state === undefined) syncPool(ack, id);
  return ack.store.get("nodepools", id);
}

function checkBounds({ autoScaling: scaling }: NodePool, wanted: number): void {
  const { enable, minInstances, maxInstances } = scaling;
  if (enable && wanted >= minInstances && wanted <= maxInstances) return;
  throw new Refusal(
    409,
    enable ? `must be from ${minInstances} to ${maxInstances}` : "auto scaling is off",
    "autoscaledTo",
  );
}

function removePool(ack: Ack, id: string): NodePool | undefined {
  for (const node of nodesOfPool(ack.store, id)) dropNode(ack, node.id, isReleasedOnDelete(ack, node));
  return dropPool(ack, id);
}

function plantNode(ack: Ack, { clusterId, nodepoolId, source }: z.output<typeof nodeInput>): Node {
  const cluster = requireCluster(ack.store, clusterId);
  const pool = nodepoolId === undefined ? defaultPool(ack, clusterId) : requirePool(ack.store, clusterId, nodepoolId);
  if (pool !== undefined && pool.desiredSize !== null) {
    amend(ack, "nodepools", pool.id, { desiredSize: pool.desiredSize + 1 });
  }
  if (source === "ess") return addReady(ack, cluster, pool);
  const machine = plantServer(ack, parseInput(serverInput, { name: "machine" }));
  const node = admitServer(ack, cluster, machine, joiningOf(pool, "script"));
  return ready(ack, node);
}

function defaultPool({ store }: Ack, clusterId: string): NodePool | undefined {
  return store.list("nodepools").find((pool) => pool.clusterId === clusterId && pool.isDefault);
}

function addReady(ack: Ack, cluster: Cluster, pool: NodePool | undefined): Node {
  return ready(ack, buyNode(ack, cluster, INSTANCE_TYPE, joiningOf(pool, "ess")));
}

function ready(ack: Ack, node: Node): Node {
  becomeReady(ack, node.id);
  settle(ack, node.clusterId);
  return ack.store.get("nodes", node.id) ?? node;
}

function joiningOf(pool: NodePool | undefined, source: "ess" | "script"): Joining {
  if (pool === undefined) return { nodepoolId: "", source };
  return { nodepoolId: pool.id, source, labels: pool.labels, taints: pool.taints, tags: pool.tags };
}

function loseNode(ack: Ack, id: string): Node | undefined {
  const node = dropNode(ack, id, false);
  if (node === undefined) return undefined;
  settle(ack, node.clusterId);
  substitute(ack, node.nodepoolId);
  return node;
}

function plantServer(ack: Ack, input: z.output<typeof serverInput>): Server {
  const { id = newId("i-", 20), name, ...rest } = input;
  if (ack.store.get("servers", id) !== undefined) throw new Refusal(409, "is there already", "id");
  const server: Server = { ...newEntity(ack, id, name), ...rest, clusterId: "", bought: false, imaged: 0 };
  ack.store.put("servers", server);
  return server;
}

function loseServer(ack: Ack, id: string): Server | undefined {
  const server = ack.store.get("servers", id);
  const node = ack.store.list("nodes").find(({ serverId }) => serverId === id);
  if (node !== undefined) loseNode(ack, node.id);
  ack.store.remove("servers", id);
  return server;
}
