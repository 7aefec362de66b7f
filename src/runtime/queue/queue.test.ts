// The work queue, guarantee by guarantee. The model in queue-model.test.ts covers how they combine.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { AGEING_MS_PER_POINT, Priority, WorkQueue, type QueueMetrics, type QueueState } from "./queue.ts";

const never = new AbortController().signal;

function build(random: () => number = () => 0) {
  const clock = new FakeClock();
  return { clock, queue: new WorkQueue({ clock, random }) };
}

/** Everything that can be taken now, in order; nothing of it is done. */
async function takeReady(queue: WorkQueue): Promise<string[]> {
  const taken = [];
  for (let key = await takeNow(queue); key !== undefined; key = await takeNow(queue)) taken.push(key);
  return taken;
}

function takeNow(queue: WorkQueue): Promise<string | undefined> {
  const abort = new AbortController();
  const taking = queue.take(abort.signal);
  abort.abort();
  return taking;
}

describe("WorkQueue: one run per key", () => {
  it("R1: many adds of a waiting key make one run", async () => {
    const { queue } = build();
    for (let n = 0; n < 5; n++) queue.add("a");
    expect(await takeReady(queue)).toEqual(["a"]);
    queue.done("a");
    expect(await takeReady(queue)).toEqual([]);
  });

  it("R1: adds during a run make exactly one more, and only after it", async () => {
    const { queue } = build();
    queue.add("a");
    expect(await takeReady(queue)).toEqual(["a"]);
    queue.add("a");
    queue.add("a");
    expect(await takeReady(queue)).toEqual([]);
    queue.done("a");
    expect(await takeReady(queue)).toEqual(["a"]);
    queue.done("a");
    expect(await takeReady(queue)).toEqual([]);
  });

  it("R1: a delay that ends during a run waits for its end", async () => {
    const { clock, queue } = build();
    queue.add("a");
    await queue.take(never);
    queue.addAfter("a", 10);
    await clock.advance(20);
    expect(await takeReady(queue)).toEqual([]);
    queue.done("a");
    expect(await takeReady(queue)).toEqual(["a"]);
  });

  it("refuses to end work that was not taken", () => {
    const { queue } = build();
    queue.add("a");
    expect(() => queue.done("a")).toThrow("a is done but was not taken");
  });
});

describe("WorkQueue: delays", () => {
  it("R2: the earliest of several delays wins, in whatever order they come", async () => {
    for (const delays of [
      [30, 10, 20],
      [10, 30, 20],
    ]) {
      const { clock, queue } = build();
      for (const delay of delays) queue.addAfter("a", delay);
      await clock.advance(9);
      expect(await takeReady(queue)).toEqual([]);
      await clock.advance(1);
      expect(await takeReady(queue)).toEqual(["a"]);
      queue.done("a");
      await clock.advance(100);
      expect(await takeReady(queue)).toEqual([]);
    }
  });

  it("R2: an immediate add makes a delayed key ready, once", async () => {
    const { clock, queue } = build();
    queue.addAfter("a", 1000);
    queue.add("a");
    expect(await takeReady(queue)).toEqual(["a"]);
    queue.done("a");
    await clock.advance(2000);
    expect(await takeReady(queue)).toEqual([]);
  });

  it("R2: an immediate add during a run wins over the delay that its end asks for", async () => {
    const { queue } = build();
    queue.add("a");
    await queue.take(never);
    queue.add("a");
    queue.addAfter("a", 1000);
    queue.done("a");
    expect(await takeReady(queue)).toEqual(["a"]);
  });

  it("R2: a delay longer than any timer is kept", async () => {
    const { clock, queue } = build();
    queue.addAfter("a", 2 ** 40);
    await clock.advance(2 ** 40 - 1);
    expect(await takeReady(queue)).toEqual([]);
    await clock.advance(1);
    expect(await takeReady(queue)).toEqual(["a"]);
  });

  it("refuses a delay that is no number, instead of losing the key", () => {
    expect(() => build().queue.addAfter("a", Number.NaN)).toThrow(RangeError);
  });
});

