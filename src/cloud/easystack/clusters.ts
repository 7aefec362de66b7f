// The clusters facet of EasyStack: the API makes, changes and deletes none; those of the account's project are there (1.12, 1.3, 1.14).
import { lookBy, type Accepted, type Created, type Listed } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { Cluster, ClusterOverview, ClustersFacet } from "../facets/clusters.ts";
import { clockSkewMs, type HttpAnswer } from "../http/answer.ts";
import { listed } from "../kit/lists.ts";
import type { TokenAuthenticator } from "../keystone/tokens.ts";
import type { ProjectClient } from "./client.ts";
import { clusterOf, projectList, type ClusterOnWire } from "./cluster-wire.ts";
import { overviewOf } from "./overview.ts";

/** Clusters and namespaces of the project. */
export interface PlacesThere {
  readonly clusters: readonly { readonly name: string; readonly namespaces: readonly string[] }[];
  /** The cloud's clock less ours, milliseconds. */
  readonly clockSkewMs: number;
}

interface ClusterDeps {
  readonly client: ProjectClient;
  readonly tokens: Pick<TokenAuthenticator, "grant">;
}

export class EasyStackClusters implements ClustersFacet {
  readonly #deps: ClusterDeps;

  constructor(deps: ClusterDeps) {
    this.#deps = deps;
  }

  /** 1.12, "three levels in one list". */
  readonly list = async (signal: AbortSignal): Promise<Listed<Cluster>> => {
    const { clusters, answer } = await this.#levels(signal);
    return listed(clusters.map(clusterOf), answer);
  };

  /** The same call, with what is in the clusters. */
  readonly places = async (signal: AbortSignal): Promise<PlacesThere> => {
    const { clusters, answer } = await this.#levels(signal);
    return {
      clusters: clusters.map(({ cluster_name: name, namespaces }) => ({ name, namespaces })),
      clockSkewMs: clockSkewMs(answer) ?? 0,
    };
  };

  /** No call shows one by its name: the list does. */
  readonly get = async (id: string, signal: AbortSignal): Promise<Cluster | "Absent"> => {
    const { items } = await this.list(signal);
    return items.find((cluster) => cluster.id === id) ?? "Absent";
  };

  readonly look = lookBy(this.get);

  readonly overview = async (cluster: Cluster, signal: AbortSignal): Promise<ClusterOverview> =>
    overviewOf(this.#deps.client, cluster, signal);

  readonly makesNone = true;

  readonly create = (): Promise<Created> => Promise.reject(unheard("makes"));
  readonly remove = (): Promise<Accepted> => Promise.reject(unheard("deletes"));

  async #levels(signal: AbortSignal): Promise<{ clusters: readonly ClusterOnWire[]; answer: HttpAnswer }> {
    const { client, tokens } = this.#deps;
    const [{ projectId }, { value, answer }] = await Promise.all([
      tokens.grant(signal),
      client.read({ operation: "ListPlaces", signal }, projectList),
    ]);
    const ours = value.filter(({ project_id: id }) => id === projectId);
    return { clusters: ours.flatMap(({ clusters }) => clusters), answer };
  }

  readonly isLeaving = (): boolean => false;
  readonly bearsMark = (): boolean => false;
  readonly idsAreNames = true;
  readonly idsAreUniversal = false;
  readonly resendIsSafe = false;
}

function unheard(what: string): CloudError {
  return new CloudError("Rejected", { message: `EasyStack's API ${what} no clusters` });
}
