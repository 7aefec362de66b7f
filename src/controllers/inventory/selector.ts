// Label selectors as Kubernetes reads them. Pure.
import type { LabelSelector } from "../../crds/common/inventory.ts";

type DeepReadonly<T> = T extends object ? { readonly [Member in keyof T]: DeepReadonly<T[Member]> } : T;
export type Selector = DeepReadonly<LabelSelector>;

/** Undefined selects everything. */
export function selects(selector: Selector | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => OPERATORS[operator](labels[key], values))
  );
}

type Operator = NonNullable<Selector["matchExpressions"]>[number]["operator"];

/** NotIn holds of a label that is not there, too. */
const OPERATORS: Readonly<Record<Operator, (value: string | undefined, values: readonly string[]) => boolean>> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};
