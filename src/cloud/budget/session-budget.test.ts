import { describe, expect, test } from "vitest";
import { ownBudget } from "../../../test/support/clouds/budgets.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { withRequester } from "./budget.ts";
import { SessionBudget, sessionClosed } from "./session-budget.ts";

const never = new AbortController().signal;
const write = { class: "writes", signal: never } as const;

/** Two sessions of one account with one write a second. */
function setUp() {
  const clock = new FakeClock();
  const budget = ownBudget(clock)({ readsPerMinute: 60, writesPerMinute: 60 });
  const closing = new AbortController();
  const old = new SessionBudget(budget, closing.signal);
  return { clock, old, present: new SessionBudget(budget, never), close: () => closing.abort(sessionClosed()) };
}

describe("the budget of a session", () => {
  test("is the account's: what one session uses, the next one waits for", async () => {
    const { clock, old, present } = setUp();
    await old.acquire(write);
    const next = present.acquire(write);
    await clock.advance(999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await next;
  });

  test("takes no turns for those who waited when the session was closed, and tells them so", async () => {
    const { clock, old, present, close } = setUp();
    await old.acquire(write);
    const waiting = [old.acquire(write), withRequester({ key: "a" }, () => old.reserveWrite(never))];
    const outcomes = Promise.allSettled(waiting);
    const next = present.acquire(write);
    close();
    await clock.advance(1_000);
    await next;
    const refused = { status: "rejected", reason: expect.objectContaining({ kind: "Unreachable" }) };
    expect(await outcomes).toEqual([refused, refused]);
    await expect(old.acquire(write)).rejects.toMatchObject({ kind: "Unreachable" });
  });

  test("ends the waiting of one caller by its own signal, with its reason", async () => {
    const { old } = setUp();
    await old.acquire(write);
    const reason = new Error("enough");
    const abort = new AbortController();
    const waiting = old.acquire({ class: "writes", signal: abort.signal });
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
