// The registry's garbage collection (1.9): of the whole installation, one at a time; while it runs, a Harbor before 2.1 is read-only.
import * as z from "zod";
import { messageOf } from "../../lib/errors.ts";
import { parseSchedule } from "../../lib/cron.ts";
import type { WritePermit } from "../collection.ts";
import { CloudError } from "../errors.ts";
import type { GarbageCollector, GarbagePolicy } from "../facets/registry.ts";
import type { AccountOptions } from "./blocks.ts";
import type { ProjectClient } from "./client.ts";
import { freePercentOf, registryStorage } from "./facts.ts";

const DEFAULT_ZONE = "UTC";

const state = z.object({ job_status: z.string() });

/** Throws CloudError Rejected where the schedule or its time zone is none. */
export function garbageCollectorOf(client: ProjectClient, options: AccountOptions): GarbageCollector {
  const set = async (type: "Manual" | "None", { signal }: WritePermit): Promise<void> => {
    await client.send({ operation: "SetCollection", body: { type }, signal });
  };
  return {
    policy: policyOf(options),
    isRunning: (signal) => isCollecting(client, signal),
    freePercent: async (signal) => freePercentOf(await registryStorage(client, signal)),
    start: (permit) => set("Manual", permit),
    stop: (permit) => set("None", permit),
  };
}

/** "finished" and "pending"; a word that is neither counts as running, for nothing is to be written then. */
export async function isCollecting(client: ProjectClient, signal: AbortSignal): Promise<boolean> {
  const { value } = await client.read({ operation: "GetCollection", signal }, state);
  return value.job_status.toLowerCase() !== "finished";
}

function policyOf({ garbageCollection: asked }: AccountOptions): GarbagePolicy | undefined {
  if (asked === undefined) return undefined;
  const { schedule, freeBelowPercent, timeZone = DEFAULT_ZONE } = asked;
  try {
    return { schedule: schedule === undefined ? undefined : parseSchedule(schedule, timeZone), freeBelowPercent };
  } catch (error) {
    const message = `spec.easystack.garbageCollection is not valid: ${messageOf(error)}`;
    throw new CloudError("Rejected", { message, advice: "Correct it in the account" });
  }
}
