// The quota of a namespace: in what it differs from what is declared, which limits are below what is in use, and which are almost used.
import {
  QUOTA_FIELDS,
  type NamespaceQuota,
  type QuotaAmounts,
  type QuotaField,
} from "../../cloud/facets/namespaces.ts";
import type { Difference } from "../external/change.ts";

/** From this part of a limit on, what is in use is said. */
const ALMOST = 0.9;

/** Declared limits that are not what the cloud has. */
export function differingLimits(declared: QuotaAmounts, { limits }: NamespaceQuota): readonly Difference[] {
  return fieldsOf(declared).flatMap((field) =>
    declared[field] === limits[field]
      ? []
      : [{ field: `spec.quota.${field}`, before: limits[field], after: declared[field] }],
  );
}

/** Of the limits that are not what the cloud has, those that are below what is in use: "spec.quota.pods is 2, and 5 are in use". */
export function belowUsage(declared: QuotaAmounts, quota: NamespaceQuota): readonly string[] {
  return fieldsOf(declared).flatMap((field) => {
    const limit = declared[field] ?? -1;
    const used = quota.used[field] ?? 0;
    const isBelow = limit >= 0 && limit < used && limit !== quota.limits[field];
    return isBelow ? [`spec.quota.${field} is ${limit}, and ${used} are in use`] : [];
  });
}

/** Limits of which 90 % and more are in use, as the fields of a quota. */
export function almostUsed({ limits, used }: NamespaceQuota): readonly QuotaField[] {
  return QUOTA_FIELDS.filter((field) => {
    const limit = limits[field] ?? -1;
    return limit > 0 && (used[field] ?? 0) >= limit * ALMOST;
  });
}

/** What is in a namespace, as "3 pods"; empty where nothing is. */
export function contentsOf({ used }: NamespaceQuota): readonly string[] {
  return QUOTA_FIELDS.filter((field) => !MEASURES.has(field) && (used[field] ?? 0) > 0).map(
    (field) => `${used[field]} ${field}`,
  );
}

/** What is not counted in things. */
const MEASURES: ReadonlySet<QuotaField> = new Set(["cpuCores", "memoryGiB", "storageGiB", "loadBalancers"]);

function fieldsOf(declared: QuotaAmounts): readonly QuotaField[] {
  return QUOTA_FIELDS.filter((field) => declared[field] !== undefined);
}
