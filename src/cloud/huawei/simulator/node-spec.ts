// What may be said of nodes (4.1.9, 4.1.12, 4.1.14 to 4.1.17), checked as the tables say.
import * as z from "zod";
import { labels, login, taints as poolTaints, volume } from "./nodepool-spec.ts";

const MOST_TAINTS = 20;
const MOST_TAGS = 5;

/** Table 4-74: what a create may be called. */
const createdName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{2,30}[a-z0-9]$/, "must have 4 to 32 of a-z, 0-9 and -, start with a letter, not end with -");

/** Tables 4-106 and 4-140: what a node may be called otherwise. */
const nodeName = z
  .string()
  .regex(
    /^[a-z](?:[a-z0-9-]{0,54}[a-z0-9])?$/,
    "must have 1 to 56 of a-z, 0-9 and -, start with a letter, not end with -",
  );

const taints = poolTaints.refine((list) => list.length <= MOST_TAINTS, `must have at most ${MOST_TAINTS} taints`);

/** Tables 4-84 and 4-158. */
const script = z.base64("must be encoded in base64").optional();

const maxPods = z.int().min(16).max(256).optional();

/** Tables 4-143 and 4-144. */
const userTag = z.object({
  key: z.string().regex(/^(?!CCE-|type_baremetal)/, "must not start with CCE- or type_baremetal"),
  value: z.string(),
});

/** An array in the samples, an object of keys and values in the table of 4.1.9. */
const userTags = z
  .union([z.array(userTag), z.record(z.string(), z.string())])
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `must have at most ${MOST_TAGS} tags`)
  .optional();

/** Tables 4-81 to 4-83. */
const publicIP = z
  .object({
    ids: z.array(z.string().min(1)).optional(),
    count: z.int().min(1).optional(),
    eip: z
      .looseObject({
        iptype: z.string().min(1),
        bandwidth: z.looseObject({ size: z.int().min(1), sharetype: z.string().min(1) }),
      })
      .optional(),
  })
  .refine(({ count, eip }) => (count === undefined) === (eip === undefined), "must have count and eip together")
  .refine(({ ids, eip }) => ids === undefined || eip === undefined, "must have either ids or count and eip")
  .optional();

/** Table 4-85. */
const encryption = z.looseObject({ systemencrypted: z.unknown(), systemcmkid: z.string().min(1) }).optional();

const disk = (least: number, most: number) =>
  volume(least, most).extend({ extendParam: z.looseObject({}).optional(), metadata: encryption });

/** Table 4-84, and what the answer's table 4-92 has beyond it. */
const extendParam = z
  .looseObject({
    "alpha.cce/preInstall": script,
    "alpha.cce/postInstall": script,
    "alpha.cce/NodeImageID": z.string().optional(),
    DockerLVMConfigOverride: z.string().optional(),
    maxPods,
  })
  .optional();

/** Table 4-73. */
export const nodeBody = z.object({
  kind: z.literal("Node"),
  apiVersion: z.literal("v3"),
  metadata: z.object({
    name: createdName,
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  spec: z.object({
    flavor: z.string().min(1).max(50),
    az: z.string().min(1).max(200),
    os: z.string().min(1).optional(),
    login,
    rootVolume: disk(40, 1024),
    dataVolumes: z.array(disk(100, 32_768)).min(1),
    publicIP,
    billingMode: z.literal(0).optional(),
    count: z.int().min(1),
    nodeNicSpec: z
      .looseObject({ primaryNic: z.looseObject({ subnetId: z.string().optional() }).optional() })
      .optional(),
    extendParam,
    ecsGroupId: z.string().optional(),
    dedicatedHostId: z.string().optional(),
    offloadNode: z.boolean().optional(),
    faultDomain: z.string().optional(),
    userTags,
    k8sTags: labels.default({}),
    taints: taints.default([]),
  }),
});

export type NodeBody = z.output<typeof nodeBody>;

/** Table 4-119: nothing but the name is looked at. */
export const nodeChange = z.object({ metadata: z.object({ name: nodeName.optional() }).default({}) });

/** Tables 4-140 and 4-165. */
const reinstallSpec = z.object({
  os: z.string().min(1),
  login,
  name: nodeName.optional(),
  serverConfig: z
    .object({
      userTags,
      rootVolume: z.object({ imageID: z.string().optional(), cmkID: z.string().optional() }).optional(),
    })
    .optional(),
  volumeConfig: z
    .object({
      lvmConfig: z.string().optional(),
      storage: z
        .looseObject({ storageSelectors: z.array(z.unknown()).min(1), storageGroups: z.array(z.unknown()).min(1) })
        .optional(),
    })
    .optional(),
  runtimeConfig: z
    .object({
      dockerBaseSize: z.int().min(0).optional(),
      runtime: z.object({ name: z.string().optional() }).optional(),
    })
    .optional(),
  k8sOptions: z.object({ labels: labels.default({}), taints: taints.default([]), maxPods }).prefault({}),
  lifecycle: z.object({ preInstall: script, postInstall: script }).optional(),
  extendParam: z.looseObject({ "alpha.cce/NodeImageID": z.string().optional() }).optional(),
});

export type ReinstallSpec = z.output<typeof reinstallSpec>;

const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ kind: z.literal("List"), apiVersion: z.literal("v3"), nodeList: z.array(item).min(1) });

/** Table 4-138. */
export const acceptBody = listOf(z.object({ serverID: z.string().min(1), spec: reinstallSpec }));

/** Table 4-163. */
export const resetBody = listOf(z.object({ nodeID: z.string().min(1), spec: reinstallSpec }));

const nodes = z.array(z.object({ uid: z.string().min(1) })).min(1);

/** Tables 4-188 and 4-189. */
export const detachBody = z.object({
  kind: z.literal("RemoveNodesTask").optional(),
  apiVersion: z.literal("v3").optional(),
  spec: z.object({ login, nodes }),
});

/** Tables 4-202 to 4-204. */
export const moveBody = z.object({
  kind: z.literal("MigrateNodesTask").optional(),
  apiVersion: z.literal("v3").optional(),
  spec: z.object({ os: z.string().min(1), extendParam, login, nodes }),
});

export type MoveSpec = z.output<typeof moveBody>["spec"];
