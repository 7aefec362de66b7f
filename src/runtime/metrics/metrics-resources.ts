// Metrics of the resources themselves, under operatorpkg's names (awslabs/operatorpkg, status/metrics.go): how many are in which
// condition, and for how long what is not well has been so.
import { Gauge, Histogram, type Registry } from "prom-client";
import type { ResourceType } from "../../kube/types.ts";
import type { Clock } from "../../lib/clock.ts";
import { conditionsOf, noteworthyOf, secondsSince, transitionsOf, type Conditioned } from "./resource-state.ts";
import type { Store } from "../cache/store.ts";

export interface ResourceSource<T extends Conditioned = Conditioned> {
  readonly type: Pick<ResourceType, "group" | "kind">;
  readonly store: Pick<Store<T>, "list" | "onChange">;
  readonly clock: Clock;
}

/**
 * Most resources of a kind that have series of their own. Only those have any that are not Ready, Stalled, Paused or being
 * deleted, which is few of them; when a cloud is out it is all of them, and a thousand say the same as more. Each has at most
 * four series. The counts leave nobody out.
 */
const MOST_NAMED = 1000;

/** From a restart of a pod to a day. */
const SECONDS_BUCKETS = [1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 21_600, 86_400];

const KIND = ["group", "kind"] as const;
const OBJECT = [...KIND, "namespace", "name"] as const;
const CONDITION = ["type", "status", "reason"] as const;

interface Gauges {
  /** Types, statuses and reasons are words of the code: their number does not grow with what is declared. */
  readonly count: Gauge<(typeof KIND)[number] | (typeof CONDITION)[number]>;
  readonly currentStatus: Gauge<(typeof OBJECT)[number] | (typeof CONDITION)[number]>;
  readonly terminating: Gauge<(typeof OBJECT)[number]>;
  readonly omitted: Gauge<(typeof KIND)[number]>;
}

/**
 * Registers the metrics; the function it returns has the resources of one store shown. Every replica has the same caches, so
 * only the one that `leads` shows what is in them: sums over replicas count nobody twice.
 */
export function resourceMetrics(registry: Registry, leads: () => boolean): (source: ResourceSource) => void {
  const sources: ResourceSource[] = [];
  const gauges = registerGauges(registry, () => {
    if (leads()) for (const source of sources) show(source, gauges);
  });
  const histogram = <L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> =>
    new Histogram({ name, help, labelNames, buckets: SECONDS_BUCKETS, registers: [registry] });
  const transitions = histogram(
    "operator_status_condition_transition_seconds",
    "How long a condition of a resource had a status when another one followed; `status` is the one that ended.",
    [...KIND, "type", "status"],
  );
  const terminations = histogram(
    "operator_termination_duration_seconds",
    "How long resources took from their deletion being asked for to being gone.",
    KIND,
  );
  return (source) => {
    const { type, store, clock } = source;
    const labels = { group: type.group, kind: type.kind };
    sources.push(source);
    store.onChange((change) => {
      if (!leads()) return;
      for (const { seconds, ...left } of transitionsOf(change)) transitions.observe({ ...labels, ...left }, seconds);
      const deletedAt = change.type === "Deleted" ? change.old.metadata.deletionTimestamp : undefined;
      if (deletedAt !== undefined) terminations.observe(labels, secondsSince(deletedAt, clock.now()));
    });
  };
}

/** `fill` sets all of them in one walk, when the first one is about to be read. */
function registerGauges(registry: Registry, fill: () => void): Gauges {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const count = new Gauge({
    name: "operator_status_condition_count",
    help: "Resources that have a condition with this type, status and reason; of the leader only.",
    labelNames: [...KIND, ...CONDITION],
    registers: [registry],
    // The registry reads metrics in the order of their registration, and this one is registered first.
    collect() {
      for (const each of Object.values(gauges)) each.reset();
      fill();
    },
  });
  const gauges: Gauges = {
    count,
    currentStatus: gauge(
      "operator_status_condition_current_status_seconds",
      "How long a resource has not been Ready, or been Stalled or Paused; of the leader only. A resource that is well has none.",
      [...OBJECT, ...CONDITION],
    ),
    terminating: gauge(
      "operator_termination_current_time_seconds",
      "How long ago the deletion of a resource was asked for that is still there; of the leader only.",
      OBJECT,
    ),
    omitted: gauge(
      "yunfan_resources_omitted",
      `Resources beyond the ${MOST_NAMED} of a kind that are shown one by one; they are counted all the same.`,
      KIND,
    ),
  };
  return gauges;
}

function show({ type: { group, kind }, store, clock }: ResourceSource, gauges: Gauges): void {
  const nowMs = clock.now();
  let named = 0;
  let omitted = 0;
  for (const object of store.list()) {
    for (const { type, status, reason } of conditionsOf(object)) {
      gauges.count.inc({ group, kind, type, status, reason });
    }
    if (!isNamed(object)) continue;
    if (named < MOST_NAMED) showByName({ object, group, kind, nowMs }, gauges);
    else omitted++;
    named++;
  }
  gauges.omitted.set({ group, kind }, omitted);
}

function isNamed(object: Conditioned): boolean {
  return object.metadata.deletionTimestamp !== undefined || noteworthyOf(object).length > 0;
}

interface Named {
  readonly object: Conditioned;
  readonly group: string;
  readonly kind: string;
  readonly nowMs: number;
}

function showByName({ object, group, kind, nowMs }: Named, { currentStatus, terminating }: Gauges): void {
  const { namespace = "", name, deletionTimestamp } = object.metadata;
  const labels = { group, kind, namespace, name };
  for (const { type, status, reason, lastTransitionTime } of noteworthyOf(object)) {
    currentStatus.set({ ...labels, type, status, reason }, secondsSince(lastTransitionTime, nowMs));
  }
  if (deletionTimestamp !== undefined) terminating.set(labels, secondsSince(deletionTimestamp, nowMs));
}
