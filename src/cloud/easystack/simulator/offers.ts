// What the cloud below has for servers and balancers, such as flavors and networks.
import type { EcnsView, Offer } from "./state.ts";

type Kind = Offer["kind"];

export function offersOf(view: EcnsView, kind: Kind): Offer[] {
  return view.list("offers").filter((offer) => offer.kind === kind);
}

/** By name or by id, as forms name some of them by one and some by the other; not one that is disabled. */
export function hasOffer(view: EcnsView, kind: Kind, named: string): boolean {
  return offersOf(view, kind).some(({ name, nativeId, enabled }) => enabled && (name === named || nativeId === named));
}
