// What only Huawei Cloud CCE needs of our resources, in its own words (CCE API Reference: 4.1.1, tables 4-15 to 4-20, 4-53 and 4-54, of clusters; 4.1.19,
// tables 4-75, 4-77, 4-84 and 4-225, of node pools; 4.1.9 and 4.1.14, tables 4-75 to 4-86 and 4-140 to 4-158, of nodes; 4.2.1, table 4-287, of claims).
import * as z from "zod";
import type { CloudBlocks } from "../../schema/blocks.ts";
import { withRule, withTransitionRule } from "../../schema/enforced.ts";
import { integer, listOf, mapOf, text } from "../../schema/fields.ts";
import { cloudReference, endpointUrl } from "../../schema/formats.ts";

const projectText = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/);

const account = withRule(
  z.object({
    projectId: projectText
      .optional()
      .describe("Id of the project to work in. At most one of projectId and projectName."),
    projectName: projectText
      .optional()
      .describe(
        "Name of the project to work in. Default: the one named as the region. At most one of projectId and projectName.",
      ),
    iamEndpoint: endpointUrl.optional().describe("Address of the identity service. Default: the one of the region."),
    addonEndpoint: endpointUrl.optional().describe("Address of the add-on service. Default: endpoint."),
  }),
  {
    rule: "!(has(self.projectId) && has(self.projectName))",
    message: "projectId and projectName exclude each other: keep one",
    fieldPath: ".projectName",
  },
  ({ projectId, projectName }) => projectId === undefined || projectName === undefined,
);

const flavor = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/);

/** Table 4-17 calls the flavor required too; the block's own has to do where a cloud does not insist. */
const master = z
  .object({
    availabilityZone: cloudReference.describe("The zone that it is in."),
    flavor: flavor.optional().describe("The instance type of it."),
    faultDomain: cloudReference
      .optional()
      .describe("The fault domain. Only within one zone, and where the cloud has it."),
  })
  .describe("One control plane node.");

/** Tables 4-53 and 4-54. */
const authentication = withRule(
  z.object({
    mode: z
      .enum(["rbac", "authenticating_proxy"])
      .optional()
      .describe("authenticating_proxy needs authenticatingProxy. Default: rbac."),
    authenticatingProxy: z
      .object({
        ca: z
          .string()
          .min(1)
          .max(65_536)
          .regex(/^[A-Za-z0-9+/]+={0,2}$/)
          .describe(
            "The CA that signs the proxy's certificates: PEM of X.509, in base64. Today's cloud asks for a client certificate and its key " +
              "too, which the API Reference that this is written from does not have: it then refuses the cluster, before it is billed.",
          ),
      })
      .optional()
      .describe("The proxy that authenticates in front of the API server."),
  }),
  {
    rule: "!has(self.mode) || self.mode != 'authenticating_proxy' || has(self.authenticatingProxy)",
    message: "mode authenticating_proxy needs authenticatingProxy with the CA of the proxy",
    fieldPath: ".authenticatingProxy",
  },
  ({ mode, authenticatingProxy }) => mode !== "authenticating_proxy" || authenticatingProxy !== undefined,
);

/** Tables 4-5 and 4-6: what the annotation cluster.install.addons/install lists. Its values are for a ManagedAddon. */
const addon = z
  .object({
    addonTemplateName: cloudReference.describe("Name of the template, such as coredns."),
    version: cloudReference.optional().describe("Default: the newest for the cluster's version."),
  })
  .describe("An add-on that comes with the cluster.");

