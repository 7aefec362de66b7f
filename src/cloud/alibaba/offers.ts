// What the account may have: versions for new clusters, and quotas. The reference has no such calls; they are the vendor's client's.
import * as z from "zod";
import type { BlockOptions } from "../collection.ts";
import type { Cluster, ClusterQuota } from "../facets/clusters.ts";
import { pathOf } from "../kit/uri.ts";
import { count, lenientObject, listOf } from "../kit/wire.ts";
import type { AckClient } from "./client.ts";
import { clusterOptions } from "./options.ts";

const versionList = listOf(
  z.object({ version: z.string().min(1), creatable: z.boolean().optional().catch(undefined) }),
);

/** GET /api/v1/metadata/versions: whole ones, newest first, without those that new clusters do not get. */
export async function offeredVersions(
  client: AckClient,
  options: BlockOptions,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { clusterType, profile } = clusterOptions(options);
  const isTodaysAsk = clusterType === "Ask" && client.dialect === "V2026";
  const query = [
    ["Region", client.region],
    ["ClusterType", isTodaysAsk ? "ManagedKubernetes" : clusterType],
    ...profileQuery(isTodaysAsk ? "Serverless" : profile),
  ] as const;
  const path = pathOf("api", "v1", "metadata", "versions");
  const call = { operation: "DescribeKubernetesVersionMetadata", method: "GET", path, query, signal } as const;
  const { value } = await client.read(call, versionList);
  return value
    .filter(({ creatable }) => creatable !== false)
    .map(({ version }) => version)
    .toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
}

function profileQuery(profile: string | undefined): readonly (readonly [string, string])[] {
  return profile === undefined ? [] : [["Profile", profile]];
}

const quotas = lenientObject({ cluster_quota: count, amk_cluster_quota: count, ask_cluster_quota: count });

/** GET /quota: limits alone. The list of 2.10 does not tell kinds, so that nothing can be counted against a limit of one. */
export async function clusterQuotas(
  client: AckClient,
  options: BlockOptions,
  signal: AbortSignal,
): Promise<readonly ClusterQuota[]> {
  const call = { operation: "DescribeUserQuota", method: "GET", path: pathOf("quota"), signal } as const;
  const { value } = await client.read(call, quotas);
  const { clusterType, profile } = clusterOptions(options);
  const all = quotaOf(value.cluster_quota, "clusters", () => true);
  if (clusterType === "Kubernetes" || client.dialect === "Reference") return all;
  if (clusterType === "Ask" || profile === "Serverless") {
    return [...all, ...quotaOf(value.ask_cluster_quota, "serverless clusters", isServerless)];
  }
  return [...all, ...quotaOf(value.amk_cluster_quota, "managed clusters", isManaged)];
}

function quotaOf(limit: number | undefined, noun: string, counts: ClusterQuota["counts"]): readonly ClusterQuota[] {
  return limit === undefined ? [] : [{ limit, used: undefined, noun, counts }];
}

function isServerless({ type }: Cluster): boolean {
  return type === "Ask" || type === "ManagedKubernetes/Serverless";
}

function isManaged(cluster: Cluster): boolean {
  return cluster.type?.startsWith("ManagedKubernetes") === true && !isServerless(cluster);
}
