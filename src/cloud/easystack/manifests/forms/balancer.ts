// A load balancer of a Service's own (1.21, "external-request"), and what has to be there for one (1.23).
import * as z from "zod";
import { listed } from "../../../../lib/text.ts";
import type { ManifestRefusal } from "../../../facets/manifests.ts";
import type { Balancer } from "./beside.ts";
import { compact } from "./fields.ts";

/** What of it the form can't do without, by the field that says it. */
export function lacking({ subnetId, topology, flavor, volumeType, replicas }: Balancer): readonly ManifestRefusal[] {
  const isSized = flavor !== undefined || volumeType !== undefined || replicas !== undefined;
  return [
    ...(subnetId === undefined
      ? [{ path: "easystack.services[].loadBalancer.subnetId", message: "the form wants one" }]
      : []),
    ...(isSized && topology === undefined
      ? [
          {
            path: "easystack.services[].loadBalancer.topology",
            message: "the form wants one beside flavor, volumeType and replicas",
          },
        ]
      : []),
  ];
}

/** As a Service is to have it. */
export function toExternal({ name, subnetId, zone, cpuArch, ...flavor }: Balancer): object {
  const zoneData = compact({ compute_zone: zone, cpu_arch: cpuArch });
  const flavorData = compact({
    amp_volume_type: flavor.volumeType,
    compute_flavor: flavor.flavor,
    loadbalancer_topology: flavor.topology,
    // The reference limits it and has no field for it.
    replicas: flavor.replicas,
  });
  return {
    ...(Object.keys(zoneData).length > 0 && { availability_zone_profile: { availability_zone_data: zoneData } }),
    ...(Object.keys(flavorData).length > 0 && { flavor_profile: { flavor_data: flavorData } }),
    loadbalancer: { name, vip_subnet_id: subnetId },
  };
}

/** As a Service shows it: the balancer that it got. */
export const externalView = z.object({ name: z.string().nullish(), vip_subnet_id: z.string().nullish() });

/** What 1.23 says there is. */
export interface Offers {
  readonly hasOctavia: boolean;
  /** Undefined where the cloud counts none. */
  readonly licences: number | undefined;
  /** By name, or by id. */
  readonly zones: readonly string[];
  readonly flavors: readonly string[];
  readonly subnets: readonly string[];
  readonly mostReplicas: number | undefined;
}

/** Pure. What of the balancer can't be had, by the field that asks for it. */
export function unavailable(balancer: Balancer, offers: Offers): readonly ManifestRefusal[] {
  const { zone, flavor, subnetId, replicas } = balancer;
  const lacks = (field: string, wanted: string | undefined, there: readonly string[]): ManifestRefusal[] =>
    wanted === undefined || there.includes(wanted)
      ? []
      : [{ path: field, message: `there is no ${wanted}; there are ${there.length === 0 ? "none" : listed(there)}` }];
  const { mostReplicas } = offers;
  const isBeyond = replicas !== undefined && mostReplicas !== undefined && replicas > mostReplicas;
  return [
    ...lacks("easystack.services[].loadBalancer.zone", zone, offers.zones),
    ...lacks("easystack.services[].loadBalancer.flavor", flavor, offers.flavors),
    ...lacks("easystack.services[].loadBalancer.subnetId", subnetId, offers.subnets),
    ...(isBeyond
      ? [{ path: "easystack.services[].loadBalancer.replicas", message: `the cloud has ${mostReplicas} at most` }]
      : []),
  ];
}
