// All nodes of a cluster: one list that its pools, its single nodes and its own deletion share, whoever asks first.
import type { ClusterNode, NodesFacet } from "../../cloud/facets/nodes.ts";
import { managedNode } from "../../crds/managednode/kind.ts";
import type { Clock } from "../../lib/clock.ts";
import { ListCaches, type ListCache } from "../external/list-cache.ts";
import { refTo } from "../external/parent.ts";
import type { ExternalResource } from "../external/resource.ts";
import { isDeleting, type Managed } from "../lifecycle/resource.ts";
import type { ClusterDirectory, ClusterPlace } from "./clusters.ts";

interface NodeListsDeps {
  readonly clock: Clock;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
  readonly clusters: ClusterDirectory;
  /** Resources that hang on a parent (external/parent.ts refTo). */
  readonly below: (parent: string) => readonly Managed[];
}

/** A cluster, as a session shows it. */
type NodesPlace = Pick<ClusterPlace, "session" | "key" | "clusterId">;

export class NodeLists {
  readonly #deps: NodeListsDeps;
  readonly #caches = new ListCaches<ClusterNode>();

  constructor(deps: NodeListsDeps) {
    this.#deps = deps;
  }

  /** `facet`: of the place's session. */
  in(place: NodesPlace, facet: Pick<NodesFacet, "list">): ListCache<ClusterNode> {
    const { session, key, clusterId } = place;
    const { clock, stop } = this.#deps;
    return this.#caches.of(session, key, () => ({
      list: (signal) => facet.list(clusterId, signal),
      knownIds: () => this.#knownIds(place),
      clock,
      signal: stop,
    }));
  }

  /** As two lists from now on show them together: one that is stale or empty hides nothing. */
  async all(place: NodesPlace, facet: Pick<NodesFacet, "list">, signal: AbortSignal): Promise<readonly ClusterNode[]> {
    const [before, now] = await this.in(place, facet).observeTwice(this.#deps.clock.monotonic(), signal);
    return [...new Map([...before.byId, ...now.byId]).values()];
  }

  /** A right list shows what ManagedNodes hold, whichever ManagedCluster they are in that stands for the cluster. */
  #knownIds(place: NodesPlace): ReadonlySet<string> {
    const { clusters, below } = this.#deps;
    const members = clusters.standingFor(place).flatMap((key) => below(refTo("ManagedCluster", key)));
    const nodes = members.filter((member) => member.kind === managedNode.type.kind && !isDeleting(member));
    return new Set(nodes.flatMap(({ status }) => (status as ExternalResource["status"]).externalId ?? []));
  }
}
