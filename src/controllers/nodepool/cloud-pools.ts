// NodePools of a cloud that has pools: each stands for one of them.
import type { CloudPools, NodePool as Pool, NodePoolsFacet } from "../../cloud/facets/nodepools.ts";
import type { WritePermit } from "../../cloud/collection.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { Reason as CommonReason } from "../../crds/common/conditions.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { offered } from "../cloudaccount/offers.ts";
import type { KindDeps } from "../controlled.ts";
import type { Changed, ExternalKind, Progress, SendFirst } from "../external/kind.ts";
import { cloudNameOf } from "../external/resource.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { failureOf } from "../managedcluster/progress.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import { preparePool } from "./create.ts";
import { attach, ExistingServers, noteJoining } from "./existing.ts";
import { leave } from "./departure.ts";
import { departureOf, isReleased } from "./leaving.ts";
import { isMember } from "./members.ts";
import { ClusterNodes, nodesFacetOf } from "./nodes.ts";
import { planFor } from "./plan.ts";
import { progressOf } from "./words.ts";
import { stayingNodes, type Seen } from "./replicas.ts";
import type { PoolChange, PoolScope, PoolShape } from "./scope.ts";
import { describe } from "./status.ts";

const LEAVING_POLL_MS = 5_000;

export function cloudPoolKind(deps: KindDeps<NodePool>): ExternalKind<PoolShape> {
  const nodes = new ClusterNodes(deps);
  const existing = new ExistingServers(deps, nodes);
  return {
    noun: "node pool",
    facet: "nodePools",
    parent: clusterParent(deps),
    nameOf: cloudNameOf,
    // Ids are unique over all of a cloud, and a console may rename what it shows.
    namesAreFixed: false,
    namesake: "Refuse",
    removal: "Repeated",
    items: (facet, { clusterId }) => poolsOf(facet).in(clusterId),
    prepare: (scope) => preparePool(scope, poolsOf(scope.facet), deps.client),
    see: (scope, item, since) => see(scope, item, { nodes, existing, since }),
    plan: planFor,
    change: (scope, { seen, change }, permit) => {
      if (change.do === "Remove") return leave(scope, change, { permit, events: deps.events });
      const { id: poolId } = seen.item;
      if (change.do === "Attach") return attach(scope, { ids: change.ids, poolId }, { permit, deps });
      if (change.do === "Update") return update(scope, { seen, change }, permit);
      throw new Error(`A pool of the cloud has no ${change.do}`);
    },
    journal: (scope, { seen, change }) => {
      if (change.do !== "Attach") return undefined;
      noteJoining(scope, seen, change.ids);
      return { reason: Reason.Scaling, message: "Taking existing servers in" };
    },
    describe,
    progress,
    removalFailed: ({ phase }) => (phase === "DeleteFailed" ? "" : undefined),
    beforeRemoval: (scope, item, send) => emptyOfForeign(scope, item, { nodes, send, deps }),
  };
}

function poolsOf(facet: NodePoolsFacet): CloudPools {
  if (facet.membership === "Cloud") return facet;
  const message =
    "The account's cloud has no node pools, and this resource stands for one: the account was changed. Change it back, or let go of the pool " +
    "and declare another NodePool";
  throw new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}

async function see(
  scope: PoolScope,
  listedItem: Pool,
  { nodes, existing, since }: { nodes: ClusterNodes; existing: ExistingServers; since: number },
): Promise<Seen> {
  const item = scope.visit.status.operation ? listedItem : supposingRest(listedItem);
  const listing = await nodes.list(scope, since);
  const { byId } = listing;
  const own = [...byId.values()].filter(({ poolId }) => poolId === item.id);
  const leavesByName = nodesFacetOf(scope).remove !== undefined;
  const isShort = item.desired !== undefined && stayingNodes({ nodes: own }).length < item.desired;
  const isTold =
    leavesByName && (item.phase === "Failed" || item.phase === "DeleteFailed" || (item.phase === "Normal" && isShort));
  const isWhole = item.current === undefined || own.length >= item.current;
  return {
    item,
    nodes: own,
    leavesByName,
    job: isTold ? await jobOf(scope) : undefined,
    existing: await existing.see(scope, { listing, isWhole }),
  };
}

