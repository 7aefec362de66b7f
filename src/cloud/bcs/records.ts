// Dynamic data (动态数据): records of namespaces, of clusters, and of both.
import * as z from "zod";
import { CloudError } from "../errors.ts";
import type { Listing, RecordKey, RecordScope, RecordsFacet, StoredRecord } from "../facets/inventory.ts";
import { text } from "../kit/wire.ts";
import type { BcsClient } from "./client.ts";
import { rowsOf } from "./client.ts";
import { AMBIGUOUS_CODES, type Operation } from "./errors.ts";
import { readRows } from "./lists.ts";
import { recordPath, recordsPath, scopeOf } from "./paths.ts";
import { extraQuery, fieldQuery, meets, rowKey } from "./rows.ts";

const row = rowKey.extend({ resourceType: text, resourceName: text, data: z.unknown().optional() });

/** A list of one as documented, the row itself as servers have it (docs/clouds/bcs.md, `oneRecord`). */
const oneRow = z.union([z.array(row).transform((rows) => rows[0]), row]);

/** What tells one record from another. */
const KEY_FIELDS = [["clusterId"], ["namespace"], ["resourceType"], ["resourceName"]] as const;

type Row = z.output<typeof row>;

export function recordsOf(client: BcsClient): RecordsFacet {
  const list: RecordsFacet["list"] = async (scope, { where = [], fields, see }, signal) => {
    const wanted = fields && [...KEY_FIELDS, ...fields, ...where.map(({ path }) => path)];
    const query = [...extraQuery(where), ...fieldQuery(wanted)];
    const path = recordsPath(scope);
    const isWanted = (found: Row): boolean => isOf(scope, found) && meets(found, where);
    const pages = await readRows({
      operation: "ListRecords",
      limit: "limit",
      read: async (page) => {
        const call = { operation: "ListRecords", method: "GET", path, query: [...query, ...page], signal } as const;
        const { data, clockSkewMs } = await client.read(call, rowsOf(row));
        const seen = data.map((found) => ({
          key: keyTextOf(found),
          kept: isWanted(found) ? [see(recordOf(scope, found))] : [],
        }));
        return { data: seen, clockSkewMs };
      },
      keyOf: ({ key }) => key,
    });
    const { rows, isOneAnswer, clockSkewMs } = pages;
    return { items: rows.flatMap(({ kept }) => kept), isOneAnswer, clockSkewMs };
  };
  const get: RecordsFacet["get"] = async (key, signal) => {
    const path = recordPath(key);
    try {
      const { data } = await client.read({ operation: "GetRecord", method: "GET", path, signal }, oneRow);
      return data === undefined ? "Absent" : { ...key, data: data.data };
    } catch (error) {
      if (isCode(error, "NotFound")) return "Absent";
      if (!isAmbiguous(error)) throw error;
      const names = await list(scopeOf(key), { fields: [], see: ({ name }) => name }, signal);
      return settled(error, key, names);
    }
  };
  return {
    get,
    list,
    put: async (key, data, { signal }) =>
      client.send({ operation: "PutRecord", method: "PUT", path: recordPath(key), body: { data }, signal }),
    remove: async (key, { signal }) =>
      settledByReading(
        client.send({ operation: "DeleteRecord", method: "DELETE", path: recordPath(key), signal }),
        () => get(key, signal),
      ),
    removeBatch: async (scope, { where, before, boundIn }, { signal }) => {
      const bound = { updateTimeEnd: before };
      const query = [...extraQuery(where), ...(boundIn === "Query" ? queryOf(bound) : [])];
      const operation: Operation = "DeleteRecords";
      const call = { operation, method: "DELETE", path: recordsPath(scope), query, signal } as const;
      await client.send(boundIn === "Body" ? { ...call, body: bound } : call);
    },
  };
}

/** That a delete failed may mean that there was nothing (docs/clouds/bcs.md, `deleteMissing`): a read tells. */
export async function settledByReading(removal: Promise<void>, read: () => Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (isCode(error, "NotFound")) return;
    if (!isAmbiguous(error) || (await read()) !== "Absent") throw error;
  }
}

export function isCode(error: unknown, kind: CloudError["kind"]): boolean {
  return error instanceof CloudError && error.kind === kind;
}

/** A failure that may mean that there is nothing of that key. */
export function isAmbiguous(error: unknown): boolean {
  return error instanceof CloudError && error.codes.some((code) => AMBIGUOUS_CODES.includes(code));
}

/** The list has been read to its end: what it does not show is not there; what it shows the GET should have found. */
function settled(error: unknown, key: RecordKey, { items }: Listing<string>): "Absent" {
  if (items.includes(key.name)) throw error;
  return "Absent";
}

/** Some servers answer for the cluster class with what lies in namespaces too. */
function isOf({ clusterId, type, of }: RecordScope, found: Row): boolean {
  if (found.clusterId !== clusterId || found.resourceType !== type) return false;
  if (of === "All") return true;
  return of === "Cluster" ? found.namespace === undefined : found.namespace === of.namespace;
}

function recordOf({ clusterId, type }: RecordScope, found: Row): StoredRecord {
  const { namespace, resourceName: name, data } = found;
  return { clusterId, ...(namespace !== undefined && { namespace }), type, name, data };
}

function keyTextOf({ clusterId, namespace, resourceType, resourceName }: Row): string {
  return JSON.stringify([clusterId, namespace ?? null, resourceType, resourceName]);
}

function queryOf(values: Readonly<Record<string, number>>): readonly (readonly [string, string])[] {
  return Object.entries(values).map(([name, value]) => [name, String(value)]);
}
