// Batch deletion by owner and time. What a server makes of either can't be told from its answer: it is proved on records of a type of
// its own before anything else is entrusted to it (docs/clouds/bcs.md, `batchTimes`; docs/decisions/0016-inventory.md).
import { randomUUID } from "node:crypto";
import type {
  BoundPlace,
  InventoryFacet,
  RecordKey,
  RecordScope,
  StoredRecord,
  Where,
} from "../../cloud/facets/inventory.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Store } from "./sender.ts";

/** What the proof has shown: where the bound is read, or that a batch is not safe anywhere. */
export type Proof = BoundPlace | "Refused";

interface BatchDeps {
  readonly store: Store;
  readonly clock: Clock;
  /** Where the probe lies. */
  readonly place: () => { readonly clusterId: string; readonly namespace: string };
  /** In whose name it is proved: so that what a process leaves that ends meanwhile is found again. */
  readonly owner: () => string;
}

const PROBE_TYPE = "YunfanProbe";
const PLACES: readonly BoundPlace[] = ["Body", "Query"];
/** Nothing is older, and nothing younger. */
const LONG_AGO_S = 1_000_000_000;
const A_DAY_S = 86_400;
/** Of clocks that show whole seconds, of the way of a request, and of whoever wrote a moment ago. */
const MARGIN_S = 60;

export class Batches {
  readonly #deps: BatchDeps;
  #proof: Proof | undefined;

  constructor(deps: BatchDeps) {
    this.#deps = deps;
  }

  get proof(): Proof | undefined {
    return this.#proof;
  }

  /** Proves it once; throws what the store says where that can't be done now. */
  async prove(signal: AbortSignal): Promise<Proof> {
    if (this.#proof !== undefined) return this.#proof;
    await this.sweep(signal);
    for (const place of PLACES) {
      if (!(await this.#isHeeded(place, signal))) continue;
      this.#proof = place;
      return place;
    }
    this.#proof = "Refused";
    return this.#proof;
  }

  /** Takes away what a proof of this owner has left that was never ended. */
  async sweep(signal: AbortSignal): Promise<void> {
    const { store, place, owner } = this.#deps;
    const scope = { clusterId: place().clusterId, type: PROBE_TYPE, of: "All" } as const;
    const see = ({ data, ...key }: StoredRecord): { readonly key: RecordKey; readonly by: unknown } => {
      const { yunfan } = (data ?? {}) as { readonly yunfan?: { readonly provedBy?: unknown } };
      return { key, by: yunfan?.provedBy };
    };
    const { items } = await store.read(({ records }) => records.list(scope, { see }, signal));
    const left = items.filter(({ by }) => by === owner());
    for (const { key } of left) await store.write("records", signal, removal(key));
  }

  /**
   * Deletes the owner's records of a scope that were last written a minute ago or earlier. What was written since, a request that takes
   * effect late spares too. Does nothing where a batch is not safe.
   */
  async remove(
    scope: RecordScope,
    { owner, signal }: { readonly owner: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const boundIn = await this.prove(signal);
    if (boundIn === "Refused") return;
    const { store } = this.#deps;
    const before = (await this.#storeNowSeconds(scope, signal)) - MARGIN_S;
    await store.write("records", signal, ({ records }, permit) =>
      records.removeBatch(scope, { where: [ownedBy(owner)], before, boundIn }, permit),
    );
  }

  /** By the store's clock, of the answer's Date header. */
  async #storeNowSeconds(scope: RecordScope, signal: AbortSignal): Promise<number> {
    const { store, clock } = this.#deps;
    const probe = { ...scope, type: PROBE_TYPE };
    const { clockSkewMs } = await store.read(({ records }) =>
      records.list(probe, { fields: [], see: () => undefined }, signal),
    );
    return Math.floor((clock.now() + clockSkewMs) / 1000);
  }

  /** A bound before everything deletes nothing; one after everything deletes what is ours, and nothing of the others'. */
  async #isHeeded(boundIn: BoundPlace, signal: AbortSignal): Promise<boolean> {
    const { clusterId, namespace } = this.#deps.place();
    const run = randomUUID();
    const [mine, other] = ["mine", "other"].map((whose) => `${run}-${whose}`) as [string, string];
    const keyOf = (name: string): RecordKey => ({ clusterId, namespace, type: PROBE_TYPE, name });
    try {
      for (const owner of [mine, other]) await this.#put(keyOf(owner), owner, signal);
      const scope = { clusterId, type: PROBE_TYPE, of: "All" } as const;
      const delay = async (before: number): Promise<readonly string[]> => {
        await this.#deps.store.write("records", signal, ({ records }, permit) =>
          records.removeBatch(scope, { where: [ownedBy(mine)], before, boundIn }, permit),
        );
        return this.#left([mine, other], scope, signal);
      };
      if ((await delay(LONG_AGO_S)).length < 2) return false;
      const nowS = await this.#storeNowSeconds(scope, signal);
      return (await delay(nowS + A_DAY_S)).join() === other;
    } finally {
      if (!signal.aborted) await this.#tidy([keyOf(mine), keyOf(other)], signal);
    }
  }

  #put(key: RecordKey, owner: string, signal: AbortSignal): Promise<void> {
    const data = { yunfan: { owner, provedBy: this.#deps.owner() } };
    return this.#deps.store.write("records", signal, ({ records }, permit) => records.put(key, data, permit));
  }

  async #left(names: readonly string[], scope: RecordScope, signal: AbortSignal): Promise<readonly string[]> {
    const see = ({ name }: RecordKey): string => name;
    const { items } = await this.#deps.store.read(({ records }) => records.list(scope, { fields: [], see }, signal));
    return items.filter((name) => names.includes(name));
  }

  /** The probe's own records alone, by their keys. */
  async #tidy(keys: readonly RecordKey[], signal: AbortSignal): Promise<void> {
    for (const key of keys) await this.#deps.store.write("records", signal, removal(key)).catch(() => undefined);
  }
}

function removal(key: RecordKey) {
  return ({ records }: InventoryFacet, permit: Parameters<InventoryFacet["records"]["remove"]>[1]): Promise<void> =>
    records.remove(key, permit);
}

function ownedBy(owner: string): Where {
  return { path: ["data", "yunfan", "owner"], value: owner };
}
