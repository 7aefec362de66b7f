// What a colleague does behind our back to clusters, quotas and jobs, and what a test plans for things not yet made.
//
// POST /_simulator/clusters {"name", "phase"?, "description"?, "version"?, "flavor"?, "vpc"?, "subnet"?, "podCidr"?,
//   "serviceCidr"?, "externalIP"?, "createdAt"?}: a cluster, at once Available with coredns and storage-driver.
// PATCH /_simulator/clusters/ID {"phase", "reason", "message", "description", "version", "containerCidr", "externalIP",
//   "certificateNotAfter"}: a new phase ends the cluster's running jobs; a client certificate may end in the past.
//   DELETE: gone at once with all that is in it.
// PATCH /_simulator/jobs/ID {"failAt": "InstallMaster", "leaves"?: "Unavailable"|"Error"|"Abnormal"}: fails when that sub-job ends.
//   DELETE: the cloud knows of it no longer; what it does goes on.
// POST /_simulator/plans, each used up by the first thing that has the name:
//   {"clusterName", "failAt", "leaves"?}: the next job of that cluster that has such a sub-job fails there (CreatePSMCert,
//     CreateMasterVM, InstallMaster; UninstallMaster, DeleteMasterVM; StopMaster; StartMaster);
//   {"clusterName", "reselectCidr": true}: the container network that it asks for is in conflict;
//   {"nodepoolName", "soldOutAbove": N}: the cloud has N nodes for it;
//   {"addonTemplate", "failAt": "install"|"upgrade"};
//   {"nodeName"|"serverId", "failAt", "leaves"?: "Abnormal"|"Error"}: the next job of that node that has such a sub-job fails
//     there (CreateNodeVM, ReinstallServer, InstallNode, UninstallNode, DeleteNodeVM).
// PATCH /_simulator/quotas/cluster or /server {"quotaLimit": N}: the latter is of ECS, and in no answer of CCE.
// PATCH /_simulator/users/NAME {"password"}: the IAM user's password changes, and its tokens end; {"locked": true|false}:
//   locked for 15 minutes, or no longer. Answers whether it is locked.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import { installAddon } from "./addon-lifecycle.ts";
import { requestedAddons } from "./addon-templates.ts";
import { becomeAvailable, checkName, dropCluster, externalUrl, newCluster } from "./cluster-lifecycle.ts";
import { chooseVersion, clusterBody } from "./cluster-spec.ts";
import { cancelJobs, isUnfinished } from "./jobs.ts";
import type { Cce, CceTables, Cluster, Plan } from "./state.ts";
import { amend, CLUSTER_PHASES, newEntity } from "./state.ts";

const time = z.iso.datetime().transform((text) => new Date(text).toISOString());

const clusterInput = z.strictObject({
  name: z.string(),
  phase: z.enum(CLUSTER_PHASES).default("Available"),
  description: z.string().default(""),
  version: z.string().optional(),
  flavor: z.string().default("cce.s1.small"),
  vpc: z.string().default("vpc-of-a-colleague"),
  subnet: z.string().default("subnet-of-a-colleague"),
  podCidr: z.string().optional(),
  serviceCidr: z.string().optional(),
  externalIP: z.string().optional(),
  createdAt: time.optional(),
});

const clusterChange = z.strictObject({
  phase: z.enum(CLUSTER_PHASES).optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  description: z.string().optional(),
  version: z.string().optional(),
  containerCidr: z.string().optional(),
  externalIP: z.string().optional(),
  certificateNotAfter: time.optional(),
});

const failedPhase = z.enum(["Unavailable", "Error", "Abnormal"]);

const jobChange = z.strictObject({ failAt: z.string().min(1), leaves: failedPhase.default("Unavailable") });

const planInput = z.strictObject({
  clusterName: z.string().optional(),
  nodepoolName: z.string().optional(),
  addonTemplate: z.string().optional(),
  nodeName: z.string().optional(),
  serverId: z.string().optional(),
  failAt: z.string().min(1).optional(),
  leaves: failedPhase.optional(),
  reselectCidr: z.literal(true).optional(),
  soldOutAbove: z.int().min(0).optional(),
});

