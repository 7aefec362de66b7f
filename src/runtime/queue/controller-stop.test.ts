// The controller loop when time is up: the deadline of one reconcile, and the stop of the process.
import { describe, expect, it } from "vitest";
import { controllerSetup, scriptedController } from "../../../test/support/operator/controller-setup.ts";
import { sleep } from "../../lib/clock.ts";
import type { Result } from "./controller.ts";

/** Ends only when its signal is aborted, as a request does. */
const untilAborted = (signal: AbortSignal): Promise<Result> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });

describe("Controller: deadline and shutdown", () => {
  it("R7: aborts a reconcile at its deadline and retries it", async () => {
    const reasons: unknown[] = [];
    const { clock, controller, counts, start } = controllerSetup(
      ({ signal }) => {
        signal.addEventListener("abort", () => reasons.push(signal.reason));
        return reasons.length === 0 ? untilAborted(signal) : Promise.resolve({});
      },
      { deadlineMs: 300 },
    );
    controller.enqueue("a");
    void start();
    await clock.advance(299);
    expect(reasons).toEqual([]);
    await clock.advance(2000);
    expect(reasons).toMatchObject([{ name: "ReconcileTimeoutError" }]);
    expect(counts).toMatchObject({ timedOut: 1, error: 1, success: 1 });
    expect(counts["panicked"]).toBeUndefined();
  });

  it("R7: a reconcile that ignores its deadline blocks no worker, and its key runs again only after it has ended", async () => {
    const hung = Promise.withResolvers<Result>();
    const seen: string[] = [];
    const { clock, controller, lines, counts, start } = controllerSetup(
      ({ key }) => {
        seen.push(key);
        return seen.length === 1 ? hung.promise : Promise.resolve({});
      },
      { concurrency: 1, deadlineMs: 100, graceMs: 50 },
    );
    controller.enqueue("hung");
    void start();
    await clock.advance(0);
    controller.enqueue("other");
    controller.enqueue("hung");
    await clock.advance(149);
    expect(seen).toEqual(["hung"]);
    await clock.advance(1);
    expect(seen).toEqual(["hung", "other"]);
    expect(lines.filter((line) => line.level === "error").map((line) => line["name"])).toEqual(["hung"]);
    hung.resolve({});
    await clock.advance(0);
    expect(seen).toEqual(["hung", "other", "hung"]);
    expect(counts["active"]).toBe(0);
  });

  it("R5: a stop starts no new reconcile, aborts those in flight and waits for them", async () => {
    const seen: string[] = [];
    const { clock, controller, counts, lines, start, stop } = controllerSetup(
      async ({ key, signal }) => {
        seen.push(key);
        await untilAborted(signal).catch(() => sleep(clock, 20));
        throw signal.reason;
      },
      { concurrency: 1 },
    );
    controller.enqueue("a");
    controller.enqueue("b");
    let ended = false;
    const run = start().then(() => (ended = true));
    await clock.advance(0);
    stop();
    await clock.advance(19);
    expect(ended).toBe(false);
    await clock.advance(1);
    await run;
    expect(seen).toEqual(["a"]);
    expect(counts).toEqual({ concurrency: 1, active: 0 });
    expect(lines.map((line) => line.level)).toEqual(["debug"]);
    expect(clock.pending).toBe(0);
  });

  it("R5: a stop waits no longer than the grace period, and says what it left behind", async () => {
    const { clock, controller, lines, start, stop } = controllerSetup(() => new Promise(() => undefined), {
      graceMs: 500,
    });
    controller.enqueue("ns/a");
    let ended: unknown;
    const run = start().catch((error: unknown) => (ended = error));
    await clock.advance(0);
    stop();
    await clock.advance(499);
    expect(ended).toBeUndefined();
    await clock.advance(1);
    await run;
    expect(ended).toMatchObject({ message: "Reconciles ignored their abort signal: ns/a" });
    expect(lines).toMatchObject([{ level: "error", msg: "Reconcile ignored its abort signal and was left behind" }]);
    expect(clock.pending).toBe(0);
  });

  it("R5: does not start what was handed out in the moment of the stop", async () => {
    const { clock, controller, counts, start, stop } = controllerSetup(() => Promise.resolve({}));
    const run = start();
    await clock.advance(0);
    controller.enqueue("a");
    stop();
    await run;
    expect(counts).toEqual({ concurrency: 10 });
  });

  it("R5: does nothing when it is stopped before it starts", async () => {
    const { times, start, stop } = scriptedController([]);
    stop();
    await start();
    expect(times).toEqual([]);
  });
});
