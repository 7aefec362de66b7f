// One visit's work on an item in a cloud, as types: where it is, how it is looked for, in which words.
import type { Collection, Item } from "../../cloud/collection.ts";
import type { Facets } from "../../cloud/contract.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { ListCache } from "./list-cache.ts";
import type { Place } from "./parent.ts";
import type { ExternalResource, Origin } from "./resource.ts";

/** The types that make up a kind. */
export interface Shape {
  readonly resource: ExternalResource;
  readonly item: Item;
  readonly place: Place;
  readonly facet: keyof Facets;
  /** The item with whatever else its plan is made from. */
  readonly seen: { readonly item: Item };
  /** What one request is to change. */
  readonly change: unknown;
}

/** What is the same for every kind. */
export interface ItemScope<T extends Item> {
  readonly visit: Visit<ExternalResource>;
  readonly place: Place;
  readonly items: Collection<T>;
  readonly lists: ListCache<T>;
  /** The name in the cloud. */
  readonly name: string;
  /** Resources of one group share their drift ticks. */
  readonly driftGroup: string;
  /** As ExternalKind has them. */
  readonly noun: string;
  readonly namesAreFixed: boolean;
  readonly namesake: "Refuse" | "Adopt";
  /** What a create of it makes of the item. */
  readonly madeAs: Exclude<Origin, "Adopted">;
  /** Throws where nothing may be made now: another resource goes first (NameConflict), or the place is on its way out. */
  readonly assertMayCreate: () => void;
}

export interface Scope<S extends Shape> extends ItemScope<S["item"]> {
  readonly visit: Visit<S["resource"]>;
  readonly place: S["place"];
  readonly facet: Facets[S["facet"]];
}
