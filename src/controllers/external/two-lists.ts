// Where no list cache is kept: what is there, on the word of two lists.
import type { Collection, Item } from "../../cloud/collection.ts";

/** As two lists, one after the other, show it together: one that is stale or empty hides nothing. Throws as Collection.list does. */
export async function listedTwice<T extends Item>(
  list: Collection<T>["list"],
  signal: AbortSignal,
): Promise<readonly T[]> {
  const before = await list(signal);
  const now = await list(signal);
  return [...new Map([...before.items, ...now.items].map((item) => [item.id, item])).values()];
}

/** What `read` tells; where it tells of nothing, what it tells when it is asked again: no single answer shows that nothing is there. */
export async function nothingTwice<Read extends { readonly length: number } | "Absent">(
  read: () => Promise<Read>,
): Promise<Read> {
  const first = await read();
  return first !== "Absent" && first.length === 0 ? read() : first;
}
