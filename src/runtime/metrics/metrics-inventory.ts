// Metrics of what is reported to inventories.
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

interface OfSink {
  readonly sink: string;
  readonly class: string;
}

interface Backlog extends OfSink {
  readonly count: number;
  readonly oldestSeconds: number;
}

export interface InventoryMetrics {
  /** Where backlogs are read at each scrape. To be called once. */
  observe(read: () => readonly Backlog[]): void;
  /** One write; `result` is "Success" or the kind of the failure. */
  wrote(labels: OfSink & { readonly result: string }): void;
  /** Something that no longer can be told. */
  lost(labels: OfSink): void;
  /** How long something waited before it was delivered. */
  delivered(labels: { readonly class: string }, seconds: number): void;
  /** The sink is gone: nothing of it is shown any more. */
  forget(sink: string): void;
}

/** From at once to the length of an outage. */
const SECONDS_BUCKETS = [0.1, 0.5, 1, 2, 5, 15, 60, 300, 900, 3600, 14_400];

export function inventoryMetrics(registry: Registry): InventoryMetrics {
  const registers = [registry];
  let read: () => readonly Backlog[] = () => [];
  const labelNames = ["sink", "class"] as const;
  const backlog = new Gauge({
    name: "yunfan_inventory_backlog",
    help: "What is to be reported to an inventory and waits, or is under way.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { sink, class: write, count } of read()) this.set({ sink, class: write }, count);
    },
  });
  const oldest = new Gauge({
    name: "yunfan_inventory_oldest_seconds",
    help: "How long the oldest of what waits for an inventory has waited; 0 where nothing waits.",
    labelNames,
    registers,
    collect() {
      this.reset();
      for (const { sink, class: write, count, oldestSeconds } of read()) {
        this.set({ sink, class: write }, count === 0 ? 0 : Math.max(oldestSeconds, 0));
      }
    },
  });
  const writes = new Counter({
    name: "yunfan_inventory_writes_total",
    help: "Writes to inventories by what was written and what came of it.",
    labelNames: [...labelNames, "result"],
    registers,
  });
  const lost = new Counter({
    name: "yunfan_inventory_lost_total",
    help: "What was to be reported and can't be any more, such as Events that the API server forgot during an outage.",
    labelNames,
    registers,
  });
  const delivery = new Histogram({
    name: "yunfan_inventory_delivery_seconds",
    help: "How long it took from a change to its delivery.",
    labelNames: ["class"],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const written = new Map<string, Map<string, OfSink & { readonly result: string }>>();
  return {
    observe(source) {
      read = source;
    },
    wrote(labels) {
      const ofSink = written.get(labels.sink) ?? new Map<string, OfSink & { readonly result: string }>();
      written.set(labels.sink, ofSink.set(JSON.stringify(labels), labels));
      writes.inc({ ...labels });
    },
    lost: (labels) => lost.inc({ ...labels }),
    delivered: (labels, seconds) => delivery.observe({ ...labels }, seconds),
    forget(sink) {
      for (const labels of written.get(sink)?.values() ?? []) writes.remove({ ...labels });
      written.delete(sink);
      for (const write of ["records", "events", "alarms", "metrics", "watch"]) {
        for (const metric of [backlog, oldest, lost]) metric.remove({ sink, class: write });
      }
    },
  };
}
