// Tags of Alibaba Cloud, as its ECS and ACK take them.
import type * as z from "zod";
import { withRule } from "../../schema/enforced.ts";
import { mapOf, text } from "../../schema/fields.ts";
import { lengthOf } from "../../lib/text.ts";

/** It takes 20; one of them is our mark. */
const MOST_TAGS = 19;
const LONGEST_KEY = 128;

/** Keys under these are refused by the cloud, or are our own. */
const RESERVED = ["acs:", "aliyun", "yunfan.dev/"];

const map = mapOf(text({ max: 128 }).describe("The tag's value."), { max: MOST_TAGS });

const wellFormed = withRule(
  map,
  {
    rule: `self.all(key, key.size() >= 1 && key.size() <= ${LONGEST_KEY})`,
    message: `a tag's key has 1 to ${LONGEST_KEY} characters`,
  },
  (tags) => Object.keys(tags).every((key) => key.length >= 1 && lengthOf(key) <= LONGEST_KEY),
);

export const tags: z.ZodRecord<z.ZodString, z.ZodString> = withRule(
  wellFormed,
  {
    rule: `self.all(key, !(${RESERVED.map((prefix) => `key.startsWith('${prefix}')`).join(" || ")}))`,
    message: `tags under ${RESERVED.join(", ")} are the cloud's own or Yunfan's: choose other keys`,
    reason: "FieldValueForbidden",
  },
  (given) => Object.keys(given).every((key) => !RESERVED.some((prefix) => key.startsWith(prefix))),
);
