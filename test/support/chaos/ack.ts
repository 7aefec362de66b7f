// Chaos over clusters on ACK with a pool of bought servers and one of servers that exist: where it happens, and what users write.
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  ALIBABA,
  BLOCKS,
  poolManifest,
  type Dialect,
  type SimulatedCluster,
} from "../clouds/alibaba/environment.ts";
import { existing, type SimulatedNode, type SimulatedServer } from "../clouds/alibaba/pools.ts";
import { createStandOn } from "../environment/environment.ts";
import { type Bed, createBed } from "./bed.ts";

/** What a user wants of a cluster and of what is in it. */
export interface AckWish {
  /** As its beginning, whatever patch the cloud chooses. */
  readonly version: string;
  readonly deletionProtection: boolean;
  /** Undefined: there shall be no pools. */
  readonly pools: AckPools | undefined;
}

export interface AckPools {
  /** Of the pool of bought servers. */
  readonly replicas: number;
  /** A label of its nodes. */
  readonly tier: string;
  /** Of the other one, by their ids. */
  readonly servers: readonly string[];
}

export interface SimulatedPool {
  readonly id: string;
  readonly name: string;
  readonly clusterId: string;
  readonly isDefault: boolean;
  readonly desiredSize: number | null;
  readonly labels: Readonly<Record<string, string>>;
}

export interface AckState {
  readonly clusters: readonly SimulatedCluster[];
  readonly nodepools: readonly SimulatedPool[];
  readonly nodes: readonly SimulatedNode[];
  readonly servers: readonly (SimulatedServer & { readonly name: string })[];
}

export interface AckBed extends Bed<AckState> {
  readonly dialect: Dialect;
  addCluster(name: string, wish: AckWish): Promise<void>;
  changeCluster(name: string, wish: Partial<Pick<AckWish, "version" | "deletionProtection">>): Promise<void>;
  /** With servers of those ids, which are there and free. */
  addPools(name: string, pools: AckPools): Promise<void>;
  changePools(name: string, pools: AckPools): Promise<void>;
  removeCluster(name: string): Promise<void>;
  removePools(name: string): Promise<void>;
}

/** A cluster takes less than half a second. */
const SPEED = 2_000;
const ACCOUNT = "alibaba";

/** The operator runs, and has an account. */
export async function createAckBed(
  dialect: Dialect,
  options: object = {},
  settleWindowSeconds?: number,
): Promise<AckBed> {
  const stand = await createStandOn(ALIBABA, `chaos-ack-${dialect.toLowerCase()}`, {
    dialect,
    speed: SPEED,
    ...options,
  });
  const bed = await createBed<AckState>({
    stand,
    settleWindowSeconds,
    accountManifests: ({ name }) => alibabaAccountManifests(stand.simulator, { name, spec: { alibaba: { dialect } } }),
  });
  bed.start();
  await bed.addAccount(ACCOUNT);
  await stand.reaches(`cloudaccount/${ACCOUNT}`, "Verified");
  const addPool = (name: string, spec: object): Promise<void> =>
    bed.add(nodePool.type, manifestOf(poolManifest(name, spec)));
  return {
    ...bed,
    dialect,
    addCluster: (name, wish) =>
      bed.add(managedCluster.type, manifestOf(ackClusterManifest(name, BLOCKS.managed(), { version: wish.version }))),
    changeCluster: (name, wish) => bed.change(managedCluster.type, name, wish),
    async addPools(name, { replicas, tier, servers }) {
      const clusterRef = { name };
      await addPool(boughtOf(name), { clusterRef, replicas, maxRemovalsPerStep: 2, ...labelled(dialect, tier) });
      await addPool(ownedOf(name), { clusterRef, ...existing(...servers), login: { keyPairName: "common" } });
    },
    async changePools(name, { replicas, tier, servers }) {
      await bed.change(nodePool.type, boughtOf(name), { replicas, ...labelled(dialect, tier) });
      await bed.change(nodePool.type, ownedOf(name), { existingServers: { ids: servers } });
    },
    removeCluster: (name) => bed.remove(managedCluster.type, name),
    async removePools(name) {
      for (const pool of [boughtOf(name), ownedOf(name)]) await bed.remove(nodePool.type, pool);
    },
  };
}

/** Where labels are those that a server joined with, they are not changed. */
function labelled(dialect: Dialect, tier: string): object {
  return { labels: { tier: dialect === "V2026" ? tier : "any" } };
}

/** Names of the pools' resources, and of the pools. */
export function boughtOf(cluster: string): string {
  return `${cluster}-bought`;
}

export function ownedOf(cluster: string): string {
  return `${cluster}-owned`;
}

function manifestOf(manifest: object): { readonly metadata: { readonly name: string } } {
  return manifest as { readonly metadata: { readonly name: string } };
}
