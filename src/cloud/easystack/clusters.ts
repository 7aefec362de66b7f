// The clusters facet of EasyStack: the API makes, changes and deletes none; those of the account's project are there (1.12, 1.3, 1.14).
import { lookBy, type Accepted, type Created, type Listed } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { Cluster, ClusterOverview, ClustersFacet } from "../facets/clusters.ts";
import { listed } from "../kit/lists.ts";
import type { TokenAuthenticator } from "../keystone/tokens.ts";
import type { ProjectClient } from "./client.ts";
import { clusterOf, projectList } from "./cluster-wire.ts";
import { overviewOf } from "./overview.ts";

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
    const { client, tokens } = this.#deps;
    const [{ projectId }, { value, answer }] = await Promise.all([
      tokens.grant(signal),
      client.read({ operation: "ListPlaces", signal }, projectList),
    ]);
    const ours = value.filter(({ project_id: id }) => id === projectId);
    return listed(
      ours.flatMap(({ clusters }) => clusters.map(clusterOf)),
      answer,
    );
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

  readonly isLeaving = (): boolean => false;
  readonly bearsMark = (): boolean => false;
  readonly idsAreNames = true;
  readonly idsAreUniversal = false;
  readonly resendIsSafe = false;
}

function unheard(what: string): CloudError {
  return new CloudError("Rejected", { message: `EasyStack's API ${what} no clusters` });
}
