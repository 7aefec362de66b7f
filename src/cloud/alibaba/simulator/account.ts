// What the account may have (GET /quota), and what hangs on a cluster (GET /clusters/{id}/resources).
import type { Route } from "../../simulation/cloud.ts";
import type { Ack } from "./ack.ts";
import { nodesOf, requireCluster } from "./ack.ts";
import { loadBalancerOf } from "./cluster-wire.ts";
import type { AckTables, AckView, Cluster } from "./state.ts";
import { timeOnWire } from "./wire.ts";

export function accountRoutes(ack: Ack): Route<AckTables>[] {
  return [
    { method: "GET", path: "/quota", handle: (_call, view) => ({ status: 200, body: quotas(view) }) },
    {
      method: "GET",
      path: "/clusters/:cluster/resources",
      emptyList: { status: 200, body: [] },
      handle({ params }, view) {
        const cluster = requireCluster(view, params["cluster"] ?? "");
        return { status: 200, body: resourcesOf(view, cluster).map((one) => resourceOnWire(ack, cluster, one)) };
      },
    },
  ];
}

/** Limits alone: how much of them is in use, the answer does not tell. */
function quotas(view: AckView): Record<string, unknown> {
  const limit = (id: string): number => view.get("quotas", id)?.limit ?? 0;
  return {
    cluster_quota: limit("cluster"),
    amk_cluster_quota: limit("managed"),
    ask_cluster_quota: limit("serverless"),
    cluster_nodepool_quota: limit("nodepool"),
    node_quota: limit("node"),
    edge_improved_nodepool_quota: { bandwidth: 10, count: 3, period: 3 },
    quotas: {},
  };
}

interface Resource {
  readonly type: string;
  readonly id: string;
  /** Made for the cluster, and not there before it. */
  readonly isOwn: boolean;
  /** Goes with the cluster unless the deletion says otherwise. */
  readonly isDeleted: boolean;
  readonly creator: "user" | "system" | "addon";
}

/** A deletion takes the balancer of the API server, NAT and servers; it keeps ALBs, log projects, VPC and vswitches. */
function resourcesOf(view: AckView, cluster: Cluster): Resource[] {
  const { network, addons, details, id } = cluster;
  const system = { isOwn: true, isDeleted: true, creator: "system" } as const;
  const addon = { isOwn: true, isDeleted: false, creator: "addon" } as const;
  const user = { isOwn: false, isDeleted: false, creator: "user" } as const;
  const servers = nodesOf(view, id).filter(({ source }) => source === "ess");
  const all = (kind: Omit<Resource, "type" | "id">, type: string, ids: readonly string[]): Resource[] =>
    ids.map((one) => Object.assign({ type, id: one }, kind));
  return [
    { ...system, type: "ALIYUN::SLB::LoadBalancer", id: loadBalancerOf(cluster) },
    { ...system, type: "ALIYUN::ECS::SecurityGroup", id: String(details["security_group_id"]) },
    ...(network.snatEntry ? [{ ...system, type: "ALIYUN::VPC::NatGateway", id: `ngw-${id.slice(1, 21)}` }] : []),
    ...all(
      system,
      "ALIYUN::ECS::Instance",
      servers.map(({ serverId }) => serverId),
    ),
    ...(addons.includes("alb-ingress-controller")
      ? [{ ...addon, type: "ALIYUN::ALB::LoadBalancer", id: `alb-${id.slice(1, 21)}` }]
      : []),
    { ...addon, type: "ALIYUN::SLS::Project", id: `k8s-log-${id}` },
    { ...user, type: "ALIYUN::ECS::VPC", id: network.vpcId },
    ...all(user, "ALIYUN::ECS::VSwitch", network.vswitchIds),
  ];
}

function resourceOnWire({ rules }: Ack, cluster: Cluster, resource: Resource): unknown {
  const { type, id, isOwn, isDeleted, creator } = resource;
  return {
    cluster_id: cluster.id,
    created: timeOnWire(rules, cluster.createdAt),
    instance_id: id,
    resource_type: type,
    resource_info: JSON.stringify({ Id: id, Type: type, Status: "CREATE_COMPLETE" }),
    state: "CREATE_COMPLETE",
    auto_create: isOwn ? 1 : 0,
    creator_type: creator,
    dependencies: [],
    delete_behavior: { delete_by_default: isDeleted, changeable: isOwn },
  };
}
