// What a colleague does behind our back to clusters, namespaces and nodes.
//
// POST clusters {"name", "type"?, "address"?, "projectId"?}, PATCH {"type"?, "address"?, "projectId"?}, DELETE (with all that is in it).
// POST namespaces {"cluster", "name", "projectId"?, "psp"?, "quota"?, "used"?, "users"?, "roles"?, "businessType"?}, PATCH (the same
//   without the first two, and "createdAt"), DELETE: gone when the answer comes.
// POST nodes {"cluster", "name", "role"?, "phase"?}, PATCH {"phase"?, "role"?}, DELETE.
import * as z from "zod";
import { sleep } from "../../../lib/clock.ts";
import type { CollectionControl } from "../../simulation/cloud.ts";
import { parseInput, Refusal } from "../../simulation/refusal.ts";
import { defined } from "./controls.ts";
import { endNamespace, forgetNamespace, newNamespace } from "./namespace-life.ts";
import { addCluster, addNode } from "./plant.ts";
import { NO_LIMITS } from "./quota.ts";
import type { Ecns, Namespace } from "./state.ts";
import { amend, BUSINESS_TYPES, CLUSTER_TYPES, NODE_ROLES } from "./state.ts";

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());
const amounts = z.record(z.string(), z.int().min(-1));

const newClusterInput = z.strictObject({
  name: z.string().regex(/^(?!.*--)[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/, "is no name of a cluster"),
  type: z.enum(CLUSTER_TYPES).default("EKS"),
  address: z.string().optional(),
  projectId: z.string().optional(),
});

const clusterChange = z.strictObject({
  type: z.enum(CLUSTER_TYPES).optional(),
  address: z.string().optional(),
  projectId: z.string().optional(),
});

const settings = {
  projectId: z.string().optional(),
  psp: z.enum(["Limited", "Unlimited"]).optional(),
  quota: amounts.optional(),
  used: amounts.optional(),
  users: z.array(z.string()).optional(),
  roles: z.array(z.string()).optional(),
  businessType: z.enum(BUSINESS_TYPES).optional(),
};

const newNamespaceInput = z.strictObject({ cluster: z.string(), name: z.string(), ...settings });
const namespaceChange = z.strictObject({ ...settings, createdAt: time.optional() });

const nodeSettings = { role: z.enum(NODE_ROLES).optional(), phase: z.enum(["Ready", "NotReady"]).optional() };
const newNodeInput = z.strictObject({ cluster: z.string(), name: z.string(), ...nodeSettings });

/** How long a colleague waits for a real namespace to go, and how often it is looked at. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 50;

export function clusterControls(ecns: Ecns): Record<"clusters" | "namespaces" | "nodes", CollectionControl> {
  const { store, rules } = ecns;
  return {
    clusters: {
      create(input) {
        const wanted = parseInput(newClusterInput, input);
        if (store.get("clusters", wanted.name) !== undefined) {
          throw new Refusal(409, `there is a cluster ${wanted.name}`, "name");
        }
        return addCluster(ecns, wanted);
      },
      update: (id, input) => amend(ecns, "clusters", id, defined(parseInput(clusterChange, input))),
      async remove(id) {
        const cluster = store.get("clusters", id);
        const inside = store.list("namespaces").filter((namespace) => namespace.cluster === id);
        for (const namespace of inside) await dropNamespace(ecns, namespace);
        for (const node of store.list("nodes")) if (node.cluster === id) store.remove("nodes", node.id);
        store.remove("clusters", id);
        return cluster;
      },
    },
    namespaces: {
      create(input) {
        const { quota, used = {}, ...wanted } = parseInput(newNamespaceInput, input);
        requireCluster(ecns, wanted.cluster);
        return addNamespace(ecns, {
          psp: "Limited",
          users: [],
          roles: [],
          projectId: rules.organisation.projectId,
          ...defined(wanted),
          cluster: wanted.cluster,
          name: wanted.name,
          quota: { ...NO_LIMITS, ...quota },
          used,
        });
      },
      update(id, input) {
        const { quota, ...change } = parseInput(namespaceChange, input);
        const before = store.get("namespaces", id);
        const whole = quota && before && { quota: { ...before.quota, ...quota } };
        return amend(ecns, "namespaces", id, { ...defined(change), ...whole });
      },
      async remove(id) {
        const namespace = store.get("namespaces", id);
        if (namespace !== undefined) await dropNamespace(ecns, namespace);
        return namespace;
      },
    },
    nodes: {
      create(input) {
        const { cluster, name, role = "Normal", phase = "Ready" } = parseInput(newNodeInput, input);
        requireCluster(ecns, cluster);
        return addNode(ecns, { cluster, name, role, phase, internalIp: "10.10.250.250" });
      },
      update: (id, input) => amend(ecns, "nodes", id, defined(parseInput(z.strictObject(nodeSettings), input))),
      remove(id) {
        const node = store.get("nodes", id);
        store.remove("nodes", id);
        return node;
      },
    },
  };
}

async function addNamespace(
  ecns: Ecns,
  { used, ...wanted }: Parameters<typeof newNamespace>[1] & Pick<Namespace, "used">,
): Promise<Namespace> {
  const made = await newNamespace(ecns, wanted);
  return amend(ecns, "namespaces", made.id, { used }) ?? made;
}

/** Resolves when it is gone. */
async function dropNamespace(ecns: Ecns, namespace: Namespace): Promise<void> {
  const { store, clusters, timeline } = ecns;
  await endNamespace(ecns, namespace);
  if (clusters.api === undefined) forgetNamespace(ecns, namespace.id);
  for (let waitedMs = 0; store.get("namespaces", namespace.id) !== undefined; waitedMs += LOOK_MS) {
    if (waitedMs > PATIENCE_MS) throw new Refusal(504, `the namespace ${namespace.id} does not go`);
    await sleep(timeline, LOOK_MS);
  }
}

function requireCluster({ store }: Ecns, name: string): void {
  if (store.get("clusters", name) === undefined) throw new Refusal(404, `there is no cluster ${name}`, "cluster");
}
