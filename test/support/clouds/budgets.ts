// The budget of an account whose session a test opens itself, without the directory that would keep it.
import { type BudgetLimits, RequestBudget } from "../../../src/cloud/budget/budget.ts";
import type { Clock } from "../../../src/lib/clock.ts";

/** Another one at each call: nothing is learned from earlier sessions. */
export function ownBudget(clock: Clock): (limits: BudgetLimits) => RequestBudget {
  return (limits) => new RequestBudget({ account: "team/account", limits, clock });
}
