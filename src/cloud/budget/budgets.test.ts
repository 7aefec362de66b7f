// The budgets of accounts, as long as the accounts are there.
import { expect, test } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { BudgetMetrics } from "./budget.ts";
import { Budgets } from "./budgets.ts";

const never = new AbortController().signal;
const read = { class: "reads", signal: never } as const;
const LIMITS = { readsPerMinute: 60, writesPerMinute: 60 };

function setUp() {
  const clock = new FakeClock();
  const shown = new Map<string, number>();
  const metrics: BudgetMetrics = {
    observeWait: ({ account }) => void shown.set(account, (shown.get(account) ?? 0) + 1),
    setLimit: ({ account }) => void shown.set(account, (shown.get(account) ?? 0) + 1),
    forget: (account) => void shown.delete(account),
  };
  const budgets = new Budgets();
  const of = (account: string, gateway = "cloud") => budgets.of(gateway, { account, limits: LIMITS, clock, metrics });
  return { clock, shown, budgets, of };
}

test("A budget is kept for its account, and begins anew with another gateway", () => {
  const { of } = setUp();
  const first = of("team/a");
  expect(of("team/a")).toBe(first);
  expect(of("team/b")).not.toBe(first);
  expect(of("team/a", "another cloud")).not.toBe(first);
});

test("An account that is gone is shown no more, also when somebody still waited for its budget", async () => {
  const { clock, shown, budgets, of } = setUp();
  const budget = of("team/gone");
  of("team/kept");
  await budget.acquire(read);
  const waiting = budget.acquire(read);
  budgets.drop("team/gone");
  await clock.advance(1000);
  await waiting;
  expect([...shown.keys()]).toEqual(["team/kept"]);
  budgets.drop("team/gone");
  budgets.drop("team/unknown");
});

test("What still waits for the budget of an earlier gateway tells nothing more of the account", async () => {
  const { clock, shown, of } = setUp();
  const earlier = of("team/a", "earlier cloud");
  await earlier.acquire(read);
  const waiting = earlier.acquire(read);
  of("team/a", "present cloud");
  const before = shown.get("team/a");
  await clock.advance(1000);
  await waiting;
  expect(shown.get("team/a")).toBe(before);
});
