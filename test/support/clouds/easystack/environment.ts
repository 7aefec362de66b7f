// A stand on EasyStack ECNS: its simulator as a test asks it, and accounts that a user writes.
import {
  startEasyStackSimulator,
  type EasyStackSimulatorOptions,
} from "../../../../src/cloud/easystack/simulator/index.ts";
import { createStandOn, type SimulatedCloud, type Stand } from "../../environment/environment.ts";
import { accountManifests } from "../../environment/manifests.ts";
import { controlsOf, type LoggedRequest, type SimulatorControls } from "../simulator.ts";

/** Of the user that every simulator knows, as its Secret has them. */
export const LOGIN = { username: "operator", password: "Right-password-1", domainName: "Default" } as const;
export const USER_ID = "858634b407e845f14b02bcf369225dc0";
export const PROJECT_ID = "f3b2f2b0c2d14b6c9e3a4f0b5a1d2c3e";

/** One object of a collection, with whatever fields it has. */
export type Entity = Readonly<Record<string, unknown>> & { readonly id: string; readonly name: string };

export interface EasyStackSimulator extends SimulatorControls {
  /** The objects of one collection, with whatever fields they have. */
  list(collection: string): Promise<readonly Entity[]>;
  /** Sign-ins, by what they were answered. */
  logins(): Promise<readonly LoggedRequest[]>;
}

export type EasyStackOptions = Partial<EasyStackSimulatorOptions>;
export type EasyStackStand = Stand<EasyStackSimulator, EasyStackOptions>;

const EASYSTACK: SimulatedCloud<EasyStackSimulator, EasyStackOptions> = {
  kinds: [
    "cloudaccounts",
    "registryprojects",
    "managedclusters",
    "managednamespaces",
    "manifestsets",
    "cloudvolumeclaims",
  ],
  secrets: [LOGIN.password, Buffer.from(`registry of ${PROJECT_ID}`).toString("base64"), "sessionid=", "MII"],
  start: startSimulator,
  accountManifests: (simulator, account) => easystackAccountManifests(simulator, account),
};

/** Twenty times as fast as the cloud where `speed` is unset: a garbage collection takes three seconds. */
export function createEasyStackStand(prefix: string, options: EasyStackOptions = {}): Promise<EasyStackStand> {
  return createStandOn(EASYSTACK, prefix, options);
}

async function startSimulator(options: EasyStackOptions = {}): Promise<EasyStackSimulator> {
  const { username, password, domainName: domain } = LOGIN;
  const controls = controlsOf(
    await startEasyStackSimulator({ listen: "127.0.0.1:0", username, password, domain, speed: 20, ...options }),
  );
  return {
    ...controls,
    async list(collection) {
      return ((await controls.state()) as Record<string, readonly Entity[]>)[collection] ?? [];
    },
    logins: async () => (await controls.requests()).filter(({ path }) => path === "/v3/auth/tokens"),
  };
}

/** A credentials Secret and an account that uses it, with a budget that does not slow tests down. */
export function easystackAccountManifests(
  simulator: { readonly url: string },
  { name = "easystack", spec, stringData = LOGIN }: { name?: string; spec?: object; stringData?: object } = {},
): object[] {
  const easystack = {
    provider: "EasyStackECNS",
    easystack: { projectName: "admin" },
    requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
  };
  return accountManifests(simulator, { name, spec: { ...easystack, ...spec }, stringData });
}

/** A ManagedCluster that adopts the cloud's cluster of that name, by account `easystack`. */
export function clusterManifest(name: string, spec: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManagedCluster",
    metadata: { name },
    spec: { accountRef: { name: "easystack" }, externalId: name, driftIntervalSeconds: 5, ...spec },
  };
}

/** A ManagedNamespace in the cluster that ManagedCluster `eks-1` stands for. */
export function namespaceManifest(name: string, spec: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManagedNamespace",
    metadata: { name },
    spec: { clusterRef: { name: "eks-1" }, driftIntervalSeconds: 5, ...spec },
  };
}

/** A ManifestSet in that ManagedCluster, which looks for drift every 5 s, the least there is. */
export function clusterSetManifest(name: string, cluster: string, spec: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManifestSet",
    metadata: { name },
    spec: { clusterRef: { name: cluster }, driftIntervalSeconds: 5, ...spec },
  };
}

/** A CloudVolumeClaim of 10 GiB in that ManagedCluster; as clusterSetManifest. */
export function clusterClaimManifest(name: string, cluster: string, spec: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "CloudVolumeClaim",
    metadata: { name },
    spec: {
      clusterRef: { name: cluster },
      accessModes: ["ReadWriteOnce"],
      sizeGiB: 10,
      driftIntervalSeconds: 5,
      ...spec,
    },
  };
}
