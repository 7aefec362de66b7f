// What a cloud may refuse to tell: a status then goes without it.
import { CloudError } from "../errors.ts";

/** Undefined where it is refused. Throws CloudError where the cloud does not answer. */
export async function told<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof CloudError && REFUSALS.has(error.kind)) return undefined;
    throw error;
  }
}

const REFUSALS: ReadonlySet<CloudError["kind"]> = new Set(["Forbidden", "Rejected", "NotFound"]);

/** Without the members that were not told. */
export function withoutGaps<T extends object>(facts: T): T {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as T;
}
