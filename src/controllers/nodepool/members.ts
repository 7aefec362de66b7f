// The servers of a pool that its status tells: what each has become, from what the cloud shows. Pure.
import type { Job, JobPhase } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { cutTo } from "../../lib/text.ts";

export type Server = Readonly<NonNullable<NodePool["status"]["servers"]>[number]>;

/** What the cloud shows of a cluster's servers. */
export interface Sightings {
  /** By the id of the server. */
  readonly nodes: ReadonlyMap<string, ClusterNode>;
  /** Whether a server that no node is of has left the cluster indeed. */
  readonly isGone: (serverId: string) => boolean;
  /** Of the operation that is under way, as far as the cloud tells. */
  readonly job: Job | undefined;
}

/** What is known of the servers of a pool with spec.existingServers. */
export interface Existing {
  /** As they are now. */
  readonly servers: readonly Server[];
  /** Listed, and neither taken in nor sent yet. */
  readonly candidates: readonly string[];
  /** Listed, and another resource's. */
  readonly conflicts: readonly string[];
  /** Nodes of the cluster, by server. */
  readonly nodes: ReadonlyMap<string, ClusterNode>;
  readonly outcome: AttachOutcome;
}

/**
 * Of the servers that were sent last: `Told`: all are nodes, or the cloud says what became of each. `UnderWay`: the cloud is at it. `Open`: it
 * may not have got the request, and it is too early to say. `Lost`: nothing of it is there. `Unknown`: nothing is there, and it can't
 * be told whether something was.
 */
export type AttachOutcome = "Told" | "UnderWay" | "Open" | "Lost" | "Unknown";

/** What is known of a pool that is a list of servers. */
export interface ServerList {
  readonly servers: readonly Server[];
  /** Nodes of the cluster, by server. */
  readonly nodes: ReadonlyMap<string, ClusterNode>;
  /** Workers that no resource claims. */
  readonly strangers: readonly ClusterNode[];
  /** Those of them that joined since the request for more that is open. */
  readonly newcomers: readonly ClusterNode[];
  /** Of that request, as far as the cloud tells. */
  readonly job: Job | undefined;
  /**
   * What has come of it. `UnderWay`: the cloud is at it. `Open`: it may not have got it, and it is too early to say. `Done`, `Failed`: it
   * has ended, with whatever it made. `Lost`: nothing of it is there. `Unplaced`: something joined that nothing tells to be its result.
   */
  readonly outcome: "None" | "UnderWay" | "Open" | "Done" | "Failed" | "Lost" | "Unplaced";
  /** Another pool of the cluster that adds servers now. */
  readonly turn: string | undefined;
  /** Whether a pool of the cluster has no status yet, or has lost it. */
  readonly isBesideUnadopted: boolean;
  /** What the spec asks for and the cloud has nothing for. */
  readonly refusal: string | undefined;
}

/** As the schema takes it. */
const LONGEST_MESSAGE = 1024;

/** By the id of the server; a node without one is none that a pool can have. */
export function byServer(nodes: readonly ClusterNode[]): ReadonlyMap<string, ClusterNode> {
  return new Map(nodes.flatMap((node) => (node.serverId === undefined ? [] : [[node.serverId, node] as const])));
}

/** As they are now; those that have left for good are left out, unless a person has listed them. */
export function followed(servers: readonly Server[], seen: Sightings): readonly Server[] {
  return servers.flatMap((server) => FOLLOWED[server.state](server, seen));
}

type Follow = (server: Server, seen: Sightings) => readonly Server[];

const FOLLOWED: Readonly<Record<Server["state"], Follow>> = {
  // One that existed before may only not show yet, though its job has ended: lists are as old as they are.
  Joining: (server, { nodes, job, isGone }) => {
    const node = nodes.get(server.id);
    if (node) return [hasJoined(node) ? inState(server, "Joined") : server];
    if (verdictOn(server, job) === "Failed") return [failed(server, job?.reason ?? "")];
    return server.origin === "Created" && isGone(server.id) ? [] : [server];
  },
  Joined: (server, { isGone }) => (isGone(server.id) ? withoutNode(server) : [server]),
  Leaving: (server, { isGone }) => (isGone(server.id) ? [] : [server]),
  Left: (server) => [server],
  Failed: (server) => [server],
};

function verdictOn({ id }: Server, job: Job | undefined): JobPhase | undefined {
  return job?.servers?.find(({ serverId }) => serverId === id)?.phase;
}

/** A bought one that is gone is replaced; one that existed before is never taken in again by itself. */
function withoutNode(server: Server): readonly Server[] {
  return server.origin === "Created" ? [] : [inState(server, "Left")];
}

/** Whatever it does since. */
function hasJoined({ phase }: ClusterNode): boolean {
  return phase !== "Creating" && phase !== "Unknown";
}

export function inState({ id, origin }: Server, state: Server["state"], message?: string): Server {
  return { id, origin, state, ...(message && { message: cutTo(message, LONGEST_MESSAGE - 1) }) };
}

export function failed(server: Server, why: string): Server {
  return inState(server, "Failed", why);
}

/** Those of `ids` in that state, the others as they are. */
export function withState(
  servers: readonly Server[],
  ids: readonly string[],
  to: { readonly origin: Server["origin"]; readonly state: Server["state"] },
): readonly Server[] {
  const changed = new Set(ids);
  const known = servers.filter(({ id }) => !changed.has(id));
  const added = ids.map((id): Server => {
    const origin = servers.find((server) => server.id === id)?.origin ?? to.origin;
    return { id, origin, state: to.state };
  });
  return [...known, ...added].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Those that are in the cluster, or on their way into it. */
export function isMember({ state }: Server): boolean {
  return state === "Joining" || state === "Joined" || state === "Leaving";
}