const cluster = z.object({
  flavor: flavor
    .optional()
    .describe(
      "Size of the control plane, such as cce.s1.medium: s1 has one node, s2 survives the loss of one; small takes 50 nodes, " +
        "medium 200, large 1000. Default: cce.s2.small.",
    ),
  type: z.enum(["VirtualMachine", "ARM64"]).optional().describe("Of its nodes. Default: VirtualMachine."),
  category: z.enum(["CCE", "Turbo"]).optional().describe("Default: the cloud's, CCE."),
  containerNetworkMode: z
    .enum(["overlay_l2", "vpc-router"])
    .optional()
    .describe("vpc-router does not work where the VPC has extended ranges. Default: overlay_l2."),
  ipv6enable: z.boolean().optional().describe("Whether it has IPv6 too: from version 1.15 on. Default: false."),
  authentication: authentication.optional().describe("How the API server authenticates."),
  masters: listOf(master, { max: 7 })
    .optional()
    .describe("Where the control plane nodes are. Default: the cloud's choice."),
  addons: listOf(addon, { max: 32 })
    .optional()
    .describe(
      "The add-ons that come with the cluster, in place of the cloud's choice, coredns and storage-driver: one that is to be there and is " +
        "not named here is made by a ManagedAddon, and so are their values.",
    ),
  extendParam: mapOf(text({ max: 512 }).describe("The parameter's value."), { max: 32 })
    .optional()
    .describe("Further parameters of the cloud as it documents them, such as clusterAZ or enterpriseProjectId."),
});

/** As long as user data of a server may be, 32 KiB. */
const script = text({ max: 32_768 });

const imageId = cloudReference
  .optional()
  .describe("Id of an image of yours for the system disk. Default: the cloud's.");

const userTags = mapOf(text({ max: 43 }).describe("The tag's value."), { max: 5 });

/** Tables 4-82 and 4-83. */
const newAddress = z.object({
  iptype: cloudReference.describe("Type of the elastic IP, such as 5_bgp."),
  bandwidth: z
    .object({
      size: integer({ min: 1, max: 2_000 }).describe("In Mbit/s."),
      sharetype: z.enum(["PER", "WHOLE"]).describe("PER: of its own. WHOLE: shared."),
    })
    .describe("Its bandwidth."),
});

const pool = z.object({
  preInstall: script
    .optional()
    .describe("Script, in plain text, that runs on a node before Kubernetes is installed. Everybody can read it here."),
  postInstall: script
    .optional()
    .describe("Script, in plain text, that runs on a node after Kubernetes was installed. Everybody can read it here."),
  maxPods: integer({ min: 1, max: 1024 }).optional().describe("The most pods on a node. Default: the cloud's, 110."),
  subnetId: cloudReference.optional().describe("Subnet of the nodes. Default: that of the cluster."),
  serverGroupReference: cloudReference.optional().describe("Id of the server group in which the nodes are made."),
  faultDomain: cloudReference
    .optional()
    .describe("The fault domain in which the nodes are made; their server group has to have a policy for that."),
  publicIP: z
    .object({ eip: newAddress.describe("Made with each node, and goes with it.") })
    .optional()
    .describe("The public address of each node. Default: none."),
  userTags: userTags.optional().describe("Tags of the servers."),
  imageId,
  cmkId: cloudReference
    .optional()
    .describe("Id of the key with which the data disks are encrypted. Default: they are not."),
  scaleDownCooldownTime: integer({ min: 0, max: 44_640 })
    .optional()
    .describe("For how many minutes a node that the autoscaler has added stays. Default: the cloud's, 0."),
  priority: integer({ min: -1_000, max: 1_000 })
    .optional()
    .describe("Which pool the autoscaler lets grow first: that with the higher number. Default: the cloud's, 0."),
});

/** The layout of a disk (tables 4-84 and 4-146). */
const diskLayout = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[A-Za-z]+=[A-Za-z0-9_./%-]+(;[A-Za-z]+=[A-Za-z0-9_./%-]+)*$/);

/** Tables 4-81 to 4-83. */
const publicIP = withRule(
  z.object({
    ids: listOf(cloudReference.describe("Id of an elastic IP."), { max: 10 })
      .min(1)
      .optional()
      .describe("Elastic IPs that exist. Exactly one of both."),
    eip: newAddress.optional().describe("One that is made with the node and goes with it. Exactly one of both."),
  }),
  {
    rule: "has(self.ids) != has(self.eip)",
    message: "exactly one of ids and eip must be given",
  },
  ({ ids, eip }) => (ids === undefined) !== (eip === undefined),
);

