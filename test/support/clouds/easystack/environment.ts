// A stand on EasyStack ECNS: its simulator as a test asks it, and accounts that a user writes.
import {
  startEasyStackSimulator,
  type EasyStackSimulatorOptions,
} from "../../../../src/cloud/easystack/simulator/index.ts";
import { createStandOn, type SimulatedCloud, type Stand } from "../../environment/environment.ts";
import { accountManifests } from "../../environment/manifests.ts";
import { controlsOf, type LoggedRequest, type SimulatorControls } from "../simulator.ts";
import { noting } from "./calls-made.ts";

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

export const EASYSTACK: SimulatedCloud<EasyStackSimulator, EasyStackOptions> = {
  kinds: [
    "cloudaccounts",
    "registryprojects",
    "managedclusters",
    "managednamespaces",
    "managedapplications",
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
  const controls = noting(
    controlsOf(
      await startEasyStackSimulator({ listen: "127.0.0.1:0", username, password, domain, speed: 20, ...options }),
    ),
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

/** A ManagedApplication in namespace `default` of the cluster that ManagedCluster `eks-1` stands for. */
export function applicationManifest(name: string, spec: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManagedApplication",
    metadata: { name },
    spec: { clusterRef: { name: "eks-1" }, driftIntervalSeconds: 5, ...spec },
  };
}

/** One server that logs in by a key pair, as a hybrid application's `virtualMachines` have it, of what every simulator offers. */
export function serverOptions(name: string, options: object = {}) {
  return {
    name,
    replicas: 1,
    zone: "default-az",
    flavor: "m1.small",
    imageName: "ubuntu",
    systemDisk: { type: "hdd", sizeGiB: 40, cascadeDelete: true },
    keyPairName: "ops",
    loadBalancer: { internalIp: "10.30.0.9", ports: [{ port: 3306, protocol: "TCP" }] },
    ...options,
  };
}

/** What a hybrid application of that name is made of: a ConfigMap, a Deployment of two pods and a server. */
export function hybridOptions(name: string, { virtualMachines = [serverOptions(`${name}-db`)] } = {}) {
  const labels = { app: `${name}-web` };
  const containers = [{ name: "main", image: "nginx:1.27", env: [{ name: "MODE", value: "shop" }] }];
  return {
    network: { networkId: "net-1", networkName: "net", subnetId: "sub-1", subnetName: "sub" },
    configMaps: [{ name: `${name}-conf`, data: { mode: "shop" } }],
    workloads: [
      {
        manifest: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: `${name}-web` },
          spec: {
            replicas: 2,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers } },
          },
        },
        securityGroups: ["default"],
      },
    ],
    virtualMachines,
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
