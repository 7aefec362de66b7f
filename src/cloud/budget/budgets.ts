// The budgets of accounts, kept longer than sessions: what "too many requests" has taught holds for the next credentials too.
import { RequestBudget, type BudgetOptions } from "./budget.ts";

interface Kept {
  readonly gateway: string;
  readonly budget: RequestBudget;
}

export class Budgets {
  readonly #byAccount = new Map<string, Kept>();

  /**
   * The account's budget, with these limits from now on. `gateway`: who does the counting, such as provider and endpoint; of
   * another one nothing is known yet.
   */
  of(gateway: string, options: BudgetOptions): RequestBudget {
    const kept = this.#byAccount.get(options.account);
    if (kept?.gateway === gateway) {
      kept.budget.limit(options.limits);
      return kept.budget;
    }
    const budget = new RequestBudget(options);
    this.#byAccount.set(options.account, { gateway, budget });
    return budget;
  }

  /** Forgets what was learned about an account. Idempotent. */
  drop(account: string): void {
    this.#byAccount.delete(account);
  }
}
