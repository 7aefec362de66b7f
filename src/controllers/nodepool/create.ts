// The POST that creates a pool, and what has to be at hand before.
import type { CloudPools, NodePoolRequest } from "../../cloud/facets/nodepools.ts";
import type { ServersToAccept } from "../../cloud/facets/nodes.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { assertPossible } from "../cloudaccount/offers.ts";
import { loginOf } from "../cloudaccount/login.ts";
import type { Send } from "../external/kind.ts";
import { hostOf } from "../managedcluster/host.ts";
import { taintsOf } from "./diff.ts";
import { initialAutoscaling, initialCount } from "./replicas.ts";
import type { PoolScope } from "./scope.ts";

/**
 * Makes the request ready, before anything is journaled. What is recorded of a pool that stood here before is forgotten; the taints
 * that a pool is made with are remembered, where no read shows them. Throws WaitingError SecretNotFound, HeldError
 * CredentialsIncomplete.
 */
export async function preparePool(scope: PoolScope, facet: CloudPools, client: KubeClient): Promise<Send> {
  const { visit, place, name } = scope;
  const login = await loginOf(visit, client, { field: "spec.login", login: visit.object.spec.login });
  delete visit.status.appliedTaints;
  delete visit.status.sentChange;
  const options = place.optionsOf(visit.object.spec);
  const request = requestOf(visit.object, { name, login, options, cluster: hostOf(place) });
  assertPossible(facet.check?.(request));
  return async (nonce, permit) => {
    const created = await facet.create(place.clusterId, { ...request, nonce }, permit);
    visit.status.appliedTaints = visit.object.spec.taints;
    return created;
  };
}

type Given = Pick<NodePoolRequest, "name" | "login" | "options" | "cluster">;

export function requestOf({ spec }: NodePool, given: Given): Omit<NodePoolRequest, "nonce"> {
  const { labels = {}, instanceType, zone, os, rootVolume, dataVolumes = [] } = spec;
  return {
    ...given,
    replicas: initialCount(spec),
    autoscaling: initialAutoscaling(spec),
    labels,
    taints: taintsOf({ spec, status: {} }) ?? [],
    instanceType,
    zone,
    os,
    rootVolume,
    dataVolumes,
    existingServers: existingOf(spec),
  };
}

function existingOf({ existingServers }: NodePool["spec"]): ServersToAccept | undefined {
  if (!existingServers) return undefined;
  const { ids: serverIds, formatDataDisks, keepNames } = existingServers;
  return { serverIds, formatDataDisks, keepNames };
}