describe("WorkQueue: priorities", () => {
  it("R3: user changes come before retries, retries before initial objects, each in the order they came", async () => {
    const { clock, queue } = build();
    queue.add("initial 1", { priority: Priority.Initial });
    queue.add("initial 2", { priority: Priority.Initial });
    queue.addRateLimited("retry 1");
    queue.addRateLimited("retry 2");
    await clock.advance(1000);
    queue.add("user 1");
    queue.add("user 2");
    expect(await takeReady(queue)).toEqual(["user 1", "user 2", "retry 1", "retry 2", "initial 1", "initial 2"]);
  });

  it("R3: a retry of an initial object stays behind retries of user changes", async () => {
    const { clock, queue } = build();
    queue.add("initial", { priority: Priority.Initial });
    queue.add("user");
    expect(await takeReady(queue)).toEqual(["user", "initial"]);
    queue.addRateLimited("initial");
    queue.addRateLimited("user");
    queue.done("initial");
    queue.done("user");
    await clock.advance(1000);
    expect(await takeReady(queue)).toEqual(["user", "initial"]);
  });

  it("R3: a user change of a waiting initial object lifts it, and nothing lowers it again", async () => {
    const { queue } = build();
    queue.add("a", { priority: Priority.Initial });
    queue.add("b", { priority: Priority.Initial });
    queue.add("b");
    queue.add("b", { priority: Priority.Initial });
    expect(await takeReady(queue)).toEqual(["b", "a"]);
  });

  it("R3: a delayed key that is made ready queues up behind those that were ready before", async () => {
    const { queue } = build();
    queue.addAfter("a", 100, { priority: Priority.User });
    queue.add("b");
    queue.add("a");
    expect(await takeReady(queue)).toEqual(["b", "a"]);
  });

  it("R3: an initial object waits at most ten minutes for user changes that keep coming", async () => {
    const everyMs = fc.integer({ min: 1000, max: 60_000 });
    await fc.assert(
      fc.asyncProperty(everyMs, async (ms) => {
        const { clock, queue } = build();
        queue.add("initial", { priority: Priority.Initial });
        queue.add("user 0");
        let served: string | undefined;
        for (let n = 1; served !== "initial"; n++) {
          queue.add(`user ${n}`);
          served = await queue.take(never);
          if (served !== undefined) queue.done(served);
          await clock.advance(ms);
        }
        expect(clock.monotonic()).toBeLessThanOrEqual(100 * AGEING_MS_PER_POINT + 3 * ms);
      }),
      { numRuns: 10 },
    );
  });
});

describe("WorkQueue: backoff", () => {
  it("R4: doubles per key, and starts anew once forgotten", async () => {
    const { clock, queue } = build(() => 1 - Number.EPSILON);
    const waits: number[] = [];
    for (const forget of [false, false, true, false]) {
      if (forget) queue.forget("a");
      const start = clock.monotonic();
      queue.addRateLimited("a");
      while ((await takeReady(queue)).length === 0) await clock.advance(500);
      waits.push(clock.monotonic() - start);
      queue.done("a");
    }
    expect(waits).toEqual([2000, 4000, 2000, 4000]);
  });

  it("R4: Retry-After wins over the backoff, but does not make a key spin", async () => {
    const { clock, queue } = build();
    queue.addRateLimited("long", { retryAfterMs: 90_000 });
    queue.addRateLimited("none", { retryAfterMs: 0 });
    await clock.advance(999);
    expect(await takeReady(queue)).toEqual([]);
    await clock.advance(1);
    expect(await takeReady(queue)).toEqual(["none"]);
    await clock.advance(88_999);
    expect(await takeReady(queue)).toEqual([]);
    await clock.advance(1);
    expect(await takeReady(queue)).toEqual(["long"]);
  });
});

describe("WorkQueue: takers and shutdown", () => {
  it("gives each key to one of those who wait, the first who came first", async () => {
    const { clock, queue } = build();
    const takes = [queue.take(never), queue.take(never)];
    queue.addAfter("late", 5);
    queue.add("soon");
    await clock.advance(5);
    expect(await Promise.all(takes)).toEqual(["soon", "late"]);
  });

  it("R5: after shutdown nothing is given out, nothing is taken in, and no timer stays", async () => {
    const { clock, queue } = build();
    const waiting = queue.take(never);
    queue.addAfter("delayed", 10);
    queue.shutDown();
    queue.shutDown();
    queue.add("late");
    queue.addAfter("later", 1000);
    expect(clock.pending).toBe(0);
    await clock.advance(20);
    expect(await waiting).toBeUndefined();
    expect(await queue.take(never)).toBeUndefined();
    expect(queue.size).toBe(1);
  });

  it("R5: what was taken before the shutdown can be done after it", async () => {
    const { queue } = build();
    queue.add("a");
    queue.add("b");
    expect(await queue.take(never)).toBe("a");
    queue.shutDown();
    queue.done("a");
    expect(await queue.take(never)).toBeUndefined();
  });

  it("loses no key to a taker that gave up", async () => {
    const { queue } = build();
    const abort = new AbortController();
    const gaveUp = queue.take(abort.signal);
    abort.abort();
    queue.add("a");
    expect(await gaveUp).toBeUndefined();
    expect(await queue.take(abort.signal)).toBeUndefined();
    expect(await queue.take(never)).toBe("a");
  });
});

describe("WorkQueue: metrics", () => {
  it("R24: counts adds without duplicates, retries, waiting and working times, and shows what is under way", async () => {
    const clock = new FakeClock();
    const seen: [string, number?][] = [];
    let read: (() => QueueState) | undefined;
    const metrics: QueueMetrics = {
      added: () => seen.push(["added"]),
      retried: () => seen.push(["retried"]),
      taken: (ms) => seen.push(["taken", ms]),
      finished: (ms) => seen.push(["finished", ms]),
      observe: (state) => (read = state),
    };
    const queue = new WorkQueue({ clock, random: () => 0, metrics });
    queue.add("a");
    queue.add("a");
    queue.add("b", { priority: Priority.Initial });
    await clock.advance(5);
    await queue.take(never);
    await clock.advance(7);
    expect(read?.()).toEqual({
      depth: new Map([
        [0, 0],
        [-100, 1],
      ]),
      unfinishedMs: 7,
      longestRunningMs: 7,
    });
    queue.addRateLimited("a");
    queue.done("a");
    expect(seen).toEqual([["added"], ["added"], ["taken", 5], ["retried"], ["finished", 7]]);
    expect(queue.size).toBe(2);
  });
});
