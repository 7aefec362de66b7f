// Growth of a cluster of the reference, which has no pools: so many more (2.3), or so many in all (3.5).
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { nodesOf, requireCluster } from "./ack.ts";
import { flag, labels, password, textList, whole } from "./fields.ts";
import { JOIN_MS } from "./node-lifecycle.ts";
import { CodedRefusal, invalid } from "./refusals.ts";
import { checkNodeQuota, grow, takeScalePlan } from "./scale.ts";
import { requireUsable } from "./settle.ts";
import type { AckTables, Cluster } from "./state.ts";
import { settleResults, startTask } from "./tasks.ts";
import { accepted } from "./wire.ts";

/** 2.3 has 1 to 3 in its body, 2.2 1 to 5 for the same field. */
const MOST_VSWITCHES = 5;

const login = { key_pair: z.string().min(1).optional(), login_password: password.optional() };

const more = z.looseObject({
  ...login,
  count: whole.refine((count) => count > 0, "must be at least 1"),
  vswitch_ids: textList.refine((ids) => ids.length <= MOST_VSWITCHES, `must have from 1 to ${MOST_VSWITCHES}`),
  worker_instance_types: textList,
  worker_data_disk: flag,
  worker_system_disk_category: z.string().optional(),
  worker_system_disk_size: whole.optional(),
  tags: labels.default({}),
});

const inAll = z.looseObject({
  ...login,
  worker_instance_type: z.string().min(1),
  num_of_nodes: whole,
  tags: labels.default({}),
});

export function scaleOutRoutes(ack: Ack): Route<AckTables>[] {
  if (ack.rules.dialect !== "Reference") return [];
  return [
    { method: "POST", path: "/api/v2/clusters/:cluster", handle: (call) => scaleOut(ack, call) },
    { method: "PUT", path: "/clusters/:cluster", handle: (call) => scaleTo(ack, call) },
  ];
}

/** 2.3. The tags become labels of the nodes. */
function scaleOut(ack: Ack, call: Call): Answer {
  const cluster = requireCluster(ack.store, call.params["cluster"] ?? "");
  const {
    count,
    worker_instance_types: types,
    tags,
    vswitch_ids: vswitchIds,
    ...body
  } = parseInput(more, parseJson(call.body));
  if (body.key_pair !== undefined && body.login_password !== undefined) {
    throw invalid("login_password", "give either it or key_pair");
  }
  return begin(ack, cluster, { count, instanceType: types[0] ?? "", tags, vswitchIds });
}

/** 3.5: a total. Fewer than there are is refused: nodes leave by 2.11. */
function scaleTo(ack: Ack, call: Call): Answer {
  const cluster = requireCluster(ack.store, call.params["cluster"] ?? "");
  const { num_of_nodes: total, worker_instance_type: instanceType, tags } = parseInput(inAll, parseJson(call.body));
  const workers = nodesOf(ack.store, cluster.id).filter(({ role, state }) => role === "Worker" && state !== "removing");
  if (total <= workers.length) throw invalid("num_of_nodes", `must be more than the ${workers.length} that there are`);
  const { vswitchIds } = cluster.network;
  return begin(ack, cluster, { count: total - workers.length, instanceType, tags, vswitchIds });
}

interface Wanted {
  readonly count: number;
  readonly instanceType: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly vswitchIds: readonly string[];
}

function begin(ack: Ack, cluster: Cluster, { count, instanceType, tags, vswitchIds }: Wanted): Answer {
  if (cluster.clusterType === "Ask") {
    throw new CodedRefusal(400, "OperationNotSupported", "A serverless cluster has no nodes.");
  }
  requireUsable(ack, cluster);
  checkNodeQuota(ack, cluster.id, count);
  const plan = takeScalePlan(ack, "Cluster", cluster.name);
  const joining = { nodepoolId: "", source: "ess", labels: tags, tags } as const;
  const { results, error } = grow(ack, cluster, { count, plan, instanceType, joining, vswitchIds });
  const task = startTask(ack, {
    taskType: "cluster_scaleout",
    cluster,
    stages: [{ name: "ScaleOut", ms: JOIN_MS }],
    results,
    tags,
    finish(done) {
      settleResults(ack, done);
      return error;
    },
  });
  return accepted({ cluster_id: cluster.id, task_id: task.id });
}
