// Ranges of a cluster's network: those that were not said are chosen, those that are in conflict refused.
import { firstFreeCidr, overlaps } from "../../simulation/cidr.ts";
import type { Ack } from "./ack.ts";
import { newId } from "./ack.ts";
import type { ClusterRequest } from "./cluster-spec.ts";
import { invalid } from "./refusals.ts";
import type { Cluster, Network } from "./state.ts";

/** 2.1: the VPC that the cloud makes where none is named; pods then get 172.16.0.0/16 and Services 172.19.0.0/20. */
const OWN_VPC_CIDR = "192.168.0.0/16";
const POD_CIDRS = [
  ...Array.from({ length: 16 }, (_, index) => `172.${16 + index}.0.0/16`),
  ...Array.from({ length: 1024 }, (_, index) => `10.${Math.floor(index / 4)}.${(index % 4) * 64}.0/18`),
];
const SERVICE_CIDRS = ["172.19.0.0/20", "172.21.0.0/20", "192.168.224.0/20"];

/** Throws a `Refusal` (400) where ranges overlap that may not. */
export function networkOf(ack: Ack, request: ClusterRequest): Network {
  const { vpcId, vswitchIds, snatEntry, publicAccess } = request;
  const taken = podsIn(ack, vpcId);
  const podCidr = request.podCidr ?? freePodCidr([...taken, request.serviceCidr ?? ""]);
  const serviceCidr = request.serviceCidr ?? firstFreeCidr(SERVICE_CIDRS, [podCidr]) ?? "";
  if (overlaps(podCidr, serviceCidr)) throw invalid("service_cidr", "overlaps container_cidr");
  const neighbours = ack.rules.cidrOverlaps === "Allow" ? [] : taken;
  if (neighbours.some((range) => overlaps(podCidr, range))) {
    throw invalid("container_cidr", "overlaps the pods of another cluster in the VPC");
  }
  const place = vpcId === "" ? newVpc(podCidr, serviceCidr) : { vpcId, vswitchIds };
  return { ...place, podCidr, serviceCidr, snatEntry, publicAccess };
}

function newVpc(podCidr: string, serviceCidr: string): Pick<Network, "vpcId" | "vswitchIds"> {
  if (overlaps(podCidr, OWN_VPC_CIDR)) throw invalid("container_cidr", "overlaps the VPC");
  if (overlaps(serviceCidr, OWN_VPC_CIDR)) throw invalid("service_cidr", "overlaps the VPC");
  return { vpcId: newId("vpc-", 20), vswitchIds: [newId("vsw-", 20)] };
}

/** Ranges of pods of the clusters in a VPC. The VPC's own range is not known. */
function podsIn({ store }: Ack, vpcId: string): string[] {
  if (vpcId === "") return [];
  const isIn = ({ network, state }: Cluster): boolean => network.vpcId === vpcId && state !== "deleted";
  const clusters = store.list("clusters").filter(isIn);
  return clusters.map(({ network }) => network.podCidr).filter((range) => range !== "");
}

function freePodCidr(taken: readonly string[]): string {
  const unused = POD_CIDRS.filter((range) => !taken.includes(range));
  return firstFreeCidr(unused, taken) ?? "";
}