export function clusterControls(
  cce: Cce,
): Record<Extract<keyof CceTables, "clusters" | "jobs" | "plans" | "quotas">, CollectionControl> {
  const { store } = cce;
  return {
    clusters: {
      create: (input) => addCluster(cce, parseInput(clusterInput, input)),
      update: (id, input) => changeCluster(cce, id, parseInput(clusterChange, input)),
      remove: (id) => dropCluster(cce, id),
    },
    jobs: {
      update(id, input) {
        const change = parseInput(jobChange, input);
        const job = store.get("jobs", id);
        if (job === undefined) return undefined;
        if (!job.subJobs.some((sub) => sub.type === change.failAt && isUnfinished(sub))) {
          throw new Refusal(409, "the job has no such sub-job to come", "failAt");
        }
        return amend(cce, "jobs", id, change);
      },
      remove: (id) => amend(cce, "jobs", id, { isForgotten: true }),
    },
    plans: {
      create: (input) => addPlan(cce, parseInput(planInput, input)),
      remove(id) {
        const plan = store.get("plans", id);
        store.remove("plans", id);
        return plan;
      },
    },
    quotas: {
      update: (id, input) =>
        amend(cce, "quotas", id, parseInput(z.strictObject({ quotaLimit: z.int().min(0) }), input)),
    },
  };
}

/** The quota is no matter of a colleague's: it is what our own create meets. */
function addCluster(cce: Cce, input: z.output<typeof clusterInput>): Cluster {
  const { name, phase, externalIP, createdAt } = input;
  const body = parseInput(clusterBody, {
    kind: "Cluster",
    apiVersion: "v3",
    metadata: { name },
    spec: {
      type: "VirtualMachine",
      flavor: input.flavor,
      description: input.description,
      hostNetwork: { vpc: input.vpc, subnet: input.subnet },
      containerNetwork: { mode: "overlay_l2", cidr: input.podCidr },
      kubernetesSvcIpRange: input.serviceCidr,
      extendParam: externalIP === undefined ? undefined : { clusterExternalIP: externalIP },
    },
  });
  const version = chooseVersion(input.version);
  checkName(cce, name);
  const added = newCluster(cce, body, version);
  const cluster = createdAt === undefined ? added : { ...added, createdAt };
  cce.store.put("clusters", cluster);
  becomeAvailable(cce, cluster.id);
  for (const addon of requestedAddons(cce.rules, version)) {
    const { id } = installAddon(cce, cluster.id, addon);
    amend(cce, "addons", id, { status: "running" });
  }
  return amend(cce, "clusters", cluster.id, { phase }) ?? cluster;
}

function changeCluster(cce: Cce, id: string, change: z.output<typeof clusterChange>): Cluster | undefined {
  const cluster = cce.store.get("clusters", id);
  if (cluster === undefined) return undefined;
  const { containerCidr, externalIP, ...rest } = change;
  if (change.phase !== undefined) cancelJobs(cce, id, "a colleague has put the cluster into another phase");
  if (change.phase === "Available") becomeAvailable(cce, id);
  const network = cluster.spec["containerNetwork"] as object;
  const address = externalIP === "" ? "" : externalUrl(cce, externalIP ?? "");
  return amend(cce, "clusters", id, {
    ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Partial<Cluster>),
    ...(containerCidr === undefined
      ? {}
      : { spec: { ...cluster.spec, containerNetwork: { ...network, cidr: containerCidr } } }),
    ...(externalIP === undefined ? {} : { externalUrl: address }),
  });
}

function addPlan(cce: Cce, input: z.output<typeof planInput>): Plan {
  const { clusterName, nodepoolName, addonTemplate, nodeName, serverId, ...what } = input;
  const names = [
    { concerns: "Cluster", name: clusterName },
    { concerns: "NodePool", name: nodepoolName },
    { concerns: "Addon", name: addonTemplate },
    { concerns: "Node", name: nodeName },
    { concerns: "Server", name: serverId },
  ] as const;
  const [subject, ...others] = names.filter(({ name }) => name !== undefined);
  if (subject?.name === undefined || others.length > 0) {
    throw new Refusal(400, "give one of clusterName, nodepoolName, addonTemplate, nodeName and serverId", "body");
  }
  const plan: Plan = { ...newEntity(cce, subject.name), concerns: subject.concerns, ...what };
  cce.store.put("plans", plan);
  return plan;
}
