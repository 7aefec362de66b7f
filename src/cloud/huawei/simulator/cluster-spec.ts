// What a create of a cluster may say (4.1.1), and what the cloud makes of it: versions, defaults, a CIDR in conflict.
import * as z from "zod";
import { firstFreeCidr, isCidr, overlaps } from "../../simulation/cidr.ts";
import { CodedRefusal } from "./refusals.ts";

/** On offer, oldest first. No API lists them. */
const VERSIONS = ["v1.13.10-r1", "v1.15.6-r1", "v1.15.11-r1", "v1.17.9-r0", "v1.17.11-r1"] as const;

const DEFAULT_SERVICE_CIDR = "10.247.0.0/16";

/** Container networks of the kind that 4.1.1 recommends, in the order of preference. */
const CONTAINER_CIDRS = ["172.16.0.0/16", "172.20.0.0/16", "192.168.0.0/16", "10.0.0.0/16", "172.24.0.0/16"];

/** Nodes that a cluster may have, by the last part of its flavor. */
const MOST_NODES: Readonly<Record<string, number>> = { small: 50, medium: 200, large: 1000, xlarge: 2000 };

const cidr = z.string().refine(isCidr, "is not a CIDR");

export const description = z
  .string()
  .refine((text) => Array.from(text).length <= 200, "must have at most 200 characters");

const master = z.object({
  availabilityZone: z.string(),
  flavor: z.string().optional(),
  faultDomain: z.string().optional(),
});

/** Table 4-54; its 1M are of what is sent. */
const certificateAuthority = z.base64("must be encoded in base64").max(1_048_576);

const clusterSpec = z.object({
  category: z.enum(["CCE", "Turbo"]).default("CCE"),
  type: z.enum(["VirtualMachine", "ARM64"]),
  flavor: z.string().regex(/^cce\.(?:dec\.)?s[12]\.(?:small|medium|large|xlarge)$/, "is not a flavor of clusters"),
  version: z.string().optional(),
  description: description.default(""),
  ipv6enable: z.boolean().optional(),
  hostNetwork: z.object({ vpc: z.string().min(1), subnet: z.string().min(1) }),
  containerNetwork: z.object({ mode: z.enum(["overlay_l2", "vpc-router", "eni"]), cidr: cidr.optional() }),
  authentication: z
    .object({
      mode: z.enum(["rbac", "authenticating_proxy", "x509"]).default("rbac"),
      authenticatingProxy: z.object({ ca: certificateAuthority.optional() }).default({}),
    })
    .refine(({ mode, authenticatingProxy: { ca } }) => mode !== "authenticating_proxy" || Boolean(ca), {
      path: ["authenticatingProxy", "ca"],
      message: "is required for authenticating_proxy",
    })
    .prefault({}),
  kubernetesSvcIpRange: cidr.default(DEFAULT_SERVICE_CIDR),
  // An object in the table, an array in the service.
  masters: z.union([z.array(master), master]).optional(),
  extendParam: z.record(z.string(), z.unknown()).optional(),
});

export const clusterBody = z.object({
  kind: z.literal(["Cluster", "cluster"]),
  apiVersion: z.literal("v3"),
  metadata: z.object({
    name: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{2,126}[a-z0-9]$/,
        "must have 4 to 128 of a-z, 0-9 and -, start with a letter, not end with -",
      ),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
  // The tables of 4.1.1 say hostNetwok, every example hostNetwork.
  spec: z.preprocess((input) => {
    if (typeof input !== "object" || input === null || !("hostNetwok" in input)) return input;
    const { hostNetwok, ...rest } = input;
    return { hostNetwork: hostNetwok, ...rest };
  }, clusterSpec),
});

export type ClusterBody = z.output<typeof clusterBody>;

/** The version with its patch: `v1.15` and nothing both become the newest that fits. Throws a `Refusal` (400). */
export function chooseVersion(wanted: string | undefined): string {
  const chosen = VERSIONS.findLast((offered) => wanted === undefined || fits(offered, wanted));
  if (chosen !== undefined) return chosen;
  throw new CodedRefusal(400, "CCE.01400001", `Invalid request: spec.version: ${wanted} is not supported`);
}

/** Rules across fields. Throws a `Refusal` (400). */
export function checkCombination({ spec }: ClusterBody, version: string): void {
  if (spec.ipv6enable === true && version.startsWith("v1.13.")) {
    throw new CodedRefusal(400, "CCE.01400001", "Invalid request: spec.ipv6enable: needs version v1.15 or later");
  }
  if (spec.extendParam?.["clusterAZ"] === "multi_az" && !spec.flavor.includes(".s2.")) {
    throw new CodedRefusal(
      400,
      "CCE.01400001",
      "Invalid request: spec.extendParam.clusterAZ: multi_az needs an s2 flavor",
    );
  }
}

/** The container network's range: another one, without a word, where the wanted one is in conflict (4.1.1). */
export function chooseContainerCidr(spec: ClusterBody["spec"], isInConflict: boolean): string {
  const { containerNetwork, kubernetesSvcIpRange } = spec;
  const wanted = containerNetwork.cidr ?? chooseCidr([kubernetesSvcIpRange]);
  if (!isInConflict && !overlaps(wanted, kubernetesSvcIpRange)) return wanted;
  return chooseCidr([wanted, kubernetesSvcIpRange]);
}

function chooseCidr(taken: readonly string[]): string {
  return firstFreeCidr(CONTAINER_CIDRS, taken) ?? "100.64.0.0/16";
}

export function mostNodes(flavor: string): number {
  return MOST_NODES[flavor.split(".").at(-1) ?? ""] ?? 0;
}

function fits(offered: string, wanted: string): boolean {
  return offered === wanted || offered.startsWith(`${wanted}.`) || offered.startsWith(`${wanted}-`);
}
