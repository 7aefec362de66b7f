// The nodes facet of ACK: single servers of a cluster, listed, accepted, removed, and in the reference's dialect bought (2.3, 2.6, 2.11).
import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { Accepted, Listed, WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type {
  AcceptRequest,
  ClusterNode,
  NodeRemoval,
  NodesFacet,
  ScaleOutRequest,
  ServersAccepted,
} from "../facets/nodes.ts";
import type { NodeLogin } from "../facets/servers.ts";
import { isLastBy, readPages } from "../kit/lists.ts";
import { pathOf } from "../kit/uri.ts";
import { explanation, lenientObject, optionalText, text, word } from "../kit/wire.ts";
import type { AckClient, Call } from "./client.ts";
import { MARK, pairsOf } from "./marks.ts";
import { nodePage } from "./node-wire.ts";
import { poolVswitches } from "./nodepool-bodies.ts";
import { loginBody, passwordsOf, poolOptions, systemDiskBody, type Body } from "./options.ts";
import { acceptedOf, listQuery, someText } from "./wire.ts";

export function nodesFacet(client: AckClient): NodesFacet {
  const common: NodesFacet = {
    list: (clusterId, signal) => listNodes(client, clusterId, signal),
    accept: (clusterId, request, permit) => acceptServers(client, { clusterId, request }, permit),
    remove: (clusterId, removal, permit) => removeNodes(client, { clusterId, removal }, permit),
  };
  if (client.dialect !== "Reference") return common;
  return { ...common, scaleOut: (clusterId, request, permit) => scaleOut(client, { clusterId, request }, permit) };
}

/** The most that the cloud gives; a smaller page is as good. */
const PAGE_SIZE = 100;

async function listNodes(client: AckClient, clusterId: string, signal: AbortSignal): Promise<Listed<ClusterNode>> {
  const operation = "DescribeClusterNodes";
  const path = pathOf("clusters", clusterId, "nodes");
  const { entries, clockSkewMs } = await readPages(operation, {
    async read(page) {
      const query = [
        ["pageNumber", String(page)],
        ["pageSize", String(PAGE_SIZE)],
      ] as const;
      const { value, answer } = await client.read({ operation, method: "GET", path, query, signal }, nodePage);
      return { value: value.nodes, answer, isLast: isLastBy(value.page, value.nodes.length) };
    },
    keyOf: ({ id }) => id,
  });
  return { items: entries, clockSkewMs };
}

/** 2.6: each server is judged by itself. An attach to a pool may tell its task alone. */
const attached = lenientObject({
  task_id: optionalText,
  list: z.array(lenientObject({ code: word, instanceId: text, message: text })).catch([]),
});

async function acceptServers(
  client: AckClient,
  { clusterId, request }: { readonly clusterId: string; readonly request: AcceptRequest },
  { signal }: WritePermit,
): Promise<ServersAccepted> {
  const { value } = await client.read(attachCall(client, { clusterId, request }, signal), attached);
  const refused = value.list
    .filter(({ code, instanceId }) => code !== "200" && instanceId !== "")
    .map(({ code, instanceId, message }) => ({ serverId: instanceId, why: explanation(code, message) }));
  return { jobId: someText(value.task_id), refused };
}

function attachCall(
  client: AckClient,
  { clusterId, request }: { readonly clusterId: string; readonly request: AcceptRequest },
  signal: AbortSignal,
): Call {
  const { poolId, serverIds, formatDataDisks, keepNames } = request;
  const servers = { instances: serverIds, format_disk: formatDataDisks };
  if (poolId !== undefined) {
    const path = pathOf("clusters", clusterId, "nodepools", poolId, "attach");
    // The pool has the key pair.
    const password = passwordsOf(request.login)[0];
    const body = { ...servers, keep_instance_name: keepNames, password };
    const secrets = passwordsOf(request.login);
    return { operation: "AttachInstancesToNodePool", method: "POST", path, body, secrets, signal };
  }
  const login = attachLogin(request.login);
  const body = { ...servers, ...login.body, ...referenceMembers(client, request), keep_instance_name: keepNames };
  const path = pathOf("clusters", clusterId, "attach");
  return { operation: "AttachInstances", method: "POST", path, body, secrets: login.secrets, signal };
}

/** The reference names no image in 2.6, but in 3.6; tags become labels of the nodes. */
function referenceMembers({ dialect }: AckClient, { nonce, labels, os, options }: AcceptRequest): Body {
  const { imageId, tags } = poolOptions(options);
  const marked = { tags: pairsOf({ ...tags, ...labels, [MARK]: nonce }) };
  return dialect === "Reference" ? { ...marked, ecs_image_id: imageId } : { ...marked, image_id: imageId, os };
}

/** 2.6 requires a password beside a key pair too, and switches logins with it off then: nobody needs to know it. */
function attachLogin(login: NodeLogin | undefined): { readonly body: Body; readonly secrets: readonly string[] } {
  if (login === undefined || "password" in login) {
    return { body: loginBody(login, "password"), secrets: passwordsOf(login) };
  }
  const password = `Aa1${randomBytes(12).toString("hex")}`;
  return { body: { ...loginBody(login, "password"), password }, secrets: [password] };
}

/** Of a pool it lowers what the pool wants; outside of pools there is 2.11 alone. */
async function removeNodes(
  client: AckClient,
  { clusterId, removal }: { readonly clusterId: string; readonly removal: NodeRemoval },
  { signal }: WritePermit,
): Promise<Accepted> {
  const { poolId, nodes, release } = removal;
  if (poolId === undefined) return removeFromCluster(client, { clusterId, removal }, signal);
  const operation = "RemoveNodePoolNodes";
  const path = pathOf("clusters", clusterId, "nodepools", poolId, "nodes");
  const query = [
    ...listQuery("instance_ids", nodes.map(serverOf)),
    ["release_node", String(release)],
    ["drain_node", "true"],
  ] as const;
  return acceptedOf(operation, await client.send({ operation, method: "DELETE", path, query, signal }));
}

/** The example of 2.11 is lost: there are clouds that take ids of servers, and clouds that take names of nodes. What is refused did nothing. */
async function removeFromCluster(
  client: AckClient,
  { clusterId, removal }: { readonly clusterId: string; readonly removal: NodeRemoval },
  signal: AbortSignal,
): Promise<Accepted> {
  const { nodes, release } = removal;
  const operation = "DeleteClusterNodes";
  const path = pathOf("clusters", clusterId, "nodes");
  const remove = async (names: readonly string[]): Promise<Accepted> => {
    const body = { nodes: names, release_node: release, ...(client.dialect !== "Reference" && { drain_node: true }) };
    return acceptedOf(operation, await client.send({ operation, method: "POST", path, body, signal }));
  };
  try {
    return await remove(nodes.map(serverOf));
  } catch (error) {
    if (!namesNoNode(error)) throw error;
    return remove(nodes.map(({ name }) => name));
  }
}

function namesNoNode(error: unknown): boolean {
  if (!(error instanceof CloudError)) return false;
  return error.kind === "Rejected" || (error.kind === "NotFound" && !error.codes.includes("ErrorClusterNotFound"));
}

function serverOf({ id, serverId }: NodeRemoval["nodes"][number]): string {
  return serverId ?? id;
}

/** 2.3: it adds, so that it is sent once. The tags become labels of the nodes. */
async function scaleOut(
  client: AckClient,
  { clusterId, request }: { readonly clusterId: string; readonly request: ScaleOutRequest },
  { signal }: WritePermit,
): Promise<Accepted> {
  const { count, instanceType, rootVolume, login, labels, nonce } = request;
  const { instanceTypes = [], tags } = poolOptions(request.options);
  const operation = "ScaleOutCluster";
  const body = {
    count,
    vswitch_ids: poolVswitches(request),
    worker_instance_types: [instanceType, ...instanceTypes],
    ...systemDiskBody(rootVolume, "worker_"),
    worker_data_disk: false,
    tags: pairsOf({ ...tags, ...labels, [MARK]: nonce }),
    ...loginBody(login, "login_password"),
  };
  const path = pathOf("api", "v2", "clusters", clusterId);
  const call = { operation, method: "POST", path, body, secrets: passwordsOf(login), signal } as const;
  return acceptedOf(operation, await client.send(call));
}
