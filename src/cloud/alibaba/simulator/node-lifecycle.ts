// How servers become nodes and leave: bought or accepted, joining, drained, removed, released.
import type { Ack } from "./ack.ts";
import { amend, newEntity, newId } from "./ack.ts";
import { settle } from "./settle.ts";
import type { Cluster, Node, Server, Task } from "./state.ts";
import { settleResult, startTask } from "./tasks.ts";

/** From being bought or accepted to Ready. */
export const JOIN_MS = 150_000;
const DRAIN_MS = 60_000;
const REMOVE_MS = 30_000;

/** What a server joins as. */
export interface Joining {
  readonly nodepoolId: string;
  readonly role?: Node["role"];
  readonly source: Node["source"];
  readonly labels?: Node["labels"];
  readonly taints?: Node["taints"];
  readonly tags?: Node["tags"];
  readonly vswitchId?: string;
  /** Of a server that is bought; pay as you go where left out. */
  readonly chargeType?: Server["chargeType"];
}

/** A new server of the cluster, on its way to becoming a node. */
export function buyNode(ack: Ack, cluster: Cluster, instanceType: string, joining: Joining): Node {
  const server: Server = {
    ...newEntity(ack, newId("i-", 20), `worker-k8s-for-cs-${cluster.id}`),
    vpc: cluster.network.vpcId,
    instanceType,
    chargeType: joining.chargeType ?? "PostPaid",
    clusterId: cluster.id,
    bought: true,
    imaged: 1,
  };
  ack.store.put("servers", server);
  return addNode(ack, cluster, server, joining);
}

/** An existing server on its way to becoming a node: its system disk is replaced. */
export function acceptServer(ack: Ack, cluster: Cluster, server: Server, joining: Joining): Node {
  const vpc = server.vpc === "" ? cluster.network.vpcId : server.vpc;
  const change = { clusterId: cluster.id, vpc, imaged: server.imaged + 1 };
  const taken = amend(ack, "servers", server.id, change) ?? server;
  return addNode(ack, cluster, taken, joining);
}

/** A machine that ran the attach script: its disk stays as it is. */
export function admitServer(ack: Ack, cluster: Cluster, server: Server, joining: Joining): Node {
  const taken = amend(ack, "servers", server.id, { clusterId: cluster.id }) ?? server;
  return addNode(ack, cluster, taken, joining);
}

/** No effect where the node has gone or is leaving. */
export function becomeReady(ack: Ack, nodeId: string): void {
  const node = ack.store.get("nodes", nodeId);
  const cluster = ack.store.get("clusters", node?.clusterId ?? "");
  if (node?.state !== "initial" || cluster === undefined) return;
  amend(ack, "nodes", nodeId, { state: "running", nodeStatus: "Ready", nodeName: `${cluster.regionId}.${node.ip}` });
}

/** The node is gone at once; its server is released, or stays and is free. */
export function dropNode(ack: Ack, nodeId: string, isReleased: boolean): Node | undefined {
  const node = ack.store.get("nodes", nodeId);
  if (node === undefined) return undefined;
  ack.store.remove("nodes", nodeId);
  const server = ack.store.get("servers", node.serverId);
  // Subscription servers are never released.
  if (isReleased && server?.chargeType === "PostPaid") ack.store.remove("servers", server.id);
  else amend(ack, "servers", node.serverId, { clusterId: "" });
  return node;
}

export interface Removal {
  readonly taskType: string;
  readonly poolId?: string;
  readonly drain: boolean;
  readonly isReleased: (node: Node) => boolean;
  /** When the last one has gone. */
  readonly afterwards?: () => void;
}

/** Begins to remove nodes; those that are leaving already are left alone. */
export function removeNodes(ack: Ack, cluster: Cluster, nodes: readonly Node[], removal: Removal): Task {
  const { taskType, poolId, drain, isReleased, afterwards } = removal;
  const leaving = nodes.filter(({ state }) => state !== "removing");
  for (const { id } of leaving) amend(ack, "nodes", id, { state: "removing", isDraining: drain });
  if (drain) {
    ack.timeline.schedule(DRAIN_MS, () => {
      for (const { id } of leaving) amend(ack, "nodes", id, { isDraining: false });
      settle(ack, cluster.id);
    });
  }
  const stages = [...(drain ? [{ name: "DrainNodes", ms: DRAIN_MS }] : []), { name: "RemoveNodes", ms: REMOVE_MS }];
  const task = startTask(ack, {
    taskType,
    cluster,
    ...(poolId === undefined ? {} : { poolId }),
    stages,
    results: leaving.map(({ serverId }) => ({ data: serverId, status: "initial" })),
    finish({ id }) {
      for (const node of leaving) {
        dropNode(ack, node.id, isReleased(node));
        settleResult(ack, id, node.serverId, "success");
      }
      settle(ack, cluster.id);
      afterwards?.();
      return undefined;
    },
  });
  settle(ack, cluster.id);
  return task;
}

function addNode(ack: Ack, cluster: Cluster, server: Server, joining: Joining): Node {
  const { nodepoolId, role = "Worker", source, labels = {}, taints = [], tags = {}, vswitchId = "" } = joining;
  const address = Number(ack.store.nextId("nodes")) + 1;
  const node: Node = {
    ...newEntity(ack, newId("n-", 20), server.name),
    clusterId: cluster.id,
    nodepoolId,
    serverId: server.id,
    nodeName: "",
    role,
    state: "initial",
    nodeStatus: "Unknown",
    source,
    labels,
    taints,
    tags,
    vswitchId,
    ip: `192.168.${Math.floor(address / 250) % 256}.${(address % 250) + 2}`,
    isDraining: false,
  };
  ack.store.put("nodes", node);
  return node;
}
