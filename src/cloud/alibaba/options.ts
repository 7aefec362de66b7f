// What specs say to ACK in their blocks, and what follows from it in more than one call.
import type { BlockOptions } from "../collection.ts";
import type { ClusterNetwork } from "../facets/clusters.ts";
import type { NodeLogin, Volume } from "../facets/servers.ts";
import { readBlock } from "../kit/settings.ts";
import { alibaba, type ClusterOptions, type PoolOptions } from "./blocks.ts";

/** What is undefined in it is not sent. */
export type Body = Readonly<Record<string, unknown>>;

/** Throws CloudError Rejected where the block is not valid. */
export function clusterOptions(options: BlockOptions): ClusterOptions {
  return readBlock("spec.alibaba", alibaba.blocks.ManagedCluster.schema, options);
}

/** Of a cluster that exists: one that was adopted may have no block, or a part of it. */
export function knownOptions(options: BlockOptions): Partial<ClusterOptions> {
  return options;
}

/** Throws CloudError Rejected where the block is not valid. */
export function poolOptions(options: BlockOptions): PoolOptions {
  return readBlock("spec.alibaba", alibaba.blocks.NodePool.schema, options);
}

/** The vswitches that are named, or the one subnet; empty where neither is. */
export function vswitchesOf(
  { vswitchIds = [] }: Pick<PoolOptions, "vswitchIds">,
  { subnetId }: Pick<ClusterNetwork, "subnetId">,
): readonly string[] {
  if (vswitchIds.length > 0) return vswitchIds;
  return subnetId === undefined ? [] : [subnetId];
}

/** Exactly one of both (2.1); `password`: what the call names it. */
export function loginBody(login: NodeLogin | undefined, password: "login_password" | "password"): Body {
  if (login === undefined) return {};
  return "keyPairName" in login ? { key_pair: login.keyPairName } : { [password]: login.password };
}

export function passwordsOf(...logins: readonly (NodeLogin | undefined)[]): readonly string[] {
  return logins.flatMap((login) => (login !== undefined && "password" in login ? [login.password] : []));
}

/** The system disk, by the names that the call has for it. */
export function systemDiskBody(volume: Volume | undefined, prefix: "" | "worker_"): Body {
  if (volume === undefined) return {};
  return { [`${prefix}system_disk_category`]: volume.type, [`${prefix}system_disk_size`]: volume.sizeGiB };
}
