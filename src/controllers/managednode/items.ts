// The nodes of a cluster as one resource deals with them: sought by its server or its name, and leaving as its policy says.
import { lookBy, type Collection } from "../../cloud/collection.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { ClusterNode, NodesFacet } from "../../cloud/facets/nodes.ts";
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { TerminalError } from "../../lib/errors.ts";
import { loginOf } from "../cloudaccount/login.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";

/** The policy that holds, of a resource that has something. */
export function policyOf({ spec, status }: Pick<ManagedNode, "spec" | "status">): "Delete" | "Detach" | "Orphan" {
  if (spec.deletionPolicy !== undefined) return spec.deletionPolicy;
  if (status.origin === "Accepted") return "Detach";
  if (status.origin === "Adopted") return "Orphan";
  return spec.existingServer === undefined ? "Delete" : "Detach";
}

/** Throws TerminalError NotSupportedByCloud where the cloud shows no single nodes. */
export function nodesOf(
  facet: NodesFacet,
  { clusterId, account }: ClusterPlace,
  { visit, client }: { readonly visit: Visit<ManagedNode>; readonly client: KubeClient },
): Collection<ClusterNode> {
  const read = facet.get;
  if (!read) throw notSupported(account.spec.provider, facet);
  const get = (id: string, signal: AbortSignal): Promise<ClusterNode | "Absent"> => read(clusterId, id, signal);
  return {
    list: (signal) => facet.list(clusterId, signal),
    get,
    look: lookBy(get),
    remove: async (id, permit) => {
      if (!facet.leave) throw new CloudError("Rejected", { message: "The cloud removes no single nodes" });
      const { spec } = visit.object;
      const release = policyOf(visit.object) === "Delete";
      const login = release ? undefined : await loginOf(visit, client, { field: "spec.login", login: spec.login });
      const node = { id, name: visit.status.cloudName ?? id, serverId: visit.status.serverId };
      return facet.leave(clusterId, { node, release, login }, permit);
    },
    // The server stays itself while it leaves; only of one that is deleted the phase tells.
    isLeaving: ({ phase }) => phase === "Deleting",
    // What was sought, by the name that no other create gives or by a server that was no node before, is found.
    bearsMark: () => true,
    // The name shows a second one; a server that is a node already is refused.
    resendIsSafe: true,
    // UUIDs.
    idsAreUniversal: true,
  };
}

function notSupported(provider: string, facet: NodesFacet): TerminalError {
  const instead = facet.accept
    ? "To take existing servers in, use spec.existingServers of a NodePool"
    : "Use a NodePool";
  const message = `${provider} has no nodes by themselves (ManagedNode), in this version. ${instead}`;
  return new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}
