// What an add-on shows, for the status of its resource.
import type { Addon } from "../../cloud/facets/addons.ts";
import { ManagedAddonCondition, ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { differences } from "./plan.ts";

export function describe({ status }: Visit<ManagedAddon>, { template, version, cloudPhase }: Addon): void {
  status.cloudName = template;
  status.cloudPhase = cloudPhase;
  status.version = version === "" ? undefined : version;
}

/** Of an add-on that runs, and that nothing is left to do about. */
export function upToDate(resource: Pick<ManagedAddon, "spec">, addon: Addon): Statement {
  if (differences(resource, addon).length === 0) {
    return { ...TYPE, status: "True", reason: Reason.InSync, message: "As declared" };
  }
  if (resource.spec.managementPolicy === "Observe") {
    return differing(resource, addon, { reason: Reason.Differs, why: "spec.managementPolicy is Observe" });
  }
  const why =
    "it took the upgrade and does not show it, so it is not sent again until the spec changes. " +
    "See which version and values the template takes";
  return differing(resource, addon, { reason: Reason.UpdateIgnored, why });
}

/** Before an upgrade, which may be refused. */
export function upgradeDue(resource: Pick<ManagedAddon, "spec">, addon: Addon): Statement {
  return differing(resource, addon, { reason: Reason.Differs, why: "it has not taken an upgrade yet" });
}

function differing(
  resource: Pick<ManagedAddon, "spec">,
  addon: Addon,
  { reason, why }: { reason: string; why: string },
): Statement {
  const fields = differences(resource, addon).join(" and ");
  return { ...TYPE, status: "False", reason, message: `The cloud differs in ${fields}: ${why}` };
}

/** The cloud has taken an upgrade to this generation of the spec. With upgradeFailed, what plan.ts remembers it by. */
export function upgradeSent(): Statement {
  return { ...TYPE, status: "False", reason: Reason.Upgrading, message: "The cloud has taken the upgrade" };
}

export function upgradeFailed(): Statement {
  const message = "The upgrade was sent and the add-on does not run; it is not sent again until the spec changes";
  return { ...TYPE, status: "False", reason: Reason.AddonFailed, message };
}

const TYPE = { type: ManagedAddonCondition.UpToDate } as const;
