// What only Alibaba Cloud ACK needs of a ManagedCluster, in its own words (2.1, 2.2, 2.4, 2.7, 2.12, 3.4; today's client 7.2.0).
import * as z from "zod";
import type { Block } from "../../schema/blocks.ts";
import { withRule, withTransitionRule, type CelRule } from "../../schema/enforced.ts";
import { integer, listMapOf, listOf, setOf, text } from "../../schema/fields.ts";
import { cloudReference } from "../../schema/formats.ts";
import { login } from "../../schema/login.ts";
import { withImmutable } from "../../schema/rules.ts";
import { clusterRules } from "./blocks-cluster-rules.ts";
import { tags } from "./blocks-tags.ts";

const MADE_WITH_IT = "the cluster is made with it; create another ManagedCluster";

const vswitches = (of: string) => setOf(cloudReference.describe(of), { max: 5 }).min(1);

const addon = z.object({
  name: cloudReference.describe("Name of the add-on, such as flannel or terway-eniip."),
  version: text({ max: 64 }).optional().describe("Default: the cloud's."),
  config: text({ max: 4096 }).optional().describe("Its configuration as JSON. Default: the cloud's."),
  disabled: z.boolean().optional().describe("true: one that the cloud would install by itself is left out."),
});

const controlPlane = withRule(
  z.object({
    size: integer({ min: 3, max: 5 }).optional().describe("How many masters: 3 or 5. Default: 3."),
    instanceTypes: listOf(cloudReference.describe("A machine type."), { max: 5 })
      .min(1)
      .describe("Of the masters: one for all, or one for each."),
    systemDiskCategory: cloudReference.optional().describe("Default: cloud_essd."),
    systemDiskSize: integer({ min: 40, max: 500 }).optional().describe("In GiB. Default: 120."),
    login: login.optional().describe("How people log in to the masters."),
  }),
  {
    rule: "!has(self.size) || self.size != 4",
    message: "a control plane has 3 or 5 masters",
    fieldPath: ".size",
  },
  ({ size }) => size !== 4,
);

const controlPlaneConfig = withRule(
  controlPlane,
  {
    rule: "self.instanceTypes.size() == 1 || self.instanceTypes.size() == (has(self.size) ? self.size : 3)",
    message: "give one machine type for all masters, or one for each",
    fieldPath: ".instanceTypes",
  },
  ({ instanceTypes, size = 3 }) => instanceTypes.length === 1 || instanceTypes.length === size,
);

const deleteOption = z.object({
  resourceType: z.enum(["SLB", "ALB", "SLS_Data", "SLS_ControlPlane", "PrivateZone"]).describe("What the cloud made."),
  deleteMode: z.enum(["delete", "retain"]).describe("Whether it goes with the cluster, or stays and is billed on."),
});

const scriptOptions = z.object({
  enableIptables: z.boolean().optional().describe("Whether iptables is set up. Default: true."),
  manageRuntime: z.boolean().optional().describe("Whether the container runtime is installed too. Default: false."),
  flannelIface: text({ max: 64 }).optional().describe("Network interface of flannel. Default: eth0."),
  nodeNameStrategy: z
    .enum(["hostname", "random", "randomWithPrefix", "customized"])
    .optional()
    .describe("How a machine is named as a node. Default: hostname."),
  nodeNamePrefix: text({ max: 63 }).optional().describe("With randomWithPrefix."),
  nodeName: text({ max: 63 }).optional().describe("With customized."),
  enabledAddons: setOf(cloudReference.describe("Name of an add-on."), { max: 32 })
    .optional()
    .describe("Add-ons on the machines."),
  quiet: z.boolean().optional().describe("Whether it asks nothing."),
});

const attachScript = z.object({
  arch: z.enum(["amd64", "arm64", "arm"]).optional().describe("Of the machines. Default: amd64."),
  validHours: integer({ min: 1, max: 720 })
    .optional()
    .describe("How long a script may be used; it is replaced in time. Default: 24."),
  options: scriptOptions.optional().describe("How machines are set up."),
});

