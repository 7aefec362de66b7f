// What an add-on shows, for the status of its resource.
import type { Addon } from "../../cloud/facets/addons.ts";
import { ManagedAddonCondition, ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Plan } from "../external/kind.ts";
import { differences, wasSent } from "./plan.ts";

/** UpToDate is judged when the cloud is done; until then it stays as it was. */
export function describe(
  visit: Visit<ManagedAddon>,
  { item: addon }: { readonly item: Addon },
  plan: Plan<unknown> | undefined,
): void {
  const { status, object } = visit;
  status.cloudName = addon.template;
  status.cloudPhase = addon.cloudPhase;
  status.version = addon.version === "" ? undefined : addon.version;
  if (plan?.do === "Keep") visit.state(upToDate(object, addon));
  if (plan?.do !== "Stall") return;
  delete status.operation;
  if (wasSent({ metadata: object.metadata, status })) visit.state(upgradeFailed());
}

/** Of an add-on that runs, and that nothing is left to do about. */
function upToDate(resource: Pick<ManagedAddon, "spec">, addon: Addon): Statement {
  if (differences(resource, addon).length === 0) {
    return { ...TYPE, status: "True", reason: Reason.InSync, message: "As declared" };
  }
  if (resource.spec.managementPolicy === "Observe") {
    return differing(resource, addon, { reason: Reason.Differs, why: "spec.managementPolicy is Observe" });
  }
  const why =
    `it took the upgrade and does not show it, so it is not sent again until the spec changes or ${ANNOTATIONS.reconcileAt} asks for it. ` +
    "See which version and values the template takes";
  return differing(resource, addon, { reason: Reason.UpdateIgnored, why });
}

/** Before an upgrade, which may be refused. */
export function upgradeDue(resource: Pick<ManagedAddon, "spec">, addon: Addon): Statement {
  if (differences(resource, addon).length === 0) {
    return {
      ...TYPE,
      status: "False",
      reason: Reason.Differs,
      message: "The cloud has not taken the upgrade once more yet",
    };
  }
  return differing(resource, addon, { reason: Reason.Differs, why: "it has not taken an upgrade yet" });
}

function differing(
  resource: Pick<ManagedAddon, "spec">,
  addon: Addon,
  { reason, why }: { reason: string; why: string },
): Statement {
  const fields = [...new Set(differences(resource, addon).map(({ field }) => memberOf(field)))].join(" and ");
  return { ...TYPE, status: "False", reason, message: `The cloud differs in ${fields}: ${why}` };
}

/** The cloud has taken an upgrade to this generation of the spec. With upgradeFailed, what plan.ts remembers it by. */
export function upgradeSent(): Statement {
  return { ...TYPE, status: "False", reason: Reason.Upgrading, message: "The cloud has taken the upgrade" };
}

function upgradeFailed(): Statement {
  const message =
    "The upgrade was sent and the add-on does not run; it is not sent again until the spec changes or " +
    `${ANNOTATIONS.reconcileAt} asks for it`;
  return { ...TYPE, status: "False", reason: Reason.AddonFailed, message };
}

/** As messages have always named them: spec.version and spec.values. */
function memberOf(field: string): string {
  return field.split(".", 2).join(".");
}

const TYPE = { type: ManagedAddonCondition.UpToDate } as const;
