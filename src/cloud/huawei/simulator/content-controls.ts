// What a colleague, an autoscaler or bad luck does behind our back to what is in a cluster: pools, nodes, add-ons.
//
// POST /_simulator/nodepools {"clusterId", "name", "initialNodeCount"?, "flavor"?, "az"?, "os"?, "k8sTags"?, "taints"?,
//   "autoscaling"?}: a pool, at once normal with its nodes Active.
// PATCH /_simulator/nodepools/ID {"initialNodeCount"}: as in the console; {"autoscaledTo": N}: as the autoscaler does,
//   refused (409) where autoscaling is off or N is out of bounds; {"soldOutAbove": N|null}: how many nodes the cloud has;
//   {"phase"}, {"k8sTags"}, {"autoscaling"}. DELETE: gone at once with its nodes.
// POST /_simulator/nodes {"clusterId", "nodepoolId"?, "name"?, "phase"?}: without a pool a node outside of all pools; PATCH
//   {"phase"}, with those of today's public cloud; DELETE: its pool wants one node less.
// POST /_simulator/addons {"clusterId", "template", "version", "values"?}: running; PATCH {"status", "reason", "message",
//   "version", "values"}; DELETE.
import { z } from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import { installAddon } from "./addon-lifecycle.ts";
import { checkVersion, requireTemplate } from "./addon-templates.ts";
import { addNode, dropPool, POOL_LABEL, settle, syncPool } from "./nodepool-lifecycle.ts";
import { nodePoolBody } from "./nodepool-spec.ts";
import { addPool } from "./nodepools.ts";
import type { Cce, CceTables, Node, NodePool } from "./state.ts";
import { ADDON_STATUSES, amend, NODE_PHASES, NODE_POOL_PHASES, requireCluster } from "./state.ts";

const labels = z.record(z.string(), z.string());

const poolInput = z.strictObject({
  clusterId: z.string(),
  name: z.string(),
  initialNodeCount: z.int().min(0).default(0),
  flavor: z.string().default("s6.large.2"),
  az: z.string().default("az1.dc1"),
  os: z.string().default("EulerOS 2.5"),
  k8sTags: labels.default({}),
  taints: z.array(z.unknown()).default([]),
  autoscaling: z.looseObject({}).default({}),
});

const count = z.int().min(0);

const autoscalingChange = z.strictObject({
  enable: z.boolean().optional(),
  minNodeCount: count.optional(),
  maxNodeCount: count.optional(),
  scaleDownCooldownTime: count.optional(),
  priority: z.int().optional(),
});

const poolChange = z.strictObject({
  initialNodeCount: count.optional(),
  autoscaledTo: count.optional(),
  soldOutAbove: count.nullable().optional(),
  phase: z.enum(NODE_POOL_PHASES).optional(),
  k8sTags: labels.optional(),
  autoscaling: autoscalingChange.optional(),
});

const nodeInput = z.strictObject({
  clusterId: z.string(),
  nodepoolId: z.string().optional(),
  name: z.string().min(1).optional(),
  phase: z.enum(NODE_PHASES).default("Active"),
});

const nodeChange = z.strictObject({ phase: z.enum(NODE_PHASES) });

const values = z.record(z.string(), z.unknown());

const addonInput = z.strictObject({
  clusterId: z.string(),
  template: z.string(),
  version: z.string(),
  values: values.default({}),
});

const addonChange = z.strictObject({
  status: z.enum(ADDON_STATUSES).optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  version: z.string().optional(),
  values: values.optional(),
});

export function contentControls(
  cce: Cce,
): Record<Extract<keyof CceTables, "nodepools" | "nodes" | "addons">, CollectionControl> {
  const { store } = cce;
  return {
    nodepools: {
      create: (input) => plantPool(cce, parseInput(poolInput, input)),
      update: (id, input) => changePool(cce, id, parseInput(poolChange, input)),
      remove: (id) => dropPool(cce, id),
    },
    nodes: {
      create: (input) => plantNode(cce, parseInput(nodeInput, input)),
      update(id, input) {
        const node = amend(cce, "nodes", id, parseInput(nodeChange, input));
        if (node !== undefined) settle(cce, node.nodepoolId);
        return node;
      },
      remove: (id) => dropNode(cce, id),
    },
    addons: {
      create(input) {
        const { clusterId, template: name, ...rest } = parseInput(addonInput, input);
        checkVersion(requireTemplate(name), rest.version, requireCluster(store, clusterId).version);
        const { id } = installAddon(cce, clusterId, { name, ...rest });
        return amend(cce, "addons", id, { status: "running" }) ?? { id };
      },
      update: (id, input) => amend(cce, "addons", id, given(parseInput(addonChange, input))),
      remove(id) {
        const addon = store.get("addons", id);
        store.remove("addons", id);
        return addon;
      },
    },
  };
}

