// The clock that other tests trust: order, ties, cancelling, and promise chains between timers.
import { describe, expect, it } from "vitest";
import { sleep } from "../../../src/lib/clock.ts";
import { FakeClock } from "./fake-clock.ts";

describe("FakeClock", () => {
  it("runs due timers in the order of time, ties in the order they were set, and leaves later ones", async () => {
    const clock = new FakeClock();
    const ran: string[] = [];
    clock.after(20, () => ran.push("20"));
    clock.after(10, () => ran.push("10 first"));
    clock.after(10, () => ran.push("10 second"));
    clock.after(21, () => ran.push("21"));

    await clock.advance(20);

    expect(ran).toEqual(["10 first", "10 second", "20"]);
    expect(clock.pending).toBe(1);
  });

  it("shows each timer its own time, and the target afterwards, on both clocks", async () => {
    const clock = new FakeClock({ startMs: 1000 });
    const seen: number[] = [];
    clock.after(5, () => seen.push(clock.now(), clock.monotonic()));

    await clock.advance(7);

    expect(seen).toEqual([1005, 5]);
    expect([clock.now(), clock.monotonic()]).toEqual([1007, 7]);
  });

  it("lets promise chains set further timers, which run in the same advance when they are due", async () => {
    const clock = new FakeClock();
    const wakes: number[] = [];
    const loop = (async () => {
      for (let round = 0; round < 3; round++) {
        await sleep(clock, 10);
        wakes.push(clock.monotonic());
      }
    })();

    await clock.advance(30);
    await loop;

    expect(wakes).toEqual([10, 20, 30]);
    expect(clock.pending).toBe(0);
  });

  it("never runs a cancelled timer", async () => {
    const clock = new FakeClock();
    let ran = false;
    const timer = clock.after(1, () => (ran = true));
    timer.cancel();
    timer.cancel();

    await clock.advance(10);

    expect(ran).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it("tells how long it is until the next timer", async () => {
    const clock = new FakeClock();
    expect(clock.untilNextMs).toBeUndefined();
    clock.after(20, () => undefined);
    clock.after(10, () => undefined);

    await clock.advance(4);
    expect(clock.untilNextMs).toBe(6);

    await clock.advance(6);
    expect(clock.untilNextMs).toBe(10);
  });
});
