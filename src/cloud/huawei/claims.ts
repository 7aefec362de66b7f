// The volumeClaims facet of CCE (API Reference 4.2, Storage Management): claims of storage that exists. What is there, Kubernetes itself
// shows; only making and deleting go by CCE's own calls, which know the storage behind a claim.
import * as z from "zod";
import type { CreateAttempt, Created, Refusal, WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type {
  ClaimKey,
  ClaimRemoval,
  ClaimRequest,
  ClusterClaims,
  MarkWanted,
  Missing,
  VolumeClaim,
  VolumeClaimsFacet,
} from "../facets/volumeclaims.ts";
import type { Client } from "../kit/requests.ts";
import { readBlock } from "../kit/settings.ts";
import { CLAIM_MARK, nativeClaims, type NativeClaims } from "../manifests/claims.ts";
import type { BlockOptions } from "../collection.ts";
import { huawei, type ClaimOptions } from "./blocks.ts";

interface HuaweiClaimsDeps {
  /** To a cluster's own host. */
  readonly gateway: (clusterId: string) => Client<string>;
}

/** Times have whole seconds, and the journal may have been opened by another machine's clock. */
const MARK_TOLERANCE_MS = 2_000;

/** 4.2.1, tables 4-285 to 4-288: of a PersistentVolumeClaim, what a create has to tell. */
const made = z.object({ metadata: z.object({ uid: z.string().min(1) }) });

export function huaweiClaims(deps: HuaweiClaimsDeps): VolumeClaimsFacet {
  return {
    check,
    storageNamed: ({ options }) => optionsOf(options)?.volumeId,
    in: (cluster, inside) => new HuaweiClusterClaims(deps.gateway(cluster.id), nativeClaims(inside)),
  };
}

class HuaweiClusterClaims implements ClusterClaims {
  readonly #client: Client<string>;
  readonly #native: NativeClaims;
  readonly list: ClusterClaims["list"];
  readonly usersOf: ClusterClaims["usersOf"];

  constructor(client: Client<string>, native: NativeClaims) {
    this.#client = client;
    this.#native = native;
    this.list = (_sought, signal) => native.list(signal);
    this.usersOf = native.usersOf;
  }

  /** Only where a claim does not bear our mark it takes the storage to know whose it is. */
  readonly read = async (key: ClaimKey, signal: AbortSignal): Promise<VolumeClaim | "Absent"> => {
    const claim = await this.#native.read(key, signal);
    if (claim === "Absent" || claim.mark !== undefined || claim.volumeName === undefined) return claim;
    return { ...claim, storageId: await this.#native.storageOf(claim.volumeName, signal) };
  };

  readonly missing = async (
    { key }: Omit<ClaimRequest, "nonce">,
    signal: AbortSignal,
  ): Promise<Missing | undefined> => {
    if (await this.#native.hasNamespace(key.namespace, signal)) return undefined;
    const message = `Namespace ${key.namespace} (spec.targetNamespace) is not in the cluster. Create it there`;
    return { what: "Namespace", message };
  };

  /** 4.2.1. Where a volume is named, its size is its own. */
  readonly create = async (request: ClaimRequest, { signal }: WritePermit): Promise<Created> => {
    const { key, nonce, accessModes, options } = request;
    const { volumeId: volumeID, storageType } = optionsOf(options) ?? {};
    const body = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: key.name, labels: { [CLAIM_MARK]: nonce } },
      spec: { volumeID, storageType, accessModes },
    };
    const path = pathTo(key.namespace);
    const call = { operation: "CreateVolumeClaim", method: "POST", path, body, signal } as const;
    const { value } = await this.#client.read(call, made);
    return { id: value.metadata.uid };
  };

  /**
   * 4.2.2, which knows the claim by its name alone: it is looked at right before. Without `deleteVolume` the storage stays, whatever the
   * cluster would do with the volume.
   */
  readonly remove = async ({ key, id, withStorage, options }: ClaimRemoval, { signal }: WritePermit): Promise<void> => {
    const claim = await this.#assertThere(key, id, signal);
    const query = withStorage ? erasing(optionsOf(options)) : [];
    if (withStorage) await this.#assertIsOf(claim, optionsOf(options), signal);
    const path = [...pathTo(key.namespace), key.name];
    try {
      await this.#client.send({ operation: "DeleteVolumeClaim", method: "DELETE", path, query, signal });
    } catch (error) {
      // A 404 that names no claim may come from whoever is between; whether the claim is there, Kubernetes tells.
      if (!(error instanceof CloudError) || error.status !== 404) throw error;
      await this.#assertThere(key, id, signal);
      throw error;
    }
  };

  /** By the label, or else by the storage and the time: nobody else had this name when the journal was opened. */
  readonly bearsMark = (claim: VolumeClaim, attempt: CreateAttempt, { clockSkewMs, options }: MarkWanted): boolean => {
    if (claim.mark !== undefined) return claim.mark === attempt.nonce;
    const { createdAtMs = Number.NaN, storageId } = claim;
    const isLater = createdAtMs - clockSkewMs >= attempt.startedAtMs - MARK_TOLERANCE_MS;
    return isLater && storageId !== undefined && storageId === optionsOf(options)?.volumeId;
  };

  async #assertThere(key: ClaimKey, id: string, signal: AbortSignal): Promise<VolumeClaim> {
    const found = await this.read(key, signal);
    if (found !== "Absent" && found.id === id) return found;
    const message = `Volume claim ${key.namespace}/${key.name} with the uid ${id} is gone`;
    throw new CloudError("NotFound", { message });
  }

  /** CCE erases what the claim is of, whatever the spec of who has adopted it says, and a person has confirmed. */
  async #assertIsOf(
    { name, volumeName }: VolumeClaim,
    options: ClaimOptions | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const storage = volumeName === undefined ? undefined : await this.#native.storageOf(volumeName, signal);
    if (storage === undefined || storage === options?.volumeId) return;
    const message = `Claim ${name} is of storage ${storage}, and spec.huawei.volumeId is ${options?.volumeId}: nothing is erased`;
    throw new CloudError("Rejected", { message, advice: "Set spec.contentsOnDelete to Retain" });
  }
}

function check({ sizeGiB, options }: Omit<ClaimRequest, "nonce">): Refusal | undefined {
  if (optionsOf(options) !== undefined) return undefined;
  const asked = sizeGiB === undefined ? "spec.storageClassName" : "spec.sizeGiB";
  const message =
    `${asked}: HuaweiCCE makes no new storage for a claim. Give the storage that exists by spec.huawei.volumeId and ` +
    "spec.huawei.storageType in a new resource";
  return { kind: "NotSupported", message };
}

/** Table 4-290: both together. Throws CloudError Rejected where the storage is not known. */
function erasing(options: ClaimOptions | undefined): readonly (readonly [string, string])[] {
  if (options === undefined) {
    const message = "spec.contentsOnDelete is Delete, and CCE deletes storage only where spec.huawei names it";
    throw new CloudError("Rejected", { message, advice: "Set spec.contentsOnDelete to Retain" });
  }
  return [
    ["deleteVolume", "true"],
    ["storageType", options.storageType],
  ];
}

function pathTo(namespace: string): readonly string[] {
  return ["api", "v1", "namespaces", namespace, "cloudpersistentvolumeclaims"];
}

/** Undefined where the spec names no storage. */
function optionsOf(options: BlockOptions): ClaimOptions | undefined {
  if (Object.keys(options).length === 0) return undefined;
  return readBlock("spec.huawei", huawei.blocks.CloudVolumeClaim.schema, options);
}
