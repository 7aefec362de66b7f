// Refinements that the API server enforces too. A zod refinement is lost on the way into a CRD; one made here carries what
// enforces it there (a CEL rule, a list type), so that zod and the API server accept the same objects from one source.
import type * as z from "zod";

/** One entry of x-kubernetes-validations. */
export interface CelRule {
  readonly rule: string;
  /** Says what is wrong and what to do; shown by kubectl after the field's name. */
  readonly message: string;
  /** CEL that yields a better message; `message` remains for zod and for when the expression fails. */
  readonly messageExpression?: string;
  readonly reason?: "FieldValueInvalid" | "FieldValueForbidden" | "FieldValueRequired";
  /** The field to blame, from the place of the rule, such as `.endpoint`. */
  readonly fieldPath?: string;
}

/** What stands in the CRD for a refinement. */
export interface Enforcement {
  readonly rule?: CelRule;
  readonly keywords?: Readonly<Record<string, unknown>>;
}

/** The key under which a refinement's parameters hold its Enforcement. */
const ENFORCEMENT = "enforcement";

/** Adds a CEL rule together with its twin: `holds` must decide as the rule does, over the value with its defaults applied. */
export function withRule<S extends z.ZodType>(schema: S, rule: CelRule, holds: (value: z.output<S>) => boolean): S {
  return enforced(schema, { enforcement: { rule }, holds });
}

/**
 * Adds a CEL rule that compares with the object's older version (`oldSelf`). It has no twin: parsing sees one version only.
 * On a field that is optional it must stand on the parent, since the API server skips it where the field comes or goes.
 */
export function withTransitionRule<S extends z.ZodType>(schema: S, rule: CelRule): S {
  return enforced(schema, { enforcement: { rule }, holds: () => true });
}

/** Adds a refinement that keywords of the structural schema enforce. */
export function withKeywords<S extends z.ZodType>(
  schema: S,
  keywords: Readonly<Record<string, unknown>>,
  holds: (value: z.output<S>) => boolean,
): S {
  return enforced(schema, { enforcement: { keywords }, holds });
}

function enforced<S extends z.ZodType>(
  schema: S,
  { enforcement, holds }: { enforcement: Enforcement; holds: (value: z.output<S>) => boolean },
): S {
  const { rule } = enforcement;
  return schema.refine(holds, {
    error: rule?.message ?? `Violates ${JSON.stringify(enforcement.keywords)}`,
    path: rule?.fieldPath?.split(".").filter((segment) => segment !== "") ?? [],
    params: { [ENFORCEMENT]: enforcement },
  });
}

/** What enforces this check in the CRD; undefined where it is no refinement, or one that would be lost. */
export function enforcementOf(check: z.core.$ZodCheck): Enforcement | undefined {
  const { params } = check._zod.def as Partial<z.core.$ZodCustomDef>;
  return params?.[ENFORCEMENT] as Enforcement | undefined;
}
