// Where a node is: in the cluster that its status names, whatever its spec says by now, until it has been moved. And whose its server is.
import { ManagedNodeReason as Reason } from "../../crds/managednode/conditions.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { TerminalError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import type { KindDeps } from "../controlled.ts";
import { refTo, type Parent } from "../external/parent.ts";
import { ownerBefore } from "../external/precedence.ts";
import { heldAt, holdsSomething } from "../external/resource.ts";
import { isDeleting, type Managed } from "../lifecycle/resource.ts";
import { clusterOf, type ClusterPlace } from "../managedcluster/clusters.ts";
import { clusterParent } from "../managedcluster/parent.ts";

/** Index of the cache by the servers that resources lay claim to. */
export const BY_SERVER = "server";

/** The name of the ManagedCluster that the node is in, or is to be made in. */
export function clusterNameOf(resource: ManagedNode): string {
  const { clusterName } = resource.status;
  return clusterName !== undefined && holdsSomething(resource) ? clusterName : resource.spec.clusterRef.name;
}

/** The resource as one of the cluster that its node is in. */
function located(resource: ManagedNode): ManagedNode {
  const name = clusterNameOf(resource);
  if (name === resource.spec.clusterRef.name) return resource;
  return { ...resource, spec: { ...resource.spec, clusterRef: { name } } };
}

export function clusterRefOf(resource: ManagedNode): string {
  return refTo("ManagedCluster", clusterOf(located(resource)));
}

/** The cluster that its node is to be moved to waits for it as well. */
export function alsoIn({ spec, metadata }: ManagedNode): readonly string[] {
  return [refTo("ManagedCluster", clusterOf({ spec, metadata }))];
}

export function serversOf({ spec, status }: ManagedNode): readonly string[] {
  if (spec.managementPolicy === "Observe") return [];
  return [...new Set([spec.existingServer?.id, status.serverId])].filter((id) => id !== undefined);
}

export function nodeParent(deps: KindDeps<ManagedNode>): Parent<ManagedNode, ClusterPlace> {
  const parent = clusterParent<ManagedNode>(deps);
  return {
    ...parent,
    refOf: (resource) => parent.refOf(located(resource)),
    accountOf: (resource) => parent.accountOf(located(resource)),
    enter: (resource, facet, noun) => {
      const entered = parent.enter(located(resource), facet, noun);
      if (!isDeleting(resource)) assertServerIsIts(deps, resource);
      return entered;
    },
    placeOf: (resource) => parent.placeOf(located(resource)),
    mayUse: (resource) => parent.mayUse(located(resource)),
  };
}

/**
 * Throws TerminalError ExternalIdConflict where another resource with a claim to the same server goes first, in whatever cluster and
 * through whatever account of the same place.
 */
function assertServerIsIts(deps: KindDeps<ManagedNode>, resource: ManagedNode): void {
  const accountPlace = accountPlaceOf(deps, resource);
  for (const server of serversOf(resource)) {
    const claimants = deps.store.byIndex(BY_SERVER, server);
    const rivals = claimants.filter((other) => accountPlaceOf(deps, other) === accountPlace);
    const owner = ownerBefore(resource, rivals) ?? poolOf(deps, resource, server);
    if (owner) throw anothers(resource, owner, server);
  }
}

function accountPlaceOf({ accounts, clusters }: KindDeps<ManagedNode>, resource: ManagedNode): string | undefined {
  const account = accounts.account(clusters.accountOf(located(resource)));
  return account && accounts.placeOf(account, heldAt(resource));
}

/** An older NodePool of the same account that takes the server in; a node that holds something goes first. */
function poolOf(
  { below, clusters }: KindDeps<ManagedNode>,
  resource: ManagedNode,
  server: string,
): Managed | undefined {
  if (resource.spec.existingServer === undefined || holdsSomething(resource)) return undefined;
  const others = below(refTo("CloudAccount", clusters.accountOf(located(resource))));
  return others.find(({ kind, spec, metadata }) => {
    const { existingServers } = spec as { existingServers?: { readonly ids: readonly string[] } };
    const isOlder = (metadata.creationTimestamp ?? "") <= resource.metadata.creationTimestamp;
    return kind !== resource.kind && isOlder && existingServers?.ids.includes(server) === true;
  });
}

/** What lies in another namespace is not named to whoever may have no part in it. */
function anothers({ metadata }: ManagedNode, owner: Managed, server: string): TerminalError {
  const isNear = owner.metadata.namespace === metadata.namespace;
  const who = isNear ? `${owner.kind} ${keyOf(owner.metadata)}` : `A ${owner.kind} in another namespace`;
  const message = `${who} claims the same server ${server} and came first. Delete one of the two; deleting this one leaves the server alone`;
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}
