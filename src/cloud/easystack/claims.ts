// The volumeClaims facet of EasyStack (1.15, 1.16, 1.20): new storage of a class. One list shows all claims, without their uids: which is
// which, their times of creation tell, and a look at the object itself (55) where they don't. What changes something goes by the channel
// into the cluster: it stands in the right place, and carries our mark, which the form of 84 would not.
import type { CreateAttempt, Created, Listed, Refusal, Stray, WritePermit } from "../collection.ts";
import type { Clock } from "../../lib/clock.ts";
import { CloudError } from "../errors.ts";
import type { ClusterHost } from "../facets/clusters.ts";
import type { LiveObject, Manifest, ManifestChannel, WithChannel } from "../facets/manifests.ts";
import type { NamespacesFacet } from "../facets/namespaces.ts";
import type {
  ClaimKey,
  ClaimRemoval,
  ClaimRequest,
  ClaimSought,
  ClusterClaims,
  Missing,
  Reclaiming,
  VolumeClaim,
  VolumeClaimsFacet,
} from "../facets/volumeclaims.ts";
import { clockSkewMs } from "../http/answer.ts";
import { CLAIM_MARK, kindIn, nativeClaims, type NativeClaims } from "../manifests/claims.ts";
import { AccountList } from "./account-list.ts";
import type { ProjectClient } from "./client.ts";
import {
  isOfTime,
  listedClaim,
  ofAllClusters,
  storageList,
  usersIn,
  type ClaimOnWire,
  type StorageOnWire,
} from "./claim-wire.ts";

interface ClaimsDeps {
  readonly client: ProjectClient;
  readonly namespaces: NamespacesFacet;
  readonly clock: Pick<Clock, "monotonic">;
  /** Ends when the session is closed. */
  readonly closed: AbortSignal;
}

interface ListedDeps extends ClaimsDeps {
  /** Claims and volumes of all clusters (1.20). */
  readonly all: AccountList<typeof storageList>;
}

const CLAIM = "PersistentVolumeClaim";
const VOLUME = "PersistentVolume";

export function easystackClaims(deps: ClaimsDeps): VolumeClaimsFacet {
  const all = new AccountList(deps, { operation: "ListStorage", query: ofAllClusters("PVC,PV") }, storageList);
  return {
    check,
    storageNamed: ({ volumeName }) => volumeName,
    in: (cluster, inside) => new EasyStackClaims({ ...deps, all }, cluster, inside),
  };
}

/** Of what is made, the size says all. */
function check({ sizeGiB }: Omit<ClaimRequest, "nonce">): Refusal | undefined {
  if (sizeGiB !== undefined) return undefined;
  const message = "spec.sizeGiB: EasyStackECNS makes new storage for a claim. Give its size in a new resource";
  return { kind: "NotSupported", message };
}

class EasyStackClaims implements ClusterClaims {
  readonly #deps: ListedDeps;
  readonly #cluster: ClusterHost;
  readonly #inside: WithChannel;
  readonly #native: NativeClaims;

  constructor(deps: ListedDeps, cluster: ClusterHost, inside: WithChannel) {
    this.#deps = deps;
    this.#cluster = cluster;
    this.#inside = inside;
    this.#native = nativeClaims(inside);
  }

