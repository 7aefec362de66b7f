import { describe, expect, test } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { RequestBudget, withRequester, type BudgetClass, type BudgetMetrics, type Permit } from "./budget.ts";

const never = new AbortController().signal;

function setUp(limits: { readsPerMinute?: number; writesPerMinute?: number } = {}) {
  const clock = new FakeClock();
  const waits: number[] = [];
  const allowed: Partial<Record<BudgetClass, number>> = {};
  const metrics: BudgetMetrics = {
    observeWait: (_labels, seconds) => waits.push(seconds),
    setLimit: (labels, perMinute) => {
      allowed[labels.class] = perMinute;
    },
    forget: () => undefined,
  };
  const budget = new RequestBudget({
    account: "team/account",
    limits: { readsPerMinute: 60, writesPerMinute: 60, ...limits },
    clock,
    metrics,
  });
  const served: string[] = [];
  const ask = (name: string, key: string, signal = never): Promise<Permit> =>
    budget.acquire({ class: "writes", key, signal }).then((permit) => {
      served.push(name);
      return permit;
    });
  return { clock, budget, waits, allowed, served, ask };
}

describe("a request budget", () => {
  test("serves at its rate and counts the waits", async () => {
    const { clock, waits, served, ask } = setUp();
    await ask("first", "a");
    const others = Promise.all([ask("second", "a"), ask("third", "a")]);
    await clock.advance(999);
    expect(served).toEqual(["first"]);
    await clock.advance(1_001);
    await others;
    expect(served).toEqual(["first", "second", "third"]);
    expect(waits).toEqual([0, 1, 2]);
    expect(clock.pending).toBe(0);
  });

  test("gives each object its turn: many requests of one don't hold up another's", async () => {
    const { clock, served, ask } = setUp();
    const all = [ask("a1", "a"), ask("a2", "a"), ask("a3", "a"), ask("b1", "b"), ask("b2", "b")];
    await clock.advance(5_000);
    await Promise.all(all);
    expect(served).toEqual(["a1", "a2", "b1", "a3", "b2"]);
  });

  test("keeps reads and writes apart", async () => {
    const { budget, ask } = setUp({ readsPerMinute: 6 });
    await ask("a write", "a");
    await expect(budget.acquire({ class: "reads", signal: never })).resolves.toBeDefined();
  });

  test("rejects at once with the signal's reason, and the next in line moves up", async () => {
    const { clock, served, ask } = setUp();
    await ask("first", "a");
    const abort = new AbortController();
    const aborted = ask("aborted", "b", abort.signal);
    const last = ask("last", "c");
    const reason = new Error("enough");
    abort.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    await clock.advance(1_000);
    await last;
    expect(served).toEqual(["first", "last"]);
    await expect(ask("late", "b", AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("holds no timer when the last who waited gave up", async () => {
    const { clock, ask } = setUp();
    (await ask("first", "a")).throttled(3_600_000);
    const abort = new AbortController();
    const waiting = ask("waiting", "a", abort.signal);
    expect(clock.pending).toBe(1);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(clock.pending).toBe(0);
  });

  test("learns from a refusal: those who wait, wait out the cloud's time, and the limit shows it", async () => {
    const { clock, served, allowed, ask } = setUp({ writesPerMinute: 6_000 });
    const permit = await ask("refused", "a");
    permit.throttled(30_000);
    expect(allowed).toEqual({ reads: 60, writes: 3_000 });
    const next = ask("next", "b");
    await clock.advance(30_000);
    expect(served).toEqual(["refused"]);
    await clock.advance(20);
    await next;
    await clock.advance(600_000);
    await ask("later", "b");
    expect(allowed.writes).toBe(6_000);
  });

  test("serves those who wait as soon as another limit lets it", async () => {
    const { clock, budget, served, allowed, ask } = setUp({ writesPerMinute: 1 });
    await ask("first", "a");
    const next = ask("next", "a");
    await clock.advance(1_000);
    budget.limit({ readsPerMinute: 60, writesPerMinute: 60 });
    expect(allowed.writes).toBe(60);
    await clock.advance(1_000);
    await next;
    expect(served).toEqual(["first", "next"]);
  });

  test("knows on whose behalf a request is made from withRequester, through promises", async () => {
    const { clock, budget } = setUp();
    const served: string[] = [];
    const reconcile = (name: string, requests: number): Promise<unknown> =>
      withRequester({ key: name }, async () => {
        await Promise.resolve();
        const ask = (): Promise<unknown> =>
          budget.acquire({ class: "writes", signal: never }).then(() => served.push(name));
        await Promise.all(Array.from({ length: requests }, ask));
      });
    const all = Promise.all([reconcile("big", 4), reconcile("small", 1)]);
    await clock.advance(5_000);
    await all;
    expect(served).toEqual(["big", "big", "small", "big", "big"]);
  });
});
