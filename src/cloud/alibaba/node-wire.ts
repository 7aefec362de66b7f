// Nodes as answers show them, in both dialects alike (GET /clusters/{id}/nodes, of the vendor's client), read leniently.
import * as z from "zod";
import type { ClusterNode, NodePhase } from "../facets/nodes.ts";
import { flag, instant, listOf, optionalText, text } from "../kit/wire.ts";
import { markOf, pairs } from "./marks.ts";
import { pageInfo, someText, stateWord } from "./wire.ts";

/** What a node is doing; of one that runs, its status decides. */
const PHASES: Readonly<Record<string, NodePhase>> = {
  initial: "Creating",
  pending: "Creating",
  removing: "Deleting",
  removed: "Deleting",
  failed: "Abnormal",
  stopped: "Abnormal",
};

/** How its server came to the cluster. */
const ORIGINS: Readonly<Record<string, ClusterNode["origin"]>> = {
  ess: "Bought",
  ros: "Bought",
  ess_attach: "Accepted",
  manual: "Accepted",
  script: "Joined",
};

const node = z
  .object({
    instance_id: text,
    instance_name: text,
    instance_role: text,
    instance_charge_type: text,
    node_name: text,
    node_status: text,
    nodepool_id: optionalText,
    state: text,
    source: text,
    is_aliyun_node: flag.optional(),
    creation_time: text,
    tags: pairs,
  })
  .transform((wire): ClusterNode => {
    const { instance_id: serverId, node_name: name, state, node_status: status } = wire;
    return {
      id: serverId || name,
      name: name || wire.instance_name || serverId,
      poolId: someText(wire.nodepool_id),
      phase: phaseOf(state, status),
      cloudPhase: stateWord(state) === "running" && status !== "" ? status : state,
      serverId: someText(serverId),
      role: wire.instance_role === "Master" ? "Master" : "Worker",
      origin: ORIGINS[wire.source] ?? (wire.is_aliyun_node === false ? "Joined" : undefined),
      isPrepaid: wire.instance_charge_type === "PrePaid",
      mark: markOf(wire.tags),
      createdAtMs: instant(wire.creation_time),
    };
  });

/** One that has neither id nor name can't be told from others. */
const nodeList = listOf(node).transform((nodes) => nodes.filter(({ id }) => id !== ""));

export const nodePage = z.object({ nodes: nodeList, page: pageInfo });

function phaseOf(state: string, status: string): NodePhase {
  if (stateWord(state) !== "running") return PHASES[stateWord(state)] ?? "Unknown";
  return status === "Ready" || status === "" ? "Active" : "Abnormal";
}
