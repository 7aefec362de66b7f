// The nodes facet of CCE (API Reference 4.1.9 to 4.1.17, Cluster Management: nodes). 4.1.18, which deletes all, is never called.
import type { Accepted, Created, Listed, Refusal, WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type {
  AcceptRequest,
  ClusterNode,
  NodeLeaving,
  NodeRequest,
  NodesFacet,
  NodeSetup,
  ServersAccepted,
} from "../facets/nodes.ts";
import { listed } from "../kit/lists.ts";
import { readJson } from "../kit/json.ts";
import { pathOf } from "../kit/uri.ts";
import type { HuaweiClient } from "./client.ts";
import { refusalOfLabels } from "./marks.ts";
import { refusalOfScripts } from "./server-bodies.ts";
import { checkNewNodeName, checkNodeName, isNodeName } from "./names.ts";
import { acceptBody, createNodeBody, detachBody, moveBody, resetBody } from "./node-bodies.ts";
import { node, nodeList, nodesTask } from "./node-wire.ts";
import { created, jobIdOf } from "./wire.ts";

const NO_LOGIN = "This cloud needs spec.login: add keyPairName or passwordSecretRef";
const LONG_NAME =
  "This cloud does not take spec.displayName: it takes 1 to 56 lower-case letters, digits and hyphens, a letter first and no hyphen last";
const NO_LOGIN_TO_LEAVE =
  "This cloud installs a server anew that leaves a cluster and stays, and needs spec.login for it: add keyPairName or passwordSecretRef";

export class HuaweiNodes implements NodesFacet {
  readonly #client: HuaweiClient;

  constructor(client: HuaweiClient) {
    this.#client = client;
  }

  /** 4.1.11: one answer with all. */
  readonly list = async (clusterId: string, signal: AbortSignal): Promise<Listed<ClusterNode>> => {
    const call = { operation: "ListNodes", method: "GET", path: nodePath(clusterId), signal } as const;
    const { value, answer } = await this.#client.read(call, nodeList);
    return listed(value.items, answer);
  };

  /** 4.1.10. */
  readonly get = (clusterId: string, id: string, signal: AbortSignal): Promise<ClusterNode | "Absent"> =>
    this.#client.find({ operation: "GetNode", method: "GET", path: nodePath(clusterId, id), signal }, node);

  /** Tables 4-75 and 4-140. */
  readonly check: NonNullable<NodesFacet["check"]> = ({ login, labels, displayName, options }): Refusal | undefined => {
    if (login === undefined) return { kind: "LoginRequired", message: NO_LOGIN };
    if (displayName !== undefined && !isNodeName(displayName)) return { kind: "Rejected", message: LONG_NAME };
    return refusalOfScripts(options) ?? refusalOfLabels(labels);
  };

  /** 4.1.9. */
  readonly create = async (clusterId: string, request: NodeRequest, { signal }: WritePermit): Promise<Created> => {
    checkNewNodeName(request.name);
    const call = { operation: "CreateNode", method: "POST", path: nodePath(clusterId), signal } as const;
    const { value } = await this.#client.read({ ...call, ...createNodeBody(request) }, created);
    return { id: value.metadata.uid, jobId: jobIdOf(value.status) };
  };

  /** 4.1.14: all or none are taken; the answer has a job alone. */
  readonly accept = async (
    clusterId: string,
    request: AcceptRequest,
    { signal }: WritePermit,
  ): Promise<ServersAccepted> => {
    const call = { operation: "AcceptNodes", method: "POST", path: nodePath(clusterId, "add"), signal } as const;
    const { value } = await this.#client.read({ ...call, ...acceptBody(request) }, nodesTask);
    return { ...value, refused: [] };
  };

  /** 4.1.12: nothing else can be changed. */
  readonly rename = async (clusterId: string, id: string, name: string, { signal }: WritePermit): Promise<void> => {
    checkNodeName(name);
    const call = { operation: "UpdateNode", method: "PUT", path: nodePath(clusterId, id), signal } as const;
    await this.#client.send({ ...call, body: { metadata: { name } } });
  };

  /** 4.1.15. */
  readonly reset = async (
    clusterId: string,
    id: string,
    setup: NodeSetup,
    { signal }: WritePermit,
  ): Promise<Accepted> => {
    const call = { operation: "ResetNode", method: "POST", path: nodePath(clusterId, "reset"), signal } as const;
    const { value } = await this.#client.read({ ...call, ...resetBody(id, setup) }, nodesTask);
    return value;
  };

  /** 4.1.17. */
  readonly move = async (
    clusterId: string,
    id: string,
    setup: NodeSetup,
    { signal }: WritePermit,
  ): Promise<Accepted> => {
    const path = nodePath(clusterId, "operation", "migrateto", setup.cluster.id);
    const call = { operation: "MoveNode", method: "PUT", path, signal } as const;
    const { value } = await this.#client.read({ ...call, ...moveBody(id, setup) }, nodesTask);
    return value;
  };

  /** 4.1.13, or 4.1.16 where the server stays. */
  readonly leave = async (clusterId: string, leaving: NodeLeaving, { signal }: WritePermit): Promise<Accepted> => {
    const { node: leaver, release } = leaving;
    if (!release) return this.#detach(clusterId, leaving, signal);
    const call = { operation: "DeleteNode", method: "DELETE", path: nodePath(clusterId, leaver.id), signal } as const;
    const answer = await this.#client.send(call);
    if (answer.body.trim() === "") return {};
    return { jobId: jobIdOf(readJson("DeleteNode", answer.body, created).status) };
  };

  async #detach(clusterId: string, { node: leaver, login }: NodeLeaving, signal: AbortSignal): Promise<Accepted> {
    if (login === undefined) throw new CloudError("Rejected", { message: NO_LOGIN_TO_LEAVE, advice: "" });
    const path = nodePath(clusterId, "operation", "remove");
    const call = { operation: "DetachNodes", method: "PUT", path, signal } as const;
    const { value } = await this.#client.read({ ...call, ...detachBody(leaver.id, login) }, nodesTask);
    return value;
  }
}

function nodePath(clusterId: string, ...below: readonly string[]): string {
  return pathOf("clusters", clusterId, "nodes", ...below);
}
