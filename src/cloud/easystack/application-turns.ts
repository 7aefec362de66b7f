// Turns in the namespace that applications are in, and what a turn reads of them (1.2, 1.13).
import { CloudError } from "../errors.ts";
import type { ApplicationsPlace } from "../facets/applications.ts";
import type { NamespacesFacet } from "../facets/namespaces.ts";
import { readPages } from "../kit/lists.ts";
import { applicationAnswer, applicationList, type ApplicationOnWire, type Sort } from "./application-wire.ts";
import { pagesOf } from "./pages.ts";
import type { Places } from "./places/places.ts";
import type { Place, Turn } from "./places/turn.ts";
import { existence } from "./wire.ts";

interface TurnsDeps {
  readonly places: Places;
  readonly namespaces: Pick<NamespacesFacet, "in">;
}

const NO_NAMESPACE = "NoSuchNamespace";

export class ApplicationTurns {
  /** CLUSTER/NAMESPACE. */
  readonly place: string;
  readonly #deps: TurnsDeps;
  readonly #at: ApplicationsPlace;

  constructor(deps: TurnsDeps, at: ApplicationsPlace) {
    this.#deps = deps;
    this.#at = at;
    this.place = `${at.cluster.id}/${at.namespace}`;
  }

  /** Hybrid ones have a product of their own. */
  placeOf(sort: Sort): Place {
    const { cluster, namespace } = this.#at;
    return { cluster: cluster.id, namespace, product: sort === "Hybrid" ? "hybrid" : "eks" };
  }

  /** As Places.within, but for a namespace that is not there: see `orWithoutNamespace`. */
  within<T>(sort: Sort, signal: AbortSignal, work: (turn: Turn) => Promise<T>): Promise<T> {
    return this.#confirmed(signal, () => this.#deps.places.within(this.placeOf(sort), signal, work));
  }

  /** As Places.isAbsent. */
  isAbsent(sort: Sort, signal: AbortSignal, isMissing: (turn: Turn) => Promise<boolean>): Promise<boolean> {
    return this.#confirmed(signal, () => this.#deps.places.isAbsent(this.placeOf(sort), signal, isMissing));
  }

  /** Where the place is not confirmed because there is none, that is told: whatever was in it is gone. */
  async #confirmed<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "PlaceNotConfirmed") throw error;
      if (await this.#isThere(signal)) throw error;
      const { namespace, cluster } = this.#at;
      const message = `There is no namespace ${namespace} (spec.targetNamespace) in cluster ${cluster.id}`;
      const advice = "Make it; looking again";
      throw new CloudError("NotFound", { message, codes: [NO_NAMESPACE], cause: error, advice });
    }
  }

  async #isThere(signal: AbortSignal): Promise<boolean> {
    try {
      return (await this.#deps.namespaces.in(this.#at.cluster).get(this.place, signal)) !== "Absent";
    } catch (error) {
      // Another project's.
      if (error instanceof CloudError && error.kind === "Forbidden") return true;
      throw error;
    }
  }
}

/** What `work` tells, or `otherwise` where the namespace is not there. */
export async function orWithoutNamespace<T, O>(work: Promise<T>, otherwise: O): Promise<T | O> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CloudError && error.codes.includes(NO_NAMESPACE)) return otherwise;
    throw error;
  }
}

interface ListOfSort {
  readonly entries: readonly ApplicationOnWire[];
  readonly clockSkewMs: number;
  readonly sort: Sort;
}

export async function listIn(turn: Turn, sort: Sort): Promise<ListOfSort> {
  const operation = "ListApplications";
  const pages = pagesOf<ApplicationOnWire>({
    read: (page) => turn.readAnswer({ operation, query: [["type", sort], ...page] }, applicationList),
    keyOf: ({ application }) => application.name,
  });
  const { entries, clockSkewMs } = await readPages(operation, pages);
  return { entries, clockSkewMs, sort };
}

export function detailIn(turn: Turn, name: string, sort: Sort): Promise<ApplicationOnWire | "Absent"> {
  return turn.find({ operation: "GetApplication", names: { name }, query: [["type", sort]] }, applicationAnswer);
}

/** `type`: in the words of 1.13; an application's name is one of either sort. */
export async function isInUse(turn: Turn, type: string, name: string): Promise<boolean> {
  return (await turn.read({ operation: "CheckNameHere", names: { type, name } }, existence)).existence;
}
