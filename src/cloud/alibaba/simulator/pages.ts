// Pages of a list: `page_number` and `page_size`, or `pageNumber` and `pageSize`, as the calls spell them.
import type { Call } from "../../simulation/cloud.ts";
import { invalid } from "./refusals.ts";
import type { AckRules } from "./rules.ts";

const DEFAULT_SIZE = 10;

export interface PageInfo {
  readonly page_number: number;
  readonly page_size: number;
  readonly total_count: number;
}

export const emptyPage: PageInfo = { page_number: 1, page_size: DEFAULT_SIZE, total_count: 0 };

/** A page beyond the end is empty; one that is larger than the cloud allows is cut. Throws a refusal (400) for no number. */
export function page<Item>(
  all: readonly Item[],
  { query }: Pick<Call, "query">,
  { maxPageSize }: AckRules,
): { items: readonly Item[]; info: PageInfo } {
  const number = numberOf(query, ["page_number", "pageNumber"], 1);
  const size = Math.min(numberOf(query, ["page_size", "pageSize"], DEFAULT_SIZE), maxPageSize);
  const start = (number - 1) * size;
  return {
    items: all.slice(start, start + size),
    info: { page_number: number, page_size: size, total_count: all.length },
  };
}

function numberOf(query: URLSearchParams, names: readonly string[], otherwise: number): number {
  const name = names.find((one) => query.has(one));
  if (name === undefined) return otherwise;
  const value = query.get(name) ?? "";
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw invalid(name, "must be a whole number from 1");
}
