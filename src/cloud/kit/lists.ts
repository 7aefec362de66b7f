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

/** One page of a list. */
export interface Page<T> {
  readonly value: readonly T[];
  readonly answer: HttpAnswer;
  /** True where the cloud says twice over that no other comes (`isLastBy`); left out where it does not. */
  readonly isLast?: boolean;
}

/**
 * All entries, one for each key, the latest seen. `read` is asked for page 1, 2, 3, …; the end is an empty page, or one that is the last
 * by the cloud's own word: sizes are clamped, a total or a short page alone misleads, and pages shift while others delete. With
 * `repeatsLast`, a page that brings nothing new is the end too. Throws what `read` throws, and CloudError Unavailable where no end comes.
 */
export async function readPages<T>(
  operation: string,
  list: {
    readonly read: (page: number) => Promise<Page<T>>;
    readonly keyOf: (entry: T) => unknown;
    readonly repeatsLast?: boolean;
  },
): Promise<Pages<T>> {
  const entries: T[] = [];
  const keys = new Set<unknown>();
  const skewsMs: number[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const { value, answer, isLast = false } = await list.read(page);
    skewsMs.push(clockSkewMs(answer) ?? Number.NEGATIVE_INFINITY);
    const isNew = (entry: T): boolean => !keys.has(list.keyOf(entry));
    const isOver = value.length === 0 || (list.repeatsLast === true && !value.some(isNew));
    for (const entry of value) keys.add(list.keyOf(entry));
    entries.push(...value);
    if (isOver || isLast) return { entries: distinct(entries, list.keyOf), clockSkewMs: largestOr0(skewsMs) };
  }
  throw unreadable(operation, `a list without an end after ${MOST_PAGES} pages`);
}

/** What an answer says of itself as a page; undefined where it says nothing. */
export interface PageInfo {
  readonly number: number | undefined;
  readonly size: number | undefined;
  readonly total: number | undefined;
}

/** Whether it has fewer than a page that it says to be so long, and ends where the total does: either alone may mislead. */
export function isLastBy({ number, size, total }: PageInfo, count: number): boolean {
  if (number === undefined || size === undefined) return false;
  return count < size && (number - 1) * size + count === total;
}

function distinct<T>(entries: readonly T[], keyOf: (entry: T) => unknown): readonly T[] {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}

/** Each answer shows at most the true difference: the largest comes closest. */
function largestOr0(skewsMs: readonly number[]): number {
  const ms = Math.max(...skewsMs);
  return Number.isFinite(ms) ? ms : 0;
}
