// The request that creates a node pool (CCE API Reference 4.1.19; nodeTemplate: tables 4-75 and 4-239).
import type { NodePoolRequest } from "../facets/nodepools.ts";
import type { Volume } from "../facets/servers.ts";
import { readBlock } from "../kit/settings.ts";
import { huawei, type PoolOptions } from "./blocks.ts";
import { loginBody } from "./login.ts";
import { autoscalingBody, markedLabels, volumeBody } from "./nodepool-wire.ts";

/** The cloud demands both disks. The smallest that it takes, of the type that is in all its examples. */
export const DEFAULT_ROOT_VOLUME: Volume = { type: "SATA", sizeGiB: 40 };
export const DEFAULT_DATA_VOLUME: Volume = { type: "SATA", sizeGiB: 100 };

/** The body, and what in it no message may show. Throws CloudError Rejected where the provider's block is not valid. */
export function createRequest(request: NodePoolRequest): { body: object; secrets: readonly string[] } {
  const options = readBlock("spec.huawei", huawei.blocks.NodePool.schema, request.options);
  const { login, secrets } = loginBody(request.login);
  const body = {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name: request.name },
    spec: {
      type: "vm",
      initialNodeCount: request.replicas,
      autoscaling: autoscalingBody(request.autoscaling),
      ...(options.serverGroupReference === undefined
        ? {}
        : { nodeManagement: { serverGroupReference: options.serverGroupReference } }),
      nodeTemplate: { ...nodeTemplate(request, options), login },
    },
  };
  return { body, secrets };
}

function nodeTemplate(request: NodePoolRequest, options: PoolOptions): object {
  const dataVolumes = request.dataVolumes.length === 0 ? [DEFAULT_DATA_VOLUME] : request.dataVolumes;
  return {
    flavor: request.instanceType,
    az: request.zone ?? "random",
    os: request.os,
    rootVolume: volumeBody(request.rootVolume ?? DEFAULT_ROOT_VOLUME),
    dataVolumes: dataVolumes.map(volumeBody),
    ...(options.subnetId === undefined ? {} : { nodeNicSpec: { primaryNic: { subnetId: options.subnetId } } }),
    ...extendParam(options),
    k8sTags: markedLabels(request.labels, request.nonce),
    taints: request.taints,
  };
}

function extendParam({ preInstall, postInstall, maxPods }: PoolOptions): { extendParam?: object } {
  const parameters = {
    ...(preInstall === undefined ? {} : { "alpha.cce/preInstall": base64(preInstall) }),
    ...(postInstall === undefined ? {} : { "alpha.cce/postInstall": base64(postInstall) }),
    ...(maxPods === undefined ? {} : { maxPods }),
  };
  return Object.keys(parameters).length === 0 ? {} : { extendParam: parameters };
}

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