/** Of the operation in the draft; undefined where the cloud never told its id or no longer knows it. */
async function jobOf({ visit, place }: PoolScope): Promise<Job | undefined> {
  const id = visit.status.operation?.id;
  const job = id === undefined ? undefined : await place.session.jobs?.get(id, visit.signal);
  return job === "Absent" ? undefined : job;
}

/** A list that does not tell the phase: where nothing was asked of the pool, its nodes tell whether a closer look is worth it. */
function supposingRest(shown: Pool): Pool {
  const isTold = shown.phase !== "Unknown" || shown.cloudPhase !== "";
  return isTold ? shown : { ...shown, phase: "Normal" };
}

/** The plan's own words tell it, but for a pool that is being deleted. */
function progress({ visit }: PoolScope, seen: Seen): Progress {
  const hasFailed = seen.item.phase === "Failed" || seen.item.phase === "DeleteFailed";
  const failed = hasFailed && seen.job ? failureOf(seen.job) : undefined;
  if (isDeleting(visit.object)) return { progress: `${seen.nodes.length} nodes are left`, told: true, failed };
  return { progress: progressOf(visit.object, seen), failed };
}

async function update(
  { visit, facet, place }: PoolScope,
  { seen, change }: { seen: Seen; change: Extract<PoolChange, { do: "Update" }> },
  permit: WritePermit,
): Promise<Changed<Seen>> {
  const send = offered(place, poolsOf(facet).update, "a change of spec");
  const { jobId } = await send(place.clusterId, seen.item.id, change.request, permit);
  // In the draft: a crash before it is stored has the same change sent once more, which is harmless.
  const { status, object } = visit;
  const { taints } = change.request;
  if (object.spec.taints !== undefined && taints !== undefined) status.appliedTaints = [...taints];
  if (change.sent.length > 0) {
    status.sentChange = { generation: object.metadata.generation, fields: [...change.sent] };
  }
  const message = "The node pool was changed; looking whether it shows";
  return { now: "Look", reason: Reason.Updating, message, jobId };
}

/**
 * A pool takes its nodes along, and a cloud may release the servers of all of them: those that were not bought for it, and those that it
 * lists, in whatever pool they are, go before, and stay. Where the cloud has refused a pool with nodes, all of them go before. Throws
 * WaitingError Deleting until they have.
 */
async function emptyOfForeign(
  scope: PoolScope,
  item: Pool | "Absent",
  { nodes, send, deps }: { nodes: ClusterNodes; send: SendFirst; deps: KindDeps<NodePool> },
): Promise<void> {
  if (item === "Absent" || !nodesFacetOf(scope).remove) return;
  const { status, found } = scope.visit;
  const listed = new Set((status.servers ?? []).filter(isMember).map(({ id }) => id));
  const isReleasedFirst = (node: ClusterNode): boolean => !listed.has(node.serverId ?? "") && isReleased(node);
  const isRefused = findCondition(found.status.conditions, "Stalled")?.reason === CommonReason.NotEmpty;
  const isFirst = (node: ClusterNode): boolean =>
    listed.has(node.serverId ?? "") || (node.poolId === item.id && (isRefused || !isReleased(node)));
  const first = (await nodes.all(scope)).filter(isFirst);
  if (first.length === 0) return;
  const departure = departureOf(first, first.length, isReleasedFirst);
  if (departure) {
    const change = { verb: "Remove", target: `node pool ${item.name}`, fields: [] } as const;
    await send(change, (permit) => leave(scope, departure, { permit, events: deps.events }));
  }
  const message = `${first.length} servers leave the pool first; those that were not bought for it stay`;
  throw new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LEAVING_POLL_MS });
}
