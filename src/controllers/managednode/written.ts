// What a node's disks were written with: digests of the fields that only a reset changes, so that a later change of one is told and
// nothing is done about it unasked.
import { createHash } from "node:crypto";
import { BLOCK_NAMES } from "../../cloud/blocks.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { stringifyExactly } from "../../lib/exact-json.ts";

export type Written = NonNullable<ManagedNode["status"]["written"]>;

const DIGEST_LENGTH = 16;

/** Of the spec as it is now. References to Secrets, not what is in them. */
export function writtenOf(spec: ManagedNode["spec"]): Written {
  const blocks: Readonly<Record<string, unknown>> = spec;
  const fields: readonly (readonly [string, unknown])[] = [
    ["os", spec.os],
    ["login", spec.login],
    ...BLOCK_NAMES.flatMap((block) =>
      Object.entries(blocks[block] ?? {}).map(([name, value]) => [`${block}.${name}`, value] as const),
    ),
  ];
  return fields.flatMap(([field, value]) => (value === undefined ? [] : [{ field, digest: digestOf(value) }]));
}

/** Fields that differ by now, from the spec. */
export function changedFields(before: Written, now: Written): readonly string[] {
  const fields = new Set([...before, ...now].map(({ field }) => field));
  const digest = (all: Written, field: string): string | undefined => all.find((one) => one.field === field)?.digest;
  return [...fields].filter((field) => digest(before, field) !== digest(now, field)).toSorted();
}

/** Members in one order: what is the same has the same digest. */
function digestOf(value: unknown): string {
  const text = stringifyExactly(value, (_name, member) => sorted(member));
  return createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
}

function sorted(member: unknown): unknown {
  if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
  return Object.fromEntries(Object.entries(member).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
