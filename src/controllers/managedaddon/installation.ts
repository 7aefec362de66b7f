// What has to hold before an add-on is installed or gets another version, and the POST that installs it.
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import { TerminalError } from "../../lib/errors.ts";
import type { Send } from "../external/create.ts";
import type { Work } from "./context.ts";
import { chosenVersion, type Host } from "./versions.ts";

/** Makes the POST. What the cloud does not offer costs no write. Throws as offeredVersion does. */
export async function installation(work: Work): Promise<Send> {
  const { visit, addons, cluster, name: template } = work;
  const { version: wanted, values = {} } = visit.object.spec;
  const version = await offeredVersion(work, wanted);
  return (_nonce, signal) => addons.create(cluster.id, { template, version, values }, signal);
}

/** The wanted version, or else the newest that fits. Throws CloudError, TerminalError TemplateNotFound or VersionNotOffered. */
export async function offeredVersion(work: Work, wanted: string | undefined): Promise<string> {
  const { visit, addons, cluster, name } = work;
  const template = await addons.getTemplate(cluster.id, name, visit.signal);
  if (template === "Absent") throw templateNotFound(name);
  return chosenVersion(template, hostOf(work), wanted);
}

function hostOf({ cluster }: Work): Host {
  const { spec, status } = cluster.resource;
  return { type: spec.huawei?.type, version: status.version ?? "" };
}

function templateNotFound(name: string): TerminalError {
  const message = `The cloud has no add-on template ${name} (spec.template). It can't be changed: create another ManagedAddon`;
  return new TerminalError({ reason: Reason.TemplateNotFound, message });
}
