// Node pools and add-ons on a stand: each test has a cloud, an account and a cluster of its own, and sees what goes between the
// operator and the cloud.
import { startHuaweiSimulator, type HuaweiSimulatorOptions } from "../../../src/cloud/huawei/simulator/index.ts";
import { clusterManifest, huaweiAccountManifests, LOGIN } from "../clouds/huawei/environment.ts";
import { managedAddonManifest, managedNodeManifest, nodePoolManifest } from "./resources.ts";
import { controlsOf, CREDENTIALS, type SimulatorControls } from "../clouds/simulator.ts";
import { createStandOn, type Resource, type SimulatedCloud, type Stand } from "./environment.ts";
import type { Condition } from "./status-watch.ts";
import { startWire, type Exchange, type Wire } from "../clouds/wire.ts";

interface SimulatedPool {
  readonly id: string;
  readonly name: string;
  readonly phase: string;
  readonly initialNodeCount: number;
  readonly autoscaling: { readonly enable: boolean; readonly minNodeCount: number; readonly maxNodeCount: number };
  readonly nodeTemplate: {
    readonly k8sTags: Readonly<Record<string, string>>;
    readonly login: { readonly sshKey?: string; readonly userPassword?: { readonly password: string } };
  };
}

interface SimulatedNode {
  readonly id: string;
  readonly name: string;
  readonly clusterId: string;
  readonly nodepoolId: string;
  readonly serverId: string;
  readonly privateIP: string;
  readonly phase: string;
}

interface SimulatedServer {
  readonly id: string;
  readonly name: string;
  readonly nodeId: string;
  /** How often its system disk was written. */
  readonly imaged: number;
}

interface SimulatedAddon {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly status: string;
}

interface State {
  readonly clusters: readonly { readonly id: string; readonly phase: string }[];
  readonly nodepools: readonly SimulatedPool[];
  readonly nodes: readonly SimulatedNode[];
  readonly servers: readonly SimulatedServer[];
  readonly addons: readonly SimulatedAddon[];
}

/** What a PUT of a pool carries (CCE API Reference 4.1.22). */
export interface PoolChange {
  readonly initialNodeCount?: number;
  readonly autoscaling?: { readonly enable: boolean };
  readonly nodeTemplate?: { readonly k8sTags?: Readonly<Record<string, string>>; readonly taints?: readonly unknown[] };
}

interface MembersSimulator extends SimulatorControls {
  state(): Promise<State>;
  pools(): Promise<readonly SimulatedPool[]>;
  nodes(): Promise<readonly SimulatedNode[]>;
  servers(): Promise<readonly SimulatedServer[]>;
  /** Of that template. */
  addons(template: string): Promise<readonly SimulatedAddon[]>;
}

type Options = Partial<HuaweiSimulatorOptions>;

export interface MembersStand extends Stand<MembersSimulator, Options> {
  /** A cloud with an account and a cluster, all of that name; the cluster is there and adopted. */
  home(name: string, options?: HomeOptions): Promise<Home>;
}

interface HomeOptions {
  readonly simulator?: Options;
  /** Of the cluster's ManagedCluster. */
  readonly spec?: object;
  /** Of the cluster in the cloud. */
  readonly version?: string;
}

export interface Home {
  /** Of the ManagedCluster and its account. */
  readonly name: string;
  readonly clusterId: string;
  readonly cloud: MembersSimulator;
  readonly wire: Wire;
}

const CLOUD: SimulatedCloud<MembersSimulator, Options> = {
  kinds: ["cloudaccounts", "managedclusters", "nodepools", "managednodes", "managedaddons", "cloudvolumeclaims"],
  secrets: [CREDENTIALS.secretKey, LOGIN.password, "-----BEGIN PRIVATE KEY-----"],
  start: startSimulator,
  accountManifests: huaweiAccountManifests,
};

export async function createMembersStand(prefix: string): Promise<MembersStand> {
  const stand = await createStandOn(CLOUD, prefix);
  const wires: Wire[] = [];
  const home = async (name: string, { simulator, spec, version }: HomeOptions = {}): Promise<Home> => {
    const cloud = await stand.anotherSimulator(simulator);
    const wire = await startWire(cloud.url);
    wires.push(wire);
    const { id } = (await cloud.behindOurBack("POST", "clusters", { name, version })) as { id: string };
    const cluster = clusterManifest(name, { accountRef: { name }, externalId: id, ...spec });
    await stand.apply(...huaweiAccountManifests(wire, { name }), cluster);
    await stand.reaches(`managedcluster/${name}`, "Available");
    return { name, clusterId: id, cloud, wire };
  };
  return {
    ...stand,
    home,
    async [Symbol.asyncDispose]() {
      await stand[Symbol.asyncDispose]();
      await Promise.all(wires.map((wire) => wire[Symbol.asyncDispose]()));
    },
  };
}

/** Six hundred times as fast as the cloud where `speed` is unset: a node takes a third of a second. */
async function startSimulator(options: Options = {}): Promise<MembersSimulator> {
  const defaults = { listen: "127.0.0.1:0", ...CREDENTIALS, speed: 600, projectName: "cn-north-4" };
  const controls = controlsOf(await startHuaweiSimulator({ ...defaults, ...options }));
  const state = async (): Promise<State> => (await controls.state()) as State;
  return {
    ...controls,
    state,
    pools: async () => (await state()).nodepools,
    nodes: async () => (await state()).nodes,
    servers: async () => (await state()).servers,
    addons: async (template) => (await state()).addons.filter(({ name }) => name === template),
  };
}

/** A NodePool in the home's cluster, of the same name where it has no other; it looks for drift every 5 s. */
export function poolManifest({ name }: Pick<Home, "name">, spec: object = {}, metadata: object = {}): object {
  const login = { keyPairName: "ops" };
  return nodePoolManifest({
    metadata: { name, ...metadata },
    spec: { clusterRef: { name }, login, driftIntervalSeconds: 5, ...spec },
  });
}

/** A ManagedNode in the home's cluster; as poolManifest. */
export function nodeManifest({ name }: Pick<Home, "name">, spec: object = {}, metadata: object = {}): object {
  return managedNodeManifest({
    metadata: { name, ...metadata },
    spec: { clusterRef: { name }, driftIntervalSeconds: 5, ...spec },
  });
}

/** A ManagedNode of a server that exists; as nodeManifest. */
export function acceptedManifest(home: Pick<Home, "name">, serverId: string, spec: object = {}): object {
  const existingServer = { id: serverId, eraseDisks: true };
  return nodeManifest(home, { instanceType: undefined, existingServer, ...spec });
}

/** A ManagedAddon, metrics-server where nothing else is said, in the home's cluster; as poolManifest. */
export function addonManifest({ name }: Pick<Home, "name">, spec: object = {}, metadata: object = {}): object {
  return managedAddonManifest({
    metadata: { name, ...metadata },
    spec: { clusterRef: { name }, driftIntervalSeconds: 5, ...spec },
  });
}

/** Pools, nodes and add-ons, whatever else the cluster shows. */
export function conditionOf({ status }: Resource, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type);
}

/** What was sent to change pools, oldest first. */
export function poolChanges({ wire }: Home): readonly PoolChange[] {
  return wire.exchanges.filter(isPoolChange).map(({ body }) => (body as { spec: PoolChange }).spec);
}

export function isPoolChange({ method, path }: Pick<Exchange, "method" | "path">): boolean {
  return method === "PUT" && path.includes("/nodepools/");
}