  readonly list = async (
    sought: readonly ClaimSought[],
    signal: AbortSignal,
    since?: number,
  ): Promise<Listed<VolumeClaim>> => {
    const { value, answer, startedAt } = await this.#deps.all.at(since, signal);
    const found = await Promise.all(sought.map((one) => this.#find(one, this.#here(value), signal)));
    return { items: found.filter((item) => item !== undefined), clockSkewMs: clockSkewMs(answer) ?? 0, startedAt };
  };

  readonly read = (key: ClaimKey, signal: AbortSignal): Promise<VolumeClaim | "Absent"> =>
    this.#native.read(key, signal);

  /** Where the list tells no namespaces, those of a namesake count too: a deletion may wait longer, and never comes too early. */
  readonly usersOf = async (key: ClaimKey, signal: AbortSignal): Promise<readonly string[]> => {
    const storage = await this.#storage("PVC", signal);
    return [...new Set(named(key, storage).flatMap(usersIn))].toSorted();
  };

  readonly missing = async (
    { key, storageClassName }: Omit<ClaimRequest, "nonce">,
    signal: AbortSignal,
  ): Promise<Missing | undefined> => {
    const { id } = this.#cluster;
    const namespaces = this.#deps.namespaces.in(this.#cluster);
    if ((await namespaces.look(`${id}/${key.namespace}`, signal)) === "Absent") {
      const message = `Namespace ${key.namespace} (spec.targetNamespace) is not in cluster ${id}. Create it there`;
      return { what: "Namespace", message };
    }
    const storage = await this.#storage("StorageClass", signal);
    return missingClass(storageClassName, storage.storage_class, id);
  };

  readonly create = async (request: ClaimRequest, permit: WritePermit): Promise<Created> => {
    const { key, nonce, accessModes, sizeGiB = 0, storageClassName } = request;
    const manifest: Manifest = {
      apiVersion: "v1",
      kind: CLAIM,
      metadata: { ...key, labels: { [CLAIM_MARK]: nonce } },
      spec: {
        accessModes,
        resources: { requests: { storage: `${sizeGiB}Gi` } },
        ...(storageClassName !== undefined && { storageClassName }),
      },
    };
    return this.#inside(permit.signal, async (channel) => {
      const made = await channel.create(await kindIn(channel, CLAIM, permit.signal), manifest, permit);
      return { id: made.metadata.uid };
    });
  };

  /** The volume goes or stays as it says itself: see `reclaiming`. */
  readonly remove = async ({ key, id }: ClaimRemoval, permit: WritePermit): Promise<void> => {
    await this.#inside(permit.signal, async (channel) => {
      const live = await this.#claimIn(channel, { key, id }, permit.signal);
      await channel.remove(await kindIn(channel, CLAIM, permit.signal), live, permit).catch(anothersAsGone);
    });
  };

  readonly grow = async ({ key, id }: VolumeClaim, sizeGiB: number, permit: WritePermit): Promise<void> => {
    await this.#inside(permit.signal, async (channel) => {
      const live = await this.#claimIn(channel, { key, id }, permit.signal);
      const resources = { requests: { storage: `${sizeGiB}Gi` } };
      await change(channel, { kind: CLAIM, live, spec: { resources } }, permit);
    });
  };

  readonly waitsForConsumer = ({ storageClassName: name }: VolumeClaim, signal: AbortSignal): Promise<boolean> => {
    if (name === undefined) return Promise.resolve(false);
    return this.#inside(signal, async (channel) => {
      const kind = await kindIn(channel, "StorageClass", signal, "storage.k8s.io");
      const key = { group: kind.group, kind: kind.kind, namespace: "", name };
      const found = await channel.read(kind, key, signal);
      return found !== "Absent" && found["volumeBindingMode"] === "WaitForFirstConsumer";
    });
  };

  readonly reclaiming: Reclaiming = {
    stays: async (claim, signal) => {
      const volume = await this.#inside(signal, (channel) => volumeOf(channel, claim, signal));
      return volume && policyOf(volume) === "Retain";
    },
    set: (claim, stays, permit) =>
      this.#inside(permit.signal, async (channel) => {
        const live = await volumeOf(channel, claim, permit.signal);
        if (live === undefined) return;
        const spec = { persistentVolumeReclaimPolicy: stays ? "Retain" : "Delete" };
        await change(channel, { kind: VOLUME, live, spec }, permit);
      }),
  };

  /** In the namespaces of that name of other clusters: YAML names the namespace, and not the cluster. */
  readonly strays = (
    key: ClaimKey,
    { nonce, startedAtMs: sinceMs }: CreateAttempt,
    signal: AbortSignal,
  ): Promise<readonly Stray[]> =>
    this.#inside(signal, async (channel) => {
      const metadata = { ...key, labels: { [CLAIM_MARK]: nonce } };
      const manifest: Manifest = { apiVersion: "v1", kind: CLAIM, metadata };
      const lost = { manifest, isWhole: false, sinceMs, print: undefined, isKnown: () => false };
      return (await channel.strays?.find(await kindIn(channel, CLAIM, signal), lost, signal)) ?? [];
    });

  readonly bearsMark = ({ mark }: VolumeClaim, { nonce }: CreateAttempt): boolean => mark === nonce;

  /** Undefined where the cluster shows nothing of its name. */
  async #find(sought: ClaimSought, storage: StorageOnWire, signal: AbortSignal): Promise<VolumeClaim | undefined> {
    const candidates = named(sought.key, this.#here(storage));
    const [one, ...others] = candidates.filter((wire) => isOfTime(wire, sought.createdAtMs));
    const { id, key, createdAtMs } = sought;
    if (id !== undefined && one !== undefined && others.length === 0) {
      return listedClaim(one, { id, key, createdAtMs }, this.#here(storage));
    }
    if (candidates.length === 0) return undefined;
    const read = await this.read(key, signal);
    return read === "Absent" ? undefined : read;
  }

  async #claimIn(
    channel: ManifestChannel,
    { key, id }: { readonly key: ClaimKey; readonly id: string },
    signal: AbortSignal,
  ): Promise<LiveObject> {
    const kind = await kindIn(channel, CLAIM, signal);
    const live = await channel.read(kind, { group: "", kind: CLAIM, ...key }, signal);
    if (live !== "Absent" && live.metadata.uid === id) return live;
    throw new CloudError("NotFound", {
      message: `Volume claim ${key.namespace}/${key.name} with the uid ${id} is gone`,
    });
  }

  /** 1.20, of all clusters: it stands in none. */
  async #storage(type: string, signal: AbortSignal): Promise<StorageOnWire> {
    const call = { operation: "ListStorage", query: ofAllClusters(type), signal } as const;
    const { value } = await this.#deps.client.read(call, storageList);
    return this.#here(value);
  }

  #here({ storage_class: classes, pvc, pv }: StorageOnWire): StorageOnWire {
    const isHere = ({ cluster }: { readonly cluster: string }): boolean => cluster === this.#cluster.id;
    return { storage_class: classes.filter(isHere), pvc: pvc.filter(isHere), pv: pv.filter(isHere) };
  }
}

