// The request that creates a node pool (CCE API Reference 4.1.19; nodeTemplate: tables 4-75 and 4-239).
import type { NodePoolRequest } from "../facets/nodepools.ts";
import { readBlock } from "../kit/settings.ts";
import { huawei, type PoolOptions } from "./blocks.ts";
import { loginBody } from "./login.ts";
import { autoscalingBody, markedLabels } from "./nodepool-wire.ts";
import { dataVolumeBodies, encoded, publicIpBody, rootVolumeBody, some, userTagBodies } from "./server-bodies.ts";

/** The body, and what in it no message may show. Throws CloudError Rejected where the provider's block is not valid. */
export function createRequest(request: NodePoolRequest): { body: object; secrets: readonly string[] } {
  const options = readBlock("spec.huawei", huawei.blocks.NodePool.schema, request.options);
  const { serverGroupReference, faultDomain, scaleDownCooldownTime: cooldownMinutes, priority } = options;
  const { login, secrets } = loginBody(request.login);
  const body = {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name: request.name },
    spec: {
      type: "vm",
      initialNodeCount: request.replicas,
      autoscaling: autoscalingBody({ ...request.autoscaling, cooldownMinutes, priority }),
      nodeManagement: some({ serverGroupReference }),
      faultDomain,
      nodeTemplate: { ...nodeTemplate(request, options), login },
    },
  };
  return { body, secrets };
}

/** What is undefined is not in the body. */
function nodeTemplate(request: NodePoolRequest, options: PoolOptions): object {
  const { subnetId } = options;
  return {
    flavor: request.instanceType,
    az: request.zone ?? "random",
    os: request.os,
    rootVolume: rootVolumeBody(request.rootVolume),
    dataVolumes: dataVolumeBodies(request.dataVolumes, options),
    publicIP: publicIpBody(options),
    nodeNicSpec: subnetId === undefined ? undefined : { primaryNic: { subnetId } },
    extendParam: extendParam(options),
    userTags: userTagBodies(options),
    k8sTags: markedLabels(request.labels, request.nonce),
    taints: request.taints,
  };
}

/** Table 4-84, and of an image of one's own table 4-92. */
function extendParam({ preInstall, postInstall, maxPods, imageId }: PoolOptions): object | undefined {
  return some({
    "alpha.cce/preInstall": encoded(preInstall),
    "alpha.cce/postInstall": encoded(postInstall),
    "alpha.cce/NodeImageID": imageId,
    maxPods,
  });
}
