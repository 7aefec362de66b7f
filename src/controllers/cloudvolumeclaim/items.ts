// The claims of a cluster as one resource deals with them. Kubernetes shows a claim by its name: whether that is the one with our uid is
// looked at each time, so that somebody else's of the same name is neither taken for ours nor deleted.
import { lookBy, type Collection, type WritePermit } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { ClaimSought, ClusterClaims, VolumeClaim } from "../../cloud/facets/volumeclaims.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { listedTwice } from "../external/two-lists.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";
import { keyOf, soughtName } from "./names.ts";

interface Dealing {
  readonly claims: ClusterClaims;
  readonly place: ClusterPlace;
  readonly visit: Visit<CloudVolumeClaim>;
  /** Resources of all that stand for the cluster, this one among them. */
  readonly residents: () => readonly CloudVolumeClaim[];
  /** The resource that holds the claim with that uid; undefined where none does. */
  readonly holderOf: (id: string) => CloudVolumeClaim | undefined;
}

export function claimsFor({ claims, place, visit, residents, holderOf }: Dealing): Collection<VolumeClaim> {
  const { spec } = visit.object;
  const options = place.optionsOf(spec);
  const get = (id: string, signal: AbortSignal): Promise<VolumeClaim | "Absent"> =>
    orGoneWithCluster({ place, visit }, signal, () => find({ claims, visit, residents, holderOf }, id, signal));
  return {
    list: (signal, since) => claims.list(residents().map(soughtBy), signal, since),
    get,
    look: lookBy(get),
    remove: async (id: string, permit: WritePermit) => {
      const found = await get(id, permit.signal);
      if (found === "Absent") throw new CloudError("NotFound", { message: `The claim with the uid ${id} is gone` });
      await claims.remove({ key: found.key, id, withStorage: spec.contentsOnDelete === "Delete", options }, permit);
      return {};
    },
    isLeaving: ({ isLeaving }) => isLeaving,
    bearsMark: (claim, attempt, clockSkewMs) => claims.bearsMark(claim, attempt, { clockSkewMs, options }),
    ...(claims.strays && {
      strays: (name, attempt, signal) => claims.strays?.(keyOf(name), attempt, signal) ?? Promise.resolve([]),
    }),
    // A second one of the same name is refused.
    resendIsSafe: true,
    idsAreUniversal: true,
  };
}

/** By the name under which it is recorded, be it of another resource; one that is not recorded anywhere, by two lists of all. */
async function find(
  { claims, visit, residents, holderOf }: Omit<Dealing, "place">,
  id: string,
  signal: AbortSignal,
): Promise<VolumeClaim | "Absent"> {
  const { cloudName, externalId } = visit.status;
  const holder = externalId === id ? { ...visit.object, status: visit.status } : holderOf(id);
  if (holder) return readAs(claims, { id, name: holder.status.cloudName ?? soughtName(holder) }, signal);
  const here = await readAs(claims, { id, name: cloudName ?? soughtName(visit.object) }, signal);
  if (here !== "Absent") return here;
  const items = await listedTwice((whole) => claims.list(residents().map(soughtBy), whole), signal);
  const listed = items.find((item) => item.id === id);
  return listed ? readAs(claims, listed, signal) : "Absent";
}

function soughtBy(resource: CloudVolumeClaim): ClaimSought {
  const { externalId: id, cloudName, createdAt = "" } = resource.status;
  return { key: keyOf(cloudName ?? soughtName(resource)), id, createdAtMs: Date.parse(createdAt) };
}

async function readAs(
  claims: ClusterClaims,
  { id, name }: Pick<VolumeClaim, "id" | "name">,
  signal: AbortSignal,
): Promise<VolumeClaim | "Absent"> {
  const claim = await claims.read(keyOf(name), signal);
  return claim !== "Absent" && claim.id === id ? claim : "Absent";
}

/** On its way out a claim is gone with its cluster, of which the cloud alone can tell: there is no way into a cluster that is no more. */
async function orGoneWithCluster<T>(
  { place, visit }: Pick<Dealing, "place" | "visit">,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T | "Absent"> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted || !isDeleting(visit.object) || !place.isConfirmed()) throw error;
    const cluster = await facetOf(place, "clusters", "clusters").get(place.clusterId, signal);
    if (cluster !== "Absent") throw error;
    return "Absent";
  }
}
