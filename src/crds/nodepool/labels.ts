// Labels and taints of nodes: as Kubernetes takes them, because what it refuses shows only when a node fails to join.
import * as z from "zod";
import { withRule } from "../../schema/enforced.ts";
import { listMapOf, mapOf } from "../../schema/fields.ts";

/** The cloud takes 20 (huawei-cce.txt, table 4-75); one is our mark. */
const MOST_LABELS = 19;
const MOST_TAINTS = 20;

/** Under these, keys are Yunfan's own and the cloud's own. */
const RESERVED = ["yunfan.dev/", "cce.cloud.com/"];

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
    rule: `self.all(key, ${RESERVED.map((prefix) => `!key.startsWith('${prefix}')`).join(" && ")})`,
    message: `labels under ${RESERVED.join(" and ")} are Yunfan's and the cloud's own: choose other keys`,
    reason: "FieldValueForbidden",
  },
  (labels) => Object.keys(labels).every((key) => !RESERVED.some((prefix) => key.startsWith(prefix))),
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
