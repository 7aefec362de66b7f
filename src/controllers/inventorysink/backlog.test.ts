// What waits: once for a key, many at once while the store answers, one by one while it does not, and nothing for ever behind a bad key.
import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { Backlog, type Worked } from "./backlog.ts";

interface Bed {
  readonly clock: FakeClock;
  readonly backlog: Backlog;
  /** Keys in the order in which they were begun. */
  readonly begun: string[];
  readonly mostAtOnce: () => number;
}

function bed(work: (key: string) => Promise<Worked> | Worked = () => "Done"): Bed {
  const clock = new FakeClock();
  const begun: string[] = [];
  let [running, most] = [0, 0];
  const backlog = new Backlog({
    clock,
    onFailure: () => undefined,
    async work(key) {
      begun.push(key);
      running += 1;
      most = Math.max(most, running);
      try {
        await setImmediate();
        return await work(key);
      } finally {
        running -= 1;
      }
    },
  });
  return { clock, backlog, begun, mostAtOnce: () => most };
}

/** Until nothing more happens at this moment. */
async function settle({ clock }: Bed): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await clock.advance(0);
}

const keys = Array.from({ length: 100 }, (_, at) => `k${at}`);

describe("a backlog", () => {
  it("works on each key once, however often it was added while it waited, and on 16 at once", async () => {
    const one = bed();
    for (const key of keys) one.backlog.add(key);
    for (const key of keys.slice(16)) one.backlog.add(key);
    await settle(one);
    expect(one.begun.toSorted()).toEqual(keys.toSorted());
    expect([one.mostAtOnce(), one.backlog.size]).toEqual([16, 0]);
  });

  it("works once more on a key that was added while it was worked on", async () => {
    const one = bed();
    one.backlog.add("a");
    one.backlog.add("a");
    one.backlog.add("a");
    await settle(one);
    expect(one.begun).toEqual(["a", "a"]);
  });

  it("looks again when it is asked to, and not before", async () => {
    let times = 0;
    const one = bed(() => (++times === 1 ? { againInMs: 5_000 } : "Done"));
    one.backlog.add("a");
    await settle(one);
    await one.clock.advance(4_990);
    expect(one.begun).toHaveLength(1);
    await one.clock.advance(20);
    expect(one.begun).toHaveLength(2);
  });

  it("asks a store that is away by one key at a time, ever more seldom, and then goes on at once with all", async () => {
    let isAway = true;
    const one = bed(() => (isAway ? Promise.reject(new Error("away")) : "Done"));
    for (const key of keys) one.backlog.add(key);
    await settle(one);
    const first = one.begun.length;
    // Those at once, and one for each of the first two failures, which may be about a key alone.
    expect(first).toBeLessThanOrEqual(18);
    expect(one.backlog.standsStill).toBe(true);
    await one.clock.advance(3_600_000);
    expect(one.begun.length - first).toBeLessThan(200);
    expect(one.backlog.size).toBe(100);
    isAway = false;
    await one.clock.advance(31_000);
    await settle(one);
    expect([one.backlog.size, one.backlog.standsStill]).toEqual([0, false]);
  });

  it("holds nothing up behind a key that always fails, nor asks for it hotly", async () => {
    const one = bed((key) => (key === "k0" ? Promise.reject(new Error("bad")) : "Done"));
    for (const key of keys) one.backlog.add(key);
    await settle(one);
    expect(one.backlog.size).toBe(1);
    await one.clock.advance(3_600_000);
    expect(one.begun.filter((key) => key === "k0").length).toBeLessThan(25);
  });

  it("takes nothing in after its stop, and waits for what is under way", async () => {
    const one = bed();
    one.backlog.add("a");
    const stopped = one.backlog.stop();
    one.backlog.add("b");
    await stopped;
    await one.clock.advance(600_000);
    expect([one.begun, one.backlog.size]).toEqual([["a"], 0]);
  });

  it("tells since when something has been waiting, and not of what is to be done later", async () => {
    const one = bed(() => Promise.reject(new Error("away")));
    one.backlog.add("now");
    one.backlog.add("later", 600_000);
    await settle(one);
    await one.clock.advance(60_000);
    const { count, oldestMs } = one.backlog.overdue(() => true);
    expect([count, one.clock.now() - oldestMs]).toEqual([1, 60_000]);
  });

  // What looked at all the others for each key would take minutes for so many.
  it("takes in and works off 50,000 keys while as many wait for later, and while the store is away", async () => {
    let isAway = true;
    const one = bed(() => (isAway ? Promise.reject(new Error("away")) : "Done"));
    const many = Array.from({ length: 50_000 }, (_, at) => `k${at}`);
    for (const key of many) one.backlog.add(`later ${key}`, 3_600_000);
    for (const key of many.slice(0, 100)) one.backlog.add(key);
    await settle(one);
    expect(one.backlog.standsStill).toBe(true);
    for (const key of many) one.backlog.add(key);
    isAway = false;
    await one.clock.advance(31_000);
    while (one.backlog.size > many.length) await setImmediate();
    expect(one.mostAtOnce()).toBe(16);
    await one.backlog.stop();
  });
});
