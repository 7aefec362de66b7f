// Wire formats of clusters and quotas (CCE API Reference 4.1.1 to 4.1.5, 4.4.1), read leniently.
import * as z from "zod";
import type { Cluster, ClusterPhase, ClusterRequest } from "../facets/clusters.ts";
import { readBlock } from "../kit/settings.ts";
import { huawei } from "./blocks.ts";
import { parseDescription, withMark } from "./marks.ts";
import { explanation, instant, count, lenientObject, listOf, optionalText, text } from "../kit/wire.ts";
import { jobIdOf, jobReference } from "./wire.ts";

/** Table 4-33, 4.1.6, and what later versions add. `Empty` says nothing that can be built upon. */
const PHASES: Readonly<Record<string, ClusterPhase>> = {
  Available: "Available",
  Unavailable: "Failed",
  Error: "Failed",
  RollbackFailed: "Failed",
  Creating: "Creating",
  Deleting: "Deleting",
  ScalingUp: "Changing",
  ScalingDown: "Changing",
  Upgrading: "Changing",
  Resizing: "Changing",
  RollingBack: "Changing",
  Hibernating: "Hibernating",
  Hibernation: "Hibernated",
  Awaking: "Waking",
};

const network = lenientObject({ vpc: optionalText, subnet: optionalText });

const endpoint = z.object({ url: text, type: text });

export const cluster = z
  .object({
    metadata: z.object({ uid: z.string().min(1), name: z.string().min(1), creationTimestamp: text }),
    spec: lenientObject({
      version: text,
      description: text,
      hostNetwork: network,
      // As tables 4-15 and 4-23 spell it.
      hostNetwok: network,
      containerNetwork: lenientObject({ cidr: optionalText }),
      kubernetesSvcIpRange: optionalText,
    }),
    status: lenientObject({
      phase: text,
      reason: text,
      message: text,
      endpoints: z.union([z.array(endpoint), endpoint.transform((one) => [one])]).catch([]),
      ...jobReference,
    }),
  })
  .transform(({ metadata, spec, status }): Cluster => ({
    id: metadata.uid,
    name: metadata.name,
    phase: PHASES[status.phase] ?? "Unknown",
    cloudPhase: status.phase,
    message: explanation(status.reason, status.message),
    version: spec.version,
    ...parseDescription(spec.description),
    createdAtMs: instant(metadata.creationTimestamp),
    network: {
      vpcId: spec.hostNetwork.vpc ?? spec.hostNetwok.vpc,
      subnetId: spec.hostNetwork.subnet ?? spec.hostNetwok.subnet,
      podCidr: spec.containerNetwork.cidr,
      serviceCidr: spec.kubernetesSvcIpRange,
    },
    endpoints: { internal: urlOf("Internal", status.endpoints), external: urlOf("External", status.endpoints) },
    jobId: jobIdOf(status),
  }));

export const clusterList = z.object({ items: listOf(cluster) });

/** Of what the block leaves out. */
const DEFAULTS = {
  type: "VirtualMachine",
  // Can't be changed later, so by default the one that survives the loss of a control plane node.
  flavor: "cce.s2.small",
  // Works in every VPC; vpc-router does not where the VPC has extended ranges (table 4-16).
  containerNetworkMode: "overlay_l2",
} as const;

/** The body of POST (4.1.1). Throws CloudError Rejected where the block is not valid. */
export function createBody(request: ClusterRequest): object {
  const block = readBlock("spec.huawei", huawei.blocks.ManagedCluster.schema, request.options);
  const { containerNetworkMode, addons, ...options } = { ...DEFAULTS, ...block };
  const { vpcId, subnetId, podCidr, serviceCidr } = request.network;
  return {
    kind: "Cluster",
    apiVersion: "v3",
    metadata: { name: request.name, ...(addons && { annotations: { [ADDONS]: addonsText(addons) } }) },
    spec: {
      ...options,
      version: request.version,
      description: withMark(request.description, request.nonce),
      hostNetwork: { vpc: vpcId, subnet: subnetId },
      containerNetwork: { mode: containerNetworkMode, cidr: podCidr },
      kubernetesSvcIpRange: serviceCidr,
    },
  };
}

/** 4.1.1, tables 4-5 and 4-6; without it the cloud installs what it usually does. */
const ADDONS = "cluster.install.addons/install";

type Addons = NonNullable<z.output<typeof huawei.blocks.ManagedCluster.schema>["addons"]>;

/** As the example of 4.1.1: no version is an empty one. */
function addonsText(addons: Addons): string {
  return JSON.stringify(addons.map(({ addonTemplateName, version = "" }) => ({ addonTemplateName, version })));
}

/** 4.4.1. A limit below zero is none. */
export const quotas = z.object({
  quotas: listOf(z.object({ quotaKey: text, quotaLimit: count, used: count })),
});

function urlOf(type: string, endpoints: readonly { url: string; type: string }[]): string | undefined {
  return endpoints.find((one) => one.type === type && one.url !== "")?.url;
}
