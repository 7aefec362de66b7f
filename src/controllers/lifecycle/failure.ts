// The condition of a step that failed.
import { CloudError } from "../../cloud/errors.ts";
import { ReconcileError } from "../../lib/errors.ts";
import { reconcileErrorOf } from "./cloud-errors.ts";
import type { Managed } from "./resource.ts";
import type { Visit } from "./visit.ts";

/** Runs `work`; where it fails for a reason that people can act on, `type` says so, False, before the error goes on. */
export async function statingFailure<T>(visit: Visit<Managed>, type: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = error instanceof CloudError ? reconcileErrorOf(error) : error;
    if (failure instanceof ReconcileError) {
      const { reason, message } = failure;
      visit.state({ type, status: "False", reason, message });
    }
    throw error;
  }
}
