// What a server's disks are written with, as the spec declares it now.
import type { ClusterNode, NodeSetup } from "../../cloud/facets/nodes.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import type { KubeClient } from "../../kube/client.ts";
import { loginOf } from "../cloudaccount/login.ts";
import { hostOf } from "../managedcluster/host.ts";
import type { NodeScope } from "./scope.ts";

/** `node`: what is there already; it keeps its operating system where none is declared. Throws as loginOf does. */
export async function setupOf(
  { visit, place }: NodeScope,
  client: KubeClient,
  node?: Pick<ClusterNode, "os">,
): Promise<NodeSetup> {
  const { spec } = visit.object;
  const login = await loginOf(visit, client, { field: "spec.login", login: spec.login });
  return {
    cluster: hostOf(place),
    login,
    os: spec.os ?? node?.os,
    labels: spec.labels ?? {},
    taints: taintsOf(spec),
    options: place.optionsOf(spec),
  };
}

function taintsOf({ taints = [] }: ManagedNode["spec"]): NodeSetup["taints"] {
  return taints.map(({ key, value = "", effect }) => ({ key, value, effect }));
}
