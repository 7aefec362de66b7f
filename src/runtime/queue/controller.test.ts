// The controller loop on a clock turned by hand: what follows from each end of a reconcile, and who works when.
import { describe, expect, it } from "vitest";
import { controllerSetup, scriptedController } from "../../../test/support/operator/controller-setup.ts";
import { KubeError } from "../../kube/errors.ts";
import { sleep } from "../../lib/clock.ts";
import { RetryableError, TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Result } from "./controller.ts";
import { Priority } from "./queue.ts";

const described = { reason: "Reason", message: "Message" };

const fail = (error: Error) => (): never => {
  throw error;
};

describe("Controller: results", () => {
  it("R6: runs a key that is done only when it is asked for again", async () => {
    const { clock, times, counts, start } = scriptedController([]);
    void start();
    await clock.advance(10_000_000);
    expect(times).toEqual([0]);
    expect(counts).toMatchObject({ success: 1, concurrency: 10, active: 0 });
  });

  it("R6: runs again after the time that the result asks for", async () => {
    const { clock, times, counts, start } = scriptedController([() => Promise.resolve({ requeueAfterMs: 600 })]);
    void start();
    await clock.advance(1000);
    expect(times).toEqual([0, 600]);
    expect(counts).toMatchObject({ requeue_after: 1, success: 1 });
  });

  it("R6: polls what waits, without an error", async () => {
    const waiting = new WaitingError({ ...described, pollAfterMs: 15_000 });
    const { clock, times, counts, lines, start } = scriptedController([fail(waiting), fail(waiting)]);
    void start();
    await clock.advance(60_000);
    expect(times).toEqual([0, 15_000, 30_000]);
    expect(counts).toEqual({ requeue_after: 2, success: 1, concurrency: 10, active: 0 });
    expect(lines.map((line) => line.level)).toEqual(["debug", "debug", "debug"]);
  });

  it("R6: tries a terminal error again after the time for that key, and counts it as one", async () => {
    const terminalRetryMs = (key: string): number => key.length * 1000;
    const { clock, times, counts, lines, start } = scriptedController([fail(new TerminalError(described))], {
      terminalRetryMs,
    });
    void start();
    await clock.advance(60_000);
    expect(times).toEqual([0, 4000]);
    expect(counts).toMatchObject({ error: 1, terminalError: 1, success: 1 });
    expect(lines.filter((line) => line.level === "warn")).toHaveLength(1);
  });

  it("R4: backs off after retryable errors, and success forgets them", async () => {
    const retryable = fail(new RetryableError(described));
    const done = (): Promise<Result> => Promise.resolve({ requeueAfterMs: 1 });
    const { clock, times, start } = scriptedController([retryable, retryable, retryable, done, retryable], {
      random: () => 1 - Number.EPSILON,
    });
    void start();
    await clock.advance(60_000);
    expect(times.map(Math.round)).toEqual([0, 2000, 6000, 14_000, 14_001, 16_001]);
  });

  it("R4: Retry-After of a cloud or of the API server wins", async () => {
    const throttled = new KubeError({ code: 429, details: { retryAfterSeconds: 3 } }, { method: "GET", path: "/" });
    const ends = [fail(new RetryableError({ ...described, retryAfterMs: 42_000 })), fail(throttled)];
    const { clock, times, start } = scriptedController(ends);
    void start();
    await clock.advance(60_000);
    expect(times).toEqual([0, 42_000, 45_000]);
  });

  it("R6: says nothing loud about a conflict, which is the ordinary course of things", async () => {
    const conflict = new KubeError({ code: 409 }, { method: "PUT", path: "/" });
    const { clock, times, lines, start } = scriptedController([fail(conflict)]);
    void start();
    await clock.advance(2000);
    expect(times).toEqual([0, 1000]);
    expect(lines.map((line) => line.level)).toEqual(["debug", "debug"]);
  });
});

describe("Controller: exceptions", () => {
  it("R6: an exception is an error of its key alone, counted as a panic and retried", async () => {
    const seen: string[] = [];
    const { clock, controller, counts, lines, start } = controllerSetup(({ key }) => {
      seen.push(key);
      if (key === "bad" && seen.length < 3) throw new TypeError("x is not a function");
      return Promise.resolve({});
    });
    controller.enqueue("bad");
    controller.enqueue("good");
    void start();
    await clock.advance(1000);
    expect(seen).toEqual(["bad", "good", "bad"]);
    expect(counts).toMatchObject({ panicked: 1, error: 1, success: 2 });
    expect(lines.find((line) => line.level === "error")).toMatchObject({
      name: "bad",
      err: { type: "TypeError", message: "x is not a function", stack: expect.stringContaining("controller.test") },
    });
  });

  it("R6: a delay that cannot be had is an error of its key, too", async () => {
    const { clock, times, counts, start } = scriptedController([() => Promise.resolve({ requeueAfterMs: Number.NaN })]);
    void start();
    await clock.advance(1000);
    expect(times).toEqual([0, 1000]);
    expect(counts).toMatchObject({ panicked: 1 });
  });
});

describe("Controller: workers", () => {
  it("R1: runs as many keys at once as it has workers, and no key twice at once", async () => {
    const running: string[] = [];
    let most = 0;
    const { clock, controller, start } = controllerSetup(
      async ({ key, signal }) => {
        expect(running).not.toContain(key);
        running.push(key);
        most = Math.max(most, running.length);
        await sleep(clock, 10, signal);
        running.splice(running.indexOf(key), 1);
        return {};
      },
      { concurrency: 3 },
    );
    for (const key of ["a", "b", "c", "d", "e"]) controller.enqueue(key);
    void start();
    await clock.advance(5);
    expect(running).toEqual(["a", "b", "c"]);
    controller.enqueue("a");
    await clock.advance(100);
    expect(most).toBe(3);
  });

  it("R3: hands priorities on to the queue", async () => {
    const seen: string[] = [];
    const { clock, controller, start } = controllerSetup(({ key }) => {
      seen.push(key);
      return Promise.resolve({});
    });
    controller.enqueue("initial", Priority.Initial);
    controller.enqueue("user");
    void start();
    await clock.advance(0);
    expect(seen).toEqual(["user", "initial"]);
  });

  it("names the request to somebody else's service that failed, whatever the error was made into", async () => {
    const cause = Object.assign(new Error("403"), { requestId: "id-1" });
    const ends = [new TerminalError({ ...described, cause }), new RetryableError({ ...described, cause }), cause];
    const { clock, lines, start } = scriptedController(ends.map(fail), { terminalRetryMs: () => 1 });
    void start();
    await clock.advance(10_000);
    const failures = lines.filter(({ level }) => level === "warn" || level === "error");
    expect(failures.map(({ requestId }) => requestId)).toEqual(["id-1", "id-1", "id-1"]);
  });

  it("names the object and the reconcile in every log line", async () => {
    const { clock, controller, lines, start } = controllerSetup(({ log }) => {
      log.info("Looked");
      return Promise.resolve({});
    });
    controller.enqueue("ns/a");
    controller.enqueue("cluster-scoped");
    void start();
    await clock.advance(0);
    const fields = { controller: "widget", controllerGroup: "example.dev", controllerKind: "Widget" };
    const looked = lines.filter((line) => line.msg === "Looked");
    expect(looked).toMatchObject([
      { ...fields, namespace: "ns", name: "a", reconcileID: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      { ...fields, name: "cluster-scoped" },
    ]);
    expect(looked[1]).not.toHaveProperty("namespace");
    expect(new Set(looked.map((line) => line["reconcileID"])).size).toBe(2);
  });
});
