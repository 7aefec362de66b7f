// What of the cloud shows on a Service: its balancer, and the addresses of nodes.
import type { Surroundings } from "./forms/access.ts";
import type { Typed } from "./kube/manifest.ts";
import type { Place } from "./kube/objects.ts";
import type { Ecns } from "./state.ts";

export function surroundings(place: Place, routes: readonly Typed<"Ingress">[], { store, rules }: Ecns): Surroundings {
  const nodes = store.list("nodes").filter(({ cluster }) => cluster === place.cluster);
  const address = store.get("clusters", place.cluster)?.address ?? "";
  return {
    routes,
    balancers: store.list("loadbalancers").filter(({ cluster }) => cluster === place.cluster),
    masterIps: [address.replace(/^https:\/\//, "").replace(/:\d+$/, "")],
    nodeIps: nodes.map(({ internalIp }) => internalIp),
    projectId: rules.organisation.projectId,
  };
}
