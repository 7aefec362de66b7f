// `--kubeconfig`: claims of 4.2 as PersistentVolumeClaims of that API server, and what a cluster's own controllers do for them: bind
// them, say that they are lost, and lift their protection once no pod uses them. Other claims there are nobody's business here.
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { ApiRefusal } from "../../../simulation/kube/api-server.ts";
import type { IsDue } from "../../../simulation/kube/dues.ts";
import { attempt } from "../../../simulation/kube/looks.ts";
import { addClaim, endClaim, findClaim, setClaimPhase, storageFor } from "../claim-records.ts";
import { KubeRefusal } from "../refusals.ts";
import type { Cce } from "../state.ts";
import { amend } from "../state.ts";
import type { Claim } from "../storage-state.ts";
import type { ClaimObjects } from "./claim-objects.ts";
import { BINDING_MS, RELEASING_MS, sizeOf } from "./claim-objects.ts";
import type { ClaimObject, PodObject } from "./objects.ts";
import { claimObject, isUsedBy, MERGE, volumeObject } from "./objects.ts";

/** Real time. */
const REST_MS = 1_000;

const PROTECTION = "kubernetes.io/pvc-protection";

export interface ServedClaims extends ClaimObjects {
  /** Does what is due. Rejects where the API server does not answer. */
  tend(): Promise<void>;
}

export function serveClaims(cce: Cce, api: ApiServer, due: IsDue): ServedClaims {
  const keeper = new ClaimKeeper(cce, api, due);
  return {
    async create(wanted) {
      const path = pathOf(wanted);
      const made = (await refusing(
        api.send({ method: "POST", path, body: claimObject(wanted, sizeOf(cce, wanted)) }),
      )) as ClaimObject;
      addClaim(cce, made.metadata.uid, wanted);
      return made;
    },
    async remove(key, deletesVolume) {
      const path = `${pathOf(key)}/${key.name}`;
      const present = await refusing(api.send({ method: "GET", path }));
      const claim = findClaim(cce.store, key);
      if (claim !== undefined) amend(cce, "claims", claim.id, { deletesVolume });
      await refusing(api.send({ method: "DELETE", path }));
      return present;
    },
    async setPhase(claim, phase) {
      await keeper.say(claim, phase);
      return setClaimPhase(cce, claim, phase);
    },
    tend: () => keeper.tend(),
  };
}

class ClaimKeeper {
  readonly #cce: Cce;
  readonly #api: ApiServer;
  readonly #due: IsDue;
  /** By the store's clock: where nothing is under way, it is enough to look now and then what kubectl did. */
  #restsUntilMs = 0;
  #restsAtVersion = -1;

  constructor(cce: Cce, api: ApiServer, due: IsDue) {
    this.#cce = cce;
    this.#api = api;
    this.#due = due;
  }

