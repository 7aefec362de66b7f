// What the API document leaves open or its servers do otherwise, as choices, and the dialects that settle them.
//
// Each choice has its row in docs/clouds/bcs.md.

/** Every choice with its values. */
export const CHOICES = {
  /** Codes and empty `data` of an envelope: as printed, or the store's own (14050xx and `{}`). */
  envelope: ["Reference", "Store"],
  /** The header that the gateway reads the token from. */
  tokenHeader: ["Either", "UserToken", "Bearer"],
  /** How the gateway refuses a token: by status (401, 403), or by HTTP 400 with 1405057 and 1405058. */
  tokenRefusal: ["Status", "Result"],
  /** What the gateway says of a store that is gone: 502 and 503, or HTTP 200 with 1405052 and 1405053. */
  storeGone: ["Status", "Result"],

  /** A GET of one record of dynamic data. */
  oneRecord: ["List", "Object"],
  /** A DELETE of what is not there. */
  deleteMissing: ["Fail", "Success"],
  /** The same for a metric: as any other, or with the code of a missing resource. */
  deleteMissingMetric: ["Alike", "Missing"],
  /** Where batch deletion reads its times. Without one, that side is open. */
  batchTimes: ["Query", "Body"],
  /** Whether a bound of time belongs to its interval; inclusive ones count whole seconds. */
  bounds: ["Inclusive", "Exclusive"],
  /** `extra` that is not the base64 of a JSON object. */
  badExtra: ["Refuse", "Ignore"],
  /** `offset` and `limit` on lists that have no paging in the document. */
  paging: ["Ignore", "Honour"],
  /** Rows of a list that names no limit; the rest is left out without a word. */
  listCap: ["None", "3000"],
  /** Order of records, metrics and watch data in lists. `None` is arbitrary, and the same as long as nothing changes. */
  listOrder: ["Created", "None"],
  /** Query parameters of dynamic data that nobody documents. */
  unknownQuery: ["Ignore", "Condition"],
  /** Which records the cluster class is about: those without namespace, or any of its type and name. */
  clusterClass: ["Own", "AnyNamespace"],
  /** How times are printed, in the server's zone: `2017-09-26 16:59:39`, or RFC 3339. */
  times: ["Plain", "Rfc3339"],
  /** What `data` may hold: any JSON, or what the driver of 2019 can store. */
  dataKeys: ["Any", "Mongo"],

  /** A filter of a query that can't be parsed. */
  badFilter: ["Refuse", "Ignore"],
  /** An `offset`, `length`, `limit` or time elsewhere that is no number. */
  badNumber: ["Refuse", "Ignore"],
  /** Time filters of a query compare instants, or the stored text with the time in the server's zone. */
  timeFilter: ["Instant", "Text"],
  /** `createTimeBegin` and `createTimeEnd` of pods and endpoints. */
  createTimeFilter: ["Honour", "Ignore"],

  /** A PUT of an event: each is one more, or one per `metadata.name` and `metadata.resourceVersion` of its `data`. */
  events: ["Insert", "Unique"],
  /** An event whose `data` lacks `metadata.name` or `namespace`: kept, or kept and the connection breaks. */
  eventMetadata: ["Optional", "Required"],
  /** A list of events without `clusterId`. */
  eventCluster: ["Optional", "Required"],
  /** `extra` on a list of events: no such parameter, or the only condition that counts. */
  eventExtra: ["Ignore", "Alone"],
  /** The filters `id` and `extraInfo.kind`. */
  eventIdFilter: ["Ignore", "Honour"],
  /** Whether a list shows the `id` that an event was put with. */
  eventId: ["Shown", "Hidden"],
  eventOrder: ["NewestFirst", "None"],
  eventTotal: ["Shown", "Hidden"],
  /** Events of several clusters: one list, or one list each, paged by itself and cut to `length` together. */
  eventClusters: ["Merged", "Each"],

  alarmOrder: ["NewestFirst", "None"],
  /** `total` counts what matches, or the rows of this answer. */
  alarmTotal: ["All", "Rows"],
  alarmType: ["Equal", "Contains"],

  /** A list of watch data: the values, `<namespace>.<name>` of all namespaces, or of the one asked for. */
  watchList: ["Values", "AllNames", "Names"],
  /** A GET of watch data that is not there fails; it may leave an empty node behind. */
  watchGetMissing: ["Fail", "CreateNode"],
  /** Watch data that is no JSON object. */
  watchData: ["Any", "Disconnect", "Refuse"],
  /** Whether the store writes the time of a PUT into the value, as `updateTime`. */
  watchStamp: ["None", "UpdateTime"],

  /** A query of metrics: their rows, or what was reported and nothing else. */
  metricList: ["Rows", "Values"],
  /** `field` of a query of metrics. */
  metricField: ["Honour", "Ignore"],
} as const;

