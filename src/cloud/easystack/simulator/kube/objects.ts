// The objects of one place: a cluster and the current namespace in it. Behind forms and YAML alike, so that what one makes the
// other shows.
import { Refusal } from "../../../simulation/refusal.ts";
import { ApiRefusal } from "../../../simulation/kube/api-server.ts";
import type { Backend, Removal, Target } from "./backend.ts";
import type { Kind, Manifest, Typed } from "./manifest.ts";
import { RESOURCE_TYPES } from "./manifest.ts";
import { fromReal, messageIn, nameIn, realName, toReal } from "./names.ts";

export interface Place {
  readonly cluster: string;
  readonly namespace: string;
}

/** Told of every change that a request made. */
export interface Effect {
  mark(): void;
}

interface ObjectsOptions {
  readonly backend: Backend;
  readonly place: Place;
  readonly effect: Effect;
  /** Lists show what was made before; unset: all there is. */
  readonly madeBeforeMs?: number | undefined;
  /** Refuses what the namespace has no room for; throws a `Refusal`. */
  readonly admit: (objects: Objects, manifest: Manifest) => Promise<void> | void;
}

/** Another writer may come between: read and write once more. */
const TRIES = 5;

const CLASS_IS_DEFAULT = "storageclass.kubernetes.io/is-default-class";

export class Objects {
  readonly place: Place;
  readonly #options: ObjectsOptions;

  constructor(options: ObjectsOptions) {
    this.place = options.place;
    this.#options = options;
  }

  async get<K extends Kind>(kind: K, name: string): Promise<Typed<K> | undefined> {
    const found = await this.#asked(this.#options.backend.get(this.#target(kind), this.#real(kind, name)));
    return found && this.#shown(kind, found);
  }

  /** Throws 404 where there is none. */
  async require<K extends Kind>(kind: K, name: string): Promise<Typed<K>> {
    const found = await this.get(kind, name);
    if (found === undefined) throw new Refusal(404, `there is no ${kind} ${name} in ${this.#where(kind)}`);
    return found;
  }

  /** In the namespace, or of the cluster where the kind lies in none; by name. */
  async list<K extends Kind>(kind: K, labelSelector?: string): Promise<Typed<K>[]> {
    return this.#list(kind, this.#target(kind), labelSelector);
  }

  /** In all namespaces of the cluster. */
  async listAll<K extends Kind>(kind: K): Promise<Typed<K>[]> {
    return this.#list(kind, { kind, namespace: undefined });
  }

  /** Throws the API server's refusal: 409 where the name is in use, 400 for what is not valid. */
  async create<K extends Kind>(manifest: Typed<K>): Promise<Typed<K>> {
    const kind = manifest.kind as K;
    await this.#options.admit(this, manifest);
    const full = kind === "PersistentVolumeClaim" ? await this.#withClass(manifest) : manifest;
    const made = await this.#asked(this.#options.backend.create(this.#target(kind), this.#placed(full)));
    this.#options.effect.mark();
    return this.#shown(kind, made);
  }

  /** Sends the whole object: with its `resourceVersion` and `uid`, where it has them, the API server refuses what has moved on. */
  async replace<K extends Kind>(manifest: Typed<K>): Promise<Typed<K>> {
    const kind = manifest.kind as K;
    const { resourceVersion } = manifest.metadata;
    const made = await this.#asked(this.#options.backend.replace(this.#target(kind), this.#placed(manifest)));
    if (made.metadata.resourceVersion !== resourceVersion) this.#options.effect.mark();
    return this.#shown(kind, made);
  }

  /** Reads, lets `change` write into the object, and sends it. Throws 404 where there is none. */
  async update<K extends Kind>(kind: K, name: string, change: (object: Typed<K>) => void): Promise<Typed<K>> {
    for (let tries = 1; ; tries++) {
      const object = await this.require(kind, name);
      change(object);
      try {
        return await this.replace(object);
      } catch (error) {
        const moved = error instanceof ApiRefusal && error.reason === "Conflict";
        if (!moved || tries === TRIES) throw error;
      }
    }
  }

  /** Throws 404 where there is none. */
  async remove(kind: Kind, name: string, removal?: Removal): Promise<void> {
    const { backend, effect } = this.#options;
    await this.#asked(backend.remove(this.#target(kind), this.#real(kind, name), removal));
    effect.mark();
  }

  async #list<K extends Kind>(kind: K, target: Target, labelSelector?: string): Promise<Typed<K>[]> {
    const { backend, place, madeBeforeMs } = this.#options;
    const found = await this.#asked(backend.list(target, labelSelector));
    const { namespaced } = RESOURCE_TYPES[kind];
    return found
      .filter(({ metadata }) => {
        const isOurs = nameIn(place.cluster, (namespaced ? metadata.namespace : metadata.name) ?? "") !== undefined;
        return isOurs && wasMadeBefore(metadata.creationTimestamp, madeBeforeMs);
      })
      .map((object) => this.#shown(kind, object))
      .sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
  }

  /** What admission does in a cluster of its own. */
  async #withClass(claim: Manifest): Promise<Manifest> {
    const spec = claim["spec"] as { storageClassName?: string | null } | undefined;
    if (typeof spec?.storageClassName === "string") return claim;
    const classes = await this.list("StorageClass");
    const chosen = classes.find(({ metadata }) => metadata.annotations?.[CLASS_IS_DEFAULT] === "true");
    if (chosen === undefined) return claim;
    return { ...claim, spec: { ...spec, storageClassName: chosen.metadata.name } };
  }

  #target(kind: Kind): Target {
    const { cluster, namespace } = this.place;
    return { kind, namespace: RESOURCE_TYPES[kind].namespaced ? realName(cluster, namespace) : undefined };
  }

  #real(kind: Kind, name: string): string {
    return RESOURCE_TYPES[kind].namespaced ? name : realName(this.place.cluster, name);
  }

  /** As it is sent: an object that names another namespace goes as it is, for the API server to refuse. */
  #placed(manifest: Manifest): Manifest {
    return toReal(this.place.cluster, manifest, RESOURCE_TYPES[manifest.kind as Kind].namespaced);
  }

  #shown<K extends Kind>(kind: K, object: Manifest): Typed<K> {
    return fromReal(this.place.cluster, object, RESOURCE_TYPES[kind].namespaced) as unknown as Typed<K>;
  }

  #where(kind: Kind): string {
    const { cluster, namespace } = this.place;
    return RESOURCE_TYPES[kind].namespaced ? `${cluster}/${namespace}` : cluster;
  }

  async #asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      throw new ApiRefusal(error.status, error.reason, messageIn(this.place.cluster, error.message));
    }
  }
}

/** Times of creation are whole seconds, cut: what may be younger does not show. */
function wasMadeBefore(creationTimestamp: string | undefined, ms: number | undefined): boolean {
  return ms === undefined || creationTimestamp === undefined || Date.parse(creationTimestamp) + 999 <= ms;
}
