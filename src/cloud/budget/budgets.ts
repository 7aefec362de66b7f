// The budgets of accounts, kept longer than sessions: what "too many requests" has taught holds for the next credentials too.
import { RequestBudget, type BudgetClass, type BudgetOptions } from "./budget.ts";

interface Kept {
  readonly gateway: string;
  readonly budget: RequestBudget;
  readonly metrics: BudgetOptions["metrics"];
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
    kept?.budget.retire();
    const budget = new RequestBudget(options);
    this.#byAccount.set(options.account, { gateway, budget, metrics: options.metrics });
    return budget;
  }

  /** Classes of requests of the account of which somebody has waited for a minute or more. */
  lateOf(account: string): readonly BudgetClass[] {
    return this.#byAccount.get(account)?.budget.late ?? [];
  }

  /** Nobody is called any more. */
  close(): void {
    for (const { budget } of this.#byAccount.values()) budget.retire();
    this.#byAccount.clear();
  }

  /** Forgets what was learned about an account, and has it shown no more. Idempotent. */
  drop(account: string): void {
    const kept = this.#byAccount.get(account);
    this.#byAccount.delete(account);
    kept?.budget.retire();
    kept?.metrics?.forget(account);
  }
}
