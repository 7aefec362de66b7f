// A stand on Alibaba Cloud ACK: its simulator as a test asks it, and the account that a user writes.
import { startAlibabaSimulator, type AlibabaSimulatorOptions } from "../../../../src/cloud/alibaba/simulator/index.ts";
import { createStandOn, type SimulatedCloud, type Stand } from "../../environment/environment.ts";
import { accountManifests } from "../../environment/manifests.ts";
import { managedClusterManifest, nodePoolManifest } from "../../environment/resources.ts";
import { controlsOf, CREDENTIALS, type SimulatorControls } from "../simulator.ts";
import { REGION } from "./bed.ts";

type AlibabaOptions = Partial<AlibabaSimulatorOptions>;

export type AlibabaStand = Stand<SimulatorControls, AlibabaOptions>;

export const ALIBABA: SimulatedCloud<SimulatorControls, AlibabaOptions> = {
  kinds: ["cloudaccounts", "managedclusters", "nodepools"],
  // The marker stands at the beginning of every client key, and in base64 too.
  secrets: [CREDENTIALS.secretKey, "-----BEGIN PRIVATE KEY-----"],
  start: startSimulator,
  accountManifests: alibabaAccountManifests,
};

/** Six hundred times as fast as the cloud where `speed` is unset. */
export function createAlibabaStand(prefix: string, options: AlibabaOptions = {}): Promise<AlibabaStand> {
  return createStandOn(ALIBABA, prefix, options);
}

async function startSimulator(options: AlibabaOptions = {}): Promise<SimulatorControls> {
  const defaults = { listen: "127.0.0.1:0", ...CREDENTIALS, region: REGION, speed: 600 };
  return controlsOf(await startAlibabaSimulator({ ...defaults, ...options }));
}

/** A credentials Secret and an account that uses it, with a budget that does not slow tests down. */
export function alibabaAccountManifests(
  simulator: Pick<SimulatorControls, "url">,
  { name = "alibaba", spec, stringData }: { name?: string; spec?: object; stringData?: object } = {},
): object[] {
  const alibaba = {
    provider: "AlibabaACK",
    region: REGION,
    requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
  };
  return accountManifests(simulator, { name, spec: { ...alibaba, ...spec }, ...(stringData && { stringData }) });
}

/** A managed cluster that looks for drift every 5 s, the least there is. */
export function clusterManifest(name: string, spec: object = {}, metadata: object = {}): object {
  const managed = {
    driftIntervalSeconds: 5,
    network: { vpcId: "vpc-1", subnetId: "vsw-1" },
    alibaba: { clusterType: "ManagedKubernetes" },
  };
  return managedClusterManifest({ metadata: { name, ...metadata }, spec: { ...managed, ...spec } });
}

/** A pool of two nodes that looks for drift every 5 s. */
export function poolManifest(name: string, spec: object = {}): object {
  const pool = {
    driftIntervalSeconds: 5,
    replicas: 2,
    instanceType: "ecs.g7.large",
    login: { keyPairName: "common" },
    labels: { team: "shop" },
  };
  return nodePoolManifest({ metadata: { name }, spec: { ...pool, ...spec } });
}

export type Dialect = "V2026" | "Reference";

export interface SimulatedCluster {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly clusterType: string;
  readonly profile: string;
  readonly version: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly deletionProtection: boolean;
}

/** Those of that name. */
export async function clustersOf(simulator: SimulatorControls, name: string): Promise<readonly SimulatedCluster[]> {
  const { clusters } = (await simulator.state()) as { clusters: SimulatedCluster[] };
  return clusters.filter((cluster) => cluster.name === name);
}

const LOGIN = { keyPairName: "mine" };

/** What a user writes of each kind of cluster, in each dialect. */
export const BLOCKS = {
  dedicated: () => ({
    clusterType: "Kubernetes",
    controlPlaneConfig: { instanceTypes: ["ecs.g7.xlarge"], login: LOGIN },
  }),
  managed: () => ({ clusterType: "ManagedKubernetes", login: LOGIN }),
  edge: () => ({ clusterType: "ManagedKubernetes", profile: "Edge", endpointPublicAccess: true, login: LOGIN }),
  serverless: (dialect: Dialect) =>
    dialect === "Reference" ? { clusterType: "Ask" } : { clusterType: "ManagedKubernetes", profile: "Serverless" },
} as const;

/** A cluster of that block in a VPC of its own. */
export function ackClusterManifest(name: string, alibaba: object, spec: object = {}): object {
  const block = { vswitchIds: [`vsw-${name}-1`], ...alibaba };
  return clusterManifest(name, {
    accountRef: { name: "alibaba" },
    network: { vpcId: `vpc-${name}` },
    alibaba: block,
    ...spec,
  });
}
