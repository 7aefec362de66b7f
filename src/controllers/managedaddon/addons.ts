// The add-ons of a cluster as things that resources stand for: a cluster has at most one of a template, so that is its name.
import type { Addon, AddonsFacet } from "../../cloud/facets/addons.ts";
import { thingsOf, type Things } from "../external/thing.ts";

export type NamedAddon = Addon;

export function addonsOf(addons: AddonsFacet, clusterId: string): Things<Addon> {
  return thingsOf(addons.in(clusterId));
}
