// Our mark on what a create made, a tag and a label, and how tags and labels stand in this API: as lists of pairs (2.1, 2.3).
import { z } from "zod";
import { text } from "../kit/wire.ts";

/** Holds the nonce of the create. */
export const MARK = "yunfan.dev/nonce";

export interface Pair {
  readonly key: string;
  readonly value: string;
}

export function pairsOf(map: Readonly<Record<string, string>>): readonly Pair[] {
  return Object.entries(map).map(([key, value]) => ({ key, value }));
}

/** As a map; empty where it is missing or odd. */
export const pairs = z
  .array(z.object({ key: z.string(), value: text }))
  .nullable()
  .catch(null)
  .transform((list): Readonly<Record<string, string>> => {
    return Object.fromEntries((list ?? []).map(({ key, value }) => [key, value]));
  });

/** The nonce of the create that made it; undefined: not made by Yunfan, or nothing shows it. */
export function markOf(tags: Readonly<Record<string, string>>): string | undefined {
  return Object.hasOwn(tags, MARK) ? tags[MARK] : undefined;
}
