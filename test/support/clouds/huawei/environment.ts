// A stand on Huawei CCE: its simulator as a test asks it, and the clusters that a user writes.
import { startHuaweiSimulator, type HuaweiSimulatorOptions } from "../../../../src/cloud/huawei/simulator/index.ts";
import { accountManifests } from "../../environment/manifests.ts";
import { managedClusterManifest } from "../../environment/resources.ts";
import { controlsOf, CREDENTIALS, type LoggedRequest, type SimulatorControls } from "../simulator.ts";
import { createStandOn, type SimulatedCloud, type Stand } from "../../environment/environment.ts";

/** Of the IAM user that every simulator knows, as its Secret has them. */
export const LOGIN = { username: "operator", password: "Right-password-1", domainName: "company" } as const;

const REGION = "cn-north-4";

export interface SimulatedCluster {
  readonly id: string;
  readonly name: string;
  readonly phase: string;
  readonly description: string;
  readonly jobId: string;
}

export interface HuaweiSimulator extends SimulatorControls {
  /** All, or those of that name. */
  clusters(name?: string): Promise<SimulatedCluster[]>;
  /** Every POST of a cluster, the refused ones included. */
  creates(): Promise<LoggedRequest[]>;
}

export type HuaweiStand = Stand<HuaweiSimulator, HuaweiOptions>;

type HuaweiOptions = Partial<HuaweiSimulatorOptions>;

export const HUAWEI: SimulatedCloud<HuaweiSimulator, HuaweiOptions> = {
  kinds: ["cloudaccounts", "managedclusters"],
  // The marker stands at the beginning of every client key, and in base64 too.
  secrets: [CREDENTIALS.secretKey, LOGIN.password, "-----BEGIN PRIVATE KEY-----"],
  start: startSimulator,
  accountManifests: huaweiAccountManifests,
};

/** Six hundred times as fast as the cloud where `speed` is unset: a cluster takes a second. */
export function createHuaweiStand(prefix: string, options: HuaweiOptions = {}): Promise<HuaweiStand> {
  return createStandOn(HUAWEI, prefix, options);
}

async function startSimulator(options: HuaweiOptions = {}): Promise<HuaweiSimulator> {
  const { username, password, domainName: domain } = LOGIN;
  const defaults = { listen: "127.0.0.1:0", ...CREDENTIALS, username, password, domain, speed: 600 };
  const controls = controlsOf(await startHuaweiSimulator({ ...defaults, projectName: REGION, ...options }));
  return {
    ...controls,
    async clusters(name) {
      const { clusters } = (await controls.state()) as { clusters: SimulatedCluster[] };
      return name === undefined ? clusters : clusters.filter((cluster) => cluster.name === name);
    },
    creates: async () =>
      (await controls.requests()).filter(({ method, path }) => method === "POST" && path.endsWith("/clusters")),
  };
}

/** A credentials Secret and an account that uses it, with a budget that does not slow tests down. */
export function huaweiAccountManifests(
  simulator: Pick<HuaweiSimulator, "url">,
  { name = "huawei", spec, stringData }: { name?: string; spec?: object; stringData?: object } = {},
): object[] {
  const huawei = {
    provider: "HuaweiCCE",
    region: REGION,
    huawei: { iamEndpoint: simulator.url },
    requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
  };
  return accountManifests(simulator, { name, spec: { ...huawei, ...spec }, ...(stringData && { stringData }) });
}

/** A ManagedCluster that looks for drift every 5 s, the least there is. */
export function clusterManifest(name: string, spec: object = {}, metadata: object = {}): object {
  return managedClusterManifest({ metadata: { name, ...metadata }, spec: { driftIntervalSeconds: 5, ...spec } });
}
