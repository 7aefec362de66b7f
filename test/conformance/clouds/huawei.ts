// Huawei CCE in the suite.
import { huawei as cloud } from "../../../src/cloud/huawei/index.ts";
import { startHuaweiSimulator } from "../../../src/cloud/huawei/simulator/index.ts";
import { hostCluster } from "../../support/environment/nodepools.ts";
import type { AddonsSample, ClustersSample, ConformingCloud, Console, NodePoolsSample } from "../suite.ts";

const KEYS = { accessKey: "test-access-key", secretKey: "test-secret-key" } as const;
const USER = { username: "operator", password: "Right-password-1", domainName: "company" } as const;
/** All that the simulator takes. */
const SIGN_INS = { ...KEYS, username: USER.username, password: USER.password, domain: USER.domainName };
const UNKNOWN_ID = "00000000-0000-4000-8000-000000000000";
const VERSION = "v1.15.11-r1";

const clusters: ClustersSample = {
  names: ["one-cluster", "two-cluster", "three-cluster", "four-cluster", "five-cluster"],
  refusedName: "No Name",
  request: (name, nonce) => ({
    name,
    nonce,
    version: "v1.15",
    description: "our shop",
    network: { vpcId: "vpc-1", subnetId: "subnet-1", podCidr: "172.16.0.0/16", serviceCidr: undefined },
    options: {},
    logins: {},
    deletionProtection: false,
  }),
  plant: (console, name) => plantCluster(console, name),
  exhaustQuota: (console) => console("PATCH", "quotas/cluster", { quotaLimit: 0 }),
  missingContext: "External",
};

const nodePools: NodePoolsSample = {
  cluster: (console) => plantCluster(console, "of-a-colleague"),
  names: ["one", "two", "three", "four", "five"],
  refusedName: "No Name",
  request: (name, nonce) => ({
    name,
    nonce,
    replicas: 2,
    autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 },
    labels: { team: "shop" },
    taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }],
    instanceType: "s6.large.2",
    zone: undefined,
    os: undefined,
    rootVolume: undefined,
    dataVolumes: [],
    login: { password: "Pass-word-1" },
    existingServers: undefined,
    cluster: hostCluster(),
    options: {},
  }),
  async plant(console, name, clusterId) {
    return idOf(await console("POST", "nodepools", { name, clusterId }));
  },
  skips: {
    "a create for which there is no quota is QuotaExceeded": "The simulator has a quota of clusters alone",
  },
};

const addons: AddonsSample = {
  cluster: nodePools.cluster,
  names: ["metrics-server", "autoscaler", "gpu-beta", "web-terminal"],
  request: (template) => ({ template, version: VERSIONS[template] ?? "", values: { basic: { swr_user: "us" } } }),
  change: { template: "metrics-server", version: "1.0.6", values: { basic: { swr_user: "them" } } },
  host: { options: { type: "VirtualMachine" }, version: VERSION },
  async plant(console, template, clusterId) {
    return idOf(await console("POST", "addons", { template, clusterId, version: VERSIONS[template] }));
  },
  skips: {
    "a list of nothing is empty": "coredns and storage-driver come with every cluster",
    "a name that the cloud does not take is NameRefused":
      "An add-on is named as its template, which the cloud has or has not",
    "a create for which there is no quota is QuotaExceeded": "The reference knows no quota of add-ons",
  },
};

/** That fit a cluster of VERSION. */
const VERSIONS: Readonly<Record<string, string>> = {
  "metrics-server": "1.0.1",
  autoscaler: "1.15.10",
  "gpu-beta": "1.1.7",
  "web-terminal": "1.0.1",
};

export const huawei: ConformingCloud = {
  name: "HuaweiCCE",
  cloud,
  // Without `pageSize`: every list is one answer, whatever its length.
  start: ({ duplicateNames, clock }) =>
    startHuaweiSimulator({ listen: "127.0.0.1:0", ...SIGN_INS, duplicateNames, clock, speed: 5_000 }),
  settings: ({ extra }) => ({ providerOptions: { projectId: extra["projectId"] } }),
  credentials: KEYS,
  wrongCredentials: { ...KEYS, secretKey: "wrong-secret-key" },
  ambiguousCredentials: { ...KEYS, username: "operator" },
  unknownId: UNKNOWN_ID,
  facets: {
    clusters,
    nodePools,
    nodes: "Seen on its pools",
    addons,
    applications: "CCE keeps no applications of its own",
    namespaces: "CCE keeps no namespaces of its own",
    volumeClaims: "They lie in a cluster, whose API server the integration suite has",
    registry: "CCE has no registry",
    inventory: "CCE keeps no inventory",
  },
};

/** With tokens in place of signatures; what a facet sends is the same. */
export const huaweiUser: ConformingCloud = {
  ...huawei,
  name: "HuaweiCCE as a user",
  credentials: USER,
  wrongCredentials: { ...USER, password: "wrong-password" },
  facets: { ...huawei.facets, nodePools: "As with keys", addons: "As with keys" },
};

async function plantCluster(console: Console, name: string): Promise<string> {
  return idOf(await console("POST", "clusters", { name, createdAt: "2020-01-01T00:00:00Z", version: VERSION }));
}

function idOf(made: unknown): string {
  return (made as { id: string }).id;
}
