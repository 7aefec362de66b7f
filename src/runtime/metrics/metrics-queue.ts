// Metrics of work queues, under client-go's names and with its buckets (k8s.io/component-base/metrics/prometheus/workqueue).
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { Priority, type QueueMetrics, type QueueState } from "../queue/queue.ts";

/** 10 ns to 1000 s. */
const SECONDS_BUCKETS = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000];
const LABELS = ["name", "controller"] as const;
type Label = (typeof LABELS)[number];

/** Registers the metrics; the function it returns gives the queue of one controller its own, at 0 from then on. */
export function queueMetrics(registry: Registry): (controller: string) => QueueMetrics {
  const states = new Map<string, () => QueueState>();
  registerGauges(registry, states);
  const registers = [registry];
  const counter = (name: string, help: string): Counter<Label> =>
    new Counter({ name, help, labelNames: LABELS, registers });
  const histogram = (name: string, help: string): Histogram<Label> =>
    new Histogram({ name, help, labelNames: LABELS, buckets: SECONDS_BUCKETS, registers });

  const adds = counter("workqueue_adds_total", "Keys that became ready to be taken.");
  const retries = counter("workqueue_retries_total", "Keys added again with backoff.");
  const waited = histogram("workqueue_queue_duration_seconds", "How long a key was ready before it was taken.");
  const worked = histogram("workqueue_work_duration_seconds", "How long a key was worked on.");

  return (controller) => {
    const labels = { name: controller, controller };
    for (const metric of [adds, retries]) metric.inc(labels, 0);
    for (const metric of [waited, worked]) metric.zero(labels);
    return {
      added: () => adds.inc(labels),
      retried: () => retries.inc(labels),
      taken: (waitedMs) => waited.observe(labels, waitedMs / 1000),
      finished: (workedMs) => worked.observe(labels, workedMs / 1000),
      observe: (read) => states.set(controller, read),
    };
  };
}

/** These are read when somebody scrapes them. */
function registerGauges(registry: Registry, states: ReadonlyMap<string, () => QueueState>): void {
  const scraped = (name: string, help: string, valueMs: (state: QueueState) => number): void => {
    const gauge: Gauge<Label> = new Gauge({
      name,
      help,
      labelNames: LABELS,
      registers: [registry],
      collect() {
        for (const [controller, read] of states) gauge.set({ name: controller, controller }, valueMs(read()) / 1000);
      },
    });
  };
  scraped(
    "workqueue_unfinished_work_seconds",
    "Time spent so far on keys that are being worked on, summed.",
    (state) => state.unfinishedMs,
  );
  scraped(
    "workqueue_longest_running_processor_seconds",
    "Time spent so far on the key that has been worked on longest.",
    (state) => state.longestRunningMs,
  );
  const depth: Gauge<Label | "priority"> = new Gauge({
    name: "workqueue_depth",
    help: "Keys ready to be taken, by priority.",
    labelNames: [...LABELS, "priority"],
    registers: [registry],
    collect() {
      for (const [controller, read] of states) setDepth(depth, controller, read());
    },
  });
}

function setDepth(gauge: Gauge<Label | "priority">, controller: string, state: QueueState): void {
  const usual = Object.values(Priority).map((priority) => [priority, 0] as const);
  for (const [priority, count] of new Map<number, number>([...usual, ...state.depth])) {
    gauge.set({ name: controller, controller, priority: String(priority) }, count);
  }
}
