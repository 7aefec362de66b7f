// What a colleague does behind our back to clusters and quotas, and what a test plans for things not yet made.
//
// POST /_simulator/clusters {"name", "regionId"?, "state"?, "tags"?, "clusterType"?, "profile"?, "version"?, "vpcId"?,
//   "vswitchIds"?, "podCidr"?, "serviceCidr"?, "publicAccess"?, "deletionProtection"?, "createdAt"?}: a cluster, at once running.
// PATCH /_simulator/clusters/ID {"state", "message", "deletionProtection", "tags", "version", "certificateNotAfter"}: a new state
//   ends the cluster's own tasks; a message is also what a failed task says. DELETE: gone at once with all that is in it.
// POST /_simulator/plans, each used up by the first that fits; all take "code" and "message", the words of the failed task:
//   {"clusterName", "failAt": "Create"|"Delete"|"Upgrade"}: half-way;
//   {"clusterName", "failAt": "ScaleOut", "joined": N}: with N servers made (dialect Reference);
//   {"nodepoolName", "failAt": "Create"|"Delete"}; {"nodepoolName", "failAt": "ScaleOut", "joined"?: N};
//   {"nodepoolName", "soldOutAbove": N}: the cloud has N nodes for it; {"serverId", "failAt": "Attach"}: after the disk was replaced.
// PATCH /_simulator/quotas/cluster|managed|serverless|nodepool|node {"limit": N}.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { amend, newEntity, newId } from "./ack.ts";
import { addCluster, becomeRunning, checkName, dropCluster } from "./cluster-lifecycle.ts";
import type { ClusterRequest } from "./cluster-spec.ts";
import { detailsOf } from "./cluster-spec.ts";
import { given, resourceName, tags } from "./fields.ts";
import { becomeReady, buyNode } from "./node-lifecycle.ts";
import { addDefaultPool } from "./pool-records.ts";
import { settle } from "./settle.ts";
import type { AckTables, Cluster, Plan, Quota } from "./state.ts";
import { CLUSTER_STATES, CLUSTER_TYPES, PROFILES } from "./state.ts";
import { cancelTasks, isOn, startTask } from "./tasks.ts";
import { isVersion } from "./versions.ts";

const time = z.iso.datetime().transform((text) => new Date(text).toISOString());

const clusterInput = z.strictObject({
  name: resourceName,
  regionId: z.string().min(1).optional(),
  state: z.enum(CLUSTER_STATES).default("running"),
  tags: tags.default({}),
  clusterType: z.enum(CLUSTER_TYPES).default("ManagedKubernetes"),
  profile: z.enum(PROFILES).default("Default"),
  version: z.string().optional(),
  vpcId: z.string().default("vpc-of-a-colleague"),
  vswitchIds: z.array(z.string()).default(["vsw-of-a-colleague"]),
  podCidr: z.string().optional(),
  serviceCidr: z.string().optional(),
  publicAccess: z.boolean().default(false),
  deletionProtection: z.boolean().default(false),
  createdAt: time.optional(),
});

const clusterChange = z.strictObject({
  state: z.enum(CLUSTER_STATES).optional(),
  message: z.string().optional(),
  deletionProtection: z.boolean().optional(),
  tags: tags.optional(),
  version: z.string().optional(),
  certificateNotAfter: time.optional(),
});

const planInput = z.strictObject({
  clusterName: z.string().optional(),
  nodepoolName: z.string().optional(),
  serverId: z.string().optional(),
  failAt: z.enum(["Create", "Delete", "Upgrade", "ScaleOut", "Attach"]).optional(),
  code: z.string().min(1).optional(),
  message: z.string().optional(),
  soldOutAbove: z.int().min(0).optional(),
  joined: z.int().min(0).optional(),
});

/** What each sort of thing can fail at. */
const FAILURES: Readonly<Record<Plan["concerns"], readonly (string | undefined)[]>> = {
  Cluster: ["Create", "Delete", "Upgrade", "ScaleOut"],
  NodePool: ["Create", "Delete", "ScaleOut", undefined],
  Server: ["Attach"],
};

