// What only EasyStack ECNS needs of a ManifestSet, and what it alone tells of one.
import * as z from "zod";
import { withRule, withTransitionRule } from "../../schema/enforced.ts";
import { integer, listMapOf, listOf, text } from "../../schema/fields.ts";
import { namespaceName, objectName, time } from "../../schema/formats.ts";

const word = text({ min: 1, max: 253 });
const ref = text({ min: 1, max: 700 });
const revision = integer({ min: 1, max: 2 ** 31 - 1 });

const WORKLOAD_KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;
const workloadKind = z.enum(WORKLOAD_KINDS).describe("Kind of the workload.");

const logs = z
  .object({
    container: word.describe("Name of a container of the workload."),
    paths: listOf(text({ min: 1, max: 253 }).describe("Path in the container."), { max: 16 }).describe(
      "Files whose lines are collected.",
    ),
  })
  .describe("Log files of one container.");

const workload = z
  .object({
    kind: workloadKind,
    namespace: namespaceName.describe("Its namespace in the cluster."),
    name: objectName.describe("Its name."),
    powerState: z
      .enum(["Running", "Stopped"])
      .optional()
      .describe("Stopped: it runs no pods, whatever its manifest says. Left out: not touched."),
    restartAt: text({ min: 1, max: 253 })
      .optional()
      .describe("Any text, such as a time: each new one has the pods made anew once."),
    rollbackTo: revision
      .optional()
      .describe("Revision whose pod template it runs with, whatever its manifest says, for as long as this stands."),
    revisionsToKeep: integer({ min: 1, max: 1_000 })
      .optional()
      .describe("So many of the newest revisions stay; the one at work and the one rolled back to always do."),
    logs: listOf(logs, { max: 16 }).optional().describe("Log files that the cloud collects. With route Forms alone."),
  })
  .describe("What the manifest of a workload can't say.");

const balancer = z.object({
  name: word.describe("Name of the balancer in the cloud."),
  subnetId: word.optional().describe("Id of the subnet that it is in."),
  zone: word.optional().describe("Availability zone."),
  cpuArch: word.optional().describe("Architecture of its servers."),
  topology: word.optional().describe("How its servers stand together."),
  flavor: word.optional().describe("Size of its servers."),
  volumeType: word.optional().describe("Type of their volumes."),
  replicas: integer({ min: 1, max: 100 }).optional().describe("How many servers."),
});

const service = z
  .object({
    namespace: namespaceName.describe("Its namespace in the cluster."),
    name: objectName.describe("Its name."),
    workload: z
      .object({ kind: workloadKind, name: objectName.describe("Its name.") })
      .optional()
      .describe("The workload that it leads to."),
    loadBalancer: balancer.optional().describe("A dedicated balancer in front of it."),
  })
  .describe("What the manifest of a Service can't say.");

const fields = z.object({
  product: z
    .enum(["eks", "hybrid", "security"])
    .optional()
    .describe(
      "Whose calls are used: of containers, of hybrid orchestration or of secure containers. Default: eks. Immutable.",
    ),
  route: z
    .enum(["Yaml", "Forms"])
    .optional()
    .describe(
      "How objects get into the cluster: as they are, or by the cloud's forms, which lose no field but refuse those that they lack. Default: Yaml.",
    ),
  forceDelete: z.boolean().optional().describe("Whether workloads and pods are deleted by force. Default: false."),
  workloads: listMapOf(workload, { keys: ["kind", "namespace", "name"], max: 64 })
    .optional()
    .describe("What the manifests of workloads of this set can't say."),
  services: listMapOf(service, { keys: ["namespace", "name"], max: 64 })
    .optional()
    .describe("What the manifests of Services of this set can't say. With route Forms alone."),
});

export const manifests = withRule(
  fields,
  {
    rule: "(has(self.route) && self.route == 'Forms') || (!has(self.services) && (!has(self.workloads) || !self.workloads.exists(w, has(w.logs))))",
    message: "services, and logs of workloads, need route Forms: no YAML says them",
    fieldPath: ".route",
  },
  ({ route, services, workloads = [] }) =>
    route === "Forms" || (services === undefined && workloads.every((each) => each.logs === undefined)),
);

export const manifestsStatus = z.object({
  workloads: listMapOf(
    z
      .object({
        ref: ref.describe("The object as group/Kind/namespace/name."),
        revision: revision.optional().describe("Revision that it is at."),
        restartedFor: text({ max: 253 }).optional().describe("The restartAt for which its pods were made anew last."),
        rolledBackTo: revision.optional().describe("The revision that it was rolled back to, and stays at."),
        stopped: z.boolean().optional().describe("Whether it is stopped on purpose."),
        restarting: z
          .object({
            for: text({ max: 253 }).describe("The restartAt that asks for it."),
            since: time.describe("When it was sent."),
          })
          .optional()
          .describe("A restart of which it is not known yet whether it was done; written before it is sent."),
        rollingBack: z
          .object({
            to: revision.describe("The revision."),
            template: text({ max: 128 }).describe("Print of the revision's pod template."),
            since: time.describe("When it was sent."),
          })
          .optional()
          .describe("A rollback of which it is not known yet whether it was done; written before it is sent."),
        surplus: listOf(revision.describe("A revision."), { max: 64 })
          .optional()
          .describe("Revisions whose deletion was asked for and that were there still."),
      })
      .describe("A workload for which spec.easystack.workloads says something."),
    { keys: ["ref"], max: 64 },
  )
    .optional()
    .describe("What was done of spec.easystack.workloads."),
  urls: listOf(text({ max: 1_024 }).describe("An address."), { max: 64 })
    .optional()
    .describe("Where the Ingresses of this set answer, as the cloud tells it."),
});

export type ManifestOptions = z.output<typeof fields>;
export type ManifestFacts = z.output<typeof manifestsStatus>;

/** Objects are of the product that made them. */
export function withFixedProduct<Spec extends z.ZodObject>(spec: Spec): Spec {
  return withTransitionRule(spec, {
    rule: `${productOf("self")} == ${productOf("oldSelf")}`,
    message: "easystack.product is immutable: objects are of the product whose calls made them",
    reason: "FieldValueForbidden",
    fieldPath: ".easystack",
  });
}

function productOf(version: string): string {
  const block = `${version}.easystack`;
  return `(has(${block}) && has(${block}.product) ? ${block}.product : 'eks')`;
}
