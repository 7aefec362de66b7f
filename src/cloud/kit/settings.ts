// What an account's spec says to its cloud: limits of its budget, and the provider's own block.
import type * as z from "zod";
import type { BudgetLimits } from "../budget/budget.ts";
import type { AccountSettings } from "../contract.ts";
import { CloudError } from "../errors.ts";

export function limitsOf({ requestBudget }: AccountSettings, defaults: BudgetLimits): BudgetLimits {
  const { readsPerMinute = defaults.readsPerMinute, writesPerMinute = defaults.writesPerMinute } = requestBudget;
  return { readsPerMinute, writesPerMinute };
}

/** Reads one provider's block by its schema; `path`: where the spec has it. Throws CloudError Rejected that names the field. */
export function readBlock<T extends z.ZodObject>(path: string, schema: T, block: unknown): z.output<T> {
  const result = schema.strict().safeParse(block);
  if (result.success) return result.data as z.output<T>;
  const [issue] = result.error.issues;
  const field = [path, ...(issue?.path ?? [])].join(".");
  throw new CloudError("Rejected", { message: `${field} is not valid: ${issue?.message ?? ""}`, advice: "" });
}
