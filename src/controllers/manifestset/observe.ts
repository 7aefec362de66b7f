// What is in the target of what is declared: by lists that all sets share, and by name where these lack something, which proves nothing.
import type { KindAbility, LiveObject } from "../../cloud/facets/manifests.ts";
import type { DeclaredObject } from "./declared.ts";
import { keyOfObject, refOfKey } from "./objects.ts";
import type { Work } from "./work.ts";

/** As far as it was looked for. */
export type Observed = ReadonlyMap<string, LiveObject | "Absent">;

/** At once; more wait. */
const MOST_READS = 8;

/** Of every object whose kind the target knows. Throws CloudError or the signal's reason. */
export async function observe(work: Work, declared: readonly DeclaredObject[]): Promise<Observed> {
  const known = declared.flatMap((object) => (object.kind ? [{ object, kind: object.kind }] : []));
  const byKind = Map.groupBy(known, ({ kind }) => `${kind.apiVersion} ${kind.kind}`);
  const lists = await Promise.all([...byKind.values()].map((members) => listOf(work, members)));
  const listed = new Map(lists.flat().map((live) => [refOfKey(keyOfObject(live)), live]));
  const missing = known.filter(({ object }) => !listed.has(object.ref));
  const read = await inTurns(missing, async ({ object, kind }) => {
    return [object.ref, await work.place.channel.read(kind, object.key, work.visit.signal)] as const;
  });
  return new Map<string, LiveObject | "Absent">([...listed, ...read]);
}

interface Member {
  readonly object: DeclaredObject;
  readonly kind: KindAbility;
}

async function listOf(
  { place, since, visit: { signal } }: Work,
  members: readonly Member[],
): Promise<readonly LiveObject[]> {
  const [first] = members;
  if (!first) return [];
  const namespaces = [...new Set(members.map(({ object }) => object.key.namespace))];
  return place.lists.observe(first.kind, { namespaces, since, signal });
}

/** The results in their order. Throws what the first that fails throws, when those under way have ended. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += MOST_READS) {
    results.push(...(await Promise.all(items.slice(at, at + MOST_READS).map(work))));
  }
  return results;
}
