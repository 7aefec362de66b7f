// A storm over clusters with two pools and an add-on each.
import { managedAddon } from "../../../src/crds/managedaddon/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import { isConflict, isNotFound } from "../../../src/kube/errors.ts";
import { flawsOfClusters } from "./clusters-outcome.ts";
import {
  bystandersIn,
  type CloudState,
  type ClusterBed,
  createClusterBed,
  type PoolWish,
  seedPool,
  type Wish,
} from "./clusters.ts";
import { noncesOf } from "./outcome.ts";
import type { Chance } from "./random.ts";
import { SETTLE_WINDOW_SECONDS, type Storm, stormFaults, tryTo } from "./storm.ts";

/** It stays from the first to the last, so that every list of clusters that a fault empties or cuts lacks a known id. */
const ANCHOR = "anchor";
const KINDS = [managedCluster, nodePool, managedAddon];

/**
 * Not the lists of pools: in a cluster whose pools are all still being made, two empty lists in a row are as good as the truth.
 * test/chaos/cluster-stale.test.ts empties them where a pool is known. A second add-on of a template is refused by the cloud.
 */
const EMPTIED = "/(?:clusters|nodes|addons)$";

/** A change by a user, for a name that is declared. */
type Act = (name: string, wish: Wish, chance: Chance) => Promise<void>;

export class ClusterStorm implements Storm, AsyncDisposable {
  readonly bed: ClusterBed;
  readonly faults = stormFaults(EMPTIED);
  readonly anchor = `managedcluster/${ANCHOR}`;
  /** The names' present wishes. */
  readonly #wishes = new Map<string, Wish>();
  readonly #acts: readonly Act[];
  readonly #done = { created: 0, changed: 0, deleted: 0 };
  #bystanders: CloudState;

  constructor(bed: ClusterBed) {
    this.bed = bed;
    this.#bystanders = bed.bystanders;
    const { scale, power, toggle, describe, addon, remove } = this.#actions();
    this.#acts = [scale, scale, scale, power, power, toggle, describe, addon, remove];
  }

  static async on(duplicateNames: "Refuse" | "Allow"): Promise<ClusterStorm> {
    const settleWindowSeconds = SETTLE_WINDOW_SECONDS;
    return new ClusterStorm(await createClusterBed("chaos-storm", { duplicateNames, settleWindowSeconds }));
  }

  /** A colleague has a pool in the anchor, too. */
  async begin(): Promise<void> {
    await this.#create(ANCHOR, { replicas: 1, tier: "front" });
    await this.bed.stand.reaches(this.anchor, "Available");
    const { simulator } = this.bed.stand;
    const anchor = (await this.bed.cloud()).clusters.find(({ name }) => name === ANCHOR);
    await seedPool(simulator, anchor!.id);
    this.#bystanders = bystandersIn(await this.bed.cloud());
  }

  isDeclared(name: string): boolean {
    return this.#wishes.has(clusterOf(name));
  }

