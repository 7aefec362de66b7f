// What an account says of its budget of requests.
import type { BudgetClass } from "../../cloud/budget/budget.ts";
import { CloudAccountCondition, CloudAccountReason as Reason } from "../../crds/cloudaccount/conditions.ts";
import { listed } from "../../lib/text.ts";
import type { Statement } from "../../runtime/conditions.ts";

/** `late`: of which requests somebody has waited for a minute or more. */
export function budgetStatement(late: readonly BudgetClass[]): Statement {
  const type = CloudAccountCondition.BudgetAvailable;
  if (late.length === 0) {
    return { type, status: "True", reason: Reason.WithinBudget, message: "No request waits for long" };
  }
  const fields = listed(late.map((each) => `${each}PerMinute`));
  const message =
    `Requests have waited for their turn for a minute or more. They go on by themselves; faster where the cloud allows more and ` +
    `spec.requestBudget (${fields}) is raised`;
  return { type, status: "False", reason: Reason.RequestsWait, message };
}