/** What is set of a change: an absent field stays as it was. */
function given<Change extends object>(change: Change): { [K in keyof Change]?: Exclude<Change[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof Change]?: Exclude<Change[K], undefined>;
  };
}

function plantPool(cce: Cce, input: z.output<typeof poolInput>): NodePool {
  const { clusterId, name, flavor, az, os, k8sTags, taints, initialNodeCount, autoscaling } = input;
  const body = parseInput(nodePoolBody, {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name },
    spec: {
      initialNodeCount,
      autoscaling,
      nodeTemplate: {
        flavor,
        az,
        os,
        login: { sshKey: "key-of-a-colleague" },
        rootVolume: { size: 40, volumetype: "SATA" },
        dataVolumes: [{ size: 100, volumetype: "SATA" }],
        k8sTags,
        taints,
      },
    },
  });
  const pool = addPool(cce, requireCluster(cce.store, clusterId), body);
  for (let missing = initialNodeCount; missing > 0; missing -= 1) addNode(cce, pool, "Active");
  return pool;
}

function changePool(cce: Cce, id: string, change: z.output<typeof poolChange>): NodePool | undefined {
  const pool = cce.store.get("nodepools", id);
  if (pool === undefined) return undefined;
  const { autoscaledTo, k8sTags, autoscaling, ...rest } = change;
  if (autoscaledTo !== undefined) checkBounds(pool, autoscaledTo);
  amend(cce, "nodepools", id, {
    ...given(rest),
    ...(autoscaledTo === undefined ? {} : { initialNodeCount: autoscaledTo }),
    ...(autoscaling === undefined ? {} : { autoscaling: { ...pool.autoscaling, ...given(autoscaling) } }),
    ...(k8sTags === undefined
      ? {}
      : { nodeTemplate: { ...pool.nodeTemplate, k8sTags: { ...k8sTags, [POOL_LABEL]: pool.name } } }),
  });
  // A phase set by hand stays until something happens to the pool.
  if (rest.phase === undefined) syncPool(cce, id);
  return cce.store.get("nodepools", id);
}

function checkBounds({ autoscaling }: NodePool, wanted: number): void {
  const { enable, minNodeCount, maxNodeCount } = autoscaling;
  if (enable && wanted >= minNodeCount && wanted <= maxNodeCount) return;
  throw new Refusal(
    409,
    enable ? `must be from ${minNodeCount} to ${maxNodeCount}` : "autoscaling is off",
    "autoscaledTo",
  );
}

function plantNode(cce: Cce, { clusterId, nodepoolId, name, phase }: z.output<typeof nodeInput>): Node {
  const { id } = requireCluster(cce.store, clusterId);
  const node = nodepoolId === undefined ? addLooseNode(cce, id, phase) : addPoolNode(cce, id, nodepoolId, phase);
  return name === undefined ? node : (amend(cce, "nodes", node.id, { name }) ?? node);
}

function addPoolNode(cce: Cce, clusterId: string, nodepoolId: string, phase: Node["phase"]): Node {
  const pool = cce.store.get("nodepools", nodepoolId);
  if (pool?.clusterId !== clusterId) throw new Refusal(404, "there is no such pool in the cluster", "nodepoolId");
  amend(cce, "nodepools", pool.id, { initialNodeCount: pool.initialNodeCount + 1 });
  return addNode(cce, pool, phase);
}

/** As made by 4.1.9, without a pool. */
function addLooseNode(cce: Cce, clusterId: string, phase: Node["phase"]): Node {
  const nodeTemplate = {
    flavor: "s1.medium",
    az: "az1.dc1",
    os: "EulerOS 2.2",
    login: { sshKey: "key" },
    rootVolume: { size: 40, volumetype: "SATA" },
    dataVolumes: [{ size: 100, volumetype: "SATA" }],
    k8sTags: {},
  };
  return addNode(cce, { id: "", name: "node", clusterId, nodeTemplate }, phase);
}

/** Deleting a node of a pool by hand leaves the pool wanting one less. */
function dropNode(cce: Cce, id: string): Node | undefined {
  const node = cce.store.get("nodes", id);
  cce.store.remove("nodes", id);
  const pool = cce.store.get("nodepools", node?.nodepoolId ?? "");
  if (pool === undefined) return node;
  amend(cce, "nodepools", pool.id, { initialNodeCount: Math.max(pool.initialNodeCount - 1, 0) });
  settle(cce, pool.id);
  return node;
}
