// How many nodes of a cluster are out of service by us at once, and whose turn is next: the longest waiting. What is out of service is
// told by the statuses, so that it holds over restarts; what is about to be stored, this process knows.
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { listed } from "../../lib/text.ts";
import { keyOf, type Store } from "../../runtime/cache/store.ts";
import { isPaused } from "../lifecycle/resource.ts";
import { clusterRefOf } from "./place.ts";
import type { Disruption, Turn } from "./scope.ts";

interface TurnsDeps {
  readonly store: Pick<Store<ManagedNode>, "byIndex">;
  readonly clock: Clock;
}

/** From the decision to the answer of the API server; if that fails, the turn is nobody's after it. */
const GRANTED_MS = 30_000;

/** What is compared: when a node was first to be taken out of service. */
interface Waiting {
  readonly since: string;
  readonly uid: string;
}

export class Turns {
  readonly #deps: TurnsDeps;
  /** By UID: until when, monotonic, the turn is taken though no status may show it yet. */
  readonly #granted = new Map<string, number>();

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Of a node that has been wanted out of service since then; `most`: at once in its cluster. */
  of(resource: ManagedNode, { since, most }: { readonly since: string; readonly most: number }): Turn {
    if (!resource.status.hasBeenActive || isOut(resource)) return { isOurs: true };
    const others = this.#othersIn(resource);
    const out = others.filter((other) => isOut(other) || this.#isGranted(other));
    const own = { since, uid: resource.metadata.uid };
    const ahead = others.filter((other) => !out.includes(other) && !isPaused(other) && goesBefore(other, own));
    if (out.length + ahead.length < most) return { isOurs: true };
    return { isOurs: false, who: named([...out, ...ahead]), ahead: out.length + ahead.length };
  }

  /** From now until it is stored. */
  grant({ metadata }: ManagedNode): void {
    this.#granted.set(metadata.uid, this.#deps.clock.monotonic() + GRANTED_MS);
  }

  /** It is stored, or it has come to nothing. */
  settle({ metadata }: ManagedNode): void {
    this.#granted.delete(metadata.uid);
  }

  #othersIn(resource: ManagedNode): readonly ManagedNode[] {
    const all = this.#deps.store.byIndex("parent", clusterRefOf(resource));
    return all.filter(
      ({ metadata, status }) => metadata.uid !== resource.metadata.uid && status.hasBeenActive === true,
    );
  }

  #isGranted({ metadata }: ManagedNode): boolean {
    return (this.#granted.get(metadata.uid) ?? Number.NEGATIVE_INFINITY) > this.#deps.clock.monotonic();
  }
}

function isOut({ status }: ManagedNode): boolean {
  return status.disruption !== undefined && status.disruption.state !== "Waiting";
}

function goesBefore({ status, metadata }: ManagedNode, own: Waiting): boolean {
  const { disruption } = status;
  if (disruption === undefined) return false;
  return disruption.since === own.since ? metadata.uid < own.uid : disruption.since < own.since;
}

function named(nodes: readonly ManagedNode[]): string {
  return listed(nodes.map(({ metadata }) => `ManagedNode ${keyOf(metadata)}`));
}

/** Until it is looked at again whose turn it is: the further behind, the later. */
export function waitMs(ahead: number): number {
  return Math.min(2_000 * Math.max(ahead, 1), 20_000);
}

/** Since when it is wanted, as far as the status knows. */
export function wantedSince(disruption: Disruption | undefined, verb: Disruption["verb"], now: string): string {
  return disruption?.verb === verb ? disruption.since : now;
}
