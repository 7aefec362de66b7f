// Chaos over single nodes in three clusters that exist: where it happens, and what users write. Nothing is in a node but what its
// server's disks were written with, and how often, the cloud counts.
import { ANNOTATIONS } from "../../../src/controllers/lifecycle/resource.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { managedNode } from "../../../src/crds/managednode/kind.ts";
import type { ManagedNode } from "../../../src/crds/managednode/schema.ts";
import { type Bed, createBed, type Manifest } from "./bed.ts";
import { HUAWEI, clusterManifest, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import { createStandOn } from "../environment/environment.ts";
import { managedNodeManifest } from "../environment/resources.ts";

interface SimulatedNode {
  readonly id: string;
  readonly name: string;
  readonly clusterId: string;
  readonly serverId: string;
  readonly phase: string;
}

interface SimulatedServer {
  readonly id: string;
  readonly name: string;
  readonly nodeId: string;
  readonly imaged: number;
}

/** The collections of /_simulator/state that are looked at. */
export interface NodesState {
  readonly clusters: readonly { readonly id: string; readonly name: string }[];
  readonly nodes: readonly SimulatedNode[];
  readonly servers: readonly SimulatedServer[];
}

export interface NodesBedOptions {
  readonly duplicateNames?: "Refuse" | "Allow";
  readonly resetChangesId?: boolean;
  readonly settleWindowSeconds?: number;
  /** Of each cluster; 1 where unset. */
  readonly maxNodeDisruptions?: number;
}

export interface NodesBed extends Bed<NodesState> {
  /** Ids in the cloud by name. */
  readonly clusterIds: ReadonlyMap<string, string>;
  /** Bought, in that cluster. */
  addBought(name: string, cluster: string): Promise<void>;
  /** Of a server that exists from now on. Resolves with its id. */
  addAccepted(name: string, cluster: string): Promise<string>;
  read(name: string): Promise<ManagedNode>;
  /** Asks for it by the id that the node has now. */
  reset(name: string, word: string): Promise<void>;
  /** As reset; where it has no id yet, nothing is confirmed. */
  move(name: string, cluster: string): Promise<void>;
  rename(name: string, displayName: string): Promise<void>;
  removeNode(name: string): Promise<void>;
}

export const CLUSTERS = ["nodes-a", "nodes-b", "nodes-c"] as const;

/** A node takes less than a quarter of a second. */
const SPEED = 2_000;
const ACCOUNT = "huawei";

/** The operator runs, and has an account and the clusters. */
export async function createNodesBed(prefix: string, options: NodesBedOptions = {}): Promise<NodesBed> {
  const { settleWindowSeconds, maxNodeDisruptions = 1, ...simulatorOptions } = options;
  const kinds = ["cloudaccounts", "managedclusters", "managednodes"];
  const stand = await createStandOn({ ...HUAWEI, kinds }, prefix, { speed: SPEED, ...simulatorOptions });
  const bed = await createBed<NodesState>({
    stand,
    accountManifests: (account) => huaweiAccountManifests(stand.simulator, account),
    settleWindowSeconds,
  });
  bed.start();
  await bed.addAccount(ACCOUNT);
  await stand.reaches(`cloudaccount/${ACCOUNT}`, "Verified");
  const clusterIds = new Map<string, string>();
  for (const name of CLUSTERS) {
    const { id } = (await stand.simulator.behindOurBack("POST", "clusters", { name })) as { id: string };
    clusterIds.set(name, id);
    await bed.add(managedCluster.type, clusterManifest(name, { externalId: id, maxNodeDisruptions }) as Manifest);
    await stand.reaches(`managedcluster/${name}`, "Available");
  }
  const { namespace } = stand;
  const add = (name: string, spec: object): Promise<void> =>
    bed.add(managedNode.type, managedNodeManifest({ metadata: { name }, spec: { driftIntervalSeconds: 5, ...spec } }));
  const read = (name: string): Promise<ManagedNode> => bed.kube.get<ManagedNode>(managedNode.type, { namespace, name });
  const patch = async (name: string, change: object): Promise<void> => {
    await bed.kube.mergePatch(managedNode.type, { namespace, name }, change);
  };
  const asked = async (name: string, annotation: string, word: string): Promise<object> => {
    const { externalId } = (await read(name)).status;
    return externalId === undefined ? {} : { metadata: { annotations: { [annotation]: `${externalId}${word}` } } };
  };
  return {
    ...bed,
    clusterIds,
    addBought: (name, cluster) => add(name, { clusterRef: { name: cluster } }),
    async addAccepted(name, cluster) {
      const { id } = (await stand.simulator.behindOurBack("POST", "servers", { name })) as { id: string };
      const existingServer = { id, eraseDisks: true };
      await add(name, { clusterRef: { name: cluster }, instanceType: undefined, existingServer });
      return id;
    },
    read,
    reset: async (name, word) => patch(name, await asked(name, ANNOTATIONS.reset, ` ${word}`)),
    async move(name, cluster) {
      await patch(name, { spec: { clusterRef: { name: cluster } }, ...(await asked(name, ANNOTATIONS.move, "")) });
    },
    rename: (name, displayName) => bed.change(managedNode.type, name, { displayName }),
    removeNode: (name) => bed.remove(managedNode.type, name),
  };
}
