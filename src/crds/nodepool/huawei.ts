// What only HuaweiCCE needs of a NodePool (huawei-cce.txt 4.1.19, tables 4-75, 4-77, 4-84 and 4-225).
import * as z from "zod";
import { cloudReference } from "../../schema/formats.ts";
import { integer } from "../../schema/fields.ts";

/** As long as user data of a server may be, 32 KiB. */
const script = z.string().max(32_768);

export const huaweiBlock = z.object({
  preInstall: script
    .optional()
    .describe("Script, in plain text, that runs on a node before Kubernetes is installed. Everybody can read it here."),
  postInstall: script
    .optional()
    .describe("Script, in plain text, that runs on a node after Kubernetes was installed. Everybody can read it here."),
  maxPods: integer({ min: 1, max: 1024 }).optional().describe("The most pods on a node. Default: the cloud's, 110."),
  subnetId: cloudReference.optional().describe("Subnet of the nodes. Default: that of the cluster."),
  serverGroupReference: cloudReference.optional().describe("Id of the server group in which the nodes are made."),
});
