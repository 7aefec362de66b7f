// ManagedNamespace: a namespace of a ManagedCluster that the cloud itself keeps: its quota, and who may enter.
import * as z from "zod";
import { integer } from "../../schema/fields.ts";
import { namespaceName } from "../../schema/formats.ts";
import { QUOTA_FIELDS } from "../../schema/quota.ts";
import { withImmutable } from "../../schema/rules.ts";
import { clusterRef, externalFields, externalSpec } from "../common/spec.ts";
import { cloudPhase, managedStatus, originFields } from "../common/status.ts";
import { blockFields, statusFields, withBlocks } from "../common/with-blocks.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import { managedNamespace } from "./kind.ts";

const KIND = managedNamespace.type.kind;

const MOST = 2 ** 31 - 1;

const BOUNDED: Readonly<Record<(typeof QUOTA_FIELDS)[number], string>> = {
  pods: "Pods.",
  cpuCores: "Whole cores that pods may request.",
  memoryGiB: "GiB of memory that pods may request.",
  storageGiB: "GiB of storage that claims may request.",
  deployments: "Deployments.",
  statefulSets: "StatefulSets.",
  jobs: "Jobs.",
  cronJobs: "CronJobs.",
  persistentVolumeClaims: "Claims of volumes.",
  configMaps: "ConfigMaps.",
  services: "Services.",
  loadBalancers: "Services of type LoadBalancer.",
  secrets: "Secrets.",
  ingresses: "Ingresses.",
};

function amounts(least: number) {
  const members = QUOTA_FIELDS.map(
    (field) => [field, integer({ min: least, max: MOST }).optional().describe(BOUNDED[field])] as const,
  );
  return z.object(Object.fromEntries(members) as Record<(typeof QUOTA_FIELDS)[number], (typeof members)[number][1]>);
}

const spec = z.object({
  clusterRef,
  ...externalFields,
  cloudName: namespaceName.optional().describe("Name of the namespace. Default: metadata.name. Immutable."),
  contentsOnDelete: z
    .enum(["Refuse", "Delete"])
    .default("Refuse")
    .describe(
      "When this resource is deleted while something is in the namespace. Refuse: deletion waits. Delete: it goes too.",
    ),
  quota: amounts(-1)
    .optional()
    .describe("Limits of what may be in the namespace; -1 is none. What is left out is not touched."),
  quotaBelowUsage: z
    .enum(["Refuse", "Apply"])
    .default("Refuse")
    .describe(
      "What becomes of a limit below what is in use. Refuse: it is not set, and said. Apply: it is; what runs goes on, and nothing new starts.",
    ),
  ...blockFields(KIND),
});

const status = z.object({
  ...managedStatus,
  ...originFields,
  cloudPhase: cloudPhase.optional(),
  quota: z
    .object({
      limits: amounts(-1).optional().describe("What the cloud has as limits; -1 is none."),
      used: amounts(0).optional().describe("What is in use."),
    })
    .optional()
    .describe("The namespace's quota."),
  ...statusFields(KIND),
});

export const managedNamespaceSchema = defineSchema(managedNamespace, {
  spec: withBlocks(externalSpec(withImmutable(spec, "cloudName", "it names the thing in the cloud")), KIND),
  status,
});

export type ManagedNamespace = Resource<typeof managedNamespaceSchema>;
