// What concerns one resource, of all that was found: the newest entry, and how many there are beside it. Pure.
import { oneLine } from "../../lib/one-line.ts";
import { withoutSecrets } from "../../lib/redacted.ts";
import { cutTo, lengthOf } from "../../lib/text.ts";
import { concernedBy, type Concern, type Entry } from "./entry.ts";

export interface Firing {
  readonly newest: Entry;
  readonly count: number;
}

/** By resource, as "Kind/namespace/name". */
export type Firings = ReadonlyMap<string, Firing>;

const LONGEST_MESSAGE = 256;

export function firingsOf(entries: readonly Entry[], concern: Concern): Firings {
  const firings = new Map<string, Firing>();
  for (const entry of entries) {
    for (const name of concernedBy(entry, concern)) {
      firings.set(name, together(firings.get(name), { newest: entry, count: 1 }));
    }
  }
  return firings;
}

export function together(one: Firing | undefined, other: Firing): Firing {
  if (!one) return other;
  const newest = isNewer(other.newest, one.newest) ? other.newest : one.newest;
  return { newest, count: one.count + other.count };
}

/** Of two of one moment always the same one, in whatever order a store lists them. */
function isNewer(entry: Entry, than: Entry): boolean {
  if (entry.atMs !== than.atMs) return entry.atMs > than.atMs;
  return `${entry.by} ${entry.text}` > `${than.by} ${than.text}`;
}

/** For a condition: module and text of the newest, on one line without secrets, and how many more in steps, so that it seldom changes. */
export function messageOf({ newest, count }: Firing): string {
  const more = moreOf(count - 1);
  const said = `${newest.by}: ${newest.text}`;
  const line = oneLine(withoutSecrets(said), LONGEST_MESSAGE);
  return `${cutTo(line, LONGEST_MESSAGE - lengthOf(more))}${more}`;
}

function moreOf(others: number): string {
  const step = [100, 10, 1].find((least) => others >= least);
  return step === undefined ? "" : `, and ${step} or more others`;
}
