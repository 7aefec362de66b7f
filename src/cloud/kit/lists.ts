// Lists read to their end, each item once.
import type { Item, Listed } from "../collection.ts";
import { clockSkewMs, type HttpAnswer } from "../http/answer.ts";
import { unreadable } from "./json.ts";

/** 200,000 entries at a hundred a page, 20,000 where the cloud gives ten: beyond it the list is taken for an endless one. */
const MOST_PAGES = 2_000;

/** What one answer lists, each item as it was seen last. */
export function listed<T extends Item>(items: readonly T[], answer: HttpAnswer): Listed<T> {
  return { items: distinct(items, ({ id }) => id), clockSkewMs: clockSkewMs(answer) ?? 0 };
}

export interface Pages<T> {
  readonly entries: readonly T[];
  /** The cloud's clock less ours, milliseconds; 0 where no answer told it. */
  readonly clockSkewMs: number;
}

/**
 * All entries, one for each key, the latest seen. `read` is asked for page 1, 2, 3, …; the end is an empty page and nothing else:
 * sizes are clamped, totals and short pages mislead, and pages shift while others delete. With `repeatsLast`, a page that brings
 * nothing new is the end too. Throws what `read` throws, and CloudError Unavailable where no end comes.
 */
export async function readPages<T>(
  operation: string,
  list: {
    readonly read: (page: number) => Promise<{ readonly value: readonly T[]; readonly answer: HttpAnswer }>;
    readonly keyOf: (entry: T) => unknown;
    readonly repeatsLast?: boolean;
  },
): Promise<Pages<T>> {
  const entries: T[] = [];
  const keys = new Set<unknown>();
  const skewsMs: number[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { value, answer } = await list.read(page);
    skewsMs.push(clockSkewMs(answer) ?? Number.NEGATIVE_INFINITY);
    const isNew = (entry: T): boolean => !keys.has(list.keyOf(entry));
    const isEnd = value.length === 0 || (list.repeatsLast === true && !value.some(isNew));
    if (isEnd) return { entries: distinct(entries, list.keyOf), clockSkewMs: largestOr0(skewsMs) };
    for (const entry of value) keys.add(list.keyOf(entry));
    entries.push(...value);
  }
  throw unreadable(operation, `a list without an end after ${MOST_PAGES} pages`);
}

function distinct<T>(entries: readonly T[], keyOf: (entry: T) => unknown): readonly T[] {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}

/** Each answer shows at most the true difference: the largest comes closest. */
function largestOr0(skewsMs: readonly number[]): number {
  const ms = Math.max(...skewsMs);
  return Number.isFinite(ms) ? ms : 0;
}
