// What leaves as a whole: a kind, a namespace or a cluster's id of which nothing is reported any more goes in one request, where that is
// safe. Pure.
import type { RecordScope } from "../../cloud/facets/inventory.ts";
import type { SinkScope } from "./scope.ts";
import type { Slot } from "./shelves.ts";
import { allCovered } from "./scope.ts";
import { recordType } from "./wants.ts";

/** Fewer go one by one: a batch costs some requests of its own. */
const LEAST = 8;

export function wholesOf(scope: SinkScope, surplus: readonly Slot[]): readonly RecordScope[] {
  const { coverage, reported, sink } = scope;
  const types = new Set([...reported.keys()].map(recordType));
  const ids = new Set([...allCovered(scope)].map((resource) => coverage.clusterIdOf(resource)));
  const groups = new Map<string, { readonly scope: RecordScope; count: number }>();
  for (const { shelf, clusterId, namespace, type } of surplus) {
    const of = ofWhole();
    if (of === undefined) continue;
    const key = JSON.stringify([clusterId, type, of]);
    const group = groups.get(key) ?? { scope: { clusterId, type, of }, count: 0 };
    group.count += 1;
    groups.set(key, group);

    function ofWhole(): RecordScope["of"] | undefined {
      if (shelf === "cluster") return ids.has(clusterId) || sink.spec.externalId !== undefined ? undefined : "Cluster";
      if (shelf !== "record") return undefined;
      if (!types.has(type) && sink.spec.externalId === undefined) return "All";
      if (!coverage.coversNamespace(namespace) || !types.has(type)) return { namespace };
      return undefined;
    }
  }
  return [...groups.values()].filter(({ count }) => count >= LEAST).map((group) => group.scope);
}
