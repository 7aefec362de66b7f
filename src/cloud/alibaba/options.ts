// What specs say to ACK in their blocks, and what follows from it in more than one call.
import type { BlockOptions } from "../collection.ts";
import type { ClusterNetwork } from "../facets/clusters.ts";
import type { NodeLogin, Volume } from "../facets/servers.ts";

export interface ClusterOptions {
  readonly clusterType: "Kubernetes" | "ManagedKubernetes" | "Ask";
  readonly profile?: "Default" | "Edge" | "Serverless" | undefined;
  readonly clusterSpec?: string | undefined;
  readonly vswitchIds?: readonly string[] | undefined;
  readonly addons?: readonly object[] | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly snatEntry?: boolean | undefined;
  readonly endpointPublicAccess?: boolean | undefined;
  readonly proxyMode?: string | undefined;
  readonly nodeCidrMask?: number | undefined;
  readonly podVswitchIds?: readonly string[] | undefined;
  readonly securityGroupId?: string | undefined;
  readonly isEnterpriseSecurityGroup?: boolean | undefined;
  readonly resourceGroupId?: string | undefined;
  readonly timezone?: string | undefined;
  readonly controlPlaneConfig?:
    | {
        readonly size?: number | undefined;
        readonly instanceTypes?: readonly string[] | undefined;
        readonly systemDiskCategory?: string | undefined;
        readonly systemDiskSize?: number | undefined;
      }
    | undefined;
  readonly deleteOptions?:
    | readonly {
        readonly resourceType: "SLB" | "ALB" | "SLS_Data" | "SLS_ControlPlane" | "PrivateZone";
        readonly deleteMode: "delete" | "retain";
      }[]
    | undefined;
  readonly retainResources?: readonly string[] | undefined;
  readonly temporaryDurationMinutes?: number | undefined;
  readonly attachScript?:
    | {
        readonly arch?: string | undefined;
        readonly validHours?: number | undefined;
        readonly options?: Readonly<Record<string, unknown>> | undefined;
      }
    | undefined;
}

export interface PoolOptions {
  readonly vswitchIds?: readonly string[] | undefined;
  readonly instanceTypes?: readonly string[] | undefined;
  readonly imageId?: string | undefined;
  readonly multiAzPolicy?: string | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
  readonly resourceGroupId?: string | undefined;
  readonly ramRoleName?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly runtime?: string | undefined;
  readonly runtimeVersion?: string | undefined;
  readonly cpuPolicy?: string | undefined;
  readonly userData?: string | undefined;
  readonly cmsEnabled?: boolean | undefined;
  readonly spotStrategy?: string | undefined;
}

/** What is undefined in it is not sent. */
export type Body = Readonly<Record<string, unknown>>;

export function clusterOptions(options: BlockOptions): ClusterOptions {
  return options as unknown as ClusterOptions;
}

export function poolOptions(options: BlockOptions): PoolOptions {
  return options;
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
