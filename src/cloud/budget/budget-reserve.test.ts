// Turns that are taken before what they are for: a create waits for its turn before it is journaled, not after.
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { RequestBudget, withRequester } from "./budget.ts";

const never = new AbortController().signal;
const write = { class: "writes", signal: never } as const;

function setUp() {
  const clock = new FakeClock();
  const limits = { readsPerMinute: 60, writesPerMinute: 60 };
  return { clock, budget: new RequestBudget({ account: "team/account", limits, clock }) };
}

/** Whether it is served without time passing. */
async function isServed(work: Promise<unknown>): Promise<boolean> {
  return Promise.race([work.then(() => true), new Promise<boolean>((resolve) => setImmediate(resolve, false))]);
}

describe("a reserved turn", () => {
  it("lets the next request of its requester go at once, and no second one", async () => {
    const { budget } = setUp();
    await withRequester({ key: "Kind/one" }, async () => {
      using _turn = await budget.reserve(write);
      expect(await isServed(budget.acquire(write))).toBe(true);
      expect(await isServed(budget.acquire(write))).toBe(false);
    });
  });

  it("is nobody else's", async () => {
    const { budget } = setUp();
    await withRequester({ key: "Kind/one" }, async () => {
      using _turn = await budget.reserve(write);
      const others = withRequester({ key: "Kind/other" }, () => budget.acquire(write));
      expect(await isServed(others)).toBe(false);
    });
  });

  it("that was not used goes to whom is next", async () => {
    const { budget } = setUp();
    const others: Promise<unknown>[] = [];
    await withRequester({ key: "Kind/one" }, async () => {
      using _turn = await budget.reserve(write);
      others.push(withRequester({ key: "Kind/other" }, () => budget.acquire(write)));
    });
    expect(await isServed(Promise.all(others))).toBe(true);
  });

  it("that was used is not given back", async () => {
    const { budget } = setUp();
    await withRequester({ key: "Kind/one" }, async () => {
      using _turn = await budget.reserve(write);
      await budget.acquire(write);
    });
    expect(await isServed(withRequester({ key: "Kind/other" }, () => budget.acquire(write)))).toBe(false);
  });

  it("serves requests of its class only", async () => {
    const { budget } = setUp();
    await withRequester({ key: "Kind/one" }, async () => {
      using _turn = await budget.reserve(write);
      await budget.acquire({ class: "reads", signal: never });
      expect(await isServed(budget.acquire(write))).toBe(true);
    });
  });
});
