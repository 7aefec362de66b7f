// A pool that is a list of servers, as it is seen: which of its cluster's nodes are its own, whose are the others, and what has come of the
// request for more that was sent last.
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { Operation } from "../../crds/common/status.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { KindDeps } from "../controlled.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import { hostOf } from "../managedcluster/host.ts";
import { Absences } from "./absences.ts";
import { BY_SERVER } from "./claims.ts";
import { requestOf } from "./create.ts";
import { ExistingServers, isWholeList } from "./existing.ts";
import { byServer, followed, isMember, type Server, type ServerList } from "./members.ts";
import type { ClusterNodes } from "./nodes.ts";
import { Outcomes } from "./outcomes.ts";
import type { Seen } from "./replicas.ts";
import type { PoolScope } from "./scope.ts";

/** A cloud's clock may differ from ours, and time stamps have whole seconds. */
const CLOCK_TOLERANCE_MS = 5_000;

/** For more servers. */
interface OpenRequest {
  readonly operation: Operation;
  readonly job: Job | undefined;
  /** Servers that it brought. */
  readonly results: readonly Server[];
}

export class ServerListViews {
  readonly #deps: KindDeps<NodePool>;
  readonly #nodes: ClusterNodes;
  readonly #absences: Absences;
  readonly #outcomes: Outcomes;
  readonly #existing: ExistingServers;

  constructor(deps: KindDeps<NodePool>, nodes: ClusterNodes) {
    this.#deps = deps;
    this.#nodes = nodes;
    this.#absences = new Absences(deps);
    this.#outcomes = new Outcomes(deps, nodes);
    this.#existing = new ExistingServers(deps, nodes);
  }

  async see(scope: PoolScope, item: Pool, since: number): Promise<Seen> {
    const { status } = scope.visit;
    const listing = await this.#nodes.list(scope, since);
    const nodes = byServer([...listing.byId.values()]);
    const known = (status.servers ?? []).filter(isMember).map(({ id }) => id);
    const isWhole = known.every((id) => nodes.has(id)) || (await isWholeList(scope, listing));
    const existing = await this.#existing.see(scope, { listing, isWhole });
    const request = await this.#requestIn(scope, nodes);
    const shown = { startedAt: listing.startedAt, shown: new Set(nodes.keys()), isWhole };
    const gone = this.#absences.gone(scope.visit.object.metadata.uid, shown, known);
    const isGone = (id: string): boolean => gone.has(id);
    const kept = existing?.servers ?? followed(status.servers ?? [], { nodes, isGone, job: request?.job });
    const list = await this.#listOf(scope, { nodes, kept, request });
    const own = list.servers.filter(isMember).flatMap(({ id }) => nodes.get(id) ?? []);
    return { item, nodes: own, leavesByName: true, existing, list };
  }

  /** The request for more that is open, with what is told of it. */
  async #requestIn(scope: PoolScope, nodes: ServerList["nodes"]): Promise<OpenRequest | undefined> {
    const { object, status } = scope.visit;
    const { operation } = status;
    if (operation?.verb !== "ScaleOut") return undefined;
    const { nonce } = operation;
    const job = await this.#outcomes.jobOf(scope, operation, ({ mark }) => mark === nonce);
    return { operation, job, results: this.#resultsOf(object, { nodes, job, nonce }) };
  }

