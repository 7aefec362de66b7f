// Existing servers of a pool as they are seen, and the request that takes some in.
import type { WritePermit } from "../../cloud/collection.ts";
import { CloudError, outcomeIsUnknown } from "../../cloud/errors.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { facetOf } from "../cloudaccount/accounts.ts";
import { offered } from "../cloudaccount/offers.ts";
import { loginOf } from "../cloudaccount/login.ts";
import type { KindDeps } from "../controlled.ts";
import type { Changed } from "../external/kind.ts";
import type { Listing } from "../external/list-cache.ts";
import { hostOf } from "../managedcluster/host.ts";
import { Absences } from "./absences.ts";
import { existingOf, withoutLost } from "./attach.ts";
import { claimedByOthers } from "./claims.ts";
import { byServer, failed, isMember, withState, type AttachOutcome, type Existing, type Server } from "./members.ts";
import { nodesFacetOf, type ClusterNodes } from "./nodes.ts";
import { Outcomes } from "./outcomes.ts";
import type { Seen } from "./replicas.ts";
import type { PoolScope } from "./scope.ts";

/** One list of a cluster's nodes, and whether the cloud counts as many. */
export interface NodeList {
  readonly listing: Listing<ClusterNode>;
  readonly isWhole: boolean;
}

export class ExistingServers {
  readonly #deps: KindDeps<NodePool>;
  readonly #absences: Absences;
  readonly #outcomes: Outcomes;

  constructor(deps: KindDeps<NodePool>, nodes: ClusterNodes) {
    this.#deps = deps;
    this.#absences = new Absences(deps);
    this.#outcomes = new Outcomes(deps, nodes);
  }

  /** Undefined of a pool that has none. */
  async see(scope: PoolScope, { listing, isWhole }: NodeList): Promise<Existing | undefined> {
    const { object, status } = scope.visit;
    const ids = object.spec.existingServers?.ids;
    if (ids === undefined) return undefined;
    const nodes = byServer([...listing.byId.values()]);
    const known = (status.servers ?? []).filter(isMember).map(({ id }) => id);
    const shown = { startedAt: listing.startedAt, shown: new Set(nodes.keys()), isWhole };
    const gone = this.#absences.gone(object.metadata.uid, shown, known);
    const job = await this.#jobOf(scope, nodes);
    const sightings = { nodes, isGone: (id: string) => gone.has(id), job };
    const claims = claimedByOthers(object, ids, this.#deps);
    const declared = { spec: object.spec, metadata: object.metadata, status };
    const found = existingOf(declared, { ...sightings, claimedByOthers: claims });
    const outcome = await this.#outcomeOf(scope, { servers: found.servers, nodes, job });
    return { ...found, servers: withoutLost(found.servers, { ids, nodes, outcome }), nodes, outcome };
  }

  forget({ metadata }: NodePool): void {
    this.#absences.forget(metadata.uid);
  }

  /** Only while some are on their way and show nowhere. */
  async #jobOf(scope: PoolScope, nodes: ReadonlyMap<string, ClusterNode>): Promise<Job | undefined> {
    const { operation, servers = [] } = scope.visit.status;
    const pending = servers.filter(({ id, state }) => state === "Joining" && !nodes.has(id));
    if (operation?.verb !== "Attach" || pending.length === 0) return undefined;
    return this.#outcomes.jobOf(scope, operation, (job) => concerns(job, pending));
  }

  async #outcomeOf(
    scope: PoolScope,
    { servers, nodes, job }: Pick<Existing, "servers" | "nodes"> & { readonly job: Job | undefined },
  ): Promise<AttachOutcome> {
    const { operation } = scope.visit.status;
    const isPending = servers.some(({ id, state }) => state === "Joining" && !nodes.has(id));
    if (!isPending) return "Told";
    if (job) return "UnderWay";
    if (operation?.verb !== "Attach") return "Unknown";
    return this.#outcomes.lost(scope, operation);
  }
}

function concerns({ servers = [] }: Job, pending: readonly Server[]): boolean {
  return servers.some(({ serverId }) => pending.some(({ id }) => id === serverId));
}

/** One request for all; those that are refused say why, and hold up no other. Their entries stand in the draft, journaled. */
export async function attach(
  scope: PoolScope,
  { ids, poolId }: { readonly ids: readonly string[]; readonly poolId: string | undefined },
  { permit, deps }: { readonly permit: WritePermit; readonly deps: KindDeps<NodePool> },
): Promise<Changed<Seen>> {
  const { visit, place } = scope;
  const { spec } = visit.object;
  const send = offered(place, nodesFacetOf(scope).accept, "spec.existingServers");
  const { formatDataDisks = false, keepNames = true } = spec.existingServers ?? {};
  const { nonce = "" } = visit.status.operation ?? {};
  const login = await loginOf(visit, deps.client, { field: "spec.login", login: spec.login });
  const request = {
    nonce,
    poolId,
    cluster: hostOf(place),
    serverIds: ids,
    formatDataDisks,
    keepNames,
    login,
    labels: spec.labels ?? {},
    os: spec.os,
    options: place.optionsOf(spec),
  };
  const { jobId, refused } = await send(place.clusterId, request, permit).catch((error: unknown) => {
    if (!outcomeIsUnknown(error)) takeBack(scope, ids);
    throw error;
  });
  const whys = new Map(refused.map(({ serverId, why }) => [serverId, why]));
  visit.status.servers = visit.status.servers?.map((server) => {
    const why = whys.get(server.id);
    return why === undefined ? server : failed(server, why);
  });
  return {
    now: "Look",
    reason: Reason.Scaling,
    message: "Servers were asked to join; looking whether it shows",
    jobId,
  };
}

/** To be journaled before it is sent. */
export function noteJoining({ visit }: PoolScope, seen: Seen, ids: readonly string[]): void {
  const servers = seen.existing?.servers ?? visit.status.servers ?? [];
  visit.status.servers = [...withState(servers, ids, { origin: "Accepted", state: "Joining" })];
}

/** None of them was taken: the journal is closed, and each may be sent again. */
function takeBack({ visit }: PoolScope, ids: readonly string[]): void {
  const sent = new Set(ids);
  visit.status.servers = visit.status.servers?.filter(({ id }) => !sent.has(id));
  delete visit.status.operation;
}

/** Whether a cluster's nodes facet and the cluster itself agree on how many nodes there are; true where the cloud does not count. */
export async function isWholeList(scope: PoolScope, { byId }: Listing<ClusterNode>): Promise<boolean> {
  const { visit, place } = scope;
  const cluster = await facetOf(place, "clusters", "clusters").get(place.clusterId, visit.signal);
  if (cluster === "Absent") throw new CloudError("NotFound", { message: `There is no cluster ${place.clusterId}` });
  return cluster.nodeCount === undefined || byId.size >= cluster.nodeCount;
}
