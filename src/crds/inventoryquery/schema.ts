// InventoryQuery: what a store in which a platform keeps its inventory knows of a cluster, as a status, and as a gate.
import * as z from "zod";
import { withRule } from "../../schema/enforced.ts";
import { integer, listMapOf, listOf, mapOf, text } from "../../schema/fields.ts";
import { inventoryClusterId } from "../common/inventory.ts";
import { accountRef, clusterReference, driftIntervalSeconds } from "../common/spec.ts";
import { commonStatus } from "../common/status.ts";
import { defineSchema } from "../kind.ts";
import type { Resource } from "../resource.ts";
import {
  ENVIRONMENTS,
  filtersOf,
  GUARDED,
  HARMLESS_PATHS,
  mayShow,
  NEVER_SHOWN,
  RESOURCES,
  resourcesIn,
  STREAMS,
} from "./resources.ts";
import { LONGEST_VALUE, inventoryQuery } from "./kind.ts";

const filterValues = listOf(
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[^,]+$/)
    .describe("One value."),
  { max: 16 },
).describe("Any of these values.");

const path = withRule(
  z
    .string()
    .min(1)
    .max(253)
    .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/),
  {
    rule: `!self.split('.').exists(segment, segment == '${NEVER_SHOWN}')`,
    message: "annotations are never shown: they are free-form, and hold whole manifests",
    reason: "FieldValueForbidden",
  },
  (value) => !value.split(".").includes(NEVER_SHOWN),
);

const columns = listMapOf(
  z
    .object({
      name: z
        .string()
        .min(1)
        .max(63)
        .regex(/^[A-Za-z][A-Za-z0-9_-]*$/)
        .describe("Under which it stands in status.items[].values."),
      path: path.describe("From the store's row on, such as data.status.phase. Texts, numbers and truth values alone."),
    })
    .describe("A member of each row."),
  { keys: ["name"], max: 8 },
);

const count = integer({ min: 0, max: 2 ** 31 - 1 });

const gate = withRule(
  z.object({
    atLeast: count.optional().describe("Ready only while there are so many."),
    atMost: count.optional().describe("Ready only while there are no more."),
  }),
  {
    rule: "!has(self.atLeast) || !has(self.atMost) || self.atLeast <= self.atMost",
    message: "atLeast is more than atMost: no number is both",
  },
  ({ atLeast = 0, atMost = Number.POSITIVE_INFINITY }) => atLeast <= atMost,
);

const base = z.object({
  accountRef,
  clusterId: inventoryClusterId.optional().describe("The cluster's id in the inventory. This, or clusterRef."),
  clusterRef: clusterReference.optional().describe("The ManagedCluster whose spec.inventoryClusterId counts."),
  environment: z.enum(ENVIRONMENTS).default("K8s").describe("Which of the inventory's two worlds."),
  resource: z.enum(RESOURCES).describe("What is asked for."),
  filters: mapOf(filterValues, { max: 8 })
    .optional()
    .describe("By the reference's names. Times are Unix seconds. All of them have to hold."),
  windowSeconds: integer({ min: 10, max: 86_400 })
    .optional()
    .describe("Of Event and Alarm: for how long one counts after it was received. Default: 3600."),
  columns: columns
    .optional()
    .describe("What is shown of each item, beside namespace and name. No other member travels."),
  maxItems: integer({ min: 0, max: 50 }).default(20).describe("Items in the status; 16 KiB of them at most."),
  expect: gate.optional().describe("A gate: Ready only while status.total is within."),
  driftIntervalSeconds: driftIntervalSeconds.describe(
    "Seconds until it is asked again. While the number is not as expected, it is asked every 5 seconds.",
  ),
});

type Spec = typeof base;

const quoted = (words: readonly string[]): string => `[${words.map((word) => `'${word}'`).join(", ")}]`;