function named({ namespace, name }: ClaimKey, { pvc }: StorageOnWire): readonly ClaimOnWire[] {
  return pvc.filter((wire) => wire.name === name && (wire.namespace ?? namespace) === namespace);
}

function missingClass(
  wanted: string | undefined,
  classes: StorageOnWire["storage_class"],
  cluster: string,
): Missing | undefined {
  const names = classes.map(({ class_name: name }) => name);
  const there = names.length === 0 ? "It has none" : `It has ${names.toSorted().join(", ")}`;
  if (wanted === undefined) {
    if (classes.some(({ is_default: isDefault }) => isDefault)) return undefined;
    const message = `spec.storageClassName: cluster ${cluster} has no default class. ${there}. Name one in a new resource, or have it made the default`;
    return { what: "Rejected", message };
  }
  if (names.includes(wanted)) return undefined;
  const message = `spec.storageClassName: cluster ${cluster} has no class ${wanted}. ${there}. Name one of these in a new resource, or create it`;
  return { what: "Rejected", message };
}

interface Change {
  readonly kind: string;
  readonly live: LiveObject;
  /** Members that are to be others. */
  readonly spec: Readonly<Record<string, unknown>>;
}

async function change(channel: ManifestChannel, { kind, live, spec }: Change, permit: WritePermit): Promise<void> {
  const merged = { ...live, spec: { ...(live["spec"] as object | undefined), ...spec } };
  const what = { live, declared: undefined, merged, patch: { spec }, isForVersion: true };
  await channel.change(await kindIn(channel, kind, permit.signal), what, permit);
}

/** The one that is bound to this very claim. */
async function volumeOf(
  channel: ManifestChannel,
  { id, volumeName: name }: VolumeClaim,
  signal: AbortSignal,
): Promise<LiveObject | undefined> {
  if (name === undefined) return undefined;
  const found = await channel.read(
    await kindIn(channel, VOLUME, signal),
    { group: "", kind: VOLUME, namespace: "", name },
    signal,
  );
  if (found === "Absent") return undefined;
  const { claimRef } = (found["spec"] ?? {}) as { claimRef?: { uid?: string } };
  return claimRef?.uid === id ? found : undefined;
}

function policyOf(volume: LiveObject): unknown {
  return (volume["spec"] as { persistentVolumeReclaimPolicy?: unknown } | undefined)?.persistentVolumeReclaimPolicy;
}

/** Another one has its name: ours is gone. */
function anothersAsGone(error: unknown): never {
  if (!(error instanceof CloudError) || error.kind !== "Conflict") throw error;
  throw new CloudError("NotFound", { message: error.message, cause: error });
}
