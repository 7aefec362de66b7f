// What only HuaweiCCE needs of a ManagedCluster (huawei-cce.txt 4.1.1, tables 4-15 to 4-20), in its own words. Defaults are the
// client's: the block may be missing, and what is not asked for then has to have a value too.
import * as z from "zod";
import { cloudReference } from "../../schema/formats.ts";
import { listOf, mapOf } from "../../schema/fields.ts";

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

export const huaweiBlock = z.object({
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
  authentication: z
    .object({
      mode: z.enum(["rbac", "authenticating_proxy"]).optional().describe("Default: rbac."),
    })
    .optional()
    .describe("How the API server authenticates."),
  masters: listOf(master, { max: 7 })
    .optional()
    .describe("Where the control plane nodes are. Default: the cloud's choice."),
  extendParam: mapOf(z.string().max(512).describe("The parameter's value."), { max: 32 })
    .optional()
    .describe("Further parameters of the cloud as it documents them, such as clusterAZ or enterpriseProjectId."),
});
