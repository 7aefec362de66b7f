// The jobs facet of CCE (API Reference 4.1.24, Job Management), read leniently.
import * as z from "zod";
import type { Job, JobPhase, JobsFacet } from "../facets/jobs.ts";
import { pathOf } from "../kit/uri.ts";
import { explanation, lenientObject, optionalText, text } from "../kit/wire.ts";
import type { HuaweiClient } from "./client.ts";

const KNOWN_PHASES: readonly JobPhase[] = ["Initializing", "Running", "Success", "Failed"];

const jobStatus = lenientObject({ phase: text, reason: text });

const jobSpec = {
  type: text,
  resourceID: optionalText,
  /** The table calls it a text; it is an object in the example. */
  extendParam: lenientObject({ serverID: optionalText }),
};

/** Tables say that subJobs is an object; it is an array in the example. */
const job = z
  .object({
    metadata: z.object({ uid: z.string().min(1) }),
    spec: lenientObject({
      ...jobSpec,
      subJobs: z.array(z.object({ spec: lenientObject(jobSpec), status: jobStatus })).catch([]),
    }),
    status: jobStatus,
  })
  .transform(({ metadata, spec, status }): Job => {
    const phase = phaseOf(status.phase);
    const serverIds = [spec, ...spec.subJobs.map((step) => step.spec)].map(({ extendParam }) => extendParam.serverID);
    const servers = [...new Set(serverIds.filter(isTold))].map((serverId) => ({ serverId, phase }));
    return {
      id: metadata.uid,
      phase,
      type: spec.type,
      reason: explanation(status.reason),
      steps: spec.subJobs.map((step) => ({
        type: step.spec.type,
        phase: phaseOf(step.status.phase),
        reason: explanation(step.status.reason),
      })),
      ...(isTold(spec.resourceID) && { resourceId: spec.resourceID }),
      ...(servers.length > 0 && { servers }),
    };
  });

export function jobsFacet(client: HuaweiClient): JobsFacet {
  return {
    get: (id, signal) => client.find({ operation: "GetJob", method: "GET", path: pathOf("jobs", id), signal }, job),
  };
}

function phaseOf(word: string): JobPhase {
  return KNOWN_PHASES.find((phase) => phase === word) ?? "Unknown";
}

function isTold(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
