// Wire formats of clusters, their nodes, and what is in them (1.12, 1.3, 1.14).
import * as z from "zod";
import type { Cluster } from "../facets/clusters.ts";
import { lenientObject, listOf, text } from "../kit/wire.ts";
import { whole } from "./wire.ts";

const cluster = z.object({
  cluster_name: z.string().min(1),
  cluster_addr: text,
  cluster_type: text,
  namespaces: listOf(z.string()).catch([]),
});

export type ClusterOnWire = z.output<typeof cluster>;

export const projectList = listOf(z.object({ project_id: text, clusters: listOf(cluster) }));

/** No call tells when a cluster was made. */
export function clusterOf({ cluster_name: name, cluster_addr: address, cluster_type: type }: ClusterOnWire): Cluster {
  return {
    id: name,
    name,
    phase: "Available",
    cloudPhase: "",
    message: "",
    type,
    version: "",
    description: undefined,
    mark: undefined,
    createdAtMs: Number.NaN,
    network: { vpcId: undefined, subnetId: undefined, podCidr: undefined, serviceCidr: undefined },
    endpoints: { internal: address },
  };
}

/** `Ready` or `NotReady`. */
export const nodeList = z
  .object({ nodes_status: listOf(z.object({ name: z.string().min(1), phase: text })) })
  .transform(({ nodes_status: nodes }) => nodes);

const counted = lenientObject({ count: whole.catch(0) });

const pods = listOf(
  lenientObject({
    count: whole.optional().catch(undefined),
    pods: listOf(lenientObject({ name: text, namespace: text })).catch([]),
  }),
).catch([]);

/** Each a list of groups. */
export const podGroups = z.object({ running: pods, failed: pods, other: pods });

export const claimGroups = z.object({ available: counted, mounted: counted, creating: counted, error: counted });

const instances = listOf(lenientObject({ status: text, count: whole.catch(0), names: listOf(z.string()).catch([]) }));

export const serverGroups = z.object({ servers: instances.catch([]), loadbalances: instances.catch([]) });
