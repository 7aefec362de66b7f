// What to do about a pool that is a list of servers: a pure decision from the resource and from what its cluster shows. More servers are
// asked for by how many more, so that each request is journaled and followed to its end before the next.
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import { listed } from "../../lib/text.ts";
import { attachFor, stalledFor } from "./attach.ts";
import { isDue } from "./by-name.ts";
import type { Declared } from "./diff.ts";
import { departureOf } from "./leaving.ts";
import { isMember, type ServerList } from "./members.ts";
import type { Seen } from "./replicas.ts";
import { SLOW_POLL_MS, waiting, type PoolPlan } from "./words.ts";

export function planForList(declared: Declared, seen: Seen, nowMs: number): PoolPlan {
  const { list } = seen;
  if (!list) throw new Error("A pool that is no list");
  if (list.refusal !== undefined) return { do: "Stall", reason: Reason.NotSupportedByCloud, message: list.refusal };
  return (
    outcomeFor(declared, list) ??
    (seen.existing ? existingFor(declared, seen, list) : countFor(declared, list, nowMs)) ??
    planForMembers(declared, seen, list)
  );
}

/** Of the request for more that was sent last, while it is not known what has come of it. */
function outcomeFor(declared: Declared, list: ServerList): PoolPlan | undefined {
  switch (list.outcome) {
    case "UnderWay":
      return waiting(Reason.Scaling, countedIn(list));
    case "Open":
      return waiting(
        Reason.Scaling,
        "Whether the cloud makes more nodes is not known yet; looking before more is asked for",
      );
    case "Unplaced":
      return unplaced(list.newcomers);
    case "Lost":
      return moreFor(declared, list, declared.status.operation?.nonce);
    default:
      return undefined;
  }
}

/** Only one request at a time adds servers to a cluster. */
function existingFor(declared: Declared, { existing }: Seen, list: ServerList): PoolPlan | undefined {
  const plan = existing && attachFor(declared, existing);
  const adds = plan?.do === "Change" && plan.change.do === "Attach";
  return adds && list.turn !== undefined ? waitingForTurn(list.turn) : plan;
}

/** Towards spec.replicas; as it is where nobody says. */
function countFor(declared: Declared, list: ServerList, nowMs: number): PoolPlan | undefined {
  const { spec } = declared;
  if (spec.managementPolicy !== "Manage" || spec.replicas === undefined) return undefined;
  const count = stayingIn(list).length;
  if (count > spec.replicas) return fewerFor(declared, list, count - spec.replicas);
  if (count === spec.replicas) return undefined;
  const { job } = list;
  if (job?.phase === "Failed" && !isDue(declared, job, nowMs)) return failedFor(list, spec.replicas, job);
  return moreFor(declared, list);
}

/** `nonce`: of a request that came to nothing, and is sent again. */
function moreFor({ spec }: Declared, list: ServerList, nonce?: string): PoolPlan | undefined {
  const before = stayingIn(list).length;
  const count = (spec.replicas ?? before) - before;
  if (count <= 0 || spec.managementPolicy !== "Manage") return undefined;
  if (list.turn !== undefined) return waitingForTurn(list.turn);
  if (list.isBesideUnadopted && list.strangers.length > 0) return unadopted(list.strangers);
  const fields = [{ field: "spec.replicas", before, after: before + count }];
  return { do: "Change", verb: "ScaleOut", change: { do: "ScaleOut", count, nonce }, fields };
}

/**
 * Those that are named leave, and only once nobody else of the pool comes or goes: one that the list of nodes lacks may be on its way out,
 * by a request of ours whose answer was lost, and another one would go in its place.
 */
function fewerFor({ spec }: Declared, list: ServerList, surplus: number): PoolPlan | undefined {
  const isStill = list.servers.filter(isMember).every(({ id, state }) => {
    const phase = list.nodes.get(id)?.phase;
    return state === "Joined" && phase !== undefined && phase !== "Deleting";
  });
  if (!isStill) return undefined;
  const nodes = stayingIn(list).flatMap(({ id }) => list.nodes.get(id) ?? []);
  const departure = departureOf(nodes, Math.min(surplus, spec.maxRemovalsPerStep));
  if (!departure) return undefined;
  const fields = [{ field: "spec.replicas", before: nodes.length, after: nodes.length - departure.nodes.length }];
  return { do: "Change", verb: "Remove", change: { do: "Remove", ...departure }, fields };
}

