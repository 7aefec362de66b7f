// What to do about a namespace that is there: a pure decision.
import { ManagedNamespaceCondition, ManagedNamespaceReason as Reason } from "../../crds/managednamespace/conditions.ts";
import type { ManagedNamespace } from "../../crds/managednamespace/schema.ts";
import { listed } from "../../lib/text.ts";
import { findCondition } from "../../runtime/conditions.ts";
import type { Difference } from "../external/change.ts";
import type { Plan } from "../external/kind.ts";
import { isAskedFor } from "../external/resource.ts";
import { belowUsage, differingLimits } from "./quota.ts";
import type { NamespaceChange, NamespaceSeen } from "./scope.ts";

type NamespacePlan = Plan<NamespaceChange>;
type Seen = Omit<NamespaceSeen, "provider">;
type Declared = Pick<ManagedNamespace, "spec" | "status"> & {
  readonly metadata: Pick<ManagedNamespace["metadata"], "generation" | "annotations">;
};

/** Who may enter and what pods may do come first, then the quota; all in one visit. */
export function planFor(resource: Declared, seen: Seen): NamespacePlan {
  const { item } = seen;
  if (item.phase === "Deleting") {
    return { do: "Await", reason: Reason.Deleting, message: "Somebody is deleting the namespace in the cloud" };
  }
  if (item.phase === "Unknown") {
    const message = `The namespace is in a phase that this version does not know (${item.cloudPhase || "none is told"})`;
    return { do: "Await", reason: Reason.CloudPhaseUnknown, message };
  }
  const { managementPolicy } = resource.spec;
  if (managementPolicy === "Observe") return keep(`Namespace ${item.id} is observed`);
  const [first, ...further] = wasSent(resource) ? [] : changesFor(resource, seen);
  if (first) return { do: "Change", verb: "Update", ...first, further };
  return refusal(resource, seen) ?? keep(keptText(resource, seen));
}

/** In what the cloud differs from the spec. */
export function differences({ spec }: Pick<ManagedNamespace, "spec">, { quota, upkeep }: Seen): readonly Difference[] {
  const settings = upkeep.map(({ field, before, after }) => ({ field, before, after }));
  return [...settings, ...differingLimits(spec.quota ?? {}, quota)];
}

function changesFor({ spec }: Declared, { quota, upkeep }: Seen) {
  const settings = upkeep.map((step) => ({
    change: { do: "Keep", step } as const,
    fields: [{ field: step.field, before: step.before, after: step.after }],
  }));
  const declared = spec.quota ?? {};
  const fields = differingLimits(declared, quota);
  const mayLimit = fields.length > 0 && (spec.quotaBelowUsage === "Apply" || belowUsage(declared, quota).length === 0);
  return [...settings, ...(mayLimit ? [{ change: { do: "Limit", limits: declared } as const, fields }] : [])];
}

/** A limit below what is in use may be one in another unit than the cloud's: this is where it shows before it stops anything. */
function refusal({ spec }: Declared, { quota }: Seen): NamespacePlan | undefined {
  const below = spec.quotaBelowUsage === "Apply" ? [] : belowUsage(spec.quota ?? {}, quota);
  if (below.length === 0) return undefined;
  const message =
    `${listed(below)}. The quota is left as it is: raise the limit, free what is in use, or set spec.quotaBelowUsage to Apply, by which ` +
    "what runs goes on and nothing new starts";
  return { do: "Stall", reason: Reason.QuotaBelowUsage, message };
}

/**
 * Whether changes to this generation of the spec were sent and have not been seen to work, and nobody asks for another try. The condition
 * is the memory of it: it outlives the process.
 */
function wasSent(resource: Declared): boolean {
  const { status, metadata } = resource;
  const condition = findCondition(status.conditions, ManagedNamespaceCondition.UpToDate);
  const isRemembered = condition?.observedGeneration === metadata.generation && SENT.has(condition.reason);
  return isRemembered && !isAskedFor(resource);
}

const SENT: ReadonlySet<string> = new Set([Reason.Updating, Reason.UpdateIgnored]);

function keptText(resource: Declared, seen: Seen): string {
  const isAsDeclared = differences(resource, seen).length === 0;
  return `Namespace ${seen.item.id} is ${isAsDeclared ? "as declared" : "there, but not as declared: see UpToDate"}`;
}

function keep(message: string): NamespacePlan {
  return { do: "Keep", reason: Reason.Available, message };
}
