import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Turns } from "./fair-queue.ts";

function drain<T>(turns: Turns<T>): T[] {
  const items: T[] = [];
  for (let item = turns.next(); item !== undefined; item = turns.next()) items.push(item);
  return items;
}

describe("turns", () => {
  test("go round the owners, first come first served within one", () => {
    const turns = new Turns<string>();
    for (const item of ["a1", "a2", "a3", "b1", "c1", "c2"]) turns.add(item.charAt(0), item);
    expect(drain(turns)).toEqual(["a1", "b1", "c1", "a2", "c2", "a3"]);
    expect(turns.isEmpty).toBe(true);
  });

  test("pass over what was taken out", () => {
    const turns = new Turns<string>();
    for (const item of ["a1", "a2", "b1"]) turns.add(item.charAt(0), item);
    turns.remove("a", "a1");
    turns.remove("b", "b1");
    turns.remove("b", "b1");
    turns.remove("z", "z1");
    expect(drain(turns)).toEqual(["a2"]);
  });

  test("come to every owner before one has a second, whatever the order of arrival", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", "c", "d")), (owners) => {
        const turns = new Turns<{ owner: string; index: number }>();
        owners.forEach((owner, index) => turns.add(owner, { owner, index }));
        const served = drain(turns);
        expect(served).toHaveLength(owners.length);
        const counts = new Map<string, number>();
        for (const { owner } of served) {
          const turn = (counts.get(owner) ?? 0) + 1;
          counts.set(owner, turn);
          const waiting = [...new Set(owners)].filter(
            (other) => owners.filter((name) => name === other).length >= turn,
          );
          for (const other of waiting) expect(counts.get(other) ?? 0).toBeGreaterThanOrEqual(turn - 1);
        }
        for (const owner of counts.keys()) {
          const indexes = served.filter((item) => item.owner === owner).map(({ index }) => index);
          expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
        }
      }),
    );
  });
});
