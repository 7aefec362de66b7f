// One resource owns a cloud name, and one a cloud id, per cloud endpoint: the oldest claims it (design section 3, step 1).
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { cloudNameOf } from "./plan.ts";

/** What a resource lays claim to, for the cache's index; of no meaning beyond one cloud endpoint. */
export function claimsOf(resource: RegistryProject): readonly string[] {
  if (resource.spec.managementPolicy === "Observe") return [];
  const ids = new Set([resource.spec.externalId, resource.status.externalId]);
  ids.delete(undefined);
  // Who adopts by id creates nothing, and so needs no name.
  const names = resource.spec.externalId === undefined ? [`name/${cloudNameOf(resource)}`] : [];
  return [...names, ...[...ids].map(idClaim)];
}

export function idClaim(id: string | undefined): string {
  return `id/${id}`;
}

/**
 * The contender that goes first, if it is not `resource` itself. Who holds something in the cloud goes before who does not:
 * a cache that shows a namesake late must not hand its name over. Then age counts, then the UID.
 */
export function ownerBefore(
  resource: RegistryProject,
  contenders: readonly RegistryProject[],
): RegistryProject | undefined {
  const others = contenders.filter(({ metadata }) => metadata.uid !== resource.metadata.uid);
  const preceding = others.filter((other) => comparePrecedence(other, resource) < 0);
  return preceding.sort(comparePrecedence)[0];
}

function comparePrecedence(left: RegistryProject, right: RegistryProject): number {
  const holding = Number(holdsSomething(right)) - Number(holdsSomething(left));
  if (holding !== 0) return holding;
  const age = Date.parse(left.metadata.creationTimestamp) - Date.parse(right.metadata.creationTimestamp);
  return age !== 0
    ? age
    : Number(left.metadata.uid > right.metadata.uid) - Number(left.metadata.uid < right.metadata.uid);
}

/** Something in the cloud is its, or may be. */
export function holdsSomething({ status }: RegistryProject): boolean {
  return status.externalId !== undefined || status.operation !== undefined;
}