const fields = z.object({
  clusterType: z
    .enum(["Kubernetes", "ManagedKubernetes", "Ask"])
    .describe(
      "Kubernetes: its masters are servers of your own (the public cloud makes no new ones). ManagedKubernetes: the cloud runs them. " +
        "Ask: serverless; there are no nodes. Immutable.",
    ),
  profile: z
    .enum(["Default", "Edge", "Serverless"])
    .optional()
    .describe("Of a managed one. Serverless is what dialect V2026 calls Ask. Default: Default. Immutable."),
  clusterSpec: cloudReference
    .optional()
    .describe("Of a managed one, such as ack.pro.small. Default: the cloud's. Immutable."),
  vswitchIds: vswitches("Id of a vswitch.")
    .optional()
    .describe("Vswitches of the cluster, one or more for each zone, in place of network.subnetId. Immutable."),
  login: login
    .optional()
    .describe("How people log in to workers: dialect Reference needs it of managed and edge clusters. Immutable."),
  addons: listMapOf(addon.describe("An add-on."), { keys: ["name"], max: 32 })
    .optional()
    .describe("Add-ons to create the cluster with. The network's is flannel or terway-eniip. Immutable."),
  tags: tags.optional().describe("Tags to create the cluster with, at most 19. Immutable."),
  snatEntry: z
    .boolean()
    .optional()
    .describe("Whether the cloud sets up a NAT gateway, which is billed. Default: false. Immutable."),
  endpointPublicAccess: z
    .boolean()
    .optional()
    .describe("Whether the API server has a public address, which is billed. Default: false. Immutable."),
  proxyMode: z.enum(["ipvs", "iptables"]).optional().describe("Of kube-proxy. Default: the cloud's. Immutable."),
  nodeCidrMask: integer({ min: 24, max: 28 }).optional().describe("Of a node's range of pods. Immutable."),
  podVswitchIds: setOf(cloudReference.describe("Id of a vswitch."), { max: 20 })
    .min(1)
    .optional()
    .describe("Vswitches of the pods, with terway-eniip. Immutable."),
  securityGroupId: cloudReference.optional().describe("Security group of the nodes. Default: a new one. Immutable."),
  isEnterpriseSecurityGroup: z
    .boolean()
    .optional()
    .describe("Whether the new security group is an advanced one. Immutable."),
  resourceGroupId: cloudReference.optional().describe("Default: the account's. Immutable."),
  timezone: text({ max: 64 }).optional().describe("Such as Asia/Shanghai. Immutable."),
  controlPlaneConfig: controlPlaneConfig.optional().describe("The masters of clusterType Kubernetes. Immutable."),
  deleteOptions: listMapOf(deleteOption.describe("One sort of resources."), { keys: ["resourceType"], max: 5 })
    .optional()
    .describe("What goes with the cluster when it is deleted. Default: the cloud's; ALBs and log projects stay."),
  retainResources: setOf(cloudReference.describe("Id of a resource."), { max: 64 })
    .optional()
    .describe("Ids of what stays when the cluster is deleted."),
  temporaryDurationMinutes: integer({ min: 15, max: 4_320 })
    .optional()
    .describe("How long a kubeconfig lives; it is replaced in time. Default: the long-lived one, of three years."),
  attachScript: attachScript
    .optional()
    .describe("Only with profile Edge: the script by which machines join, in Secret NAME-attach-script, key script."),
});

type Fields = z.output<typeof fields>;

interface FieldRule {
  readonly rule: CelRule;
  readonly holds: (block: Fields) => boolean;
}

const EDGE = "has(self.profile) && self.profile == 'Edge'";

const RULES: readonly FieldRule[] = [
  {
    rule: {
      rule: "!has(self.profile) || self.clusterType == 'ManagedKubernetes'",
      message: "profile is of clusterType ManagedKubernetes: remove it",
      fieldPath: ".profile",
    },
    holds: ({ clusterType, profile }) => profile === undefined || clusterType === "ManagedKubernetes",
  },
  {
    rule: {
      rule: "!has(self.clusterSpec) || self.clusterType == 'ManagedKubernetes'",
      message: "clusterSpec is of clusterType ManagedKubernetes: remove it",
      fieldPath: ".clusterSpec",
    },
    holds: ({ clusterType, clusterSpec }) => clusterSpec === undefined || clusterType === "ManagedKubernetes",
  },
  {
    rule: {
      rule: `!(${EDGE}) || (has(self.endpointPublicAccess) && self.endpointPublicAccess)`,
      message: "the machines of an edge cluster reach it by its public address: set endpointPublicAccess to true",
      fieldPath: ".endpointPublicAccess",
    },
    holds: ({ profile, endpointPublicAccess }) => profile !== "Edge" || endpointPublicAccess === true,
  },
  {
    rule: {
      rule: "!has(self.controlPlaneConfig) || self.clusterType == 'Kubernetes'",
      message: "controlPlaneConfig is of clusterType Kubernetes: remove it",
      fieldPath: ".controlPlaneConfig",
    },
    holds: ({ clusterType, controlPlaneConfig: masters }) => masters === undefined || clusterType === "Kubernetes",
  },
  {
    rule: {
      rule: "!(has(self.securityGroupId) && has(self.isEnterpriseSecurityGroup))",
      message: "securityGroupId names a group, isEnterpriseSecurityGroup has one made: keep one",
      fieldPath: ".isEnterpriseSecurityGroup",
    },
    holds: ({ securityGroupId, isEnterpriseSecurityGroup: advanced }) =>
      securityGroupId === undefined || advanced === undefined,
  },
  {
    rule: {
      rule: `!has(self.attachScript) || (${EDGE})`,
      message: "machines join by a script in a cluster of profile Edge alone: remove attachScript",
      fieldPath: ".attachScript",
    },
    holds: ({ profile, attachScript: script }) => script === undefined || profile === "Edge",
  },
];

/** What may be changed later. */
const CHANGEABLE: ReadonlySet<string> = new Set([
  "deleteOptions",
  "retainResources",
  "temporaryDurationMinutes",
  "attachScript",
]);

const fixed = Object.keys(fields.shape).filter((name) => !CHANGEABLE.has(name) && name !== "clusterType");

const clusterType = withTransitionRule(fields, {
  rule: "self.clusterType == oldSelf.clusterType",
  message: `clusterType is immutable: ${MADE_WITH_IT}`,
  reason: "FieldValueForbidden",
  fieldPath: ".clusterType",
});

const schema = RULES.reduce(
  (ruled, { rule, holds }) => withRule(ruled, rule, holds),
  fixed.reduce((ruled, name) => withImmutable(ruled, name, MADE_WITH_IT), clusterType),
);

export type ClusterOptions = z.output<typeof schema>;

export const clusterBlock = {
  schema,
  logins: ["login", "controlPlaneConfig.login"],
  rules: clusterRules,
  waives: ["network.subnetId", "kubeconfig.allowInsecure", "version"],
} as const satisfies Block;
