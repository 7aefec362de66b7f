// ManagedNode, as the operator knows it.
import type { WritePermit } from "../../cloud/collection.ts";
import { outcomeIsUnknown } from "../../cloud/errors.ts";
import type { ClusterNode, NodeSetup } from "../../cloud/facets/nodes.ts";
import { ManagedNodeCondition, ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import { managedNode } from "../../crds/managednode/kind.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { timestamp } from "../../lib/clock.ts";
import { ReconcileError, WaitingError } from "../../lib/errors.ts";
import { assertPossible, offered } from "../cloudaccount/offers.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { Changed, ExternalKind, Progress } from "../external/kind.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { holdsParent } from "../external/resource.ts";
import type { Steps } from "../lifecycle/reconciler.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { failureOf, jobOf, progressOf } from "../managedcluster/progress.ts";
import { ClusterNodes } from "./cluster-node.ts";
import { adopting, noteOwned, prepareNode } from "./create.ts";
import { nodesOf, policyOf } from "./items.ts";
import { claimedName, soughtName } from "./names.ts";
import { assertNotOnItsWay, describeLoss, targetOf } from "./move.ts";
import { snapshotOf } from "./outcome.ts";
import { alsoIn, BY_SERVER, clusterRefOf, nodeParent, serversOf } from "./place.ts";
import { planFor, type At } from "./plan.ts";
import { beforeRemoval } from "./removal.ts";
import type { NodeChange, NodeScope, NodeShape, Seen } from "./scope.ts";
import { setupOf } from "./setup.ts";
import { inCluster } from "./sight.ts";
import { describe } from "./status.ts";
import { Turns, wantedSince } from "./turns.ts";
import { isBroken, serverOf, waitingForTurn } from "./words.ts";
import { writtenOf } from "./written.ts";

export const managedNodes = controlled<ManagedNode>({
  kind: managedNode,
  facet: "nodes",
  parentOf: clusterRefOf,
  alsoIn,
  cloudName: claimedName,
  indexes: { [BY_SERVER]: serversOf },
  needsParent: holdsParent,
  // With the pools' nodes.
  contentOf: undefined,
  publishes: false,
  // The password of the node, read when its disks are written.
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
  steps: (deps) => healthUnknownWithoutCluster(new ExternalReconciler(nodeKind(deps), deps)),
});

function nodeKind(deps: KindDeps<ManagedNode>): ExternalKind<NodeShape> {
  const turns = new Turns(deps);
  const { clock, settleWindowMs } = deps;
  const at = (): At => ({ nowMs: clock.now(), settleWindowMs });
  return {
    noun: "node",
    facet: "nodes",
    parent: nodeParent(deps),
    nameOf: soughtName,
    namesAreFixed: false,
    namesake: "Refuse",
    removal: "Repeated",
    // Bought or accepted.
    creating: { reason: Reason.Creating, message: "The cloud is installing the node" },
    madeAs: ({ spec }) => (spec.existingServer === undefined ? "Created" : "Accepted"),
    items: (facet, place, visit) => nodesOf(facet, place, { visit, client: deps.client }),
    listsIn: (facet, place) => deps.nodeLists.in(place, facet),
    prepare: (scope) => prepareNode(scope, deps.client),
    assertAdoptable: (scope, { item }) => adopting(scope, item),
    // The node that the same server has by now.
    outlives: ({ status }) => status.serverId,
    assertGone: (scope) => assertNotOnItsWay(deps, scope),
    describeLoss,
    see: (scope, item, since) => see({ ...deps, turns }, { scope, item, now: timestamp(clock) }, since),
    plan: (declared, seen, nowMs) => planFor(declared, seen, { nowMs, settleWindowMs }),
    journal: (scope, what) => journal(turns, { scope, ...what, now: timestamp(clock) }),
    change: (scope, { seen, change }, permit) => {
      // What was granted is stored by now.
      turns.settle(scope.visit.object);
      return send(deps, { scope, seen, change }, permit);
    },
    describe: (visit, seen, plan) => describe(visit, seen, plan, at()),
    progress,
    leaving: (resource) =>
      policyOf(resource) === "Delete"
        ? { verb: "Delete", reason: Reason.Deleting, message: "The cloud is deleting the node and its server" }
        : { verb: "Detach", reason: Reason.Detaching, message: "The node is leaving the cluster; its server stays" },
    attachment: new ClusterNodes(deps),
    beforeRemoval: (scope, item) => beforeRemoval({ clock, settleWindowMs, turns }, scope, item),
  };
}

type SeeDeps = Pick<KindDeps<ManagedNode>, "clusters" | "nodeLists" | "clock"> & { readonly turns: Turns };

interface Look {
  readonly scope: NodeScope;
  readonly item: ClusterNode;
  readonly now: string;
}

async function see(deps: SeeDeps, { scope, item, now }: Look, since: number): Promise<Seen> {
  const { visit, place } = scope;
  const all = await inCluster(deps, scope, since);
  const resource = { ...visit.object, status: visit.status };
  const { maxNodeDisruptions: most } = place.cluster.spec;
  return {
    item,
    job: await jobOf({ visit, place }),
    turn: deps.turns.of(resource, { since: visit.status.disruption?.since ?? now, most }),
    target: targetOf(deps, scope, item),
    nodes: {
      all: all.length,
      outOfOrder: all.filter(isBroken).length,
    },
  };
}

interface Sending {
  readonly scope: NodeScope;
  readonly seen: Seen;
  readonly change: NodeChange;
}

/** The turn is asked for once more, now without a gap to what is stored of it. */
function journal(turns: Turns, { scope, seen, change, now }: Sending & { readonly now: string }): Journaled {
  if (change.do === "Rename") return undefined;
  const { visit, place } = scope;
  const { status, object } = visit;
  const since = wantedSince(status.disruption, change.do, now);
  const turn = turns.of({ ...object, status }, { since, most: place.cluster.spec.maxNodeDisruptions });
  if (!turn.isOurs) throw new WaitingError(waitingForTurn(turn, WANTED[change.do]));
  turns.grant(object);
  BEFORE.set(visit, { ...status });
  const nonce = status.disruption?.state === "Sent" ? status.operation?.nonce : undefined;
  noteSent(status, { seen, change, since, now });
  status.written = writtenOf(object.spec);
  noteOwned(status, object.spec);
  const reason = change.do === "Move" ? Reason.Moving : Reason.Resetting;
  return { reason, message: `The node is about to ${WANTED[change.do]}`, nonce };
}

const WANTED = { Reset: "be reset", Move: "be moved" } as const;

interface Asked {
  readonly seen: Seen;
  readonly change: Exclude<NodeChange, { readonly do: "Rename" }>;
  readonly since: string;
  readonly now: string;
}

function noteSent(status: Visit<ManagedNode>["status"], { seen, change, since, now }: Asked): void {
  const { do: verb, wish } = change;
  const asked = wish === undefined ? {} : { wish };
  status.disruption = { verb, since, state: "Sent", sentAt: now, ...asked, ...snapshotOf(seen.item) };
  if (change.do === "Move") status.lastMove = change.wish;
  else status.lastReset = { ...status.lastReset, ...asked, ...(wish === undefined && { repairedAt: now }) };
}

type Journaled = ReturnType<NonNullable<ExternalKind<NodeShape>["journal"]>>;

/** By visit: the draft from before a request was stored as sent. */
const BEFORE = new WeakMap<object, object>();

async function send(
  { client }: KindDeps<ManagedNode>,
  { scope, seen, change }: Sending,
  permit: WritePermit,
): Promise<Changed<Seen>> {
  const { facet, place, visit } = scope;
  const { id } = seen.item;
  if (change.do === "Rename") {
    await offered(place, facet.rename, "spec.displayName")(place.clusterId, id, change.name, permit);
    return { now: "Look", reason: Reason.Renaming, message: "The node was renamed; looking whether it shows" };
  }
  try {
    const setup = await setupOf(scope, client, seen.item);
    assertPossible(facet.check?.({ ...setup, displayName: undefined }));
    return await erase(scope, { id, change, setup }, permit);
  } catch (error) {
    // Where the cloud has certainly taken nothing, nothing is under way.
    if (isUnsent(error) && !visit.signal.aborted) visit.redraft(BEFORE.get(visit) ?? visit.object.status);
    throw error;
  }
}

/** A ReconcileError says what is missing for the request. */
function isUnsent(error: unknown): boolean {
  return error instanceof ReconcileError || !outcomeIsUnknown(error);
}

interface Erasing {
  readonly id: string;
  readonly change: Asked["change"];
  readonly setup: NodeSetup;
}

async function erase(
  { facet, place }: NodeScope,
  { id, change, setup }: Erasing,
  permit: WritePermit,
): Promise<Changed<Seen>> {
  if (change.do === "Move") {
    const move = offered(place, facet.move, "the annotation yunfan.dev/move");
    const { jobId } = await move(place.clusterId, id, { ...setup, cluster: change.to }, permit);
    return { now: "Wait", reason: Reason.Moving, message: "The cloud is moving the node", jobId };
  }
  const reset = offered(place, facet.reset, "the annotation yunfan.dev/reset");
  const { jobId } = await reset(place.clusterId, id, setup, permit);
  return { now: "Wait", reason: Reason.Resetting, message: "The cloud is resetting the node", jobId };
}

/** Jobs tell how far it is and why it has failed, never what is there. */
function progress(_scope: NodeScope, seen: Seen): Progress {
  const { job } = seen;
  if (job === undefined || job === "Absent") return {};
  const why = failureOf(job);
  return { progress: progressOf(job), told: true, failed: why && `${why}${serverOf(seen)}` };
}

/** Whether a node works can't be told where its cluster does not: how long it has not worked is counted anew when it does. */
function healthUnknownWithoutCluster(steps: Steps<ManagedNode>): Steps<ManagedNode> {
  return {
    apply: async (visit: Visit<ManagedNode>) => {
      try {
        return await steps.apply(visit);
      } catch (error) {
        const isUnseen = error instanceof WaitingError && WITHOUT_CLUSTER.has(error.reason);
        if (isUnseen && visit.object.status.externalId !== undefined) {
          const { reason, message } = error;
          delete visit.status.abnormalSince;
          visit.state({ type: ManagedNodeCondition.NodeHealthy, status: "Unknown", reason, message });
        }
        throw error;
      }
    },
    finalize: (visit) => steps.finalize(visit),
  };
}

const WITHOUT_CLUSTER: ReadonlySet<string> = new Set([Reason.ClusterNotReady, Reason.ClusterHibernated]);
