// The nodePools facet of CCE (API Reference, Cluster Management: node pools).
import { lookBy, type Accepted, type Created, type Readable, type Refusal, type WritePermit } from "../collection.ts";
import type { CloudPools, NodePool, NodePoolChange, NodePoolRequest } from "../facets/nodepools.ts";
import { CloudError } from "../errors.ts";
import type { HuaweiClient } from "./client.ts";
import { isNothingToScale } from "./errors.ts";
import { checkNodePoolName } from "./names.ts";
import { createRequest } from "./nodepool-create.ts";
import { refusalOfLabels } from "./marks.ts";
import { refusalOfScripts } from "./server-bodies.ts";
import { nodePool, nodePoolList, updateBody } from "./nodepool-wire.ts";
import { pathOf } from "../kit/uri.ts";
import { listed } from "../kit/lists.ts";
import { created } from "./wire.ts";

const NO_LOGIN = "This cloud needs spec.login: add keyPairName or passwordSecretRef";
const NO_SERVERS = "This cloud takes no existing servers into a pool (spec.existingServers)";

export class HuaweiNodePools implements CloudPools {
  readonly membership = "Cloud";
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  readonly in = (clusterId: string): Readable<NodePool> => {
    /** 4.1.20. */
    const get = async (id: string, signal: AbortSignal): Promise<NodePool | "Absent"> => {
      const call = { operation: "GetNodePool", method: "GET", path: poolPath(clusterId, id), signal } as const;
      return this.#client.find(call, nodePool);
    };
    return {
      /** 4.1.21: one answer with all but the default pool, which is not a pool of nodes alike. */
      list: async (signal) => {
        const call = { operation: "ListNodePools", method: "GET", path: poolPath(clusterId), signal } as const;
        const { value, answer } = await this.#client.read(call, nodePoolList);
        return listed(value.items, answer);
      },
      get,
      look: lookBy(get),
      /** 4.1.23. */
      remove: async (id, { signal }) => {
        const path = poolPath(clusterId, id);
        await this.#client.send({ operation: "DeleteNodePool", method: "DELETE", path, signal });
        return {};
      },
      isLeaving: ({ phase }) => phase === "Deleting",
      bearsMark: ({ mark }, { nonce }) => mark === nonce,
      /** Both would bear the mark, in their labels. */
      resendIsSafe: true,
      /** UUIDs. */
      idsAreUniversal: true,
    };
  };

  /** Tables 4-75 and 4-78. */
  readonly check = ({
    login,
    labels,
    existingServers,
    options,
  }: Omit<NodePoolRequest, "nonce">): Refusal | undefined => {
    if (existingServers !== undefined) return { kind: "NotSupported", message: NO_SERVERS };
    if (login === undefined) return { kind: "Rejected", message: NO_LOGIN };
    return refusalOfScripts(options) ?? refusalOfLabels(labels);
  };

  /** 4.1.19. */
  readonly create = async (clusterId: string, request: NodePoolRequest, { signal }: WritePermit): Promise<Created> => {
    checkNodePoolName(request.name);
    const { body, secrets } = createRequest(request);
    const path = poolPath(clusterId);
    const call = { operation: "CreateNodePool", method: "POST", path, body, secrets, signal } as const;
    const { value } = await this.#client.read(call, created);
    return { id: value.metadata.uid };
  };

  /** 4.1.22. */
  readonly update = async (
    clusterId: string,
    id: string,
    change: NodePoolChange,
    { signal }: WritePermit,
  ): Promise<Accepted> => {
    const refusal = refusalOfLabels(change.labels);
    if (refusal !== undefined) throw new CloudError("Rejected", { message: refusal.message, advice: "" });
    const call = { operation: "UpdateNodePool", method: "PUT", path: poolPath(clusterId, id), signal } as const;
    try {
      await this.#client.send({ ...call, body: updateBody(change) });
    } catch (error) {
      if (!isNothingToScale(error)) throw error;
    }
    return {};
  };
}

function poolPath(clusterId: string, ...below: readonly string[]): string {
  return pathOf("clusters", clusterId, "nodepools", ...below);
}
