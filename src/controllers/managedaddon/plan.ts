// What to do about an add-on that is there: a pure decision from the resource and what the cloud shows.
import type { Addon, AddonRequest } from "../../cloud/facets/addons.ts";
import { ManagedAddonCondition, ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { contains, overlay } from "./values.ts";

export type Plan =
  /** As declared, or only observed. */
  | { do: "Keep" }
  /** The cloud took an upgrade to this generation of the spec, and does not show it: it is not sent again. */
  | { do: "Ignore" }
  | { do: "Upgrade"; request: AddonRequest }
  /** The cloud is at it, or somebody else is. `pollAfterMs` where no operation tells how long it has taken. */
  | { do: "Await"; reason: string; message: string; pollAfterMs?: number }
  /** Its first install has failed. */
  | { do: "Fail" }
  | { do: "Stall"; reason: string; message: string };

type Declared = Pick<ManagedAddon, "spec" | "status"> & { readonly metadata: { readonly generation: number } };

/** A read may be older than a write that was answered before it: this long an upgrade counts as not yet begun. */
const GRACE_MS = 10_000;
/** Nothing says when it ends, or that it does. */
const PATIENT_POLL_MS = 30_000;

export function planFor(resource: Declared, addon: Addon, nowMs: number): Plan {
  const underWay = UNDER_WAY[addon.phase];
  if (underWay) return { do: "Await", ...underWay };
  if (addon.phase === "Failed" && resource.status.operation?.verb === "Create") return { do: "Fail" };
  return planForIdle(resource, addon, nowMs);
}

/** Members of the spec that the cloud does not show as declared. */
export function differences({ spec }: Pick<ManagedAddon, "spec">, addon: Addon): readonly string[] {
  return [
    ...(spec.version === undefined || spec.version === addon.version ? [] : ["spec.version"]),
    ...(contains(addon.values, spec.values ?? {}) ? [] : ["spec.values"]),
  ];
}

/**
 * Whether an upgrade to this generation of the spec was sent and has not been seen to work. The condition is the memory of it: it
 * is written when the cloud has taken the upgrade, and outlives the process.
 */
export function wasSent({ status, metadata }: Pick<Declared, "status" | "metadata">): boolean {
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
function planForIdle(resource: Declared, addon: Addon, nowMs: number): Plan {
  const differs = resource.spec.managementPolicy === "Manage" && differences(resource, addon).length > 0;
  if (differs && !wasSent(resource)) return { do: "Upgrade", request: requestFor(resource, addon) };
  if (addon.phase === "Available" && !differs) return { do: "Keep" };
  if (isJustSent(resource, nowMs)) return { do: "Await", ...UPGRADING };
  if (addon.phase === "Available") return { do: "Ignore" };
  return addon.phase === "Abnormal" ? awaitRecovery(addon) : stallOnFailed(addon);
}

/** Version and values, whole: what the spec does not name stays as the cloud shows it. */
function requestFor({ spec }: Declared, { template, version, values }: Addon): AddonRequest {
  return { template, version: spec.version ?? version, values: overlay(values, spec.values ?? {}) };
}

function isJustSent({ status }: Declared, nowMs: number): boolean {
  const { operation } = status;
  return operation?.verb === "Update" && nowMs - Date.parse(operation.startedAt) < GRACE_MS;
}

function awaitRecovery(addon: Addon): Plan {
  const message = `${said(addon)}. Looking again; correct spec.values, or repair it in the cluster`;
  return { do: "Await", reason: Reason.AddonFailed, message, pollAfterMs: PATIENT_POLL_MS };
}

function stallOnFailed(addon: Addon): Plan {
  const message = `${said(addon)}. Correct spec.version or spec.values, repair it in the cloud, or delete this resource`;
  return { do: "Stall", reason: Reason.AddonFailed, message };
}

function said({ id, cloudPhase, message }: Addon): string {
  return `The cloud says that add-on ${id} is ${cloudPhase}${message === "" ? "" : `: ${message}`}`;
}
