// NodePools of a cloud that has no pools: each is the list of servers in its own status. As a collection they are what the resources say.
import { CloudError } from "../../cloud/errors.ts";
import type { Readable } from "../../cloud/collection.ts";
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { cloudNameOf } from "../external/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";

const PREFIX = "scale-out:";

/** `status.externalId` of such a pool. */
export function listedId({ metadata }: Pick<NodePool, "metadata">): string {
  return PREFIX + metadata.uid;
}

export function isListedId(id: string | undefined): boolean {
  return id?.startsWith(PREFIX) ?? false;
}

/** As the cloud would show it if it had pools: no more than what its resource says. */
export function listedPool(id: string, name: string): Pool {
  return {
    id,
    name,
    phase: "Normal",
    cloudPhase: "",
    desired: undefined,
    current: undefined,
    autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 },
    labels: {},
    taints: [],
    mark: undefined,
    instanceType: "",
    zone: undefined,
    os: undefined,
  };
}

/**
 * `resources`: those of the cluster, as the cache shows them; `visit`: of one of them, whose draft tells the id that it has just recorded, which
 * the cache does not show yet. One is gone when its servers are: that comes before `remove`.
 */
export function listedPools(
  resources: () => readonly NodePool[],
  { object, status }: Pick<Visit<NodePool>, "object" | "status">,
): Readable<Pool> {
  const all = (): readonly Pool[] =>
    resources().flatMap((resource) => {
      const { externalId: id, cloudName = cloudNameOf(resource) } = resource.status;
      return id !== undefined && isListedId(id) ? [listedPool(id, cloudName)] : [];
    });
  const find = (id: string): Pool | "Absent" => all().find((pool) => pool.id === id) ?? "Absent";
  const own = (id: string): Pool | undefined =>
    id === listedId(object) && id === status.externalId
      ? listedPool(id, status.cloudName ?? cloudNameOf(object))
      : undefined;
  return {
    list: () => Promise.resolve({ items: all(), clockSkewMs: 0 }),
    get: (id) => Promise.resolve(own(id) ?? find(id)),
    look: (id) => Promise.resolve(find(id) === "Absent" ? "Absent" : "There"),
    remove: (id) => Promise.reject(new CloudError("NotFound", { message: `${id} has no servers any more` })),
    isLeaving: () => false,
    bearsMark: ({ id }, { nonce }) => nonce.startsWith(`${id.slice(PREFIX.length)}-`),
    idsAreUniversal: true,
    resendIsSafe: true,
  };
}
