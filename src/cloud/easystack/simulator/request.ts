// One request as the chapters' handlers see it: who asks, where its session stands, the objects there, and what it changed.
import type { Answer, Call } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { Effect, Objects, Place } from "./kube/objects.ts";
import type { Product } from "./calls.ts";
import type { Asker, Sessions } from "./sessions.ts";
import type { Cluster, Ecns, EcnsView, Session } from "./state.ts";

/** What a call does. `empty` makes it a list read: the body of a list of nothing. */
export interface Operation {
  handle(request: Request): Answer | Promise<Answer>;
  readonly empty?: unknown;
}

/** A chapter's operations by the numbers of calls.ts. */
export type Operations = Readonly<Record<number, Operation | Operation["handle"]>>;

export interface Arrived {
  readonly ecns: Ecns;
  readonly sessions: Sessions;
  readonly call: Call;
  readonly product: Product;
  readonly view: EcnsView;
  readonly ageMs: number;
  readonly asker: Asker;
}

export class Request {
  readonly call: Call;
  readonly product: Product;
  /** What lists read: the present, or the past that a fault shows. */
  readonly view: EcnsView;
  readonly asker: Asker;
  readonly #arrived: Arrived;
  #session: Session | undefined;
  #changed = false;

  constructor(arrived: Arrived) {
    this.#arrived = arrived;
    ({ call: this.call, product: this.product, view: this.view, asker: this.asker } = arrived);
  }

  /** For what handlers change in the store after they have waited; what happens before counts by itself. */
  readonly effect: Effect = {
    mark: () => {
      this.#changed = true;
    },
  };

  get changed(): boolean {
    return this.#changed;
  }

  /** Undefined as long as nothing asked for it. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** The current cluster and namespace; asking for it is acting there. */
  place(): Place {
    this.#session ??= this.#arrived.sessions.current(this.asker);
    const { cluster, namespace } = this.#session;
    return { cluster, namespace };
  }

  /** Makes `place` the session's. */
  enter(place: Place): void {
    const { sessions } = this.#arrived;
    this.#session = sessions.enter(this.#session ?? sessions.current(this.asker), place);
  }

  /** The objects of the current place. Throws 404 where that namespace or its cluster is gone. */
  objects(): Objects {
    const place = this.place();
    if (this.#arrived.ecns.store.get("namespaces", `${place.cluster}/${place.namespace}`) === undefined) {
      throw new Refusal(404, `the current namespace ${place.cluster}/${place.namespace} does not exist`);
    }
    return this.objectsAt(place);
  }

  /** The objects of a place that the request names. */
  objectsAt(place: Place): Objects {
    const { ecns, ageMs } = this.#arrived;
    return ecns.clusters.at(place, this.effect, ageMs === 0 ? undefined : ecns.timeline.now() - ageMs);
  }

  /** The cluster whose API server's address the query has under `parameter`, else the session's. Throws 404. */
  cluster(parameter: string): Cluster {
    const { store } = this.#arrived.ecns;
    const named = this.call.query.get(parameter);
    const wanted = named || this.place().cluster;
    const cluster = store.list("clusters").find(({ name, address }) => wanted === (named ? address : name));
    if (cluster === undefined) throw new Refusal(404, `there is no cluster ${wanted}`, parameter);
    requireOurs(cluster, this.#arrived.ecns);
    return cluster;
  }
}

/** Throws 403 for a cluster of another project. */
export function requireOurs(cluster: Cluster, { rules }: Ecns): void {
  if (cluster.projectId === rules.organisation.projectId) return;
  throw new Refusal(403, `the cluster ${cluster.name} belongs to another project`);
}