function withOneCluster(spec: Spec): Spec {
  const rule = {
    rule: "has(self.clusterId) != has(self.clusterRef)",
    message: "either clusterId or clusterRef has to be set, and not both",
  };
  return withRule(spec, rule, ({ clusterId, clusterRef }) => (clusterId === undefined) !== (clusterRef === undefined));
}

function withKnownResources(spec: Spec): Spec {
  return ENVIRONMENTS.reduce((known, environment) => {
    const resources = resourcesIn(environment);
    const rule = {
      rule: `self.environment != '${environment}' || self.resource in ${quoted(resources)}`,
      message: `${environment} has ${resources.join(", ")}`,
      fieldPath: ".resource",
    };
    return withRule(known, rule, (value) => value.environment !== environment || resources.includes(value.resource));
  }, spec);
}

function withKnownFilters(spec: Spec): Spec {
  const pairs = ENVIRONMENTS.flatMap((environment) =>
    resourcesIn(environment).map((resource) => ({
      environment,
      resource,
      names: filtersOf(environment, resource) ?? [],
    })),
  );
  return pairs.reduce((known, { environment, resource, names }) => {
    const isOther = `self.environment != '${environment}' || self.resource != '${resource}'`;
    const rule = {
      rule: `${isOther} || !has(self.filters) || self.filters.all(name, name in ${quoted(names)})`,
      message: `${resource} of ${environment} has the filters ${names.join(", ") || "none"}`,
      fieldPath: ".filters",
    };
    return withRule(known, rule, (value) => {
      if (value.environment !== environment || value.resource !== resource) return true;
      return Object.keys(value.filters ?? {}).every((name) => names.includes(name));
    });
  }, spec);
}

function withWindowOfStreams(spec: Spec): Spec {
  const rule = {
    rule: `!has(self.windowSeconds) || self.resource in ${quoted(STREAMS)}`,
    message: `windowSeconds is for ${STREAMS.join(" and ")} alone`,
    fieldPath: ".windowSeconds",
  };
  const streams: readonly string[] = STREAMS;
  return withRule(spec, rule, (value) => value.windowSeconds === undefined || streams.includes(value.resource));
}

function withGuardedColumns(spec: Spec): Spec {
  const harmless = `self.columns.all(column, column.path in ${quoted(HARMLESS_PATHS)})`;
  const rule = {
    rule: `!(self.resource in ${quoted(GUARDED)}) || !has(self.columns) || ${harmless}`,
    message: `of ${GUARDED.join(" and ")} columns may show ${HARMLESS_PATHS.join(", ")} alone`,
    reason: "FieldValueForbidden" as const,
    fieldPath: ".columns",
  };
  return withRule(spec, rule, ({ resource, columns: shown = [] }) => {
    return !GUARDED.includes(resource) || shown.every((column) => mayShow(resource, column.path));
  });
}

const spec = [withOneCluster, withKnownResources, withKnownFilters, withWindowOfStreams, withGuardedColumns].reduce(
  (ruled, add) => add(ruled),
  base,
);

const LONGEST_NAME = 253;

const status = z.object({
  ...commonStatus,
  total: count.optional().describe("How many there are."),
  truncated: z.boolean().optional().describe("Not all of them are in items, or there are more than were counted."),
  items: listOf(
    z
      .object({
        namespace: text({ max: LONGEST_NAME }).optional().describe("Of the row, where it has one."),
        name: text({ max: LONGEST_NAME }).describe("Of the row; of an alarm its source."),
        values: mapOf(text({ max: LONGEST_VALUE }).describe("What the row has there."), { max: 8 })
          .optional()
          .describe("By the columns' names, those that the row has."),
      })
      .describe("A row."),
    { max: 50 },
  )
    .optional()
    .describe("By namespace and name; of events and alarms the newest first."),
});

export const inventoryQuerySchema = defineSchema(inventoryQuery, {
  spec,
  status,
});

export type InventoryQuery = Resource<typeof inventoryQuerySchema>;
