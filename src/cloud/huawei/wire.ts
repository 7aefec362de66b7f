// What the wire formats of CCE have in common.
import type * as z from "zod";
import { lenientObject, optionalText } from "../kit/wire.ts";

/** `jobID` (4.1.1), `jobId` (4.1.23) or `jobid`. */
export const jobReference = {
  jobID: optionalText,
  jobId: optionalText,
  jobid: optionalText,
};

export function jobIdOf(wire: z.output<z.ZodObject<typeof jobReference>>): string | undefined {
  return [wire.jobID, wire.jobId, wire.jobid].find((id) => id !== undefined && id !== "");
}

/** What a create answers. */
export const created = lenientObject({
  metadata: lenientObject({ uid: optionalText }),
  status: lenientObject(jobReference),
});
