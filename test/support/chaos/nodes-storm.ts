// A storm over single nodes in three clusters: bought or accepted, reset, moved, renamed and given back.
import { isConflict, isNotFound } from "../../../src/kube/errors.ts";
import { CLUSTERS, createNodesBed, type NodesBed, type NodesBedOptions } from "./nodes.ts";
import { flawsOfNodes, type NodeWish } from "./nodes-outcome.ts";
import type { Chance } from "./random.ts";
import { SETTLE_WINDOW_SECONDS, type Storm, stormFaults, tryTo } from "./storm.ts";

/** It stays from the first to the last, so that every list of a cluster's nodes that a fault empties or cuts lacks a known id. */
const ANCHOR = "anchor";
const EMPTIED = "/(?:clusters|nodes)$";

type Act = (name: string, wish: NodeWish, chance: Chance) => Promise<void>;

export class NodesStorm implements Storm, AsyncDisposable {
  readonly bed: NodesBed;
  readonly faults = stormFaults(EMPTIED);
  readonly anchor = `managednode/${ANCHOR}`;
  /** The names' present wishes. */
  readonly #wishes = new Map<string, NodeWish>();
  readonly #freed = new Map<string, number>();
  readonly #acts: readonly Act[];
  readonly #done = { created: 0, accepted: 0, resets: 0, moves: 0, removed: 0 };

  constructor(bed: NodesBed) {
    this.bed = bed;
    const reset: Act = (name, wish) => this.#reset(name, wish);
    const move: Act = (name, wish, chance) => this.#move(name, wish, chance);
    const rename: Act = (name, _, chance) => bed.rename(name, `${name}-${chance.oneOf(["x", "y", "z"])}`);
    const remove: Act = (name, wish) => this.#remove(name, wish);
    this.#acts = [reset, reset, reset, move, move, rename, remove];
  }

  static async on(options: NodesBedOptions): Promise<NodesStorm> {
    const settleWindowSeconds = SETTLE_WINDOW_SECONDS;
    return new NodesStorm(
      await createNodesBed("chaos-nodes-storm", { ...options, settleWindowSeconds, maxNodeDisruptions: 4 }),
    );
  }

  /** One in each cluster. */
  async begin(): Promise<void> {
    for (const cluster of CLUSTERS) {
      const name = cluster === CLUSTERS[0] ? ANCHOR : `${ANCHOR}-${cluster}`;
      await this.bed.addBought(name, cluster);
      this.#wishes.set(name, { cluster, serverId: undefined, imaged: 1 });
      await this.bed.stand.reaches(`managednode/${name}`, "Available");
    }
  }

  isDeclared(name: string): boolean {
    return this.#wishes.has(name);
  }

  flaws(): Promise<readonly string[]> {
    return flawsOfNodes(this.bed, { nodes: this.#wishes, freed: this.#freed, exact: false });
  }

  async act(name: string, chance: Chance): Promise<void> {
    const wish = this.#wishes.get(name);
    if (!wish) return this.#create(name, chance);
    await chance.oneOf(this.#acts)(name, wish, chance);
  }

  figures(): string {
    const { created, accepted, resets, moves, removed } = this.#done;
    return `${created} bought, ${accepted} accepted, ${resets} resets, ${moves} moves, ${removed} removed by users`;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.bed[Symbol.asyncDispose]();
  }

  /** A namesake may still be on its way out. */
  async #create(name: string, chance: Chance): Promise<void> {
    if (await this.#isThere(name)) return;
    const cluster = chance.oneOf(CLUSTERS);
    if (chance.happens(0.5)) {
      if (!(await tryTo(() => this.bed.addBought(name, cluster), isConflict))) return;
      this.#wishes.set(name, { cluster, serverId: undefined, imaged: 1 });
      this.#done.created += 1;
      return;
    }
    const serverId = await this.bed.addAccepted(name, cluster);
    this.#wishes.set(name, { cluster, serverId, imaged: 1 });
    this.#done.accepted += 1;
  }

  #isThere(name: string): Promise<boolean> {
    return tryTo(async () => void (await this.bed.read(name)), isNotFound);
  }

  async #reset(name: string, wish: NodeWish): Promise<void> {
    this.#wishes.set(name, { ...wish, imaged: wish.imaged + 1 });
    this.#done.resets += 1;
    await this.bed.reset(name, `number-${this.#done.resets}`);
  }

  /** Of one that is at rest: what is meant by two moves at once, nobody can say. */
  async #move(name: string, wish: NodeWish, chance: Chance): Promise<void> {
    const { status } = await this.bed.read(name);
    const isAtRest = status.externalId !== undefined && status.disruption === undefined;
    if (!isAtRest || status.clusterName !== wish.cluster) return;
    const cluster = chance.oneOf(CLUSTERS.filter((other) => other !== wish.cluster));
    this.#wishes.set(name, { ...wish, cluster, imaged: wish.imaged + 1 });
    this.#done.moves += 1;
    await this.bed.move(name, cluster);
  }

  async #remove(name: string, { serverId, imaged }: NodeWish): Promise<void> {
    await this.bed.removeNode(name);
    this.#wishes.delete(name);
    if (serverId !== undefined) this.#freed.set(serverId, imaged + 1);
    this.#done.removed += 1;
  }
}
