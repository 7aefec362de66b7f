// The requests that make, take in, reset and move single nodes (CCE API Reference 4.1.9 and 4.1.14 to 4.1.17).
import type { AcceptRequest, NodeRequest, NodeSetup } from "../facets/nodes.ts";
import { readBlock } from "../kit/settings.ts";
import { huawei, type NodeOptions } from "./blocks.ts";
import { loginBody } from "./login.ts";
import { MARK_LABEL } from "./marks.ts";
import { dataVolumeBodies, encoded, publicIpBody, rootVolumeBody, some, userTagBodies } from "./server-bodies.ts";

/** The body, and what in it no message may show. */
export interface NodeBody {
  readonly body: object;
  readonly secrets: readonly string[];
}

/** Table 4-75; the others of the reference require it, and have no default. */
const DEFAULT_OS = "EulerOS 2.5";
const DEFAULT_OS_ARM = "EulerOS 2.8";

/** What every node may have in its spec that is undefined is not in a body. */
export function createNodeBody(request: NodeRequest): NodeBody {
  const options = optionsOf(request);
  const { login, secrets } = loginBody(request.login);
  const { subnetId, ecsGroupId, dedicatedHostId, faultDomain, offloadNode, runtime } = options;
  const body = {
    kind: "Node",
    apiVersion: "v3",
    metadata: { name: request.name },
    spec: {
      flavor: request.instanceType,
      az: request.zone ?? "random",
      os: request.os,
      login,
      rootVolume: rootVolumeBody(request.rootVolume),
      dataVolumes: dataVolumeBodies(request.dataVolumes, options),
      publicIP: publicIpBody(options),
      // More get random names, and one id comes back.
      count: 1,
      nodeNicSpec: subnetId === undefined ? undefined : { primaryNic: { subnetId } },
      extendParam: extendParam(options),
      ecsGroupId,
      dedicatedHostId,
      faultDomain,
      offloadNode,
      runtime: runtime === undefined ? undefined : { name: runtime },
      userTags: userTagBodies(options),
      k8sTags: { ...request.labels, [MARK_LABEL]: request.nonce },
      taints: request.taints,
    },
  };
  return { body, secrets };
}

/** 4.1.14. */
export function acceptBody(request: AcceptRequest): NodeBody {
  const { serverIds, labels, nonce, taints = [] } = request;
  const { spec, secrets } = reinstallSpec({ ...request, labels: { ...labels, [MARK_LABEL]: nonce }, taints });
  const nodeList = serverIds.map((serverID) => ({ serverID, spec }));
  return { body: { apiVersion: "v3", kind: "List", nodeList }, secrets };
}

/** 4.1.15. */
export function resetBody(id: string, setup: NodeSetup): NodeBody {
  const { spec, secrets } = reinstallSpec(setup);
  return { body: { apiVersion: "v3", kind: "List", nodeList: [{ nodeID: id, spec }] }, secrets };
}

/** 4.1.17. */
export function moveBody(id: string, setup: NodeSetup): NodeBody {
  const options = optionsOf(setup);
  const { login, secrets } = loginBody(setup.login);
  const spec = { os: osOf(setup), extendParam: extendParam(options), login, nodes: [{ uid: id }] };
  return { body: { apiVersion: "v3", kind: "MigrateNodesTask", spec }, secrets };
}

/** 4.1.16. */
export function detachBody(id: string, given: NodeSetup["login"]): NodeBody {
  const { login, secrets } = loginBody(given);
  const spec = { login, nodes: [{ uid: id }] };
  return { body: { apiVersion: "v3", kind: "RemoveNodesTask", spec }, secrets };
}

/** Table 4-140. A name that is left out is kept. */
function reinstallSpec(setup: NodeSetup): { readonly spec: object; readonly secrets: readonly string[] } {
  const options = optionsOf(setup);
  const { login, secrets } = loginBody(setup.login);
  const { imageId, cmkId, lvmConfig, dockerBaseSize, runtime, preInstall, postInstall, maxPods } = options;
  const spec = {
    os: osOf(setup),
    login,
    serverConfig: some({
      userTags: userTagBodies(options),
      rootVolume: some({ imageID: imageId, cmkID: cmkId }),
    }),
    volumeConfig: some({ lvmConfig }),
    runtimeConfig: some({ dockerBaseSize, runtime: runtime === undefined ? undefined : { name: runtime } }),
    k8sOptions: { labels: setup.labels, taints: setup.taints, maxPods },
    lifecycle: some({ preInstall: encoded(preInstall), postInstall: encoded(postInstall) }),
  };
  return { spec, secrets };
}

/** Tables 4-84 and 4-92. */
function extendParam(options: NodeOptions): object | undefined {
  return some({
    "alpha.cce/preInstall": encoded(options.preInstall),
    "alpha.cce/postInstall": encoded(options.postInstall),
    "alpha.cce/NodeImageID": options.imageId,
    maxPods: options.maxPods,
    dockerBaseSize: options.dockerBaseSize,
    DockerLVMConfigOverride: options.lvmConfig,
  });
}

function osOf({ os, cluster }: Pick<NodeSetup, "os" | "cluster">): string {
  return os ?? (cluster.options["type"] === "ARM64" ? DEFAULT_OS_ARM : DEFAULT_OS);
}

/** Throws CloudError Rejected where the provider's block is not valid. */
function optionsOf({ options }: Pick<NodeSetup, "options">): NodeOptions {
  return readBlock("spec.huawei", huawei.blocks.ManagedNode.schema, options);
}
