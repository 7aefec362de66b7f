// What a colleague, an autoscaler or bad luck does behind our back to pools and add-ons.
//
// POST /_simulator/nodepools {"clusterId", "name", "initialNodeCount"?, "flavor"?, "az"?, "os"?, "k8sTags"?, "taints"?,
//   "autoscaling"?}: a pool, at once normal with its nodes Active.
// PATCH /_simulator/nodepools/ID {"initialNodeCount"}: as in the console; {"autoscaledTo": N}: as the autoscaler does,
//   refused (409) where autoscaling is off or N is out of bounds; {"soldOutAbove": N|null}: how many nodes the cloud has;
//   {"phase"}, {"k8sTags"}, {"autoscaling"}. DELETE: gone at once with its nodes.
// POST /_simulator/addons {"clusterId", "template", "version", "values"?}: running; PATCH {"status", "reason", "message",
//   "version", "values"}; DELETE.
import * as z from "zod";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import { installAddon } from "./addon-lifecycle.ts";
import { checkVersion, requireTemplate } from "./addon-templates.ts";
import { addNode, dropPool, POOL_LABEL, syncPool } from "./nodepool-lifecycle.ts";
import { nodePoolBody } from "./nodepool-spec.ts";
import { addPool } from "./nodepools.ts";
import type { Cce, CceTables, NodePool } from "./state.ts";
import { ADDON_STATUSES, amend, given, NODE_POOL_PHASES, requireCluster } from "./state.ts";

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

export function contentControls(cce: Cce): Record<Extract<keyof CceTables, "nodepools" | "addons">, CollectionControl> {
  const { store } = cce;
  return {
    nodepools: {
      create: (input) => plantPool(cce, parseInput(poolInput, input)),
      update: (id, input) => changePool(cce, id, parseInput(poolChange, input)),
      remove: (id) => dropPool(cce, id),
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
