// What a sink's parts work with: the sink as it was last visited, and the caches of what it reports.
import type { InventorySink } from "../../crds/inventorysink/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/log.ts";
import type { ResourceView } from "../controlled.ts";
import type { Coverage } from "../inventory/coverage.ts";
import type { Managed } from "../lifecycle/resource.ts";

export interface SinkScope {
  readonly sink: InventorySink;
  /** Owner id in the records. */
  readonly owner: string;
  /** Of the store that the records are in. */
  readonly location: string;
  readonly coverage: Coverage;
  /** Of the kinds that are reported, the caches by kind. */
  readonly reported: ReadonlyMap<string, ResourceView>;
  /** Of all kinds that any sink may report. */
  readonly reportable: ReadonlyMap<string, ResourceView>;
}

/** What does not change with the sink's spec. */
export interface SinkTools {
  readonly clock: Clock;
  readonly log: Logger;
  readonly settleWindowMs: number;
  /** Ends when the operator stops: of reads that several share. */
  readonly stop: AbortSignal;
}

/** "namespace/name". */
export function keyOfSink({ metadata }: Pick<InventorySink, "metadata">): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** It looks, and writes nothing. */
export function observes({ spec }: InventorySink): boolean {
  return spec.managementPolicy === "Observe";
}

/** Whether what bears that owner is the sink's: what it wrote before it was told to take over another one's is so, too. */
export function isOwnedBy({ owner, sink }: SinkScope, claimed: unknown): boolean {
  return claimed === owner || claimed === sink.metadata.uid;
}

/** The resource, where it is there and this sink reports it. */
export function covered(
  { reported, coverage }: SinkScope,
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
): Managed | undefined {
  const resource = reported.get(kind)?.store.get(`${namespace}/${name}`);
  return resource && coverage.covers(resource) ? resource : undefined;
}

/** Every resource that this sink reports. */
export function* allCovered({ reported, coverage }: SinkScope): Iterable<Managed> {
  for (const { store } of reported.values()) {
    for (const resource of store.list()) if (coverage.covers(resource)) yield resource;
  }
}

/** What is in a cluster and reported. */
export function* childrenOf({ reported }: SinkScope, { kind, metadata }: Managed): Iterable<Managed> {
  if (kind !== "ManagedCluster") return;
  for (const { store } of reported.values()) {
    for (const resource of store.list()) {
      const { clusterRef } = resource.spec as { readonly clusterRef?: { readonly name: string } };
      if (clusterRef?.name === metadata.name && resource.metadata.namespace === metadata.namespace) yield resource;
    }
  }
}

/** Under which of the store's cluster ids something about the resource is filed that is no record of a namespace. */
export function filedUnder({ coverage, sink }: SinkScope, resource: Managed): string {
  return coverage.clusterIdOf(resource) ?? sink.spec.clusterId;
}
