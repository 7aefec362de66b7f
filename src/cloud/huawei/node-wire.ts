// Wire formats of single nodes (CCE API Reference 4.1.9 to 4.1.17), read leniently.
import * as z from "zod";
import type { ClusterNode, NodePhase } from "../facets/nodes.ts";
import { instant, lenientObject, listOf, optionalText, text } from "../kit/wire.ts";
import { jobIdOf, jobReference } from "./wire.ts";

/** Table 4-115, and what today's clouds add. */
const PHASES: Readonly<Record<string, NodePhase>> = {
  Build: "Creating",
  Installing: "Creating",
  Active: "Active",
  Abnormal: "Abnormal",
  Error: "Failed",
  RepairFailed: "Failed",
  Deleting: "Deleting",
  Upgrading: "Changing",
  Repairing: "Changing",
};

/** On demand, in 4.1.9 and wherever it is left out; whatever else is paid for a term. */
const ON_DEMAND = 0;

/** 4.1.10, and each of 4.1.11. No read tells labels, taints or passwords. */
export const node = z
  .object({
    metadata: z.object({
      uid: z.string().min(1),
      name: text,
      updateTimestamp: text,
      annotations: z.record(z.string(), z.unknown()).catch({}),
    }),
    spec: lenientObject({
      os: optionalText,
      billingMode: z.int().catch(ON_DEMAND),
    }),
    status: lenientObject({
      phase: text,
      serverId: optionalText,
      publicIP: optionalText,
      privateIP: optionalText,
      ...jobReference,
    }),
  })
  .transform(({ metadata, spec, status }): ClusterNode => ({
    id: metadata.uid,
    name: metadata.name,
    poolId: poolIdOf(metadata.annotations["kubernetes.io/node-pool.id"]),
    phase: PHASES[status.phase] ?? "Unknown",
    cloudPhase: status.phase,
    serverId: told(status.serverId),
    knownAs: told(status.serverId),
    isPrepaid: spec.billingMode !== ON_DEMAND,
    internalIp: told(status.privateIP),
    externalIp: told(status.publicIP),
    os: told(spec.os),
    updatedAtMs: instant(metadata.updateTimestamp),
    jobId: jobIdOf(status),
  }));

/** 4.1.11. */
export const nodeList = z.object({ items: listOf(node) });

/** What 4.1.14 and 4.1.15 answer, whose job stands at the top; 4.1.16 and 4.1.17 have it below `status`. */
export const nodesTask = lenientObject({ ...jobReference, status: lenientObject(jobReference) }).transform(
  ({ status, ...above }) => ({ jobId: jobIdOf(above) ?? jobIdOf(status) }),
);

/** Of a node outside of all pools it is `zone#flavor#os` (table 4-99). */
function poolIdOf(annotation: unknown): string | undefined {
  return typeof annotation === "string" && annotation !== "" && !annotation.includes("#") ? annotation : undefined;
}

function told(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}
