// Taking existing servers in and letting them go: what comes next for those that a pool lists. Pure. Each is erased at most once for each
// time that it is listed, and none is ever released.
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import { listed } from "../../lib/text.ts";
import type { Plan } from "../external/kind.ts";
import type { Declared } from "./diff.ts";
import { departureOf, keepsAll } from "./leaving.ts";
import {
  failed,
  followed,
  inState,
  isMember,
  type AttachOutcome,
  type Existing,
  type Server,
  type Sightings,
} from "./members.ts";
import type { PoolChange } from "./scope.ts";

type PoolPlan = Plan<PoolChange>;

/** The servers of a pool: followed, and those that are nodes already taken as they are. */
export function existingOf(
  { spec, status }: Declared,
  seen: Sightings & { readonly claimedByOthers: ReadonlySet<string> },
): Pick<Existing, "servers" | "candidates" | "conflicts"> {
  const ids = spec.existingServers?.ids ?? [];
  const wanted = new Set(ids);
  // A word of the last listing says nothing of the next one.
  const known = followed(status.servers ?? [], seen).filter((server) => isMember(server) || wanted.has(server.id));
  const unknown = ids.filter((id) => !known.some((server) => server.id === id));
  const conflicts = unknown.filter((id) => seen.claimedByOthers.has(id));
  const free = unknown.filter((id) => !seen.claimedByOthers.has(id));
  const present = free.flatMap((id) => asPresent(id, seen.nodes.get(id)));
  return {
    servers: [...known, ...present].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    candidates: free.filter((id) => !seen.nodes.has(id)),
    conflicts,
  };
}

/** One that nobody lists any more and that was never taken in is forgotten. */
export function withoutLost(
  servers: readonly Server[],
  { ids, nodes, outcome }: { ids: readonly string[]; nodes: Sightings["nodes"]; outcome: AttachOutcome },
): readonly Server[] {
  if (outcome !== "Lost" && outcome !== "Unknown") return servers;
  const wanted = new Set(ids);
  return servers.filter(({ id, state }) => state !== "Joining" || wanted.has(id) || nodes.has(id));
}

/** A node is one already: nothing is sent for it. */
function asPresent(id: string, node: ClusterNode | undefined): readonly Server[] {
  if (!node) return [];
  const server: Server = { id, origin: "Accepted", state: "Joined" };
  if (node.role === "Master") return [failed(server, "It is a master of the cluster")];
  return [node.phase === "Creating" ? inState(server, "Joining") : server];
}

/** Undefined where nothing is to be done for any of them. */
export function attachFor(declared: Declared, existing: Existing): PoolPlan | undefined {
  if (declared.spec.managementPolicy !== "Manage") return undefined;
  return (
    pendingFor(existing) ??
    departureFor(declared, existing) ??
    (existing.candidates.length === 0 ? undefined : attaching(existing.candidates))
  );
}

function pendingFor(existing: Existing): PoolPlan | undefined {
  const ids = existing.servers
    .filter(({ id, state }) => state === "Joining" && !existing.nodes.has(id))
    .map(({ id }) => id);
  if (ids.length === 0) return undefined;
  switch (existing.outcome) {
    case "Lost":
      return attaching(ids);
    case "Unknown": {
      const message =
        `Whether ${listed(ids)} (spec.existingServers) were taken in can't be told: they are no nodes, and asking again could erase them ` +
        "twice. Look at them in the cloud; to have them erased and taken in, take their ids out of the list and add them again";
      return { do: "Stall", reason: Reason.AttachOutcomeUnknown, message };
    }
    case "Open":
      return waiting(
        `Whether the cloud takes in ${listed(ids)} is not known yet; looking before anything is sent again`,
      );
    default:
      return waiting(`The cloud is taking in ${listed(ids)}`);
  }
}

/** Those that the list names no more; drained, and never released. */
function departureFor({ spec }: Declared, { servers, nodes }: Existing): PoolPlan | undefined {
  const wanted = new Set(spec.existingServers?.ids);
  const leaving = servers.filter((server) => isMember(server) && !wanted.has(server.id));
  if (leaving.length === 0) return undefined;
  const going = leaving.flatMap(({ id }) => nodes.get(id) ?? []);
  const isUnderWay = going.some(({ phase }) => phase === "Deleting");
  if (isUnderWay) return waiting(`${leaving.length} servers are leaving the cluster`);
  const departure = departureOf(going, spec.maxRemovalsPerStep, keepsAll);
  if (!departure) return waiting(`Waiting until ${listed(leaving.map(({ id }) => id))} are seen to have left`);
  const ids = departure.nodes.map(({ serverId, id }) => serverId ?? id);
  const fields = [{ field: "spec.existingServers.ids", before: ids, after: [] }];
  return { do: "Change", verb: "Remove", change: { do: "Remove", ...departure }, fields };
}

function attaching(ids: readonly string[]): PoolPlan {
  const fields = [{ field: "spec.existingServers.ids", before: [], after: ids }];
  return { do: "Change", verb: "Attach", change: { do: "Attach", ids }, fields };
}

/** What a person has to look at, once nothing is under way; one that is out of order holds up no other. */
export function stalledFor({ servers, conflicts }: Existing): PoolPlan | undefined {
  const inThat = (state: Server["state"]): readonly Server[] => servers.filter((server) => server.state === state);
  const [refused, left] = [inThat("Failed"), inThat("Left")];
  const again = "to have it erased and taken in, take its id out of the list and add it again";
  if (refused.length > 0) {
    const why = refused.slice(0, 3).map(({ id, message = "the cloud does not say why" }) => `${id}: ${message}`);
    const message = `Of spec.existingServers ${refused.length} could not be taken in: ${why.join("; ")}. The others are not held up; ${again}`;
    return { do: "Stall", reason: Reason.AttachFailed, message };
  }
  if (conflicts.length > 0) {
    const message = `Another resource, which came first, has a claim to ${listed(conflicts)} (spec.existingServers). Take them out of one of the two`;
    return { do: "Stall", reason: Reason.ExternalIdConflict, message };
  }
  if (left.length === 0) return undefined;
  const ids = listed(left.map(({ id }) => id));
  const message = `${ids} (spec.existingServers) had joined and left the cluster. Nothing is taken in again by itself; ${again}`;
  return { do: "Stall", reason: Reason.ServerLeft, message };
}

function waiting(message: string): PoolPlan {
  return { do: "Await", reason: Reason.Scaling, message };
}
