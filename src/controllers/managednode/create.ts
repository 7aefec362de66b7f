// How a node comes about: a server is bought for it, or one that exists is taken in, or a node that exists is adopted.
import { CloudError } from "../../cloud/errors.ts";
import type { ClusterNode, NodeSetup } from "../../cloud/facets/nodes.ts";
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { TerminalError } from "../../lib/errors.ts";
import { assertPossible, offered } from "../cloudaccount/offers.ts";
import type { Send } from "../external/kind.ts";
import { openCreate } from "../external/resource.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";
import { ownedBy, owning, type Owned } from "./labels.ts";
import { setupOf } from "./setup.ts";
import { clusterNameOf } from "./place.ts";
import type { NodeScope } from "./scope.ts";
import { inPool } from "./words.ts";
import { writtenOf } from "./written.ts";

/**
 * Makes the request ready, before anything is journaled. What is recorded of a node that stood here before is forgotten. Throws
 * TerminalError where the cloud can't make it, and as setupOf does.
 */
export async function prepareNode(scope: NodeScope, client: KubeClient): Promise<Send> {
  const { visit, place, facet } = scope;
  const { spec } = visit.object;
  const setup = await setupOf(scope, client);
  assertPossible(facet.check?.({ ...setup, displayName: spec.displayName }));
  const send = spec.existingServer ? accepting(scope, setup) : buying(scope, setup);
  const former = openCreate(visit.status) ? ownedBy(visit.status) : ownedBy({});
  begin(scope);
  noteOwned(visit.status, spec, former);
  if (spec.existingServer) visit.status.serverId = spec.existingServer.id;
  return (nonce, permit) => send(place.clusterId, nonce, permit);
}

type SendIn = (clusterId: string, ...sent: Parameters<Send>) => ReturnType<Send>;

function buying({ visit, place, facet, name }: NodeScope, setup: NodeSetup): SendIn {
  const { instanceType, zone, rootVolume, dataVolumes = [] } = visit.object.spec;
  const create = offered(place, facet.create, "a ManagedNode without spec.existingServer");
  if (instanceType === undefined) {
    const message = "spec.instanceType is needed for a server that is bought. Set it";
    throw new TerminalError({ reason: Reason.Rejected, message });
  }
  const request = { ...setup, name, instanceType, zone, rootVolume, dataVolumes };
  return (clusterId, nonce, permit) => create(clusterId, { ...request, nonce }, permit);
}

function accepting({ visit, place, facet, name: serverId }: NodeScope, setup: NodeSetup): SendIn {
  const accept = offered(place, facet.accept, "spec.existingServer");
  const formatDataDisks = visit.object.spec.existingServer?.formatDataDisks ?? false;
  const servers = { serverIds: [serverId], formatDataDisks, keepNames: true, poolId: undefined };
  return async (clusterId, nonce, permit) => {
    const { refused, jobId } = await accept(clusterId, { ...setup, ...servers, nonce }, permit);
    const [first] = refused;
    if (first) throw new CloudError("Rejected", { message: `Server ${serverId} was not taken in: ${first.why}` });
    return { id: undefined, jobId };
  };
}

/** Before one that is there is recorded: a node of a pool is the pool's. Throws TerminalError NodeInPool. */
export function adopting(scope: NodeScope, item: ClusterNode): void {
  const { visit } = scope;
  const isManaged = visit.object.spec.managementPolicy === "Manage";
  if (isManaged && item.poolId !== undefined) throw new TerminalError(inPool(item));
  const { written } = visit.status;
  const owned = ownedBy(visit.status);
  const isOurs = visit.object.status.operation !== undefined;
  begin(scope);
  if (isOurs && written !== undefined) visit.status.written = written;
  if (isOurs) setOwned(visit.status, owned);
  if (item.serverId !== undefined) visit.status.serverId = item.serverId;
}

/**
 * What a new node begins with. Annotations that were there before it count as done: they came with the manifest or with a backup, and
 * ask for nothing that is done to this node.
 */
function begin({ visit }: NodeScope): void {
  const { status, object } = visit;
  for (const member of OF_THE_NODE) delete status[member];
  const [reset, move] = [annotation(object, ANNOTATIONS.reset), annotation(object, ANNOTATIONS.move)];
  status.clusterName = clusterNameOf(object);
  status.written = writtenOf(object.spec);
  if (reset !== undefined) status.lastReset = { wish: reset };
  if (move !== undefined) status.lastMove = move;
}

/** What a request gives the node is ours from before it is sent. */
export function noteOwned(
  status: NodeStatus,
  spec: Parameters<typeof owning>[1],
  former: Owned = ownedBy(status),
): void {
  setOwned(status, owning(former, spec));
}

type NodeStatus = NodeScope["visit"]["status"];

function setOwned(status: NodeStatus, { ownLabels, ownTaints }: Owned): void {
  if (ownLabels.length > 0) status.ownLabels = [...ownLabels];
  if (ownTaints.length > 0) status.ownTaints = [...ownTaints];
}

const OF_THE_NODE = [
  "serverId",
  "hasBeenActive",
  "abnormalSince",
  "lastReset",
  "lastMove",
  "disruption",
  "ownLabels",
  "ownTaints",
  "cloudPhase",
  "internalIP",
  "externalIP",
] as const;
