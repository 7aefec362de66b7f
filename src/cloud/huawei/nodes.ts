// The nodes facet of CCE (API Reference, Cluster Management: nodes).
import type { Listed } from "../collection.ts";
import type { ClusterNode, NodesFacet } from "../facets/nodes.ts";
import { listed } from "../kit/lists.ts";
import { pathOf } from "../kit/uri.ts";
import type { HuaweiClient } from "./client.ts";
import { nodeList } from "./nodepool-wire.ts";

export class HuaweiNodes implements NodesFacet {
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  /** 4.1.11: one answer with all. */
  readonly list = async (clusterId: string, signal: AbortSignal): Promise<Listed<ClusterNode>> => {
    const path = pathOf("clusters", clusterId, "nodes");
    const call = { operation: "ListNodes", method: "GET", path, signal } as const;
    const { value, answer } = await this.#client.read(call, nodeList);
    return listed(value.items, answer);
  };
}
