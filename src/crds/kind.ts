// A kind of yunfan.dev as its folder declares it: what all of the operator knows of it (kind.ts there), and apart from that its fields
// (its schema), from which validation, TypeScript types and the CRD follow. The operator runs without the latter: they take memory.
import type * as z from "zod";

export const GROUP = "yunfan.dev";
export const VERSION = "v1alpha1";

/** What a client needs to address a kind; the shape of ResourceType in kube/types.ts, which this layer does not see. */
interface KindType<Name extends string> {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: Name;
  readonly namespaced: boolean;
}

/** A column of `kubectl get`; with priority 1 only of `-o wide`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  readonly description: string;
  readonly priority?: 1;
}

/** JSON paths of the scale subresource: what `kubectl scale` and autoscalers read and write. */
export interface ScalePaths {
  readonly specReplicas: string;
  readonly statusReplicas: string;
  readonly labelSelector: string;
}

export interface Kind<Name extends string = string> {
  readonly type: KindType<Name>;
  /** One or two sentences for `kubectl explain`. */
  readonly description: string;
  readonly shortNames: readonly string[];
  readonly printerColumns: readonly PrinterColumn[];
  readonly scale?: ScalePaths;
  /**
   * What may leave the cluster in reports: paths of scalars and of lists of them, such as `spec.version` or `spec.taints[].key`. What is
   * free-form stays out, and a new field is out until it is named here.
   */
  readonly reportable: readonly string[];
}

/** A kind with the fields of its objects. */
export interface KindSchema<
  Spec extends z.ZodObject = z.ZodObject,
  Status extends z.ZodObject = z.ZodObject,
> extends Kind {
  readonly spec: Spec;
  readonly status: Status;
}

interface Declaration<Name> {
  readonly kind: Name;
  readonly plural: string;
  readonly description: string;
  /** Each starts with `yf`, so that they are nobody else's. */
  readonly shortNames: readonly `yf${string}`[];
  readonly printerColumns: readonly PrinterColumn[];
  readonly scale?: ScalePaths;
  /** Default: nothing. */
  readonly reportable?: readonly string[];
}

/** Every kind is namespaced and has a status subresource. */
export function defineKind<const Name extends string>({
  kind,
  plural,
  reportable = [],
  ...rest
}: Declaration<Name>): Kind<Name> {
  return { type: { group: GROUP, version: VERSION, plural, kind, namespaced: true }, reportable, ...rest };
}

export function defineSchema<Spec extends z.ZodObject, Status extends z.ZodObject>(
  kind: Kind,
  { spec, status }: { spec: Spec; status: Status },
): KindSchema<Spec, Status> {
  return { ...kind, spec: spec.describe("What is declared."), status: status.describe("What was found.") };
}

/** The column and JSON path of a condition's member. */
export function conditionColumn({
  name,
  condition,
  member,
  ...rest
}: {
  name: string;
  condition: string;
  member: "status" | "reason" | "message";
  description: string;
  priority?: 1;
}): PrinterColumn {
  return { name, type: "string", jsonPath: `.status.conditions[?(@.type=="${condition}")].${member}`, ...rest };
}