export function clusterControls(
  ack: Ack,
): Record<Extract<keyof AckTables, "clusters" | "plans" | "quotas">, CollectionControl> {
  const { store } = ack;
  return {
    clusters: {
      create: (input) => plant(ack, parseInput(clusterInput, input)),
      update: (id, input) => change(ack, id, parseInput(clusterChange, input)),
      remove: (id) => dropCluster(ack, id),
    },
    plans: {
      create: (input) => addPlan(ack, parseInput(planInput, input)),
      remove(id) {
        const plan = store.get("plans", id);
        store.remove("plans", id);
        return plan;
      },
    },
    quotas: {
      update: (id, input): Quota | undefined =>
        amend(ack, "quotas", id, parseInput(z.strictObject({ limit: z.int().min(0) }), input)),
    },
  };
}

/** The quota is no matter of a colleague's: it is what our own create meets. */
function plant(ack: Ack, input: z.output<typeof clusterInput>): Cluster {
  const { name, clusterType, regionId = ack.rules.region, version, state, createdAt } = input;
  checkName(ack, { name, regionId });
  if (version !== undefined && !isVersion(ack.rules, version)) throw new Refusal(400, "is on no offer", "version");
  const versions = version === undefined ? {} : { version, initVersion: version };
  const cluster: Cluster = {
    ...addCluster(ack, requestOf(input, regionId)),
    ...given({ createdAt }),
    ...versions,
    clusterType,
  };
  ack.store.put("clusters", cluster);
  becomeRunning(ack, cluster.id);
  addDefaultPool(ack, cluster);
  if (clusterType === "Kubernetes") addMasters(ack, cluster);
  return amend(ack, "clusters", cluster.id, { state }) ?? cluster;
}

function requestOf(input: z.output<typeof clusterInput>, regionId: string): ClusterRequest {
  return {
    ...input,
    regionId,
    version: undefined,
    podCidr: input.podCidr,
    serviceCidr: input.serviceCidr,
    clusterType: "ManagedKubernetes",
    profile: input.clusterType === "Ask" ? "Serverless" : input.profile,
    snatEntry: false,
    addons: [],
    details: detailsOf({}),
    masters: { count: 0, instanceType: "" },
    workers: { count: 0, instanceType: "" },
  };
}

function addMasters(ack: Ack, cluster: Cluster): void {
  for (let count = 3; count > 0; count -= 1) {
    const joining = { nodepoolId: "", role: "Master", source: "ess" } as const;
    becomeReady(ack, buyNode(ack, cluster, "ecs.g7.xlarge", joining).id);
  }
  settle(ack, cluster.id);
}

function change(ack: Ack, id: string, input: z.output<typeof clusterChange>): Cluster | undefined {
  const cluster = ack.store.get("clusters", id);
  if (cluster === undefined) return undefined;
  const { certificateNotAfter, state, message, ...rest } = input;
  if (state !== undefined) cancelTasks(ack, isOn(id), "a colleague has put the cluster into another state");
  if (state === "running") becomeRunning(ack, id);
  const certificate =
    certificateNotAfter === undefined
      ? {}
      : { certificateNotAfter, certificateIssuedAt: new Date(ack.timeline.now()).toISOString() };
  const changed = amend(ack, "clusters", id, { ...given({ ...rest, state, message }), ...certificate });
  if (message !== undefined && message !== "") tellOf(ack, cluster, message);
  return changed;
}

/** No answer shows a cluster's message: it is a task's. */
function tellOf(ack: Ack, cluster: Cluster, message: string): void {
  const error = { code: "InternalError", message };
  startTask(ack, {
    taskType: "cluster_update",
    cluster,
    stages: [{ name: "UpdateCluster", ms: 0 }],
    finish: () => error,
  });
}

function addPlan(ack: Ack, input: z.output<typeof planInput>): Plan {
  const { clusterName, nodepoolName, serverId, ...what } = input;
  const names = [
    { concerns: "Cluster", name: clusterName },
    { concerns: "NodePool", name: nodepoolName },
    { concerns: "Server", name: serverId },
  ] as const;
  const [subject, ...others] = names.filter(({ name }) => name !== undefined);
  if (subject?.name === undefined || others.length > 0) {
    throw new Refusal(400, "give one of clusterName, nodepoolName and serverId", "body");
  }
  if (!FAILURES[subject.concerns].includes(what.failAt)) {
    throw new Refusal(400, `${subject.concerns} does not fail there`, "failAt");
  }
  if ((what.soldOutAbove === undefined) === (what.failAt === undefined)) {
    throw new Refusal(400, "give either failAt or soldOutAbove", "body");
  }
  const plan: Plan = { ...newEntity(ack, newId("plan-", 12), subject.name), concerns: subject.concerns, ...what };
  ack.store.put("plans", plan);
  return plan;
}
