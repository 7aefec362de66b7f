// Reading a list of the CTYUN registry to its end (reference 3.10.2, 3.10.3).
import { unreadable, type Operation } from "./errors.ts";
import type { QueryItem } from "./signer.ts";

/** Asked for; the cloud may give fewer (Harbor: at most 100). */
const PAGE_SIZE = 100;
/** 200,000 entries at the size asked for, 20,000 where the cloud gives ten: beyond it the list is taken for an endless one. */
const MOST_PAGES = 2_000;

/**
 * All entries, one for each key, the latest seen. The end is an empty page and nothing else: sizes are clamped, totals and short
 * pages mislead, and pages shift while others delete. Throws CloudError Unavailable where no end comes.
 */
export async function readPages<T>(
  operation: Operation,
  list: { read: (query: readonly QueryItem[]) => Promise<readonly T[]>; keyOf: (entry: T) => unknown },
): Promise<T[]> {
  const entries = new Map<unknown, T>();
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const read = await list.read(pageQuery(page, PAGE_SIZE));
    if (read.length === 0) return [...entries.values()];
    for (const entry of read) entries.set(list.keyOf(entry), entry);
  }
  throw unreadable(operation, `a list without an end after ${MOST_PAGES} pages`);
}

export function pageQuery(page: number, size: number): readonly QueryItem[] {
  return [
    ["page", String(page)],
    ["page_size", String(size)],
  ];
}
