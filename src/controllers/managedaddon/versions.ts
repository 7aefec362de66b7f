// Which version of an add-on to install: a pure choice from what the cloud offers, and what to say where there is none.
import type { AddonHost, AddonTemplate } from "../../cloud/facets/addons.ts";
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import { TerminalError } from "../../lib/errors.ts";

const MOST_LISTED = 5;

export type OfferedVersion = AddonTemplate["versions"][number];

/** The wanted version, or else the newest, of those that fit the cluster. Throws TerminalError VersionNotOffered. */
export function chosenVersion(template: AddonTemplate, host: AddonHost, wanted: string | undefined): OfferedVersion {
  const fitting = template.versions.filter(({ fits }) => fits(host));
  const chosen = wanted === undefined ? fitting[0] : fitting.find(({ version }) => version === wanted);
  if (chosen !== undefined) return chosen;
  const offered = fitting.map(({ version }) => version);
  throw new TerminalError({
    reason: Reason.VersionNotOffered,
    message: notOffered(template.name, host, { wanted, offered }),
  });
}

function notOffered(
  name: string,
  { version }: AddonHost,
  { wanted, offered }: { wanted: string | undefined; offered: readonly string[] },
): string {
  const cluster = version === "" ? "this cluster" : `a cluster of ${version}`;
  const none = `The cloud offers no version of ${name} that fits ${cluster}. Choose another template`;
  if (offered.length === 0) return none;
  const listed = offered.slice(0, MOST_LISTED).join(", ");
  const more = offered.length > MOST_LISTED ? ", …" : "";
  return `The cloud does not offer ${name} ${wanted} (spec.version) for ${cluster}. On offer, newest first: ${listed}${more}`;
}
