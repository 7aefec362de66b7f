// Our mark on what a create made, a tag and a label, and how tags and labels stand in this API: as lists of pairs (2.1, 2.3).
import * as z from "zod";
import { lenientObject, text } from "../kit/wire.ts";

/** Holds the nonce of the create. */
export const MARK = "yunfan.dev/nonce";

export interface Pair {
  readonly key: string;
  readonly value: string;
}

export function pairsOf(map: Readonly<Record<string, string>>): readonly Pair[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

/** As a map; undefined where it is missing or no list. One that is odd does not spoil the others: the mark may be among them. */
export const shownPairs = z
  .array(lenientObject({ key: text, value: text }))
  .transform((list): Readonly<Record<string, string>> => {
    return Object.fromEntries(list.filter(({ key }) => key !== "").map(({ key, value }) => [key, value]));
  })
  .optional()
  .catch(undefined);

/** As `shownPairs`; empty where there is no list. */
export const pairs = shownPairs.transform((shown) => shown ?? {});

/** The nonce of the create that made it; undefined: not made by Yunfan, or nothing shows it. */
export function markOf(tags: Readonly<Record<string, string>>): string | undefined {
  return Object.hasOwn(tags, MARK) ? tags[MARK] : undefined;
}
