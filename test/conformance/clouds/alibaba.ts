// Alibaba Cloud ACK in the suite, in both editions of its API.
import { alibaba as cloud } from "../../../src/cloud/alibaba/index.ts";
import { startAlibabaSimulator } from "../../../src/cloud/alibaba/simulator/index.ts";
import type { Dialect } from "../../../src/cloud/alibaba/config.ts";
import type { ClustersSample, ConformingCloud, Console, NodePoolsSample } from "../suite.ts";

const KEYS = { accessKey: "test-access-key", secretKey: "test-secret-key" } as const;
const REGION = "cn-hangzhou";
const NETWORK = { vpcId: "vpc-1", subnetId: "vsw-1", podCidr: "172.20.0.0/16", serviceCidr: "172.21.0.0/20" };
const LOGIN = { password: "Pass-word-1" } as const;

const VERSIONS = { V2026: "1.32.7-aliyun.1", Reference: "1.12.6-aliyun.1" } as const;

function clusters(dialect: Dialect): ClustersSample {
  return {
    names: ["one-cluster", "two-cluster", "three-cluster", "four-cluster", "five-cluster"],
    refusedName: "no.name",
    request: (name, nonce) => ({
      name,
      nonce,
      version: VERSIONS[dialect],
      description: "",
      network: NETWORK,
      options: { clusterType: "ManagedKubernetes", tags: { team: "shop" } },
      logins: { login: LOGIN },
      deletionProtection: false,
    }),
    plant: (console, name) => plantCluster(console, name),
    exhaustQuota: (console) => console("PATCH", "quotas/cluster", { limit: 0 }),
    missingContext: "External",
    skips: {
      "changes a description and keeps the mark": "ACK has no descriptions",
      "puts a cluster to sleep and wakes it up, each in its phase only": "ACK can't put a cluster to sleep",
    },
  };
}

const nodePools: NodePoolsSample = {
  cluster: (console) => plantCluster(console, "of-a-colleague"),
  names: ["one", "two", "three", "four", "five"],
  refusedName: "no.name",
  request: (name, nonce) => ({
    name,
    nonce,
    cluster: { id: "", options: {}, version: "", type: "ManagedKubernetes", network: NETWORK },
    replicas: 2,
    autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 },
    labels: { team: "shop" },
    taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }],
    instanceType: "ecs.g7.large",
    zone: undefined,
    os: undefined,
    rootVolume: { type: "cloud_essd", sizeGiB: 120 },
    dataVolumes: [],
    login: LOGIN,
    existingServers: undefined,
    options: {},
  }),
  async plant(console, name, clusterId) {
    return idOf(await console("POST", "nodepools", { name, clusterId }));
  },
  exhaustQuota: (console) => console("PATCH", "quotas/nodepool", { limit: 0 }),
  skips: { "a list of nothing is empty": "Every cluster is born with a default pool" },
};

function conforming(dialect: Dialect, as: Pick<ConformingCloud, "name" | "facets">): ConformingCloud {
  return {
    ...as,
    cloud,
    start: ({ duplicateNames, pageSize, clock }) =>
      startAlibabaSimulator({
        listen: "127.0.0.1:0",
        ...KEYS,
        region: REGION,
        dialect,
        duplicateNames,
        maxPageSize: pageSize,
        clock,
        speed: 5_000,
        // Both clusters that a case makes are in one VPC.
        cidrOverlaps: "Allow",
      }),
    settings: () => ({ region: REGION, providerOptions: { dialect } }),
    credentials: KEYS,
    wrongCredentials: { ...KEYS, secretKey: "wrong-secret-key" },
    ambiguousCredentials: { ...KEYS, username: "operator", password: "Right-password-1" },
    unknownId: `c${"0".repeat(32)}`,
  };
}

const OTHERS = {
  nodes: "Its nodes are seen on the pools",
  addons: "Add-ons of ACK are not in its reference",
  applications: "ACK keeps no applications of its own",
  namespaces: "ACK keeps no namespaces of its own",
  volumeClaims: "Claims of ACK are not in its reference",
  registry: "ACK has no registry",
  inventory: "ACK keeps no inventory",
} as const;

export const alibaba = conforming("V2026", {
  name: "AlibabaACK",
  facets: { clusters: clusters("V2026"), nodePools, ...OTHERS },
});

export const alibabaReference = conforming("Reference", {
  name: "AlibabaACK by its reference",
  facets: { clusters: clusters("Reference"), nodePools: "The reference has no pools", ...OTHERS },
});

async function plantCluster(console: Console, name: string): Promise<string> {
  return idOf(await console("POST", "clusters", { name, createdAt: "2020-01-01T00:00:00Z" }));
}

function idOf(made: unknown): string {
  return (made as { id: string }).id;
}
