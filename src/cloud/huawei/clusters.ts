// The clusters facet of CCE (API Reference, Cluster Management, Job Management, Quota Management).
import {
  lookBy,
  type Accepted,
  type Created,
  type CreateAttempt,
  type Listed,
  type Refusal,
  type WritePermit,
} from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { Cluster, ClusterQuota, ClusterRequest, ClustersFacet, Kubeconfig } from "../facets/clusters.ts";
import type { KubeconfigContext } from "../facets/clusters.ts";
import type { HuaweiClient } from "./client.ts";
import { cluster, clusterList, createBody, quotas } from "./cluster-wire.ts";
import { kubeconfigOf } from "./kubeconfig.ts";
import { refusalOfDescription, withMark } from "./marks.ts";
import { checkClusterName } from "./names.ts";
import { pathOf } from "../kit/uri.ts";
import { readJson } from "../kit/json.ts";
import { wireKubeconfig } from "../kit/kubeconfig.ts";
import { listed } from "../kit/lists.ts";
import { created, jobIdOf } from "./wire.ts";

export class HuaweiClusters implements ClustersFacet {
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  /** 4.1.3: one answer with all of them. A failed cluster reads as Deleting in it: the list has no `errorStatus`. */
  readonly list = async (signal: AbortSignal): Promise<Listed<Cluster>> => {
    const call = { operation: "ListClusters", method: "GET", path: pathOf("clusters"), signal } as const;
    const { value, answer } = await this.#client.read(call, clusterList);
    return listed(value.items, answer);
  };

  /** 4.1.2. Without `errorStatus` a failed cluster reads as Deleting. */
  readonly get = async (id: string, signal: AbortSignal): Promise<Cluster | "Absent"> => {
    const query = [["errorStatus", "true"]] as const;
    const call = { operation: "GetCluster", method: "GET", path: clusterPath(id), query, signal } as const;
    return this.#client.find(call, cluster);
  };

  readonly look = lookBy(this.get);

  /** Tables 4-15 and 4-16. */
  readonly check = ({ description, network }: Omit<ClusterRequest, "nonce">): Refusal | undefined => {
    if (network.vpcId === undefined || network.subnetId === undefined) {
      const message =
        "This cloud needs spec.network.vpcId and spec.network.subnetId. The network can't be changed: create another ManagedCluster";
      return { kind: "Rejected", message };
    }
    return refusalOfDescription(description);
  };

  /** 4.1.1. Where no add-ons are named, the cloud installs its usual ones. */
  readonly create = async (request: ClusterRequest, { signal }: WritePermit): Promise<Created> => {
    checkClusterName(request.name);
    const refusal = this.check(request);
    if (refusal !== undefined) throw new CloudError("Rejected", { message: refusal.message, advice: "" });
    const body = createBody(request);
    const call = { operation: "CreateCluster", method: "POST", path: pathOf("clusters"), body, signal } as const;
    const { value } = await this.#client.read(call, created);
    return { id: value.metadata.uid, jobId: jobIdOf(value.status) };
  };

  /** 4.1.5. The answer is that of a GET with a job; where it has no body, there is no id of a job. */
  readonly remove = async (id: string, { signal }: WritePermit): Promise<Accepted> => {
    const answer = await this.#client.send({
      operation: "DeleteCluster",
      method: "DELETE",
      path: clusterPath(id),
      signal,
    });
    if (answer.body.trim() === "") return {};
    return { jobId: jobIdOf(readJson("DeleteCluster", answer.body, created).status) };
  };

  readonly isLeaving = ({ phase }: Cluster): boolean => phase === "Deleting";

  readonly bearsMark = ({ mark }: Cluster, { nonce }: CreateAttempt): boolean => mark === nonce;

  /** UUIDs. */
  readonly idsAreUniversal = true;

  /** Both would bear the mark, in their descriptions. */
  readonly resendIsSafe = true;

  /** 4.1.4: nothing else can be changed. */
  readonly setDescription = async (
    id: string,
    text: { description: string; mark: string | undefined },
    { signal }: WritePermit,
  ): Promise<void> => {
    const body = { spec: { description: withMark(text.description, text.mark) } };
    await this.#client.send({ operation: "UpdateCluster", method: "PUT", path: clusterPath(id), body, signal });
  };

  /** 4.1.6 and 4.1.7. */
  readonly power = {
    hibernate: async (id: string, { signal }: WritePermit): Promise<void> => {
      const path = clusterPath(id, "operation", "hibernate");
      await this.#client.send({ operation: "HibernateCluster", method: "POST", path, signal });
    },
    wake: async (id: string, { signal }: WritePermit): Promise<void> => {
      const path = clusterPath(id, "operation", "awake");
      await this.#client.send({ operation: "WakeCluster", method: "POST", path, signal });
    },
  };

  /** 4.4.1: one for clusters of all kinds. */
  readonly quotas = async (_request: unknown, signal: AbortSignal): Promise<readonly ClusterQuota[]> => {
    const call = { operation: "GetQuotas", method: "GET", path: pathOf("quotas"), signal } as const;
    const { value } = await this.#client.read(call, quotas);
    const { quotaLimit: limit, used } = value.quotas.find(({ quotaKey }) => quotaKey === "cluster") ?? {};
    if (limit === undefined || used === undefined) return [];
    return [{ limit, used, noun: "clusters", counts: () => true }];
  };

  /** 4.1.8. */
  readonly kubeconfig = async (
    id: string,
    { context }: { readonly context: KubeconfigContext },
    signal: AbortSignal,
  ): Promise<Kubeconfig | "NoSuchContext"> => {
    const path = clusterPath(id, "clustercert");
    const call = { operation: "GetClusterCertificate", method: "GET", path, signal } as const;
    const { value } = await this.#client.read(call, wireKubeconfig);
    return kubeconfigOf(value, context);
  };
}

function clusterPath(id: string, ...below: readonly string[]): string {
  return pathOf("clusters", id, ...below);
}
