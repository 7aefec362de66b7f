// A stand on bcs-storage: its simulator as a test asks it, and an account on it.
import { startBcsSimulator, type BcsSimulatorOptions } from "../../../../src/cloud/bcs/simulator/index.ts";
import { createStandOn, type SimulatedCloud, type Stand } from "../../environment/environment.ts";
import { accountManifest, secretManifest } from "../../environment/manifests.ts";
import { controlsOf, type SimulatorControls } from "../simulator.ts";

export const TOKEN = "test-token~0123456789";

/** So that what is waited for is not the account's budget: a comparison alone takes seconds of the one that is by default. */
export const AMPLE_BUDGET = { readsPerMinute: 60_000, writesPerMinute: 60_000 };

/** As the simulator tells it; what a test does not look at is left out. */
export interface SimulatedRecord {
  readonly id: string;
  readonly clusterId: string;
  readonly namespace?: string;
  readonly resourceType: string;
  readonly resourceName: string;
  readonly updatedAt: string;
  readonly data: unknown;
}

export interface SimulatedStore {
  readonly records: readonly SimulatedRecord[];
  readonly events: readonly {
    readonly id: string;
    readonly clusterId: string;
    readonly eventId: string;
    readonly data: unknown;
  }[];
  readonly alarms: readonly {
    readonly id: string;
    readonly clusterId: string;
    readonly source: string;
    readonly module: string;
    readonly message: string;
    readonly data: unknown;
  }[];
  readonly watches: readonly (SimulatedRecord & { readonly namespace: string })[];
  readonly metrics: readonly {
    readonly id: string;
    readonly clusterId: string;
    readonly namespace: string;
    readonly type: string;
    readonly name: string;
    readonly data: unknown;
  }[];
}

export interface BcsSimulator extends SimulatorControls {
  store(): Promise<SimulatedStore>;
}

export type BcsOptions = Partial<BcsSimulatorOptions>;
export type BcsStand = Stand<BcsSimulator, BcsOptions>;

export const BCS: SimulatedCloud<BcsSimulator, BcsOptions> = {
  kinds: [
    "cloudaccounts",
    "inventorysinks",
    "alarmsources",
    "inventoryqueries",
    "registryprojects",
    "managedclusters",
    "nodepools",
  ],
  secrets: [TOKEN],
  start: startSimulator,
  accountManifests: bcsAccountManifests,
};

export function createBcsStand(prefix: string, options: BcsOptions = {}): Promise<BcsStand> {
  return createStandOn(BCS, prefix, options);
}

async function startSimulator(options: BcsOptions = {}): Promise<BcsSimulator> {
  const controls = controlsOf(await startBcsSimulator({ listen: "127.0.0.1:0", token: TOKEN, ...options }));
  return { ...controls, store: async () => (await controls.state()) as SimulatedStore };
}

/** An InventorySink that compares every 5 s, the least there is. */
export function sinkManifest(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "InventorySink",
    metadata: { name, ...metadata },
    spec: { accountRef: { name: "bcs" }, clusterId: "BCS-K8S-00001", driftIntervalSeconds: 3_600, ...spec },
  };
}

/** An AlarmSource that polls every 5 s, the least there is. */
export function alarmSourceManifest(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "AlarmSource",
    metadata: { name, ...metadata },
    spec: { accountRef: { name: "bcs" }, pollIntervalSeconds: 5, ...spec },
  };
}

/** An InventoryQuery for pods where nothing else is said. */
export function queryManifest(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "InventoryQuery",
    metadata: { name, ...metadata },
    spec: { accountRef: { name: "bcs" }, clusterId: "BCS-K8S-40001", resource: "Pod", ...spec },
  };
}

/** A credentials Secret and an account that uses it. */
export function bcsAccountManifests(
  { url }: Pick<BcsSimulator, "url">,
  { name = "bcs", spec, stringData = { token: TOKEN } }: { name?: string; spec?: object; stringData?: object } = {},
): object[] {
  const account = accountManifest(name, { provider: "TencentBCS", endpoint: url, ...spec });
  return [secretManifest(`${name}-credentials`, stringData), account];
}
