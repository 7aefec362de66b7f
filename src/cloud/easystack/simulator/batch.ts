// Calls that take several names. The reference has no form for one that fails in part.
import type { EcnsRules } from "./state.ts";

/**
 * One after the other. The first failure ends the call, or, with `--batches Continue`, is thrown after the rest was tried:
 * either way what went before it has happened.
 */
export async function inBatch<Item>(
  { batches }: EcnsRules,
  items: readonly Item[],
  act: (item: Item) => Promise<void> | void,
): Promise<void> {
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      await act(item);
    } catch (error) {
      failures.push(error);
      if (batches === "Stop") break;
    }
  }
  if (failures.length > 0) throw failures[0];
}
