// What is in a target, listed once for all that ask at the same time or for the same drift tick: one list per kind, of our objects
// alone where the target can tell them; by namespace where it can't, or where not all may be listed.
import { CloudError } from "../../cloud/errors.ts";
import type { KindAbility, LiveObject, ManifestChannel } from "../../cloud/facets/manifests.ts";
import { untilAborted } from "../../lib/abort.ts";
import type { Clock } from "../../lib/clock.ts";

interface Listing {
  /** Monotonic: what happened before is in it. */
  readonly startedAt: number;
  readonly objects: Promise<readonly LiveObject[]>;
}

interface ListsDeps {
  readonly channel: ManifestChannel;
  readonly clock: Clock;
  /** Ends when the operator stops; a list outlives the visit that asked for it, because others wait for it too. */
  readonly signal: AbortSignal;
}

export class TargetLists {
  readonly #deps: ListsDeps;
  readonly #listings = new Map<string, Listing>();
  /** Monotonic, by kind: what was listed before is older than what was told since. */
  readonly #staleAt = new Map<string, number>();
  /** Kinds of which not all namespaces may be listed. */
  readonly #narrow = new Set<string>();

  constructor(deps: ListsDeps) {
    this.#deps = deps;
  }

  /**
   * Objects of the kind in these namespaces at least, by lists that were started at `since` (monotonic) or later. Throws CloudError or
   * the signal's reason.
   */
  async observe(
    kind: KindAbility,
    { namespaces, since, signal }: { namespaces: readonly string[]; since: number; signal: AbortSignal },
  ): Promise<readonly LiveObject[]> {
    // Names say nothing of what is in an object: it is read by its own.
    if (kind.list !== "Objects") return [];
    if (kind.selects && !this.#narrow.has(kindText(kind))) {
      const all = await this.#wide(kind, since, signal);
      if (all) return all;
    }
    if (!kind.namespaced) return [];
    const lists = namespaces.map((namespace) => this.#listed(kind, namespace, { since, signal }));
    return (await Promise.all(lists)).flat();
  }

  /** All objects of the kind, whoever has made them; otherwise as `observe`. Throws Forbidden where they may not all be listed. */
  whole(kind: KindAbility, { since, signal }: { since: number; signal: AbortSignal }): Promise<readonly LiveObject[]> {
    return this.#listed({ ...kind, selects: false }, undefined, { since, signal });
  }

  /** Something of that kind has changed: whoever observes it next has it listed again. */
  stale(kind: KindAbility): void {
    this.#staleAt.set(kindText(kind), this.#deps.clock.monotonic());
  }

  /** Undefined where they may not all be listed. */
  async #wide(kind: KindAbility, since: number, signal: AbortSignal): Promise<readonly LiveObject[] | undefined> {
    try {
      return await this.#listed(kind, undefined, { since, signal });
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "Forbidden") throw error;
      this.#narrow.add(kindText(kind));
      return undefined;
    }
  }

  #listed(
    kind: KindAbility,
    namespace: string | undefined,
    { since, signal }: { since: number; signal: AbortSignal },
  ): Promise<readonly LiveObject[]> {
    const key = `${kindText(kind)} ${kind.selects ? "ours" : "all"} ${namespace ?? ""}`;
    const known = this.#listings.get(key);
    const neededAt = Math.max(since, this.#staleAt.get(kindText(kind)) ?? since);
    if (known && known.startedAt >= neededAt) return untilAborted(known.objects, signal);
    const { channel, clock, signal: whole } = this.#deps;
    const listing = { startedAt: clock.monotonic(), objects: channel.list(kind, namespace, whole) };
    this.#listings.set(key, listing);
    // What failed is no list.
    listing.objects.catch(() => {
      if (this.#listings.get(key) === listing) this.#listings.delete(key);
    });
    return untilAborted(listing.objects, signal);
  }
}

export function kindText({ apiVersion, kind }: KindAbility): string {
  return `${apiVersion} ${kind}`;
}
