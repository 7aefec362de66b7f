// Members of wire formats, read leniently: what is missing or odd in a part that nothing hangs on must not spoil the whole.
import * as z from "zod";
import { presentable, redactor } from "../http/message.ts";

/** Undefined where it is missing, null or of another type. */
export const optionalText = z.string().optional().catch(undefined);

/** Empty where it is missing, null or of another type. */
export const text = z.string().catch("");

/** A text that may be a number; empty where it is missing, null or of another type. */
export const word = z.union([z.string(), z.number().transform(String), z.bigint().transform(String)]).catch("");

/** False where it is missing, null or of another type. */
export const flag = z.boolean().catch(false);

/** Undefined where it is missing, negative or of another type. */
export const count = z.int().nonnegative().optional().catch(undefined);

/** Go's empty list may be null. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);

/** Where a member is not what it should be, the object counts as one without members. */
export const lenientObject = <T extends z.ZodRawShape>(shape: T) => z.preprocess(objectOr, z.object(shape));

/** What a thing says about its state, presentable; empty where it says nothing. */
export function explanation(...parts: readonly string[]): string {
  return presentable([...new Set(parts.filter((part) => part !== ""))].join(": "), nothingSecret);
}

const nothingSecret = redactor([]);

/**
 * RFC 3339, or Go's `2020-02-02 03:48:58.968214406 +0000 UTC`, in milliseconds since the epoch. Without a zone a time is nobody's;
 * NaN where it can't be read.
 */
export function instant(time: string): number {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)? ?(Z|[+-]\d\d:?\d\d)/.exec(time);
  if (parts === null) return Number.NaN;
  const [, day, second, fraction = "", zone = ""] = parts;
  return Date.parse(`${day}T${second}${fraction.slice(0, 4)}${zone.replace(/(\d\d)(\d\d)$/, "$1:$2")}`);
}

function objectOr(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
