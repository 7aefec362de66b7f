// query-k8s and query-mesos: what reporters found in a cluster, by the filters of each kind. Servers ignore a filter that they don't
// know or can't parse and then show everything, so each filter is applied here again.
import * as z from "zod";
import { CloudError } from "../errors.ts";
import type { InventoryFacet, InventoryQuestion, InventoryRow } from "../facets/inventory.ts";
import { text } from "../kit/wire.ts";
import type { QueryItem } from "../kit/uri.ts";
import type { BcsClient } from "./client.ts";
import { rowsOf } from "./client.ts";
import { readRows } from "./lists.ts";
import { queryPath } from "./paths.ts";
import { queryKindOf, type Filter } from "./query-kinds.ts";
import { fieldQuery, rowKey, valuesAt, WIDEST_ZONE_MS, type Row } from "./rows.ts";

const row = rowKey.extend({ resourceName: text });

/** query-mesos 7 lists names and nothing else. */
const nameAlone = z.string().transform((resourceName) => ({ clusterId: "", namespace: undefined, resourceName }));

/** A filter that was asked for. */
interface Asked {
  readonly name: string;
  readonly filter: Filter;
  readonly values: readonly string[];
}

export function queryOf(client: BcsClient): InventoryFacet["query"] {
  return async (question, signal) => {
    const { environment, resource, clusterId } = question;
    const kind = queryKindOf(question);
    if (!kind) throw rejected(`${environment} has no ${resource}`);
    const asked = askedOf(question, kind.filters);
    const path = queryPath(environment, clusterId, resource);
    const query = [...asked.flatMap(queryItem), ...(kind.namesAlone ? [] : fieldQuery(fieldsOf(question, asked)))];
    const pages = await readRows({
      operation: "QueryInventory",
      limit: "limit",
      read: (page) => {
        const call = { operation: "QueryInventory", method: "GET", path, query: [...query, ...page], signal } as const;
        return kind.namesAlone ? client.read(call, rowsOf(nameAlone)) : client.read(call, rowsOf(row));
      },
      keyOf: ({ namespace, resourceName }) => JSON.stringify([namespace ?? null, resourceName]),
    });
    const isWanted = (found: z.output<typeof row>): boolean =>
      (kind.namesAlone || found.clusterId === clusterId) && asked.every((one) => meets(found, one));
    return { ...pages, items: pages.rows.filter(isWanted).map(rowOf) };
  };
}

function rowOf({ namespace, resourceName: name, ...found }: z.output<typeof row>): InventoryRow {
  return { namespace, name, row: { ...found, namespace, resourceName: name } };
}

function askedOf({ filters, resource }: InventoryQuestion, known: Readonly<Record<string, Filter>>): readonly Asked[] {
  return Object.entries(filters).map(([name, values]) => {
    const filter = known[name];
    if (!filter) {
      throw rejected(`${resource} has no filter ${name}: it has ${Object.keys(known).join(", ") || "none"}`);
    }
    const wrong = values.find((value) => !FORMS[filter.form].test(value));
    if (wrong !== undefined || values.length === 0) {
      throw rejected(`filter ${name} of ${resource} takes ${WORDS[filter.form]}, not ${JSON.stringify(wrong ?? "")}`);
    }
    return { name, filter, values };
  });
}

/** A text may hold no comma: it separates values. */
const FORMS: Readonly<Record<Filter["form"], RegExp>> = {
  Text: /^[^,]+$/,
  Integer: /^-?\d{1,15}$/,
  Boolean: /^(?:true|false)$/,
  Begin: /^\d{1,12}$/,
  End: /^\d{1,12}$/,
};

const WORDS: Readonly<Record<Filter["form"], string>> = {
  Text: "texts without commas",
  Integer: "whole numbers",
  Boolean: "true or false",
  Begin: "Unix seconds",
  End: "Unix seconds",
};

/** Only what is wanted, and what the filters look at. */
function fieldsOf({ fields }: InventoryQuestion, asked: readonly Asked[]): InventoryQuestion["fields"] {
  const own = [["clusterId"], ["namespace"], ["resourceName"]];
  return [...own, ...fields, ...asked.flatMap(({ filter }) => filter.at)];
}

/** Times are compared as texts in the server's zone by some: they are asked for widely (docs/clouds/bcs.md, `timeFilter`). */
function queryItem({ name, filter, values }: Asked): QueryItem[] {
  const [first = ""] = values;
  const margin = WIDEST_ZONE_MS / 1000;
  if (filter.form === "Begin") return [[name, String(Math.max(Number(first) - margin, 1))]];
  if (filter.form === "End") return [[name, String(Number(first) + margin)]];
  // Of several numbers some servers can parse none, and show everything.
  return [[name, values.join(",")]];
}

function meets(found: Row, { filter, values }: Asked): boolean {
  return filter.at.flatMap((path) => valuesAt(found, path)).some((value) => MATCHES[filter.form](value, values));
}

const MATCHES: Readonly<Record<Filter["form"], (value: unknown, wanted: readonly string[]) => boolean>> = {
  Text: (value, wanted) => wanted.includes(String(value)),
  Integer: (value, wanted) => wanted.some((one) => Number(one) === Number(value)) && typeof value === "number",
  Boolean: (value, wanted) => wanted.includes(String(value)),
  Begin: (value, [wanted]) => secondsOf(value) >= Number(wanted),
  End: (value, [wanted]) => secondsOf(value) <= Number(wanted),
};

/** Of an object's own time: RFC 3339, or Unix seconds as Mesos' deployments have them. NaN is in no interval. */
function secondsOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" ? Math.floor(Date.parse(value) / 1000) : Number.NaN;
}

function rejected(message: string): CloudError {
  return new CloudError("Rejected", { message });
}
