// Entering a place for one visit: with the lists that all visits to it share, and who of its resources goes first.
import type { Collection } from "../../cloud/collection.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Store } from "../../runtime/cache/store.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ExternalKind } from "./kind.ts";
import type { Scope, Shape } from "./scope.ts";
import { ListCaches, type ListCache } from "./list-cache.ts";
import { Precedence } from "./precedence.ts";
import { assertConfirmed } from "./whereabouts.ts";

export interface ScopesDeps<S extends Shape> {
  readonly clock: Clock;
  /** The kind's cache, with the indexes "parent" and "claim" (controlled.ts). */
  readonly store: Pick<Store<S["resource"]>, "byIndex">;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
  /** Resources of one group share their drift ticks; left out: those of one parent. */
  readonly driftGroup?: (resource: S["resource"]) => string;
}

export class Scopes<S extends Shape> {
  readonly #kind: ExternalKind<S>;
  readonly #deps: ScopesDeps<S>;
  readonly #caches = new ListCaches<S["item"]>();
  readonly #precedence: Precedence<S["resource"]>;

  constructor(kind: ExternalKind<S>, deps: ScopesDeps<S>) {
    this.#kind = kind;
    this.#deps = deps;
    this.#precedence = new Precedence({
      claimants: (claim) => deps.store.byIndex("claim", claim),
      isAt: (other, place) => kind.parent.placeOf(other) === place,
      accountOf: (resource) => kind.parent.accountOf(resource),
      mayUse: (other) => kind.parent.mayUse(other),
      noun: kind.noun,
    });
  }

  /** Throws what Parent.enter throws. */
  enter(visit: Visit<S["resource"]>): Scope<S> {
    const {
      parent,
      facet: needed,
      noun,
      namesAreFixed,
      namesake,
      nameOf,
      items: itemsOf,
      listsIn,
      madeAs,
    } = this.#kind;
    const { place, facet } = parent.enter(visit.object, needed, noun);
    const items = itemsOf(facet, place, visit);
    const scope: Scope<S> = {
      visit,
      place,
      facet,
      items,
      lists: listsIn?.(facet, place) ?? this.#listsOf(place, items),
      name: nameOf(visit.object),
      driftGroup: (this.#deps.driftGroup ?? parent.refOf)(visit.object),
      noun,
      namesAreFixed,
      namesake,
      madeAs: madeAs?.(visit.object) ?? "Created",
      assertMayCreate: () => {
        this.assertPrecedence(scope);
        place.assertStays();
        assertConfirmed(scope);
      },
    };
    return scope;
  }

  /** Throws TerminalError NameConflict where another resource with a claim to the same name or id goes first. */
  assertPrecedence({ visit, name, place, items }: Scope<S>): void {
    const { namesAreOfAccount } = items;
    this.#precedence.assert(visit.object, { name, place: place.key, namesAreOfAccount });
  }

  /** Whether another resource with a claim to this id goes first: the item is its to delete. */
  isAnothers({ visit, place }: Scope<S>, id: string): boolean {
    return this.#precedence.isAnothers(visit.object, id, place.key);
  }

  /** One for each place as one session shows it, or for each part of it. */
  #listsOf(place: S["place"], items: Collection<S["item"]>): ListCache<S["item"]> {
    const { clock, stop } = this.#deps;
    const { key = "", mayHold = () => true } = items.part ?? {};
    const known = (): ReadonlySet<string> => new Set([...this.#knownIds(place)].filter(mayHold));
    return this.#caches.of(place.session, `${place.key} ${key}`, () => ({
      list: items.list,
      knownIds: known,
      clock,
      signal: stop,
    }));
  }

  /** Known ids belong to the place: whichever of its parents a resource names, a right list has to show what it holds. */
  #knownIds(place: S["place"]): ReadonlySet<string> {
    const parents = this.#kind.parent.siblingsAt(place);
    const there = parents.flatMap((parent) => this.#deps.store.byIndex("parent", parent));
    return new Set(there.flatMap((resource) => (isDeleting(resource) ? [] : (resource.status.externalId ?? []))));
  }
}
