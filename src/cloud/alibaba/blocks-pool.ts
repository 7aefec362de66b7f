// What only Alibaba Cloud ACK needs of a NodePool, in its own words (2.3, 2.6; of pools, today's client 7.2.0).
import * as z from "zod";
import type { Block } from "../../schema/blocks.ts";
import { withRule } from "../../schema/enforced.ts";
import { setOf, text } from "../../schema/fields.ts";
import { cloudReference } from "../../schema/formats.ts";
import { tags } from "./blocks-tags.ts";

const MOST_VSWITCHES = 20;

const schema = z.object({
  vswitchIds: setOf(cloudReference.describe("Id of a vswitch."), { max: MOST_VSWITCHES })
    .min(1)
    .optional()
    .describe("Vswitches of the nodes, one or more for each zone. Default: the cluster's."),
  instanceTypes: setOf(cloudReference.describe("A machine type."), { max: 10 })
    .optional()
    .describe("Further machine types, tried after spec.instanceType."),
  imageId: cloudReference.optional().describe("Of a custom image. Default: the newest of spec.os."),
  multiAzPolicy: z
    .enum(["PRIORITY", "COST_OPTIMIZED", "BALANCE"])
    .optional()
    .describe(
      "Over several zones. PRIORITY: the first vswitch gets all, as long as there are servers. COST_OPTIMIZED: the cheapest. " +
        "BALANCE: each its share. Default: BALANCE.",
    ),
  securityGroupIds: setOf(cloudReference.describe("Id of a security group."), { max: 5 })
    .min(1)
    .optional()
    .describe("Default: the cluster's."),
  resourceGroupId: cloudReference.optional().describe("Default: the cluster's."),
  ramRoleName: cloudReference.optional().describe("Role of the servers. Default: the cluster's."),
  tags: tags.optional().describe("Tags of the servers, at most 19."),
  runtime: cloudReference.optional().describe("Container runtime. Default: the cloud's, containerd."),
  runtimeVersion: cloudReference.optional().describe("Default: the cloud's."),
  cpuPolicy: z.enum(["none", "static"]).optional().describe("Of the kubelet. Default: none."),
  userData: text({ max: 16_384 })
    .optional()
    .describe("Script, in plain text, that runs on a server when it starts. Everybody can read it here."),
  cmsEnabled: z.boolean().optional().describe("Whether the cloud's monitoring is installed. Default: false."),
  spotStrategy: z.enum(["NoSpot", "SpotAsPriceGo"]).optional().describe("Default: NoSpot."),
});

/** Keys under these are the cloud's own. */
const CLOUDS_LABELS = ["k8s.aliyun.com", "ack.aliyun.com", "alibabacloud.com/"];

function rules<Spec extends z.ZodObject>(spec: Spec): Spec {
  return withOwnLabels(withoutZone(spec));
}

interface Read {
  readonly alibaba?: unknown;
  readonly zone?: unknown;
  readonly labels?: Readonly<Record<string, string>>;
}

function withoutZone<Spec extends z.ZodObject>(spec: Spec): Spec {
  return withRule(
    spec,
    {
      rule: "!has(self.alibaba) || !has(self.zone)",
      message: "a zone follows from a vswitch: name one of it in alibaba.vswitchIds, and remove zone",
      reason: "FieldValueForbidden",
      fieldPath: ".zone",
    },
    (value) => {
      const { alibaba, zone } = value as Read;
      return alibaba === undefined || zone === undefined;
    },
  );
}

function withOwnLabels<Spec extends z.ZodObject>(spec: Spec): Spec {
  const reserved = CLOUDS_LABELS.map((prefix) => `key.startsWith('${prefix}')`).join(" || ");
  return withRule(
    spec,
    {
      rule: `!has(self.alibaba) || !has(self.labels) || self.labels.all(key, !(${reserved}))`,
      message: `labels under ${CLOUDS_LABELS.join(", ")} are the cloud's own: choose other keys`,
      reason: "FieldValueForbidden",
      fieldPath: ".labels",
    },
    (value) => {
      const { alibaba, labels = {} } = value as Read;
      return alibaba === undefined || Object.keys(labels).every((key) => !isClouds(key));
    },
  );
}

function isClouds(key: string): boolean {
  return CLOUDS_LABELS.some((prefix) => key.startsWith(prefix));
}

export type PoolOptions = z.output<typeof schema>;

export const poolBlock = {
  schema,
  immutable: "nodes are made with it; create another NodePool",
  rules,
} as const satisfies Block;
