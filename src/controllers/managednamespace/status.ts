// What a namespace shows, for the status of its resource.
import { tellStatus } from "../../cloud/blocks.ts";
import { ManagedNamespaceCondition, ManagedNamespaceReason as Reason } from "../../crds/managednamespace/conditions.ts";
import type { ManagedNamespace } from "../../crds/managednamespace/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Plan } from "../external/kind.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { differences } from "./plan.ts";
import { almostUsed } from "./quota.ts";
import type { NamespaceSeen } from "./scope.ts";

export function describe(visit: Visit<ManagedNamespace>, seen: NamespaceSeen, plan: Plan<unknown> | undefined): void {
  const { status } = visit;
  const { item, quota, provider } = seen;
  status.cloudName = item.name;
  status.cloudPhase = item.cloudPhase;
  status.quota = { limits: quota.limits, used: quota.used };
  tellStatus(provider, status, item.told);
  visit.state(room(seen));
  const upToDate = upToDateBy(visit.object, seen, plan);
  if (upToDate) visit.state(upToDate);
}

function room({ quota }: NamespaceSeen): Statement {
  const type = ManagedNamespaceCondition.QuotaAvailable;
  const fields = almostUsed(quota);
  if (fields.length === 0) {
    return { type, status: "True", reason: Reason.Available, message: "Less than 90 % of each limit is in use" };
  }
  const message = `90 % and more are in use of ${fields.join(", ")}: see status.quota. Raise the limit in spec.quota, or free some`;
  return { type, status: "False", reason: Reason.QuotaAlmostUsed, message };
}

/** Undefined where it stays as it was said. */
function upToDateBy(
  { spec }: ManagedNamespace,
  seen: NamespaceSeen,
  plan: Plan<unknown> | undefined,
): Statement | undefined {
  const type = ManagedNamespaceCondition.UpToDate;
  const fields = differences({ spec }, seen).map(({ field }) => field);
  if (fields.length === 0) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const differs = `The cloud differs in ${fields.join(", ")}`;
  // All that was to be sent has been: the memory of it (plan.ts).
  if (plan?.do === "Await" && plan.reason === Reason.Updating) {
    return {
      type,
      status: "False",
      reason: Reason.Updating,
      message: `${differs}: it has taken the change, and does not show it yet`,
    };
  }
  if (plan?.do === "Stall") return { type, status: "False", reason: plan.reason, message: `${differs}: see Ready` };
  if (plan?.do !== "Keep") return undefined;
  if (spec.managementPolicy === "Observe") {
    return { type, status: "False", reason: Reason.Differs, message: `${differs}: spec.managementPolicy is Observe` };
  }
  const message =
    `${differs}: it took the change and does not show it, so that it is not sent again until the spec changes or ` +
    `${ANNOTATIONS.reconcileAt} asks for it`;
  return { type, status: "False", reason: Reason.UpdateIgnored, message };
}
