// The clusters facet of CCE (huawei-cce.txt 4.1.1 to 4.1.8, 4.1.24, 4.4.1).
import type { Cluster, ClusterList, ClusterRequest, ClustersFacet, Job, Kubeconfig } from "../facets/clusters.ts";
import type { KubeconfigContext } from "../facets/clusters.ts";
import type { CreateAttempt } from "../creation.ts";
import { clockSkewMs } from "../http/answer.ts";
import type { HuaweiClient } from "./client.ts";
import { cluster, clusterList, createBody, job, quotas } from "./cluster-wire.ts";
import { orAbsent } from "./errors.ts";
import { clusterCertificate, kubeconfigOf } from "./kubeconfig.ts";
import { withMark } from "./marks.ts";
import { checkClusterName } from "./names.ts";
import { pathOf } from "./paths.ts";
import { created, jobIdOf, readJson } from "./wire.ts";

export class HuaweiClusters implements ClustersFacet {
  /** Both would bear the mark, in their descriptions. */
  readonly resendIsSafe = true;
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  /** 4.1.3: one answer with all of them. A failed cluster reads as Deleting in it: the list has no `errorStatus`. */
  async listClusters(signal: AbortSignal): Promise<ClusterList> {
    const call = { operation: "ListClusters", method: "GET", path: pathOf("clusters"), signal } as const;
    const { value, answer } = await this.#client.read(call, clusterList);
    const byId = new Map(value.items.map((item) => [item.id, item]));
    return { clusters: [...byId.values()], clockSkewMs: clockSkewMs(answer) ?? 0 };
  }

  /** 4.1.2. Without `errorStatus` a failed cluster reads as Deleting. */
  async getCluster(id: string, signal: AbortSignal): Promise<Cluster | "Absent"> {
    const query = [["errorStatus", "true"]] as const;
    const call = { operation: "GetCluster", method: "GET", path: clusterPath(id), query, signal } as const;
    const found = await orAbsent(this.#client.read(call, cluster));
    return found === "Absent" ? found : found.value;
  }

  /** 4.1.1. Without annotations the cloud installs its usual add-ons. */
  async createCluster(
    request: ClusterRequest,
    signal: AbortSignal,
  ): Promise<{ id: string | undefined; jobId: string | undefined }> {
    checkClusterName(request.name);
    const body = createBody(request);
    const call = { operation: "CreateCluster", method: "POST", path: pathOf("clusters"), body, signal } as const;
    const { value } = await this.#client.read(call, created);
    return { id: value.metadata.uid, jobId: jobIdOf(value.status) };
  }

  bearsMark(candidate: Cluster, attempt: CreateAttempt): boolean {
    return candidate.mark === attempt.nonce;
  }

  /** 4.1.4: nothing else can be changed. */
  async setDescription(
    id: string,
    text: { description: string; mark: string | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const body = { spec: { description: withMark(text.description, text.mark) } };
    await this.#client.send({ operation: "UpdateCluster", method: "PUT", path: clusterPath(id), body, signal });
  }

  /** 4.1.6. */
  async hibernate(id: string, signal: AbortSignal): Promise<void> {
    const path = clusterPath(id, "operation", "hibernate");
    await this.#client.send({ operation: "HibernateCluster", method: "POST", path, signal });
  }

  /** 4.1.7. */
  async wake(id: string, signal: AbortSignal): Promise<void> {
    const path = clusterPath(id, "operation", "awake");
    await this.#client.send({ operation: "WakeCluster", method: "POST", path, signal });
  }

  /** 4.1.5. The answer is that of a GET with a job; where it has no body, there is no id of a job. */
  async deleteCluster(id: string, signal: AbortSignal): Promise<{ jobId: string | undefined }> {
    const answer = await this.#client.send({
      operation: "DeleteCluster",
      method: "DELETE",
      path: clusterPath(id),
      signal,
    });
    if (answer.body.trim() === "") return { jobId: undefined };
    return { jobId: jobIdOf(readJson("DeleteCluster", answer.body, created).status) };
  }

  /** 4.1.24. */
  async getJob(id: string, signal: AbortSignal): Promise<Job | "Absent"> {
    const call = { operation: "GetJob", method: "GET", path: pathOf("jobs", id), signal } as const;
    const found = await orAbsent(this.#client.read(call, job));
    return found === "Absent" ? found : found.value;
  }

  /** 4.4.1. */
  async clusterQuota(signal: AbortSignal): Promise<{ limit: number; used: number } | undefined> {
    const call = { operation: "GetQuotas", method: "GET", path: pathOf("quotas"), signal } as const;
    const { value } = await this.#client.read(call, quotas);
    const { quotaLimit: limit, used } = value.quotas.find(({ quotaKey }) => quotaKey === "cluster") ?? {};
    return limit === undefined || used === undefined ? undefined : { limit, used };
  }

  /** 4.1.8. */
  async kubeconfig(id: string, context: KubeconfigContext, signal: AbortSignal): Promise<Kubeconfig | "NoSuchContext"> {
    const path = clusterPath(id, "clustercert");
    const call = { operation: "GetClusterCertificate", method: "GET", path, signal } as const;
    const { value } = await this.#client.read(call, clusterCertificate);
    return kubeconfigOf(value, context);
  }
}

function clusterPath(id: string, ...below: readonly string[]): string {
  return pathOf("clusters", id, ...below);
}
