// Clusters with pools on a stand on ACK, and what its simulator shows of their servers.
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  createAlibabaStand,
  poolManifest,
  type AlibabaStand,
  type Dialect,
} from "./environment.ts";

export interface SimulatedServer {
  readonly id: string;
  readonly clusterId: string;
  readonly bought: boolean;
  readonly imaged: number;
}

export interface SimulatedNode {
  readonly vswitchId: string;
  readonly id: string;
  readonly clusterId: string;
  readonly nodepoolId: string;
  readonly serverId: string;
  readonly nodeStatus: string;
}

export interface SimulatedState {
  readonly servers: readonly SimulatedServer[];
  readonly nodes: readonly SimulatedNode[];
}

export interface ShownServer {
  readonly id: string;
  readonly state: string;
  readonly message?: string;
}

export interface PoolBench extends AsyncDisposable {
  readonly stand: AlibabaStand;
  /** Nodes of a cluster. */
  readonly workers: (clusterId: string) => Promise<readonly SimulatedNode[]>;
  readonly serversById: (...ids: readonly string[]) => Promise<readonly SimulatedServer[]>;
  /** Servers that the cloud has bought for a cluster. */
  readonly bought: (clusterId: string) => Promise<readonly SimulatedServer[]>;
  /** A cluster of that name; resolves with its id. */
  readonly cluster: (name: string, block?: object) => Promise<string>;
  /** A cluster and a pool in it, both of that name; resolves with the id of the cluster. */
  readonly standing: (name: string, pool: object) => Promise<string>;
  readonly plantServer: (id: string) => Promise<string>;
  /** `status.servers`. */
  readonly shownServers: (resource: string) => Promise<readonly ShownServer[]>;
}

/** Of a pool of existing servers. The reference wants a password of whoever takes servers in. */
export function existing(...ids: readonly string[]): object {
  return {
    replicas: undefined,
    labels: undefined,
    login: { passwordSecretRef: { name: "node-password" } },
    existingServers: { ids, eraseDisks: true },
  };
}

/** With an account, the Secret of nodes' passwords, and an operator. */
export async function startPoolBench(prefix: string, dialect: Dialect, options: object = {}): Promise<PoolBench> {
  const stand = await createAlibabaStand(prefix, { dialect, ...options });
  const state = async (): Promise<SimulatedState> => (await stand.simulator.state()) as object as SimulatedState;
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "node-password" } };
  await stand.apply({ ...secret, stringData: { password: "Pass-word-1" } });
  await stand.apply(...alibabaAccountManifests(stand.simulator, { spec: { alibaba: { dialect } } }));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;

  async function cluster(name: string, block: object = BLOCKS.managed()): Promise<string> {
    await stand.apply(ackClusterManifest(name, block));
    await stand.reaches(`managedcluster/${name}`, "Available");
    return (await stand.read(`managedcluster/${name}`))!.status.externalId!;
  }

  return {
    stand,
    workers: async (clusterId) => (await state()).nodes.filter((node) => node.clusterId === clusterId),
    serversById: async (...ids) => (await state()).servers.filter(({ id }) => ids.includes(id)),
    bought: async (clusterId) =>
      (await state()).servers.filter((server) => server.bought && server.clusterId === clusterId),
    cluster,
    async standing(name, pool) {
      const id = await cluster(name);
      await stand.apply(poolManifest(name, { clusterRef: { name }, ...pool }));
      return id;
    },
    async plantServer(id) {
      await stand.simulator.behindOurBack("POST", "servers", { id, name: id });
      return id;
    },
    shownServers: async (resource) => ((await stand.read(resource))!.status["servers"] ?? []) as readonly ShownServer[],
    [Symbol.asyncDispose]: () => stand[Symbol.asyncDispose](),
  };
}
