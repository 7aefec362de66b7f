// Credentials that the cloud refuses in the middle of work are the account's to verify, for all of its users.
import { CloudError } from "../../cloud/errors.ts";

/** Runs `work`; where the cloud refuses the credentials, `suspect` is told before the error goes on. */
export async function suspecting<T>(suspect: () => void, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Unauthenticated") suspect();
    throw error;
  }
}
