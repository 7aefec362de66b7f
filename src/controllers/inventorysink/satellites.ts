// What else lies in the store of a resource, by what its record there says, and is wanted there no longer. Pure.
import type { Known } from "./ledger.ts";
import { clusterMetricSlot } from "./metrics.ts";
import type { Report } from "./report.ts";
import type { SinkScope } from "./scope.ts";
import type { Slot } from "./shelves.ts";
import { clusterSlot, watchSlot } from "./wants.ts";

interface Subject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `known`: the record that is there; `wanted`: the one that is to be there, where any is. */
export function satellitesOf(
  { sink }: SinkScope,
  subject: Subject,
  { known, wanted }: { readonly known: Extract<Known, { whose: "Ours" }>; readonly wanted: Report | undefined },
): readonly Slot[] {
  const hasMoved = known.cluster !== wanted?.cluster;
  const isCluster = subject.kind === "ManagedCluster" && known.cluster !== undefined;
  const ofCluster =
    isCluster && hasMoved ? [clusterSlot(known.cluster, subject), clusterMetricSlot(known.cluster, subject)] : [];
  const isWatched = known.watch && (hasMoved || wanted?.watch !== true);
  return [...ofCluster, ...(isWatched ? [watchSlot(known.cluster ?? sink.spec.clusterId, subject)] : [])];
}