  async #listOf(
    scope: PoolScope,
    { nodes, kept, request }: { nodes: ServerList["nodes"]; kept: readonly Server[]; request: OpenRequest | undefined },
  ): Promise<ServerList> {
    const found = (request?.results ?? []).filter(({ id }) => !kept.some((server) => server.id === id));
    const servers = [...kept, ...found].toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const strangers = this.#strangersIn(nodes, servers);
    const sinceMs = request ? Date.parse(request.operation.startedAt) : Number.POSITIVE_INFINITY;
    const newcomers = strangers.filter((node) => joinedSince(node, sinceMs));
    return {
      servers,
      nodes,
      strangers,
      newcomers,
      job: request?.job,
      outcome: request ? await this.#outcomeOf(scope, request, newcomers) : "None",
      turn: this.turnOf(scope),
      isBesideUnadopted: this.#rivals(scope).some(isUnadopted),
      refusal: this.#refusalOf(scope),
    };
  }

  /** Workers of the cluster that no resource claims; machines that joined by a script are nobody's. */
  async strangers(scope: PoolScope, since: number): Promise<readonly ClusterNode[]> {
    const listing = await this.#nodes.list(scope, since);
    return this.#strangersIn(byServer([...listing.byId.values()]), scope.visit.status.servers ?? []);
  }

  /** Which other pool of the cluster is adding servers, or is about to; undefined where none is. */
  turnOf(scope: PoolScope): string | undefined {
    const other = this.#rivals(scope).find(({ status: { operation } }) => {
      return operation?.verb === "ScaleOut" || operation?.verb === "Attach";
    });
    return other && keyOf(other.metadata);
  }

  forget(resource: NodePool): void {
    this.#absences.forget(resource.metadata.uid);
    this.#existing.forget(resource);
  }

  /** What the job names, or what bears our nonce, and no other pool has. */
  #resultsOf(
    resource: NodePool,
    { nodes, job, nonce }: { nodes: ServerList["nodes"]; job: Job | undefined; nonce: string },
  ): readonly Server[] {
    const named = new Set(job?.servers?.map(({ serverId }) => serverId));
    return [...nodes]
      .filter(([id, { mark }]) => (mark === nonce || named.has(id)) && !this.#isOthers(resource, id))
      .map(([id, { phase }]) => ({ id, origin: "Created", state: phase === "Creating" ? "Joining" : "Joined" }));
  }

  #strangersIn(nodes: ServerList["nodes"], own: readonly Server[]): readonly ClusterNode[] {
    const ours = new Set(own.map(({ id }) => id));
    return [...nodes].flatMap(([id, node]) => {
      const isWorker = node.role !== "Master" && node.origin !== "Joined" && node.phase !== "Deleting";
      const isClaimed = ours.has(id) || this.#deps.store.byIndex(BY_SERVER, id).length > 0;
      return isWorker && !isClaimed ? [node] : [];
    });
  }

  #isOthers({ metadata }: NodePool, id: string): boolean {
    return this.#deps.store.byIndex(BY_SERVER, id).some((other) => other.metadata.uid !== metadata.uid);
  }

  async #outcomeOf(
    scope: PoolScope,
    { operation, job, results }: OpenRequest,
    newcomers: readonly ClusterNode[],
  ): Promise<ServerList["outcome"]> {
    if (job) return BY_JOB[job.phase];
    if ((await this.#outcomes.lost(scope, operation)) === "Open") return "Open";
    if (results.length > 0) return "Done";
    return newcomers.length > 0 ? "Unplaced" : "Lost";
  }

  /** The other pools of the cluster, by whatever resource each means it. */
  #rivals({ place, visit }: PoolScope): readonly NodePool[] {
    const refs = clusterParent<NodePool>(this.#deps).siblingsAt(place);
    const all = refs.flatMap((ref) => this.#deps.store.byIndex("parent", ref));
    return all.filter(({ metadata }) => metadata.uid !== visit.object.metadata.uid);
  }

  /** What the spec has come to ask for and the cloud has nothing for; logins are judged when they are sent. */
  #refusalOf({ visit, facet, place, name }: PoolScope): string | undefined {
    const options = place.optionsOf(visit.object.spec);
    const request = requestOf(visit.object, { name, login: undefined, options, cluster: hostOf(place) });
    const refusal = facet.check?.(request);
    return refusal?.kind === "NotSupported" ? refusal.message : undefined;
  }
}

const BY_JOB: Readonly<Record<Job["phase"], ServerList["outcome"]>> = {
  Initializing: "UnderWay",
  Running: "UnderWay",
  Unknown: "UnderWay",
  Success: "Done",
  Failed: "Failed",
};

function joinedSince({ createdAtMs }: ClusterNode, startedAtMs: number): boolean {
  if (startedAtMs === Number.POSITIVE_INFINITY) return false;
  return createdAtMs === undefined || Number.isNaN(createdAtMs) || createdAtMs >= startedAtMs - CLOCK_TOLERANCE_MS;
}

/** It may have had servers before its status was lost. */
function isUnadopted(pool: NodePool): boolean {
  return pool.status.externalId === undefined && !isDeleting(pool) && pool.spec.existingServers === undefined;
}
