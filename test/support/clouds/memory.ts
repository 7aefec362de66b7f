// A collection of a cloud, in memory: what is there, what its list shows of that, and what was asked of it, in order.
import type { Accepted, Collection, CreateAttempt, Item, Readable } from "../../../src/cloud/collection.ts";
import { CloudError } from "../../../src/cloud/errors.ts";

export interface MemoryItem extends Item {
  /** The nonce of the create that made it. */
  readonly mark?: string | undefined;
  /** The cloud is deleting it. */
  readonly isLeaving?: boolean;
}

export interface MemoryCloud<T extends Item> {
  /** By id. */
  readonly there: Map<string, T>;
  /** What a list shows; undefined: what is there. */
  listed: readonly T[] | undefined;
  /** Such as "list", "get 7", "look 7", "remove 7", oldest first; others may add theirs. */
  readonly calls: string[];
  /** Run when a call has been noted and before it takes effect; what it throws is the answer. */
  onCall: (call: string) => void;
  /** The answer to the next requests for deletion. */
  accepted: Accepted;
  /** What becomes of an item whose deletion was accepted. */
  whenDeleted: "Leaving" | "Gone" | "Unchanged";
}

export function memoryCloud<T extends MemoryItem>(...items: readonly T[]): MemoryCloud<T> {
  return {
    there: new Map(items.map((item) => [item.id, item])),
    listed: undefined,
    calls: [],
    onCall: () => undefined,
    accepted: {},
    whenDeleted: "Leaving",
  };
}

/** Notes the call, and lets the test refuse it. */
export function called<T extends Item>(cloud: MemoryCloud<T>, call: string): void {
  cloud.calls.push(call);
  cloud.onCall(call);
}

export function gone(id: string): CloudError {
  return new CloudError("NotFound", { message: `There is no ${id}` });
}

/** As far as everything has it; `readable` adds `get`. */
function collectionOf<T extends MemoryItem>(cloud: MemoryCloud<T>): Collection<T> {
  return {
    list: async () => {
      await Promise.resolve();
      called(cloud, "list");
      return { items: cloud.listed ?? [...cloud.there.values()], clockSkewMs: 0 };
    },
    look: async (id) => {
      await Promise.resolve();
      called(cloud, `look ${id}`);
      return cloud.there.has(id) ? "There" : "Absent";
    },
    remove: async (id) => {
      await Promise.resolve();
      called(cloud, `remove ${id}`);
      const item = cloud.there.get(id);
      if (!item) throw gone(id);
      if (cloud.whenDeleted === "Gone") cloud.there.delete(id);
      if (cloud.whenDeleted === "Leaving") cloud.there.set(id, { ...item, isLeaving: true });
      return cloud.accepted;
    },
    isLeaving: (item) => item.isLeaving === true,
    bearsMark: (item, { nonce }: CreateAttempt) => item.mark === nonce,
    resendIsSafe: true,
    idsAreUniversal: true,
  };
}

export function readableOf<T extends MemoryItem>(cloud: MemoryCloud<T>): Readable<T> {
  return {
    ...collectionOf(cloud),
    get: async (id) => {
      await Promise.resolve();
      called(cloud, `get ${id}`);
      return cloud.there.get(id) ?? "Absent";
    },
  };
}