/** What the members are up to when nothing more is to be sent. */
function planForMembers({ spec, metadata }: Declared, seen: Seen, list: ServerList): PoolPlan {
  const members = list.servers.filter(isMember);
  const missing = members.filter(({ id, state }) => state !== "Joining" && !list.nodes.has(id));
  if (missing.length > 0) {
    const message = `Missing from the list of nodes: ${listed(missing.map(({ id }) => id))}. Waiting until it is sure that they have left`;
    return { do: "Await", reason: Reason.Scaling, message };
  }
  const isMoving = members.some(({ id, state }) => state !== "Joined" || list.nodes.get(id)?.phase === "Deleting");
  if (isMoving) return waiting(Reason.Scaling, countedIn(list));
  const stalled = seen.existing && stalledFor(seen.existing);
  if (stalled) return stalled;
  const inactive = members.filter(({ id }) => list.nodes.get(id)?.phase !== "Active");
  if (inactive.length > 0) {
    const message = `${countedIn(list)}. Repair the others in the cloud, or remove them there`;
    return { do: "Await", reason: Reason.NodesNotActive, message, pollAfterMs: SLOW_POLL_MS };
  }
  const said = spec.managementPolicy === "Observe" ? "observed" : "as declared";
  return { do: "Keep", reason: Reason.Available, message: `Node pool ${metadata.name} is ${said}` };
}

/** Bought or taken in, and not on their way out. */
function stayingIn({ servers, nodes }: ServerList): ServerList["servers"] {
  return servers.filter(
    ({ id, state }) => (state === "Joining" || state === "Joined") && nodes.get(id)?.phase !== "Deleting",
  );
}

export function countedIn(list: ServerList): string {
  const staying = stayingIn(list);
  const active = staying.filter(({ id }) => list.nodes.get(id)?.phase === "Active").length;
  return `${active} of ${staying.length} nodes are active`;
}

function failedFor(list: ServerList, wanted: number, { cause, reason, type }: Job): PoolPlan {
  const made = stayingIn(list).length;
  const message =
    `The cloud has made ${made} of ${wanted} nodes: ${reason || `${type} failed`}. Those that are there stay, and the rest is asked for ` +
    "at the drift interval; to do without, ask for fewer";
  if (cause === "SoldOut") return { do: "Await", reason: Reason.SoldOut, message, pollAfterMs: SLOW_POLL_MS };
  return { do: "Stall", reason: Reason.ScaleOutFailed, message };
}

function unplaced(newcomers: readonly ClusterNode[]): PoolPlan {
  const message =
    `A request for more nodes was not answered, and ${listed(idsOf(newcomers))} joined since, which nothing tells to be its result. They are ` +
    "neither claimed nor released. Remove them in the cloud, or list them in spec.existingServers of another NodePool; then it goes on";
  return { do: "Stall", reason: Reason.ScaleOutOutcomeUnknown, message };
}

function unadopted(strangers: readonly ClusterNode[]): PoolPlan {
  return { do: "Stall", reason: Reason.AlreadyExists, message: unadoptedText(strangers) };
}

/** A resource that came back from a backup knows no servers: those that are there may be its own. */
export function unadoptedText(strangers: readonly ClusterNode[]): string {
  return (
    `${listed(idsOf(strangers))} are in the cluster and no NodePool claims them, as where resources came back from a backup. No more are bought ` +
    "until they are claimed: list them in spec.existingServers of a NodePool, or remove them in the cloud"
  );
}

function waitingForTurn(other: string): PoolPlan {
  return waiting(Reason.Scaling, `One pool of a cluster adds servers at a time; waiting for NodePool ${other}`);
}

function idsOf(nodes: readonly ClusterNode[]): string[] {
  return nodes.map(({ id, serverId }) => serverId ?? id);
}
