// Existing servers into a cluster (2.6, 3.6) or a pool: each is judged by itself, and the system disk of each that passes is replaced.
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { amend, requireCluster, requirePool, takePlan } from "./ack.ts";
import { flag, labels, password, textList } from "./fields.ts";
import { acceptServer, becomeReady, dropNode, JOIN_MS } from "./node-lifecycle.ts";
import { find } from "./nodepools.ts";
import { hasPools } from "./pool-records.ts";
import { CodedRefusal, missing } from "./refusals.ts";
import { checkNodeQuota, errorOf } from "./scale.ts";
import { requireAtRest, requireUsable, settle } from "./settle.ts";
import type { AckTables, Cluster, Node, NodePool, TaskError } from "./state.ts";
import { settleResult, startTask } from "./tasks.ts";
import { accepted } from "./wire.ts";

const attachBody = z.looseObject({
  instances: textList.refine((ids) => ids.length > 0, "must have at least one"),
  password: password.optional(),
  key_pair: z.string().min(1).optional(),
  format_disk: flag.default(false),
  keep_instance_name: flag.default(true),
  tags: labels.default({}),
  nodepool_id: z.string().optional(),
});

type Body = z.output<typeof attachBody>;

/** What an answer says of one server (2.6). */
interface Verdict {
  readonly code: string;
  readonly instanceId: string;
  readonly message: string;
}

interface Place {
  readonly cluster: Cluster;
  readonly pool: NodePool | undefined;
}

export function attachRoutes(ack: Ack): Route<AckTables>[] {
  const toCluster: Route<AckTables> = {
    method: "POST",
    path: "/clusters/:cluster/attach",
    handle(call) {
      const body = parseInput(attachBody, parseJson(call.body));
      checkLogin(ack, body);
      const cluster = requireCluster(ack.store, call.params["cluster"] ?? "");
      return attach(ack, { cluster, pool: poolFor(ack, cluster, body) }, body);
    },
  };
  if (ack.rules.dialect === "Reference") return [toCluster];
  return [
    toCluster,
    {
      method: "POST",
      path: "/clusters/:cluster/nodepools/:pool/attach",
      handle: (call: Call) => attach(ack, find(ack.store, call), parseInput(attachBody, parseJson(call.body))),
    },
  ];
}

/** 2.6: the password is required, beside a key pair too. Today it is either. */
function checkLogin({ rules }: Ack, body: Body): void {
  if (body.password !== undefined) return;
  if (body.key_pair === undefined || rules.attachPassword === "Required") throw missing("password");
}

/** Without a word about a pool it is the default one; the reference has none. */
function poolFor(ack: Ack, { id }: Cluster, { nodepool_id: poolId = "" }: Body): NodePool | undefined {
  if (ack.rules.dialect === "Reference") return undefined;
  if (poolId !== "") return requirePool(ack.store, id, poolId);
  return ack.store.list("nodepools").find(({ clusterId, isDefault }) => clusterId === id && isDefault);
}

function attach(ack: Ack, place: Place, body: Body): Answer {
  const { cluster, pool } = place;
  if (!hasPools(cluster)) throw new CodedRefusal(400, "OperationNotSupported", "A serverless cluster has no nodes.");
  requireUsable(ack, cluster);
  if (pool !== undefined) requireAtRest(ack, pool);
  checkNodeQuota(ack, cluster.id, body.instances.length);
  const nodes: Node[] = [];
  const verdicts = body.instances.map((id) => {
    const verdict = judge(ack, cluster, id);
    if (verdict.code === "200") nodes.push(accept(ack, place, id, body));
    return verdict;
  });
  if (pool !== undefined && pool.desiredSize !== null) {
    amend(ack, "nodepools", pool.id, { desiredSize: pool.desiredSize + nodes.length });
  }
  const task = follow(ack, place, { nodes, verdicts, tags: body.tags });
  const answer = accepted({ task_id: task.id });
  if (pool !== undefined && ack.rules.attachAnswer === "Task") return answer;
  return { ...answer, body: { ...(answer.body as object), list: verdicts } };
}

function judge({ store }: Ack, { network }: Cluster, id: string): Verdict {
  const refuse = (code: string, message: string): Verdict => ({ code, instanceId: id, message });
  const server = store.get("servers", id);
  if (server === undefined) return refuse("404", `The specified instance ${id} does not exist.`);
  const { clusterId } = server;
  if (clusterId !== "") return refuse("400", `The instance ${id} is in the cluster ${clusterId} already.`);
  if (server.vpc !== "" && server.vpc !== network.vpcId) {
    return refuse("400", `The instance ${id} is not in the VPC ${network.vpcId} of the cluster.`);
  }
  return { code: "200", instanceId: id, message: "successful" };
}

function accept(ack: Ack, { cluster, pool }: Place, id: string, { tags }: Body): Node {
  const server = ack.store.get("servers", id);
  if (server === undefined) throw new Error(`the server ${id} went while it was accepted`);
  const marks = pool === undefined ? { labels: tags, tags } : { labels: pool.labels, taints: pool.taints };
  return acceptServer(ack, cluster, server, { nodepoolId: pool?.id ?? "", source: "ess_attach", ...marks });
}

interface Accepted {
  readonly nodes: readonly Node[];
  readonly verdicts: readonly Verdict[];
  readonly tags: Readonly<Record<string, string>>;
}

/** The task that sees them join, or fail to. */
function follow(ack: Ack, { cluster, pool }: Place, { nodes, verdicts, tags }: Accepted) {
  const fits = ({ serverId }: Node) => takePlan(ack, "Server", serverId, ({ failAt }) => failAt === "Attach");
  const outcomes = nodes.map((node) => ({ node, plan: fits(node) }));
  const refused = verdicts.find(({ code }) => code !== "200");
  settle(ack, cluster.id);
  return startTask(ack, {
    taskType: pool === undefined ? "cluster_attach" : "nodepool_attach",
    cluster,
    ...(pool === undefined ? {} : { poolId: pool.id }),
    stages: [{ name: "AttachInstances", ms: JOIN_MS }],
    results: verdicts.map(({ code, instanceId }) => ({
      data: instanceId,
      status: code === "200" ? "initial" : "failed",
    })),
    tags,
    finish({ id }) {
      for (const { node, plan } of outcomes) {
        if (plan === undefined) becomeReady(ack, node.id);
        else giveUp(ack, node);
        settleResult(ack, id, node.serverId, plan === undefined ? "success" : "failed");
      }
      settle(ack, cluster.id);
      return errorFor(outcomes, refused);
    },
  });
}

/** The disk was replaced, the server is free again, and the pool wants one less. */
function giveUp(ack: Ack, { id, nodepoolId }: Node): void {
  dropNode(ack, id, false);
  const pool = ack.store.get("nodepools", nodepoolId);
  if (pool === undefined || pool.desiredSize === null) return;
  amend(ack, "nodepools", pool.id, { desiredSize: Math.max(0, pool.desiredSize - 1) });
}

function errorFor(
  outcomes: readonly { plan: Parameters<typeof errorOf>[0] | undefined }[],
  refused: Verdict | undefined,
): TaskError | undefined {
  const plan = outcomes.find((outcome) => outcome.plan !== undefined)?.plan;
  if (plan !== undefined) return errorOf(plan, "ErrorAttachInstance");
  return refused && { code: "ErrorAttachInstance", message: refused.message };
}