  flaws(): Promise<readonly string[]> {
    return flawsOfClusters(this.bed, this.#wishes, this.#bystanders);
  }

  async act(author: string, chance: Chance): Promise<void> {
    const name = clusterOf(author);
    const wish = this.#wishes.get(name);
    if (!wish) return this.#create(name, poolWish(chance));
    await chance.oneOf(this.#acts)(name, wish, chance);
    this.#done.changed += 1;
  }

  /** What was asked for while a cluster slept has waited until now. */
  async finale(): Promise<void> {
    for (const [name, wish] of this.#wishes) {
      if (wish.powerState === "Hibernated") await this.#changeCluster(name, wish, { powerState: "Running" });
    }
  }

  figures(): string {
    const { created, changed, deleted } = this.#done;
    const nonces = KINDS.map(({ type }) => `${noncesOf(this.bed, type.kind).size} of ${type.plural}`).join(", ");
    const byUsers = `${created} clusters created, ${changed} changes, ${deleted} of them deletions by users`;
    return `${byUsers}; nonces: ${nonces}; ${this.#wishes.size} clusters declared at the end`;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.bed[Symbol.asyncDispose]();
  }

  /** A namesake may still be on its way out: a whole cluster, then nothing is asked for; or one of its members. */
  async #create(name: string, pool: PoolWish): Promise<void> {
    const wish = { powerState: "Running", description: "New", pools: {}, addon: undefined } as const;
    if (!(await tryTo(() => this.bed.addCluster(name, wish), isConflict))) return;
    this.#wishes.set(name, wish);
    this.#done.created += 1;
    for (const member of ["a", "b"]) await this.#addPool(name, member, pool);
    await this.#addAddon(name, 1);
  }

  #actions(): Record<"scale" | "power" | "toggle" | "describe" | "addon" | "remove", Act> {
    return {
      scale: async (name, { pools }, chance) => {
        const pool = chance.oneOf(["a", "b"]);
        if (pools[pool]) await this.#changePool(name, pool, poolWish(chance));
      },
      power: (name, wish) => {
        const powerState = wish.powerState === "Running" ? "Hibernated" : "Running";
        return this.#changeCluster(name, wish, { powerState });
      },
      toggle: (name, { pools }, chance) =>
        pools["b"] ? this.#removePool(name, "b") : this.#addPool(name, "b", poolWish(chance)),
      describe: (name, wish, chance) =>
        this.#changeCluster(name, wish, { description: chance.oneOf(["Shop", "Bank", "Mill"]) }),
      addon: (name, { addon }, chance) => {
        if (addon === undefined) return this.#addAddon(name, 1);
        return chance.happens(0.3) ? this.#removeAddon(name) : this.#changeAddon(name, addon + 1);
      },
      remove: (name, wish) => this.#remove(name, wish),
    };
  }

  async #changeCluster(
    name: string,
    wish: Wish,
    change: Partial<Pick<Wish, "powerState" | "description">>,
  ): Promise<void> {
    await this.bed.changeCluster(name, change);
    this.#wishes.set(name, { ...wish, ...change });
  }

  async #addPool(name: string, pool: string, wish: PoolWish): Promise<void> {
    if (await tryTo(() => this.bed.addPool(name, pool, wish), isConflict)) this.#wishPool(name, pool, wish);
  }

  async #changePool(name: string, pool: string, wish: PoolWish): Promise<void> {
    await this.bed.changePool(name, pool, wish);
    this.#wishPool(name, pool, wish);
  }

  async #removePool(name: string, pool: string): Promise<void> {
    await this.bed.removePool(name, pool);
    const { [pool]: _, ...pools } = this.#wishes.get(name)!.pools;
    this.#wish(name, { pools });
  }

  async #addAddon(name: string, addon: number): Promise<void> {
    if (await tryTo(() => this.bed.addAddon(name, addon), isConflict)) this.#wish(name, { addon });
  }

  async #changeAddon(name: string, addon: number): Promise<void> {
    await this.bed.changeAddon(name, addon);
    this.#wish(name, { addon });
  }

  async #removeAddon(name: string): Promise<void> {
    await this.bed.removeAddon(name);
    this.#wish(name, { addon: undefined });
  }

  /** All at once, as `kubectl delete -f` does it. Nothing is deleted in a cluster that is to sleep. */
  async #remove(name: string, wish: Wish): Promise<void> {
    if (wish.powerState === "Hibernated") await this.#changeCluster(name, wish, { powerState: "Running" });
    await this.bed.removeCluster(name);
    for (const pool of Object.keys(wish.pools)) await tryTo(() => this.bed.removePool(name, pool), isNotFound);
    if (wish.addon !== undefined) await tryTo(() => this.bed.removeAddon(name), isNotFound);
    this.#wishes.delete(name);
    this.#done.deleted += 1;
  }

  #wishPool(name: string, pool: string, wish: PoolWish): void {
    this.#wish(name, { pools: { ...this.#wishes.get(name)!.pools, [pool]: wish } });
  }

  #wish(name: string, change: Partial<Wish>): void {
    this.#wishes.set(name, { ...this.#wishes.get(name)!, ...change });
  }
}

/** The shortest name that the cloud takes has four characters. */
function clusterOf(author: string): string {
  return `shop-${author}`;
}

function poolWish(chance: Chance): PoolWish {
  return { replicas: chance.oneOf([0, 1, 2, 3]), tier: chance.oneOf(["front", "back"]) };
}
