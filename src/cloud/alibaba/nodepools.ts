// The nodePools facet of ACK. Today's cloud has pools; the reference has none, and there a pool is a list of servers in its status.
import { lookBy, type Accepted, type Created, type Readable, type WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { CloudPools, NodePool, NodePoolChange, NodePoolRequest, NodePoolsFacet } from "../facets/nodepools.ts";
import { listed } from "../kit/lists.ts";
import { pathOf } from "../kit/uri.ts";
import type { AckClient } from "./client.ts";
import { checkName } from "./names.ts";
import { changePoolBody, createPoolBody, type ShownBlocks } from "./nodepool-bodies.ts";
import { nodePool, nodePoolList, poolBlocks } from "./nodepool-wire.ts";
import { passwordsOf } from "./options.ts";
import { refusalOfPool } from "./pool-check.ts";
import { accepted, acceptedOf, someText } from "./wire.ts";

export function nodePoolsFacet(client: AckClient): NodePoolsFacet {
  const check: CloudPools["check"] = (request) => refusalOfPool(client.dialect, request);
  if (client.dialect === "Reference") return { membership: "Status", check };
  return {
    membership: "Cloud",
    check,
    in: (clusterId) => poolsIn(client, clusterId),
    create: (clusterId, request, permit) => createPool(client, { clusterId, request }, permit),
    update: (clusterId, id, change, permit) => updatePool(client, { clusterId, id, change }, permit),
  };
}

function poolsIn(client: AckClient, clusterId: string): Readable<NodePool> {
  const get = async (id: string, signal: AbortSignal): Promise<NodePool | "Absent"> => {
    const path = poolPath(clusterId, id);
    return client.find({ operation: "DescribeClusterNodePoolDetail", method: "GET", path, signal }, nodePool);
  };
  return {
    /** One answer with all, the default pool among them. */
    async list(signal) {
      const path = pathOf("clusters", clusterId, "nodepools");
      const call = { operation: "DescribeClusterNodePools", method: "GET", path, signal } as const;
      const { value, answer } = await client.read(call, nodePoolList);
      return listed(value.nodepools, answer);
    },
    get,
    look: lookBy(get),
    /** Never with `force`, which takes nodes without draining them. */
    async remove(id, { signal }) {
      const operation = "DeleteClusterNodepool";
      const path = poolPath(clusterId, id);
      return acceptedOf(operation, await client.send({ operation, method: "DELETE", path, signal }));
    },
    isLeaving: ({ phase }) => phase === "Deleting",
    bearsMark: ({ mark }, { nonce }) => mark === nonce,
    /** 32 hexadecimal digits. */
    idsAreUniversal: true,
    /** Both would bear the mark, in their labels. */
    resendIsSafe: true,
  };
}

async function createPool(
  client: AckClient,
  { clusterId, request }: { readonly clusterId: string; readonly request: NodePoolRequest },
  { signal }: WritePermit,
): Promise<Created> {
  checkName(request.name);
  const refusal = refusalOfPool(client.dialect, request);
  if (refusal !== undefined) throw new CloudError("Rejected", { message: refusal.message, advice: "" });
  const { value } = await client.read(
    {
      operation: "CreateClusterNodePool",
      method: "POST",
      path: pathOf("clusters", clusterId, "nodepools"),
      body: createPoolBody(request),
      secrets: passwordsOf(request.login),
      signal,
    },
    accepted,
  );
  return { id: someText(value.nodepool_id), jobId: someText(value.task_id) };
}

async function updatePool(
  client: AckClient,
  { clusterId, id, change }: { readonly clusterId: string; readonly id: string; readonly change: NodePoolChange },
  { signal }: WritePermit,
): Promise<Accepted> {
  const shown = await shownBlocks(client, { clusterId, id, change }, signal);
  const operation = "ModifyClusterNodePool";
  const body = changePoolBody(change, shown);
  const path = poolPath(clusterId, id);
  return acceptedOf(operation, await client.send({ operation, method: "PUT", path, body, signal }));
}

/** Read where a block of them goes back. */
async function shownBlocks(
  client: AckClient,
  { clusterId, id, change }: { readonly clusterId: string; readonly id: string; readonly change: NodePoolChange },
  signal: AbortSignal,
): Promise<ShownBlocks> {
  if (change.changes.every((field) => field === "replicas")) return { kubernetes_config: {}, auto_scaling: {} };
  const call = {
    operation: "DescribeClusterNodePoolDetail",
    method: "GET",
    path: poolPath(clusterId, id),
    signal,
  } as const;
  const { value } = await client.read(call, poolBlocks);
  return value;
}

function poolPath(clusterId: string, id: string): string {
  return pathOf("clusters", clusterId, "nodepools", id);
}
