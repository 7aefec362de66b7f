// What a node pool may say (4.1.19, 4.1.22), checked as the tables say.
import * as z from "zod";

/** 4.1.9: letters and digits at both ends is what both rules come to; a key may have a DNS prefix. */
const LABEL_KEY = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,62})?$/;
const MOST_LABELS = 20;

/** Base64 of a SHA-512 crypt, as 7.14 makes it: what is plain would be stored plain. */
const SALTED = /^\$6\$[A-Za-z0-9./]{1,16}\$[A-Za-z0-9./]{86}$/;

const nodePoolName = z
  .string()
  .regex(
    /^[a-z](?:[a-z0-9-]{0,48}[a-z0-9])?$/,
    "must have 1 to 50 of a-z, 0-9 and -, start with a letter, not end with -",
  );

export const labels = z
  .record(z.string().regex(LABEL_KEY), z.string().regex(LABEL_VALUE))
  .refine((tags) => Object.keys(tags).length <= MOST_LABELS, `must have at most ${MOST_LABELS} labels`);

export const taints = z.array(
  z.object({
    key: z.string().regex(LABEL_KEY),
    value: z.string().regex(LABEL_VALUE).default(""),
    effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
  }),
);

const salted = z
  .string()
  .refine(
    (text) => SALTED.test(Buffer.from(text, "base64").toString("latin1")),
    "must be salted and encoded as in 7.14",
  );

export const login = z
  .object({
    sshKey: z.string().min(1).optional(),
    userPassword: z.object({ username: z.string().default("root"), password: salted.optional() }).optional(),
  })
  .refine(
    ({ sshKey, userPassword }) => (sshKey === undefined) !== (userPassword?.password === undefined),
    "must have either sshKey or userPassword",
  );

export const volume = (least: number, most: number) =>
  z.looseObject({ size: z.int().min(least).max(most), volumetype: z.enum(["SATA", "SAS", "SSD"]) });

const nodeTemplate = z.looseObject({
  flavor: z.string().min(1).max(50),
  az: z.string().min(1).max(200),
  os: z.string().optional(),
  login,
  rootVolume: volume(40, 1024),
  dataVolumes: z.array(volume(100, 32_768)).min(1),
  k8sTags: labels.default({}),
  taints: taints.default([]),
});

const count = z.int().min(0);

const autoscaling = z
  .object({
    enable: z.boolean().default(false),
    minNodeCount: count.default(0),
    maxNodeCount: count.default(0),
    scaleDownCooldownTime: count.default(0),
    priority: z.int().default(0),
  })
  .refine(({ enable, minNodeCount, maxNodeCount }) => !enable || maxNodeCount >= minNodeCount, {
    path: ["maxNodeCount"],
    message: "must not be below minNodeCount",
  });

export const nodePoolBody = z.object({
  kind: z.literal("NodePool"),
  apiVersion: z.literal("v3"),
  metadata: z.object({ name: nodePoolName }),
  spec: z.object({
    type: z.string().default("vm"),
    initialNodeCount: count,
    nodeTemplate,
    autoscaling: autoscaling.prefault({}),
    nodeManagement: z.looseObject({}).default({}),
    faultDomain: z.string().optional(),
  }),
});

/** kind, apiVersion and metadata are required in the table and absent from the example: the spec alone will do. */
export const nodePoolChange = z.object({
  spec: z.object({
    // What is missing is 0: the pool scales down.
    initialNodeCount: count.default(0),
    nodeTemplate: z.looseObject({ k8sTags: labels.optional(), taints: taints.optional() }).default({}),
    autoscaling: autoscaling.optional(),
  }),
});

/** Table 4-75: what runs on a cluster's nodes where nobody says. */
export function defaultOs(clusterType: unknown): string {
  return clusterType === "ARM64" ? "EulerOS 2.8" : "EulerOS 2.5";
}

export type NodePoolBody = z.output<typeof nodePoolBody>;
