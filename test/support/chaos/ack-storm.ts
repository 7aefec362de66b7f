// A storm over clusters on ACK with a pool of bought servers and one of servers that exist.
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import { isConflict, isNotFound } from "../../../src/kube/errors.ts";
import type { Dialect } from "../clouds/alibaba/environment.ts";
import { createAckBed, type AckBed, type AckPools, type AckWish } from "./ack.ts";
import { flawsOfAck } from "./ack-outcome.ts";
import { noncesOf } from "./outcome.ts";
import type { Chance } from "./random.ts";
import { SETTLE_WINDOW_SECONDS, type Storm, stormFaults, tryTo } from "./storm.ts";

/** It stays from the first to the last, so that every list of clusters that a fault empties or cuts lacks a known id. */
const ANCHOR = "anchor";
const KINDS = [managedCluster, nodePool];
const VERSIONS: Readonly<Record<Dialect, string>> = { V2026: "1.33", Reference: "1.12.6-aliyun.1" };

/** A change by a user, for a name that is declared. */
type Act = (name: string, wish: AckWish, chance: Chance) => Promise<void>;

export class AckStorm implements Storm, AsyncDisposable {
  readonly bed: AckBed;
  readonly faults = stormFaults("/clusters$");
  readonly anchor = `managedcluster/${ANCHOR}`;
  /** The names' present wishes. */
  readonly #wishes = new Map<string, AckWish>();
  /** Ids of all servers that exist, each of which a pool lists once at most. */
  readonly #servers: string[] = [];
  readonly #acts: readonly Act[];
  readonly #done = { created: 0, changed: 0, deleted: 0 };

  constructor(bed: AckBed) {
    this.bed = bed;
    const { scale, attach, protect, toggle, remove } = this.#actions();
    this.#acts = [scale, scale, scale, attach, attach, protect, toggle, remove];
  }

  static async on(dialect: Dialect, options: object = {}): Promise<AckStorm> {
    return new AckStorm(await createAckBed(dialect, options, SETTLE_WINDOW_SECONDS));
  }

  async begin(): Promise<void> {
    await this.#create(ANCHOR);
    await this.bed.stand.reaches(this.anchor, "Available");
  }

  isDeclared(name: string): boolean {
    return this.#wishes.has(clusterOf(name));
  }

  flaws(): Promise<readonly string[]> {
    return flawsOfAck(this.bed, this.#wishes, this.#servers);
  }

  async act(author: string, chance: Chance): Promise<void> {
    const name = clusterOf(author);
    const wish = this.#wishes.get(name);
    if (!wish) return this.#create(name);
    await chance.oneOf(this.#acts)(name, wish, chance);
    this.#done.changed += 1;
  }

  figures(): string {
    const { created, changed, deleted } = this.#done;
    const nonces = KINDS.map(({ type }) => `${noncesOf(this.bed, type.kind).size} of ${type.plural}`).join(", ");
    const byUsers = `${created} clusters created, ${changed} changes, ${deleted} of them deletions by users`;
    return `${byUsers}; nonces: ${nonces}; ${this.#servers.length} existing servers; ${this.#wishes.size} clusters declared at the end`;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.bed[Symbol.asyncDispose]();
  }

  /** A namesake may still be on its way out. */
  async #create(name: string): Promise<void> {
    const wish = { version: VERSIONS[this.bed.dialect], deletionProtection: false, pools: undefined };
    if (!(await tryTo(() => this.bed.addCluster(name, wish), isConflict))) return;
    this.#wishes.set(name, wish);
    this.#done.created += 1;
  }

  #actions(): Record<"scale" | "attach" | "protect" | "toggle" | "remove", Act> {
    return {
      scale: async (name, { pools }, chance) => {
        if (pools) await this.#changePools(name, { ...pools, ...boughtWish(chance) });
      },
      attach: async (name, { pools }, chance) => {
        if (!pools) return;
        const [first, ...others] = pools.servers;
        const servers =
          others.length > 0 && chance.happens(0.6) ? others : [first!, ...others, await this.#newServer()];
        await this.#changePools(name, { ...pools, servers });
      },
      protect: async (name, { deletionProtection }) => {
        await this.bed.changeCluster(name, { deletionProtection: !deletionProtection });
        this.#wish(name, { deletionProtection: !deletionProtection });
      },
      toggle: (name, { pools }, chance) => (pools ? this.#removePools(name) : this.#addPools(name, chance)),
      remove: (name, wish) => this.#remove(name, wish),
    };
  }

  async #newServer(): Promise<string> {
    const id = `i-storm-${this.bed.dialect.toLowerCase()}-${this.#servers.length}`;
    this.#servers.push(id);
    await this.bed.stand.simulator.behindOurBack("POST", "servers", { id, name: id });
    return id;
  }

  /** Of two, one may be on its way out still: then none is asked for. */
  async #addPools(name: string, chance: Chance): Promise<void> {
    const pools = { ...boughtWish(chance), servers: [await this.#newServer()] };
    if (await tryTo(() => this.bed.addPools(name, pools), isConflict)) this.#wish(name, { pools });
    else await this.#removePools(name);
  }

  async #changePools(name: string, pools: AckPools): Promise<void> {
    await this.bed.changePools(name, pools);
    this.#wish(name, { pools });
  }

  async #removePools(name: string): Promise<void> {
    await tryTo(() => this.bed.removePools(name), isNotFound);
    this.#wish(name, { pools: undefined });
  }

  /** All at once, as `kubectl delete -f` does it; what protects a cluster is taken off before. */
  async #remove(name: string, { deletionProtection, pools }: AckWish): Promise<void> {
    if (deletionProtection) await this.bed.changeCluster(name, { deletionProtection: false });
    await this.bed.removeCluster(name);
    if (pools) await tryTo(() => this.bed.removePools(name), isNotFound);
    this.#wishes.delete(name);
    this.#done.deleted += 1;
  }

  #wish(name: string, change: Partial<AckWish>): void {
    this.#wishes.set(name, { ...this.#wishes.get(name)!, ...change });
  }
}

function clusterOf(author: string): string {
  return `shop-${author}`;
}

function boughtWish(chance: Chance): Pick<AckPools, "replicas" | "tier"> {
  return { replicas: chance.oneOf([0, 1, 2, 3]), tier: chance.oneOf(["front", "back"]) };
}
