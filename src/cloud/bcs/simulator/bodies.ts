// The bodies that the store reads: `{"data": …}` of what is reported, and the structs of events and alarms.
import * as z from "zod";
import type { Call } from "../../simulation/cloud.ts";
import { parseJson } from "../../simulation/refusal.ts";
import type { Bcs, BcsRules } from "./state.ts";
import { StoreFailure } from "./wire.ts";

/** Unix seconds; up to the last year that can be printed. */
export const unixSeconds = z.int().min(0).max(253_402_300_799);

/** Strings and numbers that are left out or null are empty, as in the structs that the document refers to. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const seconds = unixSeconds.nullish().transform((value) => value ?? 0);
const anything = z.unknown().default(null);

const reported = z.object({ data: anything });

const extraInfo = z.object({ namespace: text, name: text, kind: text });

/** `BcsStorageEventIf`. */
const event = z.object({
  id: text,
  env: text,
  kind: text,
  level: text,
  component: text,
  type: text,
  describe: text,
  clusterId: text,
  eventTime: seconds,
  extraInfo: extraInfo.nullish().transform((value) => value ?? { namespace: "", name: "", kind: "" }),
  data: anything,
});

/** `BcsStorageAlarmIf`. */
const alarm = z.object({
  clusterId: text,
  namespace: text,
  message: text,
  source: text,
  module: text,
  type: text,
  receivedTime: seconds,
  data: anything,
});

/** `data` of `BcsStorageDynamicIf`, `BcsStorageWatchIf` and `BcsStorageMetricIf`. Throws a `StoreFailure`. */
export function reportedIn(call: Call, { rules }: Bcs): unknown {
  return storable(read(reported, call, rules).data, rules);
}

export function eventIn(call: Call, { rules }: Bcs): z.output<typeof event> {
  const body = read(event, call, rules);
  return { ...body, data: storable(body.data, rules) };
}

export function alarmIn(call: Call, { rules }: Bcs): z.output<typeof alarm> {
  const body = read(alarm, call, rules);
  return { ...body, data: storable(body.data, rules) };
}

function read<Schema extends z.ZodType>(schema: Schema, { body }: Call, { choices }: BcsRules): z.output<Schema> {
  const result = schema.safeParse(jsonOf(body, choices.dataKeys === "Mongo"));
  if (result.success) return result.data;
  throw new StoreFailure("BadBody");
}

/** Whole numbers beyond 2^53 lose digits where all numbers become doubles on the way to the database. */
function jsonOf(body: Buffer, isLossy: boolean): unknown {
  if (body.length === 0) throw new StoreFailure("BadBody");
  if (!isLossy) return parseJson(body);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new StoreFailure("BadBody");
  }
}

/** Throws a `StoreFailure` where the driver can't store it. */
function storable<Data>(data: Data, { choices }: BcsRules): Data {
  if (choices.dataKeys === "Mongo" && !canBeStored(data)) throw new StoreFailure("Operation");
  return data;
}

function canBeStored(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((element) => canBeStored(element));
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(
    ([key, inner]) => !key.startsWith("$") && !(key.includes(".") && typeof inner === "number") && canBeStored(inner),
  );
}
