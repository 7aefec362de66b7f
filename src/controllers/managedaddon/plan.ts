// What to do about an add-on that is there: a pure decision from the resource and what the cloud shows.
import type { Addon, AddonRequest } from "../../cloud/facets/addons.ts";
import { ManagedAddonCondition, ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { Difference } from "../external/change.ts";
import type { Plan } from "../external/kind.ts";
import { isAskedFor } from "../external/resource.ts";
import { differingValues, overlay } from "./values.ts";

type AddonPlan = Plan<AddonRequest>;
type Declared = Pick<ManagedAddon, "spec" | "status"> & {
  readonly metadata: Pick<ManagedAddon["metadata"], "generation" | "annotations">;
};

/** A read may be older than a write that was answered before it: this long an upgrade counts as not yet begun. */
const GRACE_MS = 10_000;
/** Nothing says when it ends, or that it does. */
const PATIENT_POLL_MS = 30_000;

export function planFor(resource: Declared, { item: addon }: { readonly item: Addon }, nowMs: number): AddonPlan {
  const underWay = UNDER_WAY[addon.phase];
  if (underWay) return { do: "Await", ...underWay };
  if (addon.phase === "Failed" && resource.status.operation?.verb === "Create") return installFailed(addon);
  return planForIdle(resource, addon, nowMs);
}

/** Members of the spec that the cloud does not show as declared. */
export function differences({ spec }: Pick<ManagedAddon, "spec">, addon: Addon): readonly Difference[] {
  const { version, values = {} } = spec;
  return [
    ...(version === undefined || version === addon.version
      ? []
      : [{ field: "spec.version", before: addon.version, after: version }]),
    ...differingValues(addon.values, values).map(({ path, before, after }) => ({
      field: ["spec.values", ...path].join("."),
      before,
      after,
    })),
  ];
}

/**
 * Whether an upgrade to this generation of the spec was sent and has not been seen to work, and nobody asks for another try. The
 * condition is the memory of it: it is written when the cloud has taken the upgrade, and outlives the process.
 */
export function wasSent(resource: Pick<Declared, "status" | "metadata">): boolean {
  return isRemembered(resource) && !isAskedFor(resource);
}

function isRemembered({ status, metadata }: Pick<Declared, "status" | "metadata">): boolean {
  const condition = findCondition(status.conditions, ManagedAddonCondition.UpToDate);
  return condition?.observedGeneration === metadata.generation && SENT.has(condition.reason);
}

const SENT: ReadonlySet<string> = new Set([Reason.Upgrading, Reason.UpdateIgnored, Reason.AddonFailed]);

const UPGRADING = { reason: Reason.Upgrading, message: "The cloud is upgrading the add-on" };

const UNDER_WAY: Readonly<Partial<Record<Addon["phase"], { reason: string; message: string; pollAfterMs?: number }>>> =
  {
    Installing: { reason: Reason.Installing, message: "The cloud is installing the add-on" },
    Upgrading: UPGRADING,
    Deleting: { reason: Reason.Deleting, message: "Somebody is deleting the add-on in the cloud" },
    Unknown: {
      reason: Reason.CloudPhaseUnknown,
      message: "The add-on is in a phase that this version does not know",
      pollAfterMs: PATIENT_POLL_MS,
    },
  };

/** The cloud does nothing to it now. One that does not run may be healed by a spec that was corrected. */
function planForIdle(resource: Declared, addon: Addon, nowMs: number): AddonPlan {
  const fields = resource.spec.managementPolicy === "Manage" ? differences(resource, addon) : [];
  const differs = fields.length > 0;
  if ((differs && !wasSent(resource)) || isToBeRepeated(resource, addon)) {
    return { do: "Change", verb: "Update", change: requestFor(resource, addon), fields };
  }
  if (addon.phase === "Available" && !differs) return runs(resource, addon);
  if (isJustSent(resource, nowMs)) return { do: "Await", ...UPGRADING };
  // The cloud took an upgrade to this generation of the spec, and does not show it: it is not sent again.
  return addon.phase === "Available" ? runs(resource, addon) : ails(addon);
}

function ails(addon: Addon): AddonPlan {
  if (addon.phase === "Partial") return awaitTheRest(addon);
  return addon.phase === "Abnormal" ? awaitRecovery(addon) : stallOnFailed(addon);
}

/** An upgrade of ours that has failed, and that somebody asks for again: the cloud may show it as if it were made. */
function isToBeRepeated(resource: Declared, { phase }: Addon): boolean {
  return phase === "Failed" && isRemembered(resource) && isAskedFor(resource);
}

function runs(resource: Declared, addon: Addon): AddonPlan {
  const isObserved = resource.spec.managementPolicy === "Observe";
  const differs = differences(resource, addon).length > 0;
  const how = differs ? "runs, but not as declared: see UpToDate" : "is as declared";
  return { do: "Keep", reason: Reason.Available, message: `Add-on ${addon.id} ${isObserved ? "is observed" : how}` };
}

/** Version and values, whole: what the spec does not name stays as the cloud shows it. */
function requestFor({ spec }: Declared, { template, version, values }: Addon): AddonRequest {
  return { template, version: spec.version ?? version, values: overlay(values, spec.values ?? {}) };
}

function isJustSent({ status }: Declared, nowMs: number): boolean {
  const { operation } = status;
  return operation?.verb === "Update" && nowMs - Date.parse(operation.lastSentAt ?? operation.startedAt) < GRACE_MS;
}

function awaitTheRest({ id, cloudPhase, message }: Addon): AddonPlan {
  const why = message === "" ? "" : `: ${message}`;
  return {
    do: "Await",
    reason: Reason.PartlyAvailable,
    message: `Some instances of add-on ${id} run and others don't (${cloudPhase}${why}). Looking again; see its pods in the cluster`,
    pollAfterMs: PATIENT_POLL_MS,
  };
}

function awaitRecovery(addon: Addon): AddonPlan {
  const message = `${said(addon)}. Looking again; correct spec.values, or repair it in the cluster`;
  return { do: "Await", reason: Reason.AddonFailed, message, pollAfterMs: PATIENT_POLL_MS };
}

function installFailed({ id, cloudPhase, message }: Addon): AddonPlan {
  const why = `Add-on ${id} is ${cloudPhase}${message === "" ? "" : `: ${message}`}`;
  return { do: "Fail", why, again: "installed" };
}

function stallOnFailed(addon: Addon): AddonPlan {
  const message = `${said(addon)}. Correct spec.version or spec.values, repair it in the cloud, or delete this resource`;
  return { do: "Stall", reason: Reason.AddonFailed, message };
}

function said({ id, cloudPhase, message }: Addon): string {
  return `The cloud says that add-on ${id} is ${cloudPhase}${message === "" ? "" : `: ${message}`}`;
}
