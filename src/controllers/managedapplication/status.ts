// What an application shows, for the status of its resource.
import { tellStatus } from "../../cloud/blocks.ts";
import type { Application } from "../../cloud/facets/applications.ts";
import {
  ManagedApplicationCondition,
  ManagedApplicationReason as Reason,
} from "../../crds/managedapplication/conditions.ts";
import type { ManagedApplication } from "../../crds/managedapplication/schema.ts";
import { listed } from "../../lib/text.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Plan } from "../external/kind.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { differences, isStoppedByUs, obstacle, unreadyIn } from "./plan.ts";
import type { ApplicationSeen } from "./scope.ts";

export function describe(
  visit: Visit<ManagedApplication>,
  seen: ApplicationSeen,
  plan: Plan<unknown> | undefined,
): void {
  const { status, object } = visit;
  const { item, provider } = seen;
  status.cloudName = item.name;
  status.cloudPhase = item.cloudPhase;
  status.workloads = item.workloads.map(({ kind, name, state, ready, desired, isStopped }) => {
    // One that wants pods runs, unless it has not stopped yet.
    const isOurs = (isStopped || object.spec.powerState === "Stopped") && isStoppedByUs(status, { kind, name });
    return { kind, name, state, ready, desired, ...(isOurs && { stoppedByUs: true }) };
  });
  // What stands there at the beginning restarts nothing.
  status.restartedFor ??= object.spec.restartAt ?? "";
  tellStatus(provider, status, item.told);
  visit.state(workloadsReady(object, item));
  const upToDate = upToDateBy(object, seen, plan);
  if (upToDate) visit.state(upToDate);
}

function workloadsReady({ spec }: ManagedApplication, item: Application): Statement {
  const { workloads, servers, isStopped } = item;
  const type = ManagedApplicationCondition.WorkloadsReady;
  if (workloads.length + servers.length === 0) {
    return { type, status: "True", reason: Reason.NoWorkloads, message: "Nothing is in it" };
  }
  const areStopped = isStopped || (workloads.length > 0 && workloads.every((workload) => workload.isStopped));
  const areUp = servers.every(({ state }) => state === "Active");
  if (areUp && areStopped && spec.powerState === "Stopped") {
    return { type, status: "False", reason: Reason.Stopped, message: "Its workloads are stopped, as declared" };
  }
  const missing = unreadyIn(item);
  if (missing.length > 0) {
    const message = `Not ready: ${listed(missing)}. See status.workloads`;
    return { type, status: "False", reason: Reason.NotReady, message };
  }
  return { type, status: "True", reason: Reason.Ready, message: "All that is in it is ready" };
}

/** Undefined where it stays as it was said. */
function upToDateBy(
  { spec }: ManagedApplication,
  seen: ApplicationSeen,
  plan: Plan<unknown> | undefined,
): Statement | undefined {
  const type = ManagedApplicationCondition.UpToDate;
  const fields = [...new Set(differences({ spec }, seen).map(({ field }) => field))];
  if (fields.length === 0) return whereSame(spec, seen);
  const differs = `The cloud differs in ${fields.join(", ")}`;
  // All that was to be sent has been: the memory of it (plan.ts).
  if (plan?.do === "Await" && plan.reason === Reason.Updating) {
    const message = `${differs}: it has taken the change, and does not show it yet`;
    return { type, status: "False", reason: Reason.Updating, message };
  }
  if (plan?.do === "Stall") return { type, status: "False", reason: plan.reason, message: `${differs}: see Ready` };
  if (plan?.do !== "Keep") return undefined;
  if (spec.managementPolicy === "Observe") {
    const message = `${differs}: spec.managementPolicy is Observe`;
    return { type, status: "False", reason: Reason.Differs, message };
  }
  const message =
    `${differs}: it took the change and does not show it, so that it is not sent again until the spec changes or ` +
    `${ANNOTATIONS.reconcileAt} asks for it`;
  return { type, status: "False", reason: Reason.UpdateIgnored, message };
}

/** All that can be sent has been. */
function whereSame(spec: ManagedApplication["spec"], seen: ApplicationSeen): Statement {
  const type = ManagedApplicationCondition.UpToDate;
  const { lacking, item } = seen;
  if (lacking.length > 0) {
    return { type, status: "False", reason: Reason.Incomplete, message: `It lacks ${listed(lacking)}: see Ready` };
  }
  const blocked = obstacle(seen);
  if (blocked) return { type, status: "False", ...blocked };
  if (spec.powerState === "Stopped" && item.servers.length > 0) {
    const message = `spec.powerState is Stopped, and no call of the cloud stops servers: ${listed(item.servers.map(({ name }) => name))} run on and cost`;
    return { type, status: "False", reason: Reason.NotSupportedByCloud, message };
  }
  return { type, status: "True", reason: Reason.InSync, message: "As declared" };
}
