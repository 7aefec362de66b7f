// What only EasyStack ECNS tells of a ManagedCluster: how its nodes do, and what is in it.
import * as z from "zod";
import { integer } from "../../schema/fields.ts";

const whole = integer({ min: 0, max: 2 ** 31 - 1 });

const instances = z.object({
  active: whole.describe("At work."),
  shutoff: whole.describe("Shut off."),
  error: whole.describe("In error."),
  other: whole.describe("In any other state."),
});

export const clusterStatus = z.object({
  type: z.string().max(63).optional().describe("EKS, EHOS or EOS."),
  nodes: z
    .object({
      total: whole.describe("Nodes of the cluster."),
      ready: whole.describe("Of them, those that are ready."),
      hybridOrchestration: whole.optional().describe("Nodes on which hybrid applications run."),
      secureContainer: whole.optional().describe("Nodes on which secure containers run."),
    })
    .optional()
    .describe("Its nodes."),
  pods: z
    .object({
      running: whole.describe("Pods that run."),
      failed: whole.describe("Pods that have failed."),
      other: whole.describe("All others."),
    })
    .optional()
    .describe("Pods of all namespaces."),
  claims: z
    .object({
      available: whole.describe("Bound, and not in use."),
      mounted: whole.describe("In use."),
      creating: whole.describe("Not bound yet."),
      error: whole.describe("Lost their volume."),
    })
    .optional()
    .describe("Claims of volumes, of all namespaces."),
  servers: instances.optional().describe("Servers of hybrid applications and secure containers."),
  loadBalancers: instances.optional().describe("Load balancers in front of Services."),
});

export type ClusterFacts = z.output<typeof clusterStatus>;
