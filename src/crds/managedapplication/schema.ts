// ManagedApplication: a named group of workloads in a ManagedCluster that the cloud itself keeps, on some clouds with servers beside them.
import * as z from "zod";
import { withTransitionRule } from "../../schema/enforced.ts";
import { integer, listMapOf, text } from "../../schema/fields.ts";
import { namespaceName, objectName } from "../../schema/formats.ts";
import { withImmutable } from "../../schema/rules.ts";
import { clusterRef, externalFields, externalSpec } from "../common/spec.ts";
import { cloudPhase, managedStatus, originFields } from "../common/status.ts";
import { blockFields, statusFields, withBlocks } from "../common/with-blocks.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { managedApplication } from "./kind.ts";

const KIND = managedApplication.type.kind;

const KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;
const whole = integer({ min: 0, max: 2 ** 31 - 1 });

const spec = z.object({
  clusterRef,
  ...externalFields,
  cloudName: namespaceName.optional().describe("Name of the application. Default: metadata.name. Immutable."),
  targetNamespace: namespaceName.default("default").describe("Namespace of that cluster in which it is. Immutable."),
  description: text({ max: 140 })
    .regex(/^[^\r\n]*$/)
    .optional()
    .describe("One line, shown in the cloud's console. Left out: not touched."),
  members: listMapOf(
    z
      .object({
        kind: z.enum(KINDS).describe("Kind of the workload."),
        name: objectName.describe("Name of the workload."),
      })
      .describe("A workload that is there, such as one of a ManifestSet."),
    { keys: ["kind", "name"], max: 64 },
  )
    .optional()
    .describe(
      "Workloads that are gathered in it, whole: others are let go of. They are attached and detached, never deleted. Left out: not touched.",
    ),
  powerState: z
    .enum(["Running", "Stopped"])
    .optional()
    .describe("Whether its workloads run. Servers can't be stopped. Left out: not touched."),
  restartAt: text({ min: 1, max: 64 })
    .regex(/^[^\r\n]+$/)
    .optional()
    .describe(
      "Any text, such as a time: another one than before has the pods of its workloads made anew once. What it begins with restarts nothing.",
    ),
  contentsOnDelete: z
    .enum(["Refuse", "Keep", "Workloads", "WorkloadsAndServices", "All"])
    .default("Refuse")
    .describe(
      "What becomes of what is in it when this resource is deleted; members are never deleted. Refuse: deletion waits while workloads that " +
        "are no members, or servers, are in it. Keep: they stay, and servers cost on. Workloads, WorkloadsAndServices: these go; servers stay. " +
        "All: all goes, servers too.",
    ),
  ...blockFields(KIND),
});

const status = z.object({
  ...managedStatus,
  ...originFields,
  cloudPhase: cloudPhase.optional(),
  restartedFor: text({ max: 64 })
    .optional()
    .describe("The text of spec.restartAt that was acted on last; empty where there was none at the beginning."),
  workloads: listMapOf(
    z
      .object({
        kind: z.enum(KINDS).describe("Kind of the workload."),
        name: text({ min: 1, max: 253 }).describe("Name of the workload."),
        state: text({ max: 253 }).describe("In the cloud's words."),
        ready: whole.describe("Pods that are ready."),
        desired: whole.describe("Pods that are wanted."),
        stoppedByUs: z
          .boolean()
          .optional()
          .describe("Of a DaemonSet, which does not show whether it is stopped: this resource has stopped it."),
      })
      .describe("A workload in it."),
    { keys: ["kind", "name"], max: 256 },
  )
    .optional()
    .describe("What is in it."),
  ...statusFields(KIND),
});

const FIXED = withImmutable(externalSpec(spec), "cloudName", "it names the thing in the cloud");

const placed = withTransitionRule(FIXED, {
  rule: "self.targetNamespace == oldSelf.targetNamespace",
  message: "targetNamespace is immutable: what was made in one namespace cannot be found in another",
  reason: "FieldValueForbidden",
  fieldPath: ".targetNamespace",
});

export const managedApplicationSchema = defineSchema(managedApplication, {
  spec: withBlocks(placed, KIND),
  status,
});

export type ManagedApplication = Resource<typeof managedApplicationSchema>;
