// The heap against a sorted array.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Heap } from "./heap.ts";

interface Item {
  rank: number;
}

const byRank = (a: Item, b: Item): boolean => a.rank < b.rank;

describe("Heap", () => {
  it("gives its items in order, also after some have changed their rank or were removed", () => {
    const change = fc.record({ at: fc.nat(), rank: fc.integer(), remove: fc.boolean() });
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.array(change), (ranks, changes) => {
        const heap = new Heap(byRank);
        const items = new Set(ranks.map((rank): Item => ({ rank })));
        for (const item of items) heap.place(item);
        for (const { at, rank, remove } of changes) {
          const item = [...items][at % Math.max(items.size, 1)];
          if (item === undefined) break;
          item.rank = rank;
          heap.place(item);
          if (remove && items.delete(item)) heap.remove(item);
        }
        const popped = Array.from({ length: heap.size }, () => heap.pop()?.rank);
        expect(popped).toEqual([...items].map((item) => item.rank).toSorted((a, b) => a - b));
      }),
    );
  });

  it("has nothing to give when it is empty, and lets what it does not hold be removed", () => {
    const heap = new Heap(byRank);
    heap.remove({ rank: 1 });
    expect([heap.peek(), heap.pop(), heap.size]).toEqual([undefined, undefined, 0]);
  });
});
