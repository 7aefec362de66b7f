// The clusters facet of ACK, in both dialects (2.1 to 2.12, 3.4).
import { lookBy, type Accepted, type BlockOptions, type Created, type WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { Cluster, ClusterRequest, ClustersFacet } from "../facets/clusters.ts";
import { pathOf } from "../kit/uri.ts";
import { askedScript, makeScript } from "./attach-script.ts";
import type { AckClient } from "./client.ts";
import { refusalOfCluster } from "./cluster-check.ts";
import { createBody, secretsOf } from "./cluster-create.ts";
import { listClusters } from "./cluster-lists.ts";
import { shownCluster } from "./cluster-wire.ts";
import { askedKubeconfig, certificatesOf, kubeconfigFor } from "./kubeconfig.ts";
import { checkName } from "./names.ts";
import { knownOptions } from "./options.ts";
import { clusterQuotas, offeredVersions } from "./offers.ts";
import { resourcesOf } from "./resources.ts";
import { listTasks } from "./tasks.ts";
import { accepted, acceptedOf, listQuery, someText } from "./wire.ts";

export function clustersFacet(client: AckClient): ClustersFacet {
  const get = (id: string, signal: AbortSignal): Promise<Cluster | "Absent"> => getCluster(client, id, signal);
  const common: ClustersFacet = {
    list: (signal) => listClusters(client, signal),
    get,
    look: lookBy(get),
    check: (request) => refusalOfCluster(client.dialect, request),
    versions: (options, signal) => offeredVersions(client, options, signal),
    create: (request, permit) => createCluster(client, request, permit),
    remove: (id, permit, options = {}) => deleteCluster(client, { id, options }, permit),
    isLeaving: ({ phase }) => phase === "Deleting",
    bearsMark: ({ mark }, { nonce }) => mark === nonce,
    /** 32 hexadecimal digits. */
    idsAreUniversal: true,
    /** No call tells whose the keys are. */
    namesAreOfAccount: true,
    /** Both would bear the mark, in their tags; where no answer shows those, the name is seen. */
    resendIsSafe: true,
    upgrade: (id, version, permit) => upgradeCluster(client, { id, version }, permit),
    quotas: ({ options }, signal) => clusterQuotas(client, options, signal),
    async kubeconfig(id, wanted, signal) {
      const cluster = await get(id, signal);
      if (cluster === "Absent") throw notThere(id);
      return kubeconfigFor(client, cluster, wanted, signal);
    },
    kubeconfigWish: askedKubeconfig,
    attachScripts: {
      asked: askedScript,
      make: (id, asked, permit) => makeScript(client, { id, asked }, permit),
    },
    resources: (id, options, signal) => resourcesOf(client, { id, options }, signal),
  };
  if (client.dialect === "Reference") {
    return { ...common, certificates: (id, signal) => certificatesOf(client, id, signal) };
  }
  return {
    ...common,
    setDeletionProtection: (id, on, permit) => protectCluster(client, { id, on }, permit),
  };
}

/** 2.9. Throws CloudError Rejected for one of another region, or of a kind that Yunfan does not know. */
async function getCluster(client: AckClient, id: string, signal: AbortSignal): Promise<Cluster | "Absent"> {
  const call = { operation: "DescribeClusterDetail", method: "GET", path: pathOf("clusters", id), signal } as const;
  const shown = await client.find(call, shownCluster);
  if (shown === "Absent" || shown.isDeleted) return "Absent";
  const { cluster, regionId, foreignType } = shown;
  if (regionId !== "" && regionId !== client.region) {
    const message = `Cluster ${id} is in region ${regionId}, and the account works in ${client.region}`;
    throw new CloudError("Rejected", { message, advice: "Correct spec.externalId, or spec.region of the account" });
  }
  if (foreignType !== undefined) {
    const message = `Cluster ${id} is of type ${foreignType}, which Yunfan does not manage`;
    throw new CloudError("Rejected", { message, advice: "Correct spec.externalId" });
  }
  return explained(client, cluster, signal);
}

/** No answer says why a cluster has failed; today its tasks do. */
async function explained(client: AckClient, cluster: Cluster, signal: AbortSignal): Promise<Cluster> {
  if (client.dialect === "Reference" || !["Failed", "DeleteFailed"].includes(cluster.phase)) return cluster;
  const jobs = await listTasks(client, cluster.id, signal);
  const failed = jobs.find(({ phase, type }) => phase === "Failed" && type.startsWith("cluster"));
  return failed === undefined ? cluster : { ...cluster, message: failed.reason };
}

/** 2.1, 2.2, 2.4, 3.4. */
async function createCluster(client: AckClient, request: ClusterRequest, { signal }: WritePermit): Promise<Created> {
  checkName(request.name);
  const refusal = refusalOfCluster(client.dialect, request);
  if (refusal !== undefined) throw new CloudError("Rejected", { message: refusal.message, advice: "" });
  const { value } = await client.read(
    {
      operation: "CreateCluster",
      method: "POST",
      path: pathOf("clusters"),
      body: createBody(client, request),
      secrets: secretsOf(request),
      signal,
    },
    accepted,
  );
  return { id: someText(value.cluster_id), jobId: someText(value.task_id) };
}

/** 2.12, which has no options: what they would keep would be lost. `retain_all_resources` is never sent. */
async function deleteCluster(
  client: AckClient,
  { id, options }: { readonly id: string; readonly options: BlockOptions },
  { signal }: WritePermit,
): Promise<Accepted> {
  const { deleteOptions = [], retainResources = [] } = knownOptions(options);
  const hasOptions = deleteOptions.length > 0 || retainResources.length > 0;
  if (hasOptions && client.dialect === "Reference") {
    const message =
      "Dialect Reference deletes a cluster without options, and would not heed spec.alibaba.deleteOptions and retainResources";
    throw new CloudError("Rejected", { message, advice: "Remove them" });
  }
  const modes = deleteOptions.map(({ resourceType, deleteMode }) => {
    return { resource_type: resourceType, delete_mode: deleteMode };
  });
  const query = [...listQuery("delete_options", modes), ...listQuery("retain_resources", retainResources)];
  const operation = "DeleteCluster";
  const answer = await client.send({ operation, method: "DELETE", path: pathOf("clusters", id), query, signal });
  return acceptedOf(operation, answer);
}

/** The control plane alone: nodes are pools' matter. */
async function upgradeCluster(
  client: AckClient,
  { id, version }: { readonly id: string; readonly version: string },
  { signal }: WritePermit,
): Promise<Accepted> {
  const operation = "UpgradeCluster";
  const path = pathOf("api", "v2", "clusters", id, "upgrade");
  const body = { next_version: version, master_only: true };
  return acceptedOf(operation, await client.send({ operation, method: "POST", path, body, signal }));
}

async function protectCluster(
  client: AckClient,
  { id, on }: { readonly id: string; readonly on: boolean },
  { signal }: WritePermit,
): Promise<void> {
  const path = pathOf("api", "v2", "clusters", id);
  await client.send({ operation: "ModifyCluster", method: "PUT", path, body: { deletion_protection: on }, signal });
}

function notThere(id: string): CloudError {
  return new CloudError("NotFound", { message: `There is no cluster ${id}` });
}
