// Rules that several kinds and clouds put on a spec.
import type * as z from "zod";
import { withTransitionRule, type CelRule } from "./enforced.ts";

/** A field that can be neither changed, nor added, nor removed; `why` follows its name in the message. */
export function withImmutable<S extends z.ZodObject>(spec: S, field: string, why: string): S {
  return withTransitionRule(spec, immutability(field, why));
}

/** The rule of withImmutable. */
export function immutability(field: string, why: string): CelRule {
  return {
    rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} is immutable, it can be neither changed, nor added, nor removed: ${why}`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
  };
}

/** A field that can be added, and neither changed nor removed then; `why` follows its name in the message. */
export function withAddedOnce<S extends z.ZodObject>(spec: S, field: string, why?: string): S {
  return withTransitionRule(spec, {
    rule: `!has(oldSelf.${field}) || (has(self.${field}) && self.${field} == oldSelf.${field})`,
    message: `${field} can be added once, but neither changed nor removed${why === undefined ? "" : `: ${why}`}`,
    reason: "FieldValueForbidden",
    fieldPath: `.${field}`,
  });
}
