// The registry's garbage collection (1.9): of the whole installation, one at a time; while it runs, a Harbor before 2.1 is read-only.
import { z } from "zod";
import type { ProjectClient } from "./client.ts";

const state = z.object({ job_status: z.string() });

/** "finished" and "pending"; a word that is neither counts as running, for nothing is to be written then. */
export async function collectionState(client: ProjectClient, signal: AbortSignal): Promise<"Running" | "Finished"> {
  const { value } = await client.read({ operation: "GetCollection", signal }, state);
  return value.job_status.toLowerCase() === "finished" ? "Finished" : "Running";
}
