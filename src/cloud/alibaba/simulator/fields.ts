// Fields that several calls take, read leniently: numbers and booleans also as strings, lists also as JSON or with commas.
import * as z from "zod";

/** 2.1 has `worker_data_disk` as a string, 2.3 as a boolean. */
export const flag = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

export const whole = z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]);

const text = z.string().min(1);

export const textList = z.union([z.array(text), text.transform(listOf).pipe(z.array(text))]);

/** 2.1 and 2.6: 8 to 30 characters, at least three of upper case, lower case, digits and others. */
export const password = z
  .string()
  .refine(isStrong, "must have 8 to 30 characters, three of upper case, lower case, digits and special characters");

/** Of clusters and pools; 2.1 names the characters, the public cloud the rest. */
export const resourceName = z.string().regex(/^[\p{Script=Han}A-Za-z0-9][\p{Script=Han}A-Za-z0-9-]{0,62}$/u, {
  message: "must have 1 to 63 digits, letters, Chinese characters and hyphens, and not start with a hyphen",
});

const MOST_TAGS = 20;

const pair = z.object({ key: z.string().min(1).max(128), value: z.string().max(256).default("") });

/** A list of pairs, as everywhere in the API; a map passes too. */
const pairs = z
  .union([z.array(pair), z.record(z.string().min(1), z.string())])
  .transform((input) =>
    Array.isArray(input) ? Object.fromEntries(input.map(({ key, value }) => [key, value])) : input,
  )
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `must have at most ${MOST_TAGS} entries`);

export const tags = pairs.refine(
  (map) => !Object.keys(map).some((key) => /^(?:aliyun|acs:)|https?:\/\//i.test(key)),
  "must not have a key that starts with aliyun or acs:, or has http:// or https:// in it",
);

/** Of nodes: the rules of Kubernetes, which the cloud repeats. */
export const labels = pairs.refine(
  (map) =>
    Object.entries(map).every(
      ([key, value]) =>
        /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(key) &&
        /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/.test(value),
    ),
  "must have keys and values that are labels",
);

export const taints = z.array(
  z.object({
    key: z.string().min(1),
    value: z.string().default(""),
    effect: z.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]),
  }),
);

export function pairsOf(map: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

/** What is set of a change: an absent field stays as it was. */
export function given<Change extends object>(change: Change): { [K in keyof Change]?: Exclude<Change[K], undefined> } {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as {
    [K in keyof Change]?: Exclude<Change[K], undefined>;
  };
}

/** Arrays in queries are JSON in the vendor's clients; ids with commas between them are understood too. */
function listOf(list: string): unknown[] {
  if (!list.startsWith("[")) return list.split(",").map((item) => item.trim());
  try {
    return JSON.parse(list) as unknown[];
  } catch {
    return [];
  }
}

function isStrong(candidate: string): boolean {
  const length = Array.from(candidate).length;
  const sorts = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/].filter((sort) => sort.test(candidate)).length;
  return length >= 8 && length <= 30 && sorts >= 3;
}
