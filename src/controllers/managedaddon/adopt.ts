// What has to hold before an add-on that is there is adopted.
import type { Addon } from "../../cloud/facets/addons.ts";
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import type { Identity } from "../external/identity.ts";
import type { AddonScope } from "./scope.ts";

const LEAVING_POLL_MS = 5_000;

/**
 * Throws TerminalError ExternalIdConflict where spec.externalId names an instance of another template, NameConflict where another
 * resource holds the id, and WaitingError where the namesake is on its way out.
 */
export function assertAdoptable(
  { visit, name }: Pick<AddonScope, "visit" | "name">,
  { item, origin }: Pick<Extract<Identity<Addon>, { do: "Adopt" }>, "item" | "origin">,
  isAnothers: (id: string) => boolean,
): void {
  if (item.template !== name) throw anotherTemplate(name, item);
  if (isAnothers(item.id)) throw anothers(item);
  const isDeclared = visit.object.spec.externalId !== undefined;
  if (item.phase === "Deleting" && origin === "Adopted" && !isDeclared) throw leaving(item);
}

function anotherTemplate(name: string, { id, template }: Addon): TerminalError {
  const message =
    `Add-on ${id} (spec.externalId) is of template ${template}, but spec.template is ${name}; it is not touched. ` +
    `Create another resource with spec.template ${template}`;
  return new TerminalError({ reason: Reason.ExternalIdConflict, message });
}

function anothers({ id }: Addon): TerminalError {
  const message = `Another ManagedAddon stands for add-on ${id} already. Delete one of the two; deleting this one leaves it alone`;
  return new TerminalError({ reason: Reason.NameConflict, message });
}

/** An add-on that is adopted while it is being deleted would be missed as soon as it is gone. */
function leaving({ id }: Addon): WaitingError {
  const message = `Add-on ${id} of this template is being deleted in the cloud; going on when it is gone`;
  return new WaitingError({ reason: Reason.Deleting, message, pollAfterMs: LEAVING_POLL_MS });
}
