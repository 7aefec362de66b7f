// Changing a cluster that is there: one request each, and what is said while the cloud is at it.
import type { Cluster } from "../../cloud/facets/clusters.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import { offered } from "../external/thing.ts";
import type { Work } from "./context.ts";
import type { Plan } from "./plan.ts";

export type Change = Extract<Plan, { do: "Describe" | "Hibernate" | "Wake" }>;

/** What to say while the change takes effect. Throws CloudError. */
export async function change(
  { clusters, visit }: Work,
  { id, mark }: Cluster,
  plan: Change,
): Promise<{ reason: string; message: string }> {
  if (plan.do === "Hibernate") await offered(clusters.hibernate, "spec.powerState")(id, visit.signal);
  else if (plan.do === "Wake") await offered(clusters.wake, "spec.powerState")(id, visit.signal);
  else {
    const setDescription = offered(clusters.setDescription, "spec.description");
    await setDescription(id, { description: plan.description, mark }, visit.signal);
  }
  visit.log.info({ externalId: id, change: plan.do }, "Requested change of cluster");
  return SAID[plan.do];
}

const SAID: Readonly<Record<Change["do"], { reason: string; message: string }>> = {
  Describe: { reason: Reason.Updating, message: "The description was changed" },
  Hibernate: { reason: Reason.Hibernating, message: "The cluster is going to sleep" },
  Wake: { reason: Reason.Waking, message: "The cluster is waking up" },
};
