// Answers of CCE as its API reference prints them, for tests to change.

export const CLUSTER_ID = "4d1ecb2c-229a-11e8-9c75-0255ac100ceb";

/** The answer of 4.1.2. */
export function exampleCluster(spec: object = {}, status: object = {}) {
  return {
    kind: "Cluster",
    apiVersion: "v3",
    metadata: {
      name: "mycluster",
      uid: CLUSTER_ID,
      creationTimestamp: "2018-08-02 03:48:58.968214406 +0000 UTC",
      updateTimestamp: "2018-08-02 04:05:29.386391813 +0000 UTC",
    },
    spec: {
      type: "VirtualMachine",
      flavor: "cce.s1.small",
      version: "v1.15.11-r1",
      description: "this is a demo cluster",
      hostNetwork: { vpc: "vpc-1", subnet: "subnet-1" },
      containerNetwork: { mode: "overlay_l2", cidr: "172.16.0.0/16" },
      authentication: { mode: "rbac", authenticatingProxy: {} },
      billingMode: 0,
      kubernetesSvcIpRange: "10.247.0.0/16",
      ...spec,
    },
    status: { phase: "Available", endpoints: [{ url: "https://192.168.0.11:5443", type: "Internal" }], ...status },
  };
}

/** The answer of 4.1.20, which leaves out what is zero. */
export function exampleNodePool(spec: object = {}, status: object | undefined = { phase: "" }, k8sTags: object = {}) {
  return {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name: "my-node-pool", uid: "np-1" },
    spec: {
      type: "vm",
      nodeTemplate: {
        flavor: "s6.large.2",
        az: "az1.dc1",
        os: "EulerOS 2.5",
        login: { sshKey: "myKeypair" },
        rootVolume: { volumetype: "SATA", size: 40 },
        extendParam: { "alpha.cce/preInstall": "", maxPods: 110 },
        k8sTags: { "cce.cloud.com/cce-nodepool": "my-node-pool", ...k8sTags },
      },
      autoscaling: { maxNodeCount: 1 },
      nodeManagement: {},
      ...spec,
    },
    status,
  };
}
