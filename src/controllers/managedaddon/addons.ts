// The add-ons of a cluster as things that resources stand for: a cluster has at most one of a template, so that is its name.
import type { Addon, AddonsFacet } from "../../cloud/facets/addons.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { Presence, Things } from "../external/thing.ts";

/** `name` is the template. */
export type NamedAddon = Addon & { readonly name: string };

export function addonsOf(addons: AddonsFacet, clusterId: string): Things<NamedAddon> {
  return {
    async list(signal) {
      const things = (await addons.listAddons(clusterId, signal)).map(named);
      return { things, clockSkewMs: 0 };
    },
    look: (id, signal) => look(addons, { clusterId, id }, signal),
    // Asked of an open create's template alone, and its journal was opened where two lists showed none of it: reference/clouds.md
    // section 5.
    bearsMark: () => true,
    // A second one of a template is refused.
    resendIsSafe: true,
  };
}

function named(addon: Addon): NamedAddon {
  return { ...addon, name: addon.template };
}

async function look(
  addons: AddonsFacet,
  { clusterId, id }: { clusterId: string; id: string },
  signal: AbortSignal,
): Promise<Presence> {
  try {
    return (await addons.getAddon(clusterId, id, signal)) === "Absent" ? "Absent" : "There";
  } catch (error) {
    if (error instanceof CloudError && error.kind === "Forbidden") return "Forbidden";
    throw error;
  }
}
