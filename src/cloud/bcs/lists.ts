// Lists read to their end by offset and limit, of which the API document knows nothing for most of them (docs/clouds/bcs.md, `paging`
// and `listCap`): a server may ignore both, or cut a list off without a word.
import type { CloudError } from "../errors.ts";
import { unreadable } from "../kit/json.ts";
import type { QueryItem } from "../kit/uri.ts";
import type { Answered } from "./client.ts";
import type { Operation } from "./errors.ts";

/** Rows of a page. */
const PAGE_ROWS = 500;
/** Where servers of 2026 cut off a list for which they know no limit. */
const SILENT_CUT_ROWS = 3_000;
/** A million rows: beyond it a list is taken for an endless one. */
const MOST_PAGES = 2_000;

export interface RowPages<T> {
  /** Each key once, as it was seen last. */
  readonly rows: readonly T[];
  readonly isOneAnswer: boolean;
  readonly isWhole: boolean;
  readonly clockSkewMs: number;
}

export interface PagedList<T> {
  readonly operation: Operation;
  readonly read: (page: readonly QueryItem[]) => Promise<Answered<readonly T[]>>;
  readonly keyOf: (row: T) => string;
  /** The parameter that says how many: `limit`, or `length` where the document has it. */
  readonly limit: "limit" | "length";
  /** Left out: to the end. */
  readonly mostPages?: number | undefined;
}

/**
 * Ends at an empty page, or where a server shows that it knows no pages and has shown all. Throws what `read` throws, and CloudError
 * Unavailable where more may be there than can be read.
 */
export async function readRows<T>(list: PagedList<T>): Promise<RowPages<T>> {
  const { operation, mostPages = MOST_PAGES } = list;
  const found = new Map<string, T>();
  const skewsMs: number[] = [];
  const ended = (pages: number, isWhole = true): RowPages<T> => ({
    rows: [...found.values()],
    isOneAnswer: pages <= 1,
    isWhole,
    clockSkewMs: Math.max(...skewsMs),
  });
  let offset = 0;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const { data: rows, clockSkewMs } = await list.read(pageQuery(list, offset, PAGE_ROWS));
    skewsMs.push(clockSkewMs);
    const known = found.size;
    for (const row of rows) found.set(list.keyOf(row), row);
    if (rows.length === 0) return ended(pages);
    if (rows.length > PAGE_ROWS) return withoutLimit(operation, rows.length) ?? ended(1);
    // The same page again: the server ignores the offset, and has more where it is a full one that a greater limit makes longer.
    if (found.size === known) return (await isCutOff(list, rows.length)) ? cutOff(operation) : ended(1);
    offset += rows.length;
  }
  if (list.mostPages !== undefined) return ended(mostPages, false);
  throw unreadable(operation, `a list without an end after ${MOST_PAGES} pages`);
}

/** More rows than were asked for: all that there are, unless it is the number at which servers cut off. */
function withoutLimit(operation: Operation, rows: number): undefined {
  if (rows === SILENT_CUT_ROWS) throw cutOffError(operation);
  return undefined;
}

async function isCutOff<T>(list: PagedList<T>, rows: number): Promise<boolean> {
  if (rows < PAGE_ROWS) return false;
  const { data } = await list.read(pageQuery(list, 0, PAGE_ROWS + 1));
  return data.length > PAGE_ROWS;
}

function cutOff(operation: Operation): never {
  throw cutOffError(operation);
}

function cutOffError(operation: Operation): CloudError {
  return unreadable(operation, "the server cuts the list off and shows no further page");
}

function pageQuery({ limit }: Pick<PagedList<unknown>, "limit">, offset: number, rows: number): readonly QueryItem[] {
  return [
    ["offset", String(offset)],
    [limit, String(rows)],
  ];
}
