// Labels and taints of nodes: as Kubernetes takes them, because what it refuses shows only when a node fails to join.
import * as z from "zod";
import { withRule } from "../../schema/enforced.ts";
import { listMapOf, mapOf } from "../../schema/fields.ts";

/** Some clouds take fewer, and say so. */
const MOST_LABELS = 64;
const MOST_TAINTS = 20;

/** Under it, keys are Yunfan's own. */
const RESERVED = "yunfan.dev/";

/** A qualified name: an optional DNS subdomain and a slash, then at most 63 characters. */
const QUALIFIED_NAME =
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LONGEST_KEY = 253;

const labelValue = z
  .string()
  .max(63)
  .regex(/^([A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?)?$/);

const map = mapOf(labelValue.describe("The label's value."), { max: MOST_LABELS });

const wellFormed = withRule(
  map,
  {
    rule: `self.all(key, key.size() <= ${LONGEST_KEY} && key.matches('${celPattern(QUALIFIED_NAME)}'))`,
    message:
      "a label's key is at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends; a DNS name and a " +
      "slash may stand before it",
  },
  (labels) => Object.keys(labels).every((key) => key.length <= LONGEST_KEY && QUALIFIED_NAME.test(key)),
);

/** Labels as a whole set. */
export const nodeLabels = withRule(
  wellFormed,
  {
    rule: `self.all(key, !key.startsWith('${RESERVED}'))`,
    message: `labels under ${RESERVED} are Yunfan's own: choose other keys`,
    reason: "FieldValueForbidden",
  },
  (labels) => Object.keys(labels).every((key) => !key.startsWith(RESERVED)),
);

const taint = z
  .object({
    key: z.string().min(1).max(LONGEST_KEY).regex(QUALIFIED_NAME).describe("The taint's key."),
    value: labelValue.optional().describe("The taint's value. Default: empty."),
    effect: z
      .enum(["NoSchedule", "PreferNoSchedule", "NoExecute"])
      .describe("What it does to pods that do not tolerate it."),
  })
  .describe("A taint of every node.");

/** Taints as a whole set. */
export const nodeTaints = listMapOf(taint, { keys: ["key", "effect"], max: MOST_TAINTS });

/** As a string literal of CEL, where a backslash is escaped and a slash is not. */
function celPattern({ source }: RegExp): string {
  return source.replaceAll(String.raw`\/`, "/").replaceAll("\\", "\\\\");
}
