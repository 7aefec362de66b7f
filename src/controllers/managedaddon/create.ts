// What has to hold before an add-on is installed or gets another version, and the POST that installs it.
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Send } from "../external/kind.ts";
import { hostOf } from "../managedcluster/host.ts";
import type { AddonScope } from "./scope.ts";
import { overlay } from "./values.ts";
import { chosenVersion, type OfferedVersion } from "./versions.ts";

/** Makes the POST, with what the template names where the spec says nothing. What the cloud does not offer costs no write. Throws as offeredVersion does. */
export async function prepareAddon(scope: AddonScope): Promise<Send> {
  const { visit, facet, place, name: template } = scope;
  const { version: wanted, values: declared = {} } = visit.object.spec;
  const { version, defaults } = await offeredVersion(scope, wanted);
  const values = overlay(defaults(declared), declared);
  return (_nonce, permit) => facet.create(place.clusterId, { template, version, values }, permit);
}

/** The wanted version, or else the newest that fits. Throws CloudError, TerminalError TemplateNotFound or VersionNotOffered. */
export async function offeredVersion(scope: AddonScope, wanted: string | undefined): Promise<OfferedVersion> {
  const { visit, facet, place, name } = scope;
  const template = await facet.getTemplate(place.clusterId, name, visit.signal);
  if (template === "Absent") throw templateNotFound(name);
  return chosenVersion(template, hostOf(place), wanted);
}

function templateNotFound(name: string): TerminalError {
  const message = `The cloud has no add-on template ${name} (spec.template). It can't be changed: create another ManagedAddon`;
  return new TerminalError({ reason: Reason.TemplateNotFound, message });
}
