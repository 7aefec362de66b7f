// Whose an existing server is: one resource claims it, of whatever pool and cluster behind one address.
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { KindDeps } from "../controlled.ts";
import { heldAt } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { isMember } from "./members.ts";

/** Index of the cache of NodePools by the ids of the servers that each claims. */
export const BY_SERVER = "server";

/** Those that it lists, and those that it has. */
export function serversOf({ spec, status }: NodePool): readonly string[] {
  const held = (status.servers ?? []).filter(isMember).map(({ id }) => id);
  return [...new Set([...(spec.existingServers?.ids ?? []), ...held])];
}

/** Those of `ids` to which another resource at the same place has the better claim: who has it, then who came first. */
export function claimedByOthers(
  resource: NodePool,
  ids: readonly string[],
  deps: Pick<KindDeps<NodePool>, "store" | "clusters" | "accounts">,
): ReadonlySet<string> {
  const placeFor = (pool: NodePool): string | undefined => {
    const account = deps.accounts.account(deps.clusters.accountOf(pool));
    return account && deps.accounts.placeOf(account, heldAt(pool));
  };
  const place = placeFor(resource);
  const isRival = (other: NodePool, id: string): boolean =>
    other.metadata.uid !== resource.metadata.uid &&
    placeFor(other) === place &&
    (holds(other, id) || !isDeleting(other)) &&
    goesBefore(other, resource, id);
  return new Set(ids.filter((id) => deps.store.byIndex(BY_SERVER, id).some((other) => isRival(other, id))));
}

function goesBefore(other: NodePool, resource: NodePool, id: string): boolean {
  const holding = Number(holds(other, id)) - Number(holds(resource, id));
  if (holding !== 0) return holding > 0;
  const age = Date.parse(other.metadata.creationTimestamp) - Date.parse(resource.metadata.creationTimestamp);
  return age === 0 ? other.metadata.uid < resource.metadata.uid : age < 0;
}

function holds({ status }: NodePool, id: string): boolean {
  return (status.servers ?? []).some((server) => server.id === id && isMember(server));
}