export type ChoiceName = keyof typeof CHOICES;

export type Choices = { readonly [Name in ChoiceName]: (typeof CHOICES)[Name][number] };

export const DIALECT_NAMES = ["Reference", "V2019", "V2026"] as const;

export type DialectName = (typeof DIALECT_NAMES)[number];

const REFERENCE: Choices = {
  envelope: "Reference",
  tokenHeader: "Either",
  tokenRefusal: "Status",
  storeGone: "Status",
  oneRecord: "List",
  deleteMissing: "Fail",
  deleteMissingMetric: "Alike",
  batchTimes: "Query",
  bounds: "Inclusive",
  badExtra: "Refuse",
  paging: "Ignore",
  listCap: "None",
  listOrder: "Created",
  unknownQuery: "Ignore",
  clusterClass: "Own",
  times: "Plain",
  dataKeys: "Any",
  badFilter: "Refuse",
  badNumber: "Refuse",
  timeFilter: "Instant",
  createTimeFilter: "Honour",
  events: "Insert",
  eventMetadata: "Optional",
  eventCluster: "Optional",
  eventExtra: "Ignore",
  eventIdFilter: "Ignore",
  eventId: "Shown",
  eventOrder: "None",
  eventTotal: "Hidden",
  eventClusters: "Merged",
  alarmOrder: "None",
  alarmTotal: "All",
  alarmType: "Equal",
  watchList: "Values",
  watchGetMissing: "Fail",
  watchData: "Any",
  watchStamp: "None",
  metricList: "Rows",
  metricField: "Honour",
};

const V2019: Choices = {
  ...REFERENCE,
  envelope: "Store",
  tokenHeader: "UserToken",
  tokenRefusal: "Result",
  storeGone: "Result",
  oneRecord: "Object",
  batchTimes: "Body",
  bounds: "Exclusive",
  badExtra: "Ignore",
  paging: "Honour",
  listOrder: "None",
  clusterClass: "AnyNamespace",
  dataKeys: "Mongo",
  badFilter: "Ignore",
  badNumber: "Ignore",
  timeFilter: "Text",
  createTimeFilter: "Ignore",
  eventIdFilter: "Honour",
  eventOrder: "NewestFirst",
  eventTotal: "Shown",
  alarmOrder: "NewestFirst",
  alarmType: "Contains",
  watchList: "AllNames",
  watchGetMissing: "CreateNode",
  watchData: "Disconnect",
};

const V2026: Choices = {
  ...V2019,
  tokenHeader: "Bearer",
  tokenRefusal: "Status",
  storeGone: "Status",
  deleteMissing: "Success",
  listCap: "3000",
  unknownQuery: "Condition",
  times: "Rfc3339",
  dataKeys: "Any",
  badNumber: "Refuse",
  events: "Unique",
  eventMetadata: "Required",
  eventCluster: "Required",
  eventExtra: "Alone",
  alarmOrder: "None",
  alarmTotal: "Rows",
  watchList: "Names",
  watchGetMissing: "Fail",
  watchData: "Refuse",
  watchStamp: "UpdateTime",
  metricField: "Ignore",
};

export const DIALECTS: Readonly<Record<DialectName, Choices>> = { Reference: REFERENCE, V2019, V2026 };

/** `NAME=VALUE` each, as `--choose` takes them. Throws an `Error` for a choice or a value that there is not. */
export function parseChoices(settings: readonly string[]): Partial<Choices> {
  return Object.fromEntries(settings.map((setting) => parseChoice(setting)));
}

function parseChoice(setting: string): [string, string] {
  const [name = "", value = ""] = setting.split("=", 2);
  const values: readonly string[] | undefined = Object.hasOwn(CHOICES, name) ? CHOICES[name as ChoiceName] : undefined;
  if (values === undefined) throw new Error(`there is no choice ${JSON.stringify(name)}`);
  if (values.includes(value)) return [name, value];
  throw new Error(`${name} is one of ${values.join(", ")}, not ${JSON.stringify(value)}`);
}
