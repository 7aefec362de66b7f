// NodePools of a cloud that has none: each is a list of servers in its status, filled by scaling its cluster out and emptied by name.
import type { WritePermit } from "../../cloud/collection.ts";
import { outcomeIsUnknown } from "../../cloud/errors.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { assertPossible, offered } from "../cloudaccount/offers.ts";
import { loginOf } from "../cloudaccount/login.ts";
import type { KindDeps } from "../controlled.ts";
import type { Changed, ExternalKind, Send, SendFirst } from "../external/kind.ts";
import { cloudNameOf } from "../external/resource.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import { hostOf } from "../managedcluster/host.ts";
import { requestOf } from "./create.ts";
import { leave } from "./departure.ts";
import { withoutLost } from "./attach.ts";
import { attach, noteJoining } from "./existing.ts";
import { departureOf, keepsAll } from "./leaving.ts";
import { listedId, listedPool, listedPools } from "./listed-pools.ts";
import { isMember, withState, type Server } from "./members.ts";
import { ClusterNodes, nodesFacetOf } from "./nodes.ts";
import type { Seen } from "./replicas.ts";
import { countedIn, planForList, unadoptedText } from "./scale-out.ts";
import type { PoolChange, PoolScope, PoolShape } from "./scope.ts";
import { ServerListViews } from "./server-list.ts";
import { describeList } from "./status.ts";
import { Turns } from "./turns.ts";

const LEAVING_POLL_MS = 5_000;

export function serverListKind(deps: KindDeps<NodePool>): ExternalKind<PoolShape> {
  const parent = clusterParent<NodePool>(deps);
  const views = new ServerListViews(deps, new ClusterNodes(deps));
  const turns = new Turns(deps.clock);
  return {
    noun: "node pool",
    facet: "nodePools",
    parent,
    nameOf: cloudNameOf,
    namesAreFixed: false,
    namesake: "Refuse",
    removal: "Repeated",
    items: (_facet, place, visit) =>
      listedPools(() => parent.siblingsAt(place).flatMap((ref) => deps.store.byIndex("parent", ref)), visit),
    prepare: (scope) => prepare(scope, { views, turns, deps }),
    asCreated: ({ name }, id) => listedPool(id, name),
    see: (scope, item, since) => views.see(scope, item, since),
    plan: planForList,
    change: (scope, { change }, permit) => {
      if (change.do === "Remove") return leave(scope, change, { permit, events: deps.events });
      if (change.do === "Attach") return attach(scope, { ids: change.ids, poolId: undefined }, { permit, deps });
      return scaleOut(scope, change, { permit, deps });
    },
    journal: (scope, { seen, change }) => {
      if (change.do !== "Attach" && change.do !== "ScaleOut") return undefined;
      turns.take(scope, views.turnOf(scope));
      if (change.do === "Attach") noteJoining(scope, seen, change.ids);
      else scope.visit.status.servers = [...(seen.list?.servers ?? [])];
      const nonce = change.do === "ScaleOut" ? change.nonce : undefined;
      return { reason: Reason.Scaling, message: "Adding servers to the cluster", nonce };
    },
    describe: describeList,
    progress: (_scope, { list }) => (list ? { progress: countedIn(list) } : {}),
    beforeRemoval: (scope, item, send) => emptied(scope, { item, views, send, deps }),
  };
}

/**
 * Nothing is sent for the list itself. Throws TerminalError AlreadyExists beside Workers that may be the ones of a status that was lost, and
 * WaitingError while they may be what another pool has just asked for, and not seen yet.
 */
async function prepare(
  scope: PoolScope,
  { views, turns, deps }: { views: ServerListViews; turns: Turns; deps: KindDeps<NodePool> },
): Promise<Send> {
  const { visit, facet, place, name } = scope;
  const { spec } = visit.object;
  const login = await loginOf(visit, deps.client, { field: "spec.login", login: spec.login });
  const options = place.optionsOf(spec);
  assertPossible(facet.check?.(requestOf(visit.object, { name, login, options, cluster: hostOf(place) })));
  const strangers = spec.existingServers ? [] : await views.strangers(scope, deps.clock.monotonic());
  if (strangers.length > 0) {
    turns.assertFree(scope, views.turnOf(scope));
    throw new TerminalError({ reason: Reason.AlreadyExists, message: unadoptedText(strangers) });
  }
  visit.status.servers = [];
  visit.status.appliedLabels = spec.labels ?? {};
  return () => Promise.resolve({ id: listedId(visit.object) });
}

async function scaleOut(
  scope: PoolScope,
  change: PoolChange,
  { permit, deps }: { permit: WritePermit; deps: KindDeps<NodePool> },
): Promise<Changed<Seen>> {
  if (change.do !== "ScaleOut") throw new Error(`A list of servers has no ${change.do}`);
  const { visit, place, name } = scope;
  const { spec } = visit.object;
  const send = offered(place, nodesFacetOf(scope).scaleOut, "spec.replicas");
  const login = await loginOf(visit, deps.client, { field: "spec.login", login: spec.login });
  const options = place.optionsOf(spec);
  const pool = requestOf(visit.object, { name, login, options, cluster: hostOf(place) });
  const nonce = visit.status.operation?.nonce ?? "";
  const answer = send(place.clusterId, { ...pool, nonce, count: change.count }, permit);
  const { jobId } = await answer.catch((error: unknown) => {
    if (!outcomeIsUnknown(error)) delete visit.status.operation;
    throw error;
  });
  return {
    now: "Look",
    reason: Reason.Scaling,
    message: "More nodes were asked for; looking whether they show",
    jobId,
  };
}

/**
 * The servers go first: bought ones back to the cloud, the others nowhere. What was asked for and not answered is awaited, since it would
 * be nobody's. Throws WaitingError Deleting until none is left.
 */
async function emptied(
  scope: PoolScope,
  {
    item,
    views,
    send,
    deps,
  }: {
    item: PoolShape["item"] | "Absent";
    views: ServerListViews;
    send: SendFirst;
    deps: KindDeps<NodePool>;
  },
): Promise<void> {
  if (item === "Absent") return;
  const { visit } = scope;
  const seen = await views.see(scope, item, deps.clock.monotonic());
  describeList(visit, seen, undefined);
  if (isOpen(seen)) {
    throw deleting("What the last request for servers makes is awaited, so that nothing of it stays behind");
  }
  const members = membersIn(seen);
  const departure = departureOf(seen.nodes, seen.nodes.length, seen.existing && keepsAll);
  if (departure) {
    const change = { verb: "Remove", target: `node pool ${item.name}`, fields: [] } as const;
    await send(change, (permit) => leave(scope, departure, { permit, events: deps.events }));
    const ids = departure.nodes.map(({ id, serverId }) => serverId ?? id);
    visit.status.servers = [...withState(visit.status.servers ?? [], ids, { origin: "Created", state: "Leaving" })];
  }
  if (members.length > 0) throw deleting(`${members.length} servers are leaving the cluster`);
  views.forget(visit.object);
}

/** Whether it is not known yet what the last request for servers makes. */
function isOpen({ list, existing }: Seen): boolean {
  return list?.outcome === "Open" || list?.outcome === "UnderWay" || existing?.outcome === "Open";
}

/** Whatever the spec lists, nobody waits any more for those that were never taken in. */
function membersIn({ list, existing }: Seen): readonly Server[] {
  const { servers = [] } = list ?? {};
  return (existing ? withoutLost(servers, { ...existing, ids: [] }) : servers).filter(isMember);
}

function deleting(message: string): WaitingError {
  return new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LEAVING_POLL_MS });
}
