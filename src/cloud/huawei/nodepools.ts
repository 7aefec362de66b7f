// The nodePools facet of CCE (huawei-cce.txt 4.1.11, 4.1.19 to 4.1.23).
import type { CreateAttempt } from "../creation.ts";
import type { NodePool, NodePoolChange, NodePoolRequest, NodePoolsFacet, PoolNode } from "../facets/nodepools.ts";
import type { HuaweiClient } from "./client.ts";
import { isNothingToScale, orAbsent } from "./errors.ts";
import { checkNodePoolName } from "./names.ts";
import { createRequest } from "./nodepool-create.ts";
import { nodeList, nodePool, nodePoolList, updateBody } from "./nodepool-wire.ts";
import { pathOf } from "./paths.ts";
import { created } from "./wire.ts";

export class HuaweiNodePools implements NodePoolsFacet {
  /** Both would bear the mark, in their labels. */
  readonly resendIsSafe = true;
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  /** 4.1.21: one answer with all but the default pool, which is not a pool of nodes alike. */
  async listNodePools(clusterId: string, signal: AbortSignal): Promise<readonly NodePool[]> {
    const call = { operation: "ListNodePools", method: "GET", path: poolPath(clusterId), signal } as const;
    const { value } = await this.#client.read(call, nodePoolList);
    return distinct(value.items);
  }

  /** 4.1.20. */
  async getNodePool(clusterId: string, id: string, signal: AbortSignal): Promise<NodePool | "Absent"> {
    const call = { operation: "GetNodePool", method: "GET", path: poolPath(clusterId, id), signal } as const;
    const found = await orAbsent(this.#client.read(call, nodePool));
    return found === "Absent" ? found : found.value;
  }

  /** 4.1.19. */
  async createNodePool(
    clusterId: string,
    request: NodePoolRequest,
    signal: AbortSignal,
  ): Promise<{ id: string | undefined }> {
    checkNodePoolName(request.name);
    const { body, secrets } = createRequest(request);
    const path = poolPath(clusterId);
    const call = { operation: "CreateNodePool", method: "POST", path, body, secrets, signal } as const;
    const { value } = await this.#client.read(call, created);
    return { id: value.metadata.uid };
  }

  bearsMark(pool: NodePool, attempt: CreateAttempt): boolean {
    return pool.mark === attempt.nonce;
  }

  /** 4.1.22. */
  async updateNodePool(clusterId: string, id: string, change: NodePoolChange, signal: AbortSignal): Promise<void> {
    const call = { operation: "UpdateNodePool", method: "PUT", path: poolPath(clusterId, id), signal } as const;
    try {
      await this.#client.send({ ...call, body: updateBody(change) });
    } catch (error) {
      if (!isNothingToScale(error)) throw error;
    }
  }

  /** 4.1.23. */
  async deleteNodePool(clusterId: string, id: string, signal: AbortSignal): Promise<void> {
    const path = poolPath(clusterId, id);
    await this.#client.send({ operation: "DeleteNodePool", method: "DELETE", path, signal });
  }

  /** 4.1.11: one answer with all. */
  async listNodes(clusterId: string, signal: AbortSignal): Promise<readonly PoolNode[]> {
    const path = pathOf("clusters", clusterId, "nodes");
    const { value } = await this.#client.read({ operation: "ListNodes", method: "GET", path, signal }, nodeList);
    return distinct(value.items);
  }
}

function poolPath(clusterId: string, ...below: readonly string[]): string {
  return pathOf("clusters", clusterId, "nodepools", ...below);
}

function distinct<T extends { readonly id: string }>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
