// What hangs on a cluster, and what of it a deletion leaves (GET /clusters/{id}/resources, of the vendor's client).
import * as z from "zod";
import type { BlockOptions } from "../collection.ts";
import type { ClusterResource } from "../facets/clusters.ts";
import { pathOf } from "../kit/uri.ts";
import { lenientObject, listOf, text } from "../kit/wire.ts";
import type { ClusterOptions } from "./blocks.ts";
import type { AckClient } from "./client.ts";
import { knownOptions } from "./options.ts";

const resource = z.object({
  instance_id: z.string().min(1),
  resource_type: text,
  // 0: it was there before the cluster.
  auto_create: z.union([z.number(), z.boolean()]).optional().catch(undefined),
  delete_behavior: lenientObject({ delete_by_default: z.boolean().optional().catch(undefined) }),
});

type WireResource = z.output<typeof resource>;

type DeleteOption = NonNullable<ClusterOptions["deleteOptions"]>[number];

/** What `deleteOptions` call the types of resources. */
const OPTION_TYPES: readonly (readonly [RegExp, readonly DeleteOption["resourceType"][]])[] = [
  [/::SLB::/, ["SLB"]],
  [/::ALB::/, ["ALB"]],
  [/::SLS::/, ["SLS_Data", "SLS_ControlPlane"]],
  [/::(?:PVTZ|PrivateZone)::/, ["PrivateZone"]],
];

/** What a deletion is known to leave where the answer does not tell: ALBs, log projects. */
const KEPT_BY_DEFAULT = /::(?:ALB|SLS)::/;

export async function resourcesOf(
  client: AckClient,
  { id, options }: { readonly id: string; readonly options: BlockOptions },
  signal: AbortSignal,
): Promise<readonly ClusterResource[]> {
  const path = pathOf("clusters", id, "resources");
  const call = { operation: "DescribeClusterResources", method: "GET", path, signal } as const;
  const { value } = await client.read(call, listOf(resource));
  return value
    .filter(({ auto_create: made }) => made !== 0 && made !== false)
    .map((one) => ({ type: one.resource_type, id: one.instance_id, isRetained: isRetained(one, options) }));
}

function isRetained(
  { instance_id: id, resource_type: type, delete_behavior }: WireResource,
  options: BlockOptions,
): boolean {
  const { deleteOptions = [], retainResources = [] } = knownOptions(options);
  if (retainResources.includes(id)) return true;
  const names = OPTION_TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? [];
  const said = deleteOptions.find(({ resourceType }) => names.includes(resourceType));
  if (said !== undefined) return said.deleteMode === "retain";
  return !(delete_behavior.delete_by_default ?? !KEPT_BY_DEFAULT.test(type));
}