/** Table 4-75 and 4-140. What only a reset brings to a server may be changed; the others are the server's. */
const node = z.object({
  preInstall: script
    .optional()
    .describe(
      "Script, in plain text, that runs on the node before Kubernetes is installed. Everybody can read it here.",
    ),
  postInstall: script
    .optional()
    .describe(
      "Script, in plain text, that runs on the node after Kubernetes was installed. Everybody can read it here.",
    ),
  maxPods: integer({ min: 16, max: 256 }).optional().describe("The most pods on the node. Default: the cloud's."),
  subnetId: cloudReference.optional().describe("Subnet of the node. Default: that of the cluster. Immutable."),
  ecsGroupId: cloudReference.optional().describe("Id of the server group in which the server is made. Immutable."),
  dedicatedHostId: cloudReference.optional().describe("Id of the dedicated host on which it is made. Immutable."),
  faultDomain: cloudReference.optional().describe("The fault domain in which it is made. Immutable."),
  offloadNode: z.boolean().optional().describe("Whether the server is fully offloaded to hardware. Immutable."),
  imageId,
  cmkId: cloudReference
    .optional()
    .describe(
      "Id of the key with which disks are encrypted: data disks of a server that is made, the system disk where one is written anew.",
    ),
  userTags: userTags.optional().describe("Tags of the server."),
  lvmConfig: diskLayout
    .optional()
    .describe(
      "How the data disk is divided, such as dockerThinpool=vgpaas/90%VG;kubernetesLV=vgpaas/10%VG;diskType=evs;lvType=linear.",
    ),
  dockerBaseSize: integer({ min: 0, max: 500 })
    .optional()
    .describe("GiB of disk for each container. Default: the cloud's; 0 means the same."),
  runtime: z.enum(["docker", "containerd"]).optional().describe("The container runtime. Default: docker."),
  publicIP: publicIP.optional().describe("The public address of a server that is made. Immutable."),
});

/** Whatever else of the block may be changed. */
function withServersOwn<Spec extends z.ZodObject>(spec: Spec): Spec {
  return SERVERS_OWN.reduce((ruled, field) => {
    const given = (self: string): string => `(has(${self}.huawei) && has(${self}.huawei.${field}))`;
    return withTransitionRule(ruled, {
      rule: `${given("self")} == ${given("oldSelf")} && (!${given("self")} || self.huawei.${field} == oldSelf.huawei.${field})`,
      message: `huawei.${field} is immutable: the server is made with it; create another ManagedNode`,
      reason: "FieldValueForbidden",
      fieldPath: ".huawei",
    });
  }, spec);
}

const SERVERS_OWN = ["subnetId", "ecsGroupId", "dedicatedHostId", "faultDomain", "offloadNode", "publicIP"] as const;

/** Table 4-287: both together. `efs` is not in it; the vendor's Go SDK has it (huaweicloud-sdk-go-v3, services/cce). */
const claim = z.object({
  volumeId: cloudReference.describe("Id of storage that exists; of object storage (obs) its name."),
  storageType: z
    .enum(["bs", "nfs", "efs", "obs"])
    .describe("bs: a disk (EVS). nfs: a file system (SFS). efs: SFS Turbo. obs: object storage."),
});

export type AccountOptions = z.output<typeof account>;
export type PoolOptions = z.output<typeof pool>;
export type NodeOptions = z.output<typeof node>;
export type ClaimOptions = z.output<typeof claim>;

export const huawei = {
  provider: "HuaweiCCE",
  blocks: {
    CloudAccount: {
      schema: account,
      endpoints: ["iamEndpoint", "addonEndpoint"],
      tenant: ["projectId", "projectName"],
    },
    ManagedCluster: {
      schema: cluster,
      immutable: "no API of the cloud changes it in a cluster; create another ManagedCluster",
    },
    NodePool: { schema: pool, immutable: "nodes are made with it; create another NodePool" },
    ManagedNode: { schema: node, rules: withServersOwn },
    CloudVolumeClaim: {
      schema: claim,
      immutable: "it names the storage; create another CloudVolumeClaim",
      names: (block) => {
        const { volumeId, storageType } = block as ClaimOptions;
        return { id: volumeId, member: "volumeId", sort: storageType };
      },
    },
  },
} as const satisfies CloudBlocks;
