// What is there from the start, and what a new cluster comes with.
import { ApiRefusal } from "../../simulation/kube/api-server.ts";
import { newNamespace } from "./namespace-life.ts";
import { NO_LIMITS } from "./quota.ts";
import { STORAGE } from "./registry.ts";
import type { Cluster, ClusterType, Ecns, Node, Offer } from "./state.ts";
import { NODE_ROLES, newEntity } from "./state.ts";
import { newClass } from "./storage.ts";

const OFFERED: readonly [Offer["kind"], name: string, nativeId: string][] = [
  ["Zone", "default-az", "default-az"],
  ["Flavor", "m1.small", "flavor-1"],
  ["Network", "net", "net-1"],
  ["Subnet", "sub", "sub-1"],
  ["VolumeType", "hdd", "volume-type-1"],
  ["VolumeType", "high-performance", "volume-type-2"],
  ["ServerImage", "ubuntu", "image-1"],
  ["KeyPair", "ops", "ops"],
];

const DEFAULT_CLASS = "general";

/** The runtime of secure containers (1.21): without the class pods that name it are refused. */
const RUNTIME_CLASS = "rune";

const NODE_NAMES = { Normal: "node", HybridOrchestration: "hybrid", SecurityContainer: "secure" } as const;

export interface NewCluster {
  readonly name: string;
  readonly type: ClusterType;
  readonly address?: string | undefined;
  /** Left out: ours. */
  readonly projectId?: string | undefined;
}

export async function plant(ecns: Ecns, clusters: readonly NewCluster[]): Promise<void> {
  const { store, rules, clusters: behind } = ecns;
  const { user, userId } = rules.organisation;
  store.put("registry", STORAGE);
  for (const [id, name] of [
    [userId, user],
    ["u-dev", "u-dev"],
    ["u-guest", "u-guest"],
  ] as const) {
    store.put("users", { ...newEntity(ecns, name, id), email: `${name}@ecns.example` });
  }
  for (const [kind, name, nativeId] of OFFERED) {
    store.put("offers", { ...newEntity(ecns, name, `${kind}/${name}`), kind, nativeId, enabled: true });
  }
  const runtime = { metadata: { name: RUNTIME_CLASS }, handler: RUNTIME_CLASS };
  const path = "/apis/node.k8s.io/v1/runtimeclasses";
  if (behind.api !== undefined) await unlessThere(behind.api.send({ method: "POST", path, body: runtime }));
  for (const cluster of clusters) await addCluster(ecns, cluster);
}

/** With a namespace `default`, a default class of storage, and a node of each role. */
export async function addCluster(ecns: Ecns, { name, type, address, projectId }: NewCluster): Promise<Cluster> {
  const { store, rules, clusters } = ecns;
  const number = store.list("clusters").length + 1;
  const cluster: Cluster = {
    ...newEntity(ecns, name, name),
    type,
    address: address ?? `https://10.10.${number}.11:6443`,
    projectId: projectId ?? rules.organisation.projectId,
  };
  store.put("clusters", cluster);
  for (const [index, role] of NODE_ROLES.entries()) {
    addNode(ecns, {
      cluster: name,
      name: `${name}-${NODE_NAMES[role]}-1`,
      role,
      internalIp: `10.10.${number}.${21 + index}`,
    });
  }
  const at = { cluster: name, namespace: "default" };
  await unlessThere(clusters.at(at).create(newClass(DEFAULT_CLASS, "hdd", true)));
  await newNamespace(ecns, {
    cluster: name,
    name: "default",
    projectId: cluster.projectId,
    ...(type === "EOS" && { businessType: "Normal" as const }),
    psp: "Unlimited",
    quota: NO_LIMITS,
    users: [],
    roles: [],
  });
  return cluster;
}

type NewNode = Pick<Node, "cluster" | "name" | "role" | "internalIp"> & { phase?: Node["phase"] };

export function addNode(ecns: Ecns, { phase = "Ready", ...node }: NewNode): Node {
  const added: Node = { ...newEntity(ecns, node.name, `${node.cluster}/${node.name}`), ...node, phase };
  ecns.store.put("nodes", added);
  return added;
}

/** What an earlier simulator left on the API server is taken. */
async function unlessThere(made: Promise<unknown>): Promise<void> {
  await made.catch((error: unknown) => {
    if (!(error instanceof ApiRefusal) || error.reason !== "AlreadyExists") throw error;
  });
}
