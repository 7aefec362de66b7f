// What the wire formats of CCE have in common, read leniently, and how answers are read at all.
import { z } from "zod";
import type { Item, Listed } from "../collection.ts";
import { clockSkewMs, type HttpAnswer } from "../http/answer.ts";
import { presentable, redactor } from "../http/message.ts";
import { unreadable, type Operation } from "./errors.ts";

/** Undefined where it is missing, null or of another type. */
export const optionalText = z.string().optional().catch(undefined);

/** Empty where it is missing, null or of another type. */
export const text = z.string().catch("");

export const flag = z.boolean().catch(false);

/** Go's empty list may be null. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullable()
    .transform((items) => items ?? []);

/** Undefined where it is missing, negative or of another type. */
export const count = z.int().nonnegative().optional().catch(undefined);

/** Where a member is not what it should be, the object counts as one without members. */
export const lenientObject = <T extends z.ZodRawShape>(shape: T) => z.preprocess(objectOr, z.object(shape));

/** `jobID` (4.1.1), `jobId` (4.1.23) or `jobid`. */
export const jobReference = {
  jobID: optionalText,
  jobId: optionalText,
  jobid: optionalText,
};

export function jobIdOf(wire: z.output<z.ZodObject<typeof jobReference>>): string | undefined {
  return [wire.jobID, wire.jobId, wire.jobid].find((id) => id !== undefined && id !== "");
}

/** What one answer lists, each item once, as it was seen last. */
export function listed<T extends Item>(items: readonly T[], answer: HttpAnswer): Listed<T> {
  const byId = new Map(items.map((item) => [item.id, item]));
  return { items: [...byId.values()], clockSkewMs: clockSkewMs(answer) ?? 0 };
}

/** What a create answers. */
export const created = lenientObject({
  metadata: lenientObject({ uid: optionalText }),
  status: lenientObject(jobReference),
});

/** What a thing says about its state, presentable; empty where it says nothing. */
export function explanation(...parts: readonly string[]): string {
  return presentable([...new Set(parts.filter((part) => part !== ""))].join(": "), nothingSecret);
}

const nothingSecret = redactor([]);

/** `2020-02-02 03:48:58.968214406 +0000 UTC`, or RFC 3339. Without a zone a time is nobody's; NaN where it can't be read. */
export function instant(time: string): number {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)? ?(Z|[+-]\d\d:?\d\d)/.exec(time);
  if (parts === null) return Number.NaN;
  const [, day, second, fraction = "", zone = ""] = parts;
  return Date.parse(`${day}T${second}${fraction.slice(0, 4)}${zone.replace(/(\d\d)(\d\d)$/, "$1:$2")}`);
}

/** The parser's own error would quote the body, which may hold a secret. */
export function parseJson(operation: Operation, body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw unreadable(operation, "not JSON");
  }
}

/** Reads it by `schema`; throws CloudError Unavailable where it does not fit. */
export function readJson<T extends z.ZodType>(operation: Operation, body: string, schema: T): z.output<T> {
  const result = schema.safeParse(parseJson(operation, body));
  if (!result.success) throw unreadable(operation, `unexpected ${result.error.issues[0]?.path.join(".") ?? ""}`);
  return result.data;
}

function objectOr(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