  async tend(): Promise<void> {
    const claims = this.#cce.store.list("claims");
    if (claims.length === 0 || this.#isResting()) return;
    const objects = await this.#list<ClaimObject>("persistentvolumeclaims");
    const volumes = await this.#list<ClaimObject>("persistentvolumes");
    const volumeNames = new Set(volumes.map(({ metadata }) => metadata.name));
    for (const claim of claims) {
      const object = objects.find(({ metadata }) => metadata.uid === claim.id);
      const isOrphan = this.#cce.store.get("clusters", claim.clusterId) === undefined;
      if (isOrphan && object !== undefined) await attempt(this.#wipe(claim));
      else if (object === undefined) await attempt(this.#end(claim));
      else if (object.metadata.deletionTimestamp !== undefined) await attempt(this.#release(claim, object));
      else await attempt(this.#keep(claim, volumeNames.has(claim.volumeName)));
    }
    const isLeaving = objects.some(({ metadata }) => metadata.deletionTimestamp !== undefined);
    if (isLeaving || claims.some(({ phase }) => phase === "Pending")) return;
    this.#restsUntilMs = this.#cce.timeline.monotonic() + REST_MS;
    this.#restsAtVersion = this.#cce.store.version;
  }

  #isResting(): boolean {
    const { store, timeline } = this.#cce;
    return timeline.monotonic() < this.#restsUntilMs && store.version === this.#restsAtVersion;
  }

  async say({ namespace, name, accessModes, volumeId }: Claim, phase: string): Promise<void> {
    const bound = { accessModes, capacity: { storage: sizeOf(this.#cce, { volumeId }) } };
    await this.#api.send({
      method: "PATCH",
      path: `${pathOf({ namespace })}/${name}/status`,
      body: { status: { phase, ...(phase === "Bound" ? bound : {}) } },
      contentType: MERGE,
    });
  }

  async #keep(claim: Claim, hasVolume: boolean): Promise<void> {
    if (claim.phase === "Bound" && !hasVolume) {
      await this.say(claim, "Lost");
      setClaimPhase(this.#cce, claim, "Lost");
    }
    if (claim.phase !== "Pending" || !this.#due(`bind ${claim.id}`, BINDING_MS)) return;
    const storage = storageFor(this.#cce.store, claim);
    if (storage === undefined && !(claim.volumeId === "" && hasVolume)) return;
    if (!hasVolume) await this.#makeVolume(claim);
    await this.say(claim, "Bound");
    setClaimPhase(this.#cce, claim, "Bound", storage);
  }

  async #makeVolume(claim: Claim): Promise<void> {
    const body = volumeObject(claim, sizeOf(this.#cce, claim));
    await this.#api.send({ method: "POST", path: "/api/v1/persistentvolumes", body });
    const path = `/api/v1/persistentvolumes/${claim.volumeName}/status`;
    await this.#api.send({ method: "PATCH", path, body: { status: { phase: "Bound" } }, contentType: MERGE });
  }

  async #release({ id, namespace, name }: Claim, { metadata }: ClaimObject): Promise<void> {
    const { finalizers = [], resourceVersion } = metadata;
    if (!finalizers.includes(PROTECTION) || !this.#due(`release ${id}`, RELEASING_MS)) return;
    const pods = await this.#list<PodObject>(`namespaces/${namespace}/pods`);
    if (pods.some((pod) => isUsedBy(name, pod))) return;
    const kept = finalizers.filter((one) => one !== PROTECTION);
    await this.#api.send({
      method: "PATCH",
      path: `${pathOf({ namespace })}/${name}`,
      body: { metadata: { resourceVersion, finalizers: kept } },
      contentType: MERGE,
    });
  }

  /** Its cluster has gone, and with it whoever could use it. */
  async #wipe({ namespace, name }: Claim): Promise<void> {
    const path = `${pathOf({ namespace })}/${name}`;
    await this.#api.send({ method: "DELETE", path });
    const body = { metadata: { finalizers: null } };
    await this.#api.send({ method: "PATCH", path, body, contentType: MERGE });
  }

  /** The volume that was made for it goes with it; one that it named stays. */
  async #end(claim: Claim): Promise<void> {
    if (claim.volumeId !== "") {
      const path = `/api/v1/persistentvolumes/${claim.volumeName}`;
      await attempt(this.#api.send({ method: "DELETE", path }));
      await attempt(
        this.#api.send({ method: "PATCH", path, body: { metadata: { finalizers: null } }, contentType: MERGE }),
      );
    }
    endClaim(this.#cce, claim);
  }

  async #list<Item>(what: string): Promise<readonly Item[]> {
    return ((await this.#api.send({ method: "GET", path: `/api/v1/${what}` })) as { items: readonly Item[] }).items;
  }
}

function pathOf({ namespace }: { readonly namespace: string }): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/persistentvolumeclaims`;
}

/** What the API server refuses is refused in its words. */
async function refusing(sent: Promise<unknown>): Promise<unknown> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof ApiRefusal) throw new KubeRefusal(error.status, error.reason, error.message);
    throw error;
  }
}
