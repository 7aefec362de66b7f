// An add-on's life in its cluster: installed, upgraded and removed after a while, or failed as planned.
import type { RequestedAddon } from "./addon-templates.ts";
import type { Addon, AddonStatus, Cce } from "./state.ts";
import { amend, newEntity, takePlan } from "./state.ts";

const INSTALL_MS = 60_000;
const UPGRADE_MS = 60_000;
const REMOVE_MS = 30_000;

/** Installs without asking whether there is one already. */
export function installAddon(cce: Cce, clusterId: string, { name, version, values }: RequestedAddon): Addon {
  const common = { ...newEntity(cce, name), clusterId, version, values };
  const addon: Addon = { ...common, status: "installing", reason: "", message: "" };
  cce.store.put("addons", addon);
  end(cce, addon, { during: "installing", ms: INSTALL_MS, failed: "installFailed", reason: "Install complete" });
  return addon;
}

/** The version and values are as asked for at once; the status says how far that has got. */
export function upgradeAddon(cce: Cce, addon: Addon, change: Pick<Addon, "version" | "values">): Addon {
  const upgrading = amend(cce, "addons", addon.id, { ...change, status: "upgrading", reason: "", message: "" });
  end(cce, addon, { during: "upgrading", ms: UPGRADE_MS, failed: "upgradeFailed", reason: "Upgrade complete" });
  return upgrading ?? addon;
}

/** Again: without effect. */
export function removeAddon(cce: Cce, addon: Addon): void {
  if (addon.status === "deleting") return;
  amend(cce, "addons", addon.id, { status: "deleting", reason: "", message: "" });
  cce.timeline.schedule(REMOVE_MS, () => {
    if (cce.store.get("addons", addon.id)?.status === "deleting") cce.store.remove("addons", addon.id);
  });
}

interface Ending {
  readonly during: AddonStatus;
  readonly ms: number;
  readonly failed: AddonStatus;
  readonly reason: string;
}

/** A plan for the template that names `install` or `upgrade` makes it fail. */
function end(cce: Cce, { id, name }: Addon, { during, ms, failed, reason }: Ending): void {
  const verb = during === "installing" ? "install" : "upgrade";
  const plan = takePlan(cce, "Addon", name, ({ failAt }) => failAt === verb);
  const begunAt = cce.store.get("addons", id)?.updatedAt;
  cce.timeline.schedule(ms, () => {
    const addon = cce.store.get("addons", id);
    if (addon?.status !== during || addon.updatedAt !== begunAt) return;
    if (plan === undefined) {
      amend(cce, "addons", id, { status: "running", reason });
      return;
    }
    const message = "timed out waiting for the condition";
    amend(cce, "addons", id, { status: failed, reason: `${verb} failed`, message });
  });
}
