// Who leaves while it is not his turn, keeps his place, and is called; and who says so because he stays.
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { RequestBudget, withRequester, type OnBehalf } from "./budget.ts";
import { TurnAwaitedError } from "./class-queue.ts";

const never = new AbortController().signal;
const write = { class: "writes", signal: never } as const;

function setUp(writesPerMinute = 6) {
  const clock = new FakeClock();
  const late: number[] = [];
  const onLate = (): void => void late.push(clock.monotonic());
  const limits = { readsPerMinute: 60, writesPerMinute };
  const budget = new RequestBudget({ account: "team/account", limits, clock, onLate });
  const called: string[] = [];
  const told: string[] = [];
  const onBehalf = (key: string): OnBehalf => ({
    key,
    onTurn: () => void called.push(key),
    onLongWait: (account) => Promise.resolve(void told.push(`${key} ${account}`)),
  });
  /** A visit that reserves its turn and sends once; "left" where it is not its turn for long. */
  const visit = (key: string): Promise<"sent" | "left"> =>
    withRequester(onBehalf(key), async () => {
      using _turn = await budget.reserve(write);
      await budget.acquire(write);
      return "sent" as const;
    }).catch((error: unknown) => {
      if (error instanceof TurnAwaitedError) return "left";
      throw error;
    });
  return { clock, budget, called, told, late, onBehalf, visit };
}

describe("a turn that is reserved by who can be called", () => {
  it("is waited for in person where it comes within 5 s", async () => {
    const { clock, called, visit } = setUp(20);
    expect(await visit("a")).toBe("sent");
    const second = visit("b");
    await clock.advance(3_000);
    expect(await second).toBe("sent");
    expect(called).toEqual([]);
  });

  it("is left at once where it will take longer; each is called in the order in which they came, and finds its turn", async () => {
    const { clock, called, visit } = setUp();
    expect(await Promise.all(["a", "b", "c", "d"].map(visit))).toEqual(["sent", "left", "left", "left"]);
    await clock.advance(10_000);
    expect(called).toEqual(["b"]);
    await clock.advance(10_000);
    expect(called).toEqual(["b", "c"]);
    expect(await visit("c")).toBe("sent");
    expect(await visit("b")).toBe("sent");
  });

  it("keeps its place through visits that come before it", async () => {
    const { clock, called, visit } = setUp();
    await Promise.all(["a", "b", "c"].map(visit));
    await clock.advance(5_000);
    expect(await visit("c")).toBe("left");
    expect(await visit("d")).toBe("left");
    expect(await visit("b")).toBe("left");
    await clock.advance(25_000);
    expect(called).toEqual(["b", "c", "d"]);
  });

  it("is left after 5 s where it was to come sooner, and keeps its place", async () => {
    const { clock, budget, called, visit } = setUp(20);
    await withRequester({ key: "a" }, async () => {
      const permit = await budget.acquire(write);
      const second = visit("b");
      permit.throttled(30_000);
      await clock.advance(5_000);
      expect(await second).toBe("left");
    });
    await clock.advance(40_000);
    expect(called).toEqual(["b"]);
    expect(await visit("b")).toBe("sent");
  });

  it("goes to whom is next where nobody comes for it within a minute", async () => {
    const { clock, called, visit } = setUp();
    await Promise.all(["a", "b"].map(visit));
    await clock.advance(10_000);
    expect(called).toEqual(["b"]);
    await clock.advance(60_000);
    expect(await visit("c")).toBe("sent");
    expect(await visit("b")).toBe("left");
  });

  it("is called off when the budget is the account's no more", async () => {
    const { clock, budget, called, visit } = setUp();
    await Promise.all(["a", "b", "c"].map(visit));
    budget.retire();
    expect(called).toEqual(["b", "c"]);
    await clock.advance(120_000);
    expect(called).toEqual(["b", "c"]);
  });
});

describe("a request that waits in person", () => {
  it("is told of once after 5 s, and goes out when that was heard", async () => {
    const { clock, budget, told, onBehalf } = setUp();
    await budget.acquire(write);
    const waiting = withRequester(onBehalf("a"), () => budget.acquire(write));
    await clock.advance(4_999);
    expect(told).toEqual([]);
    await clock.advance(5_001);
    await waiting;
    expect(told).toEqual(["a team/account"]);
  });

  it("makes the budget late from its 60th second on, until no such wait is left", async () => {
    const { clock, budget, late, visit } = setUp();
    await Promise.all(Array.from({ length: 9 }, (_, index) => visit(`${index}`)));
    await clock.advance(59_999);
    expect(budget.late).toEqual([]);
    await clock.advance(1);
    expect(budget.late).toEqual(["writes"]);
    await clock.advance(30_000);
    expect(budget.late).toEqual([]);
    expect(late).toEqual([60_000, 80_000]);
  });
});
