// Answers of a store that are about one thing, and the same for as long as nobody does something about it: the rest goes on.
import { CloudError } from "../../cloud/errors.ts";

export function isRefusal(error: unknown): boolean {
  return isForbidden(error) || (error instanceof CloudError && error.kind === "Rejected");
}

/** There is no right on that cluster's id. */
export function isForbidden(error: unknown): error is CloudError {
  return error instanceof CloudError && error.kind === "Forbidden";
}
