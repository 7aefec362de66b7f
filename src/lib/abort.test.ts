import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { untilAborted } from "./abort.ts";
import { SingleFlight } from "./single-flight.ts";

const never = new AbortController().signal;

describe("waiting until aborted", () => {
  test("ends as the work does", async () => {
    await expect(untilAborted(Promise.resolve(7), never)).resolves.toBe(7);
    await expect(untilAborted(Promise.reject(new Error("no")), never)).rejects.toThrow("no");
  });

  test("ends with the signal's reason, whatever becomes of the work", async () => {
    const stop = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    const waiting = untilAborted(promise, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    // Nobody waits for it any more: it must not end the process.
    reject(new Error("late"));
    await expect(untilAborted(promise, stop.signal)).rejects.toThrow("stopped");
  });
});

describe("a single flight", () => {
  function counted() {
    const runs: PromiseWithResolvers<number>[] = [];
    const flight = new SingleFlight(() => {
      const run = Promise.withResolvers<number>();
      runs.push(run);
      return run.promise;
    });
    return { flight, runs };
  }

  test("runs once for all who ask meanwhile, and again for who asks later", async () => {
    const { flight, runs } = counted();
    const first = [flight.join(never), flight.join(never)];
    runs[0]?.resolve(1);
    expect(await Promise.all(first)).toEqual([1, 1]);
    const second = flight.join(never);
    runs[1]?.resolve(2);
    expect(await second).toBe(2);
    expect(runs).toHaveLength(2);
  });

  test("goes on for the others when one of them leaves", async () => {
    const { flight, runs } = counted();
    const stop = new AbortController();
    const leaving = flight.join(stop.signal);
    const staying = flight.join(never);
    stop.abort(new Error("gone"));
    await expect(leaving).rejects.toThrow("gone");
    runs[0]?.resolve(1);
    expect(await staying).toBe(1);
  });

  test("starts nothing for who is gone already, and fails quietly where all have left", async () => {
    const { flight, runs } = counted();
    await expect(flight.join(AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    expect(runs).toHaveLength(0);
    const stop = new AbortController();
    const leaving = flight.join(stop.signal);
    stop.abort(new Error("gone"));
    await expect(leaving).rejects.toThrow("gone");
    runs[0]?.reject(new Error("failed"));
    await setImmediate();
    const next = flight.join(never);
    runs[1]?.resolve(2);
    expect(await next).toBe(2);
  });
});
