// Sending nodes away, and what is said of servers that stay billed.
import type { WritePermit } from "../../cloud/collection.ts";
import { NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import { listed } from "../../lib/text.ts";
import type { EventRecorder } from "../../runtime/events.ts";
import { offered } from "../cloudaccount/offers.ts";
import type { Changed } from "../external/kind.ts";
import type { Departure } from "./leaving.ts";
import { withState } from "./members.ts";
import { nodesFacetOf } from "./nodes.ts";
import type { Seen } from "./replicas.ts";
import type { PoolScope } from "./scope.ts";

/** Those that are leaving already are left alone, so that a crash before it is stored does no harm. */
export async function leave(
  scope: PoolScope,
  departure: Departure,
  { permit, events }: { readonly permit: WritePermit; readonly events: Pick<EventRecorder, "event"> },
): Promise<Changed<Seen>> {
  const { place, visit } = scope;
  const send = offered(place, nodesFacetOf(scope).remove, "a departure of nodes");
  const { jobId } = await send(place.clusterId, departure, permit);
  tellBilled(visit.object, departure, events);
  const { servers } = visit.status;
  if (servers) {
    const ids = departure.nodes.map(({ id, serverId }) => serverId ?? id);
    visit.status.servers = [...withState(servers, ids, { origin: "Created", state: "Leaving" })];
  }
  const message = "Nodes were asked to leave; looking whether it shows";
  return { now: "Look", reason: Reason.Scaling, message, jobId };
}

/** Whoever pays for a term pays on. */
function tellBilled(object: NodePool, { nodes }: Departure, events: Pick<EventRecorder, "event">): void {
  const prepaid = nodes.filter(({ isPrepaid }) => isPrepaid).map(({ id, serverId }) => serverId ?? id);
  if (prepaid.length === 0) return;
  const note = `${listed(prepaid)}: paid for a term, so the cloud keeps and bills what has left the cluster. Give it back there`;
  events.event(object, { type: "Normal", reason: Reason.ServerStaysBilled, action: "Remove", note });
}
