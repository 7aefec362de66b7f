// The types of one visit's work in a target.
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import type { Difference } from "../external/change.ts";
import type { Said } from "../external/kind.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Inventory } from "./inventory.ts";
import type { Place } from "./place.ts";
import type { Owner } from "./plan.ts";

export interface Work {
  readonly visit: Visit<ManifestSet>;
  readonly place: Place;
  readonly owner: Owner;
  readonly inventory: Inventory;
  /** Monotonic: lists that were started before are too old. */
  readonly since: number;
  /** Monotonic: what was seen since then needs no other look before it is changed. */
  readonly startedAt: number;
  /** Monotonic: when drift was last to be looked for, or is asked to be now. */
  readonly tickAt: number;
}

/** What came of one declared object in this visit. */
export type Outcome =
  /** As declared; healthy or not. */
  | { readonly state: "Applied"; readonly live: LiveObject }
  /** The target, or somebody's right to it, stands against it. `retry`: may pass by itself. */
  | ({ readonly state: "Refused"; readonly retry: boolean; readonly live?: LiveObject | undefined } & Said)
  /** Somebody is at it; looked at again soon, or within that time. */
  | ({ readonly state: "Waiting"; readonly live?: LiveObject | undefined; readonly againMs?: number } & Said)
  /** Its wave has not begun. */
  | { readonly state: "Pending"; readonly live?: LiveObject | undefined }
  /** Nothing is written: what would be. */
  | { readonly state: "Differs"; readonly live?: LiveObject | undefined; readonly differences: readonly Difference[] };

export type Outcomes = ReadonlyMap<string, Outcome>;
