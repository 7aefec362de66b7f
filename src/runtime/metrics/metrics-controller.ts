// Metrics of controllers, under controller-runtime's names and with its buckets (pkg/internal/controller/metrics).
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ControllerMetrics } from "../queue/controller.ts";

const RESULTS = ["success", "error", "requeue", "requeue_after"] as const;
const SECONDS_BUCKETS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5, 1.75, 2,
  2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];

/** Registers the metrics; the function it returns gives one controller its own, at 0 from then on. */
export function controllerMetrics(registry: Registry): (controller: string) => ControllerMetrics {
  const registers = [registry];
  const counter = (name: string, help: string): Counter<"controller"> =>
    new Counter({ name, help, labelNames: ["controller"], registers });
  const gauge = (name: string, help: string): Gauge<"controller"> =>
    new Gauge({ name, help, labelNames: ["controller"], registers });

  const total = new Counter({
    name: "controller_runtime_reconcile_total",
    help: "Reconciles per controller and result.",
    labelNames: ["controller", "result"],
    registers,
  });
  const time = new Histogram({
    name: "controller_runtime_reconcile_time_seconds",
    help: "Duration of reconciles per controller.",
    labelNames: ["controller"],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const errors = counter("controller_runtime_reconcile_errors_total", "Reconciles that ended with an error.");
  const terminal = counter(
    "controller_runtime_terminal_reconcile_errors_total",
    "Reconciles that ended with an error that somebody has to resolve.",
  );
  const panics = counter(
    "controller_runtime_reconcile_panics_total",
    "Reconciles that ended with an unforeseen exception.",
  );
  const timeouts = counter(
    "controller_runtime_reconcile_timeouts_total",
    "Reconciles that did not end by their deadline.",
  );
  const workers = gauge("controller_runtime_max_concurrent_reconciles", "Reconciles that may run at once.");
  const active = gauge("controller_runtime_active_workers", "Reconciles running now.");

  return (controller) => {
    const labels = { controller };
    for (const result of RESULTS) total.inc({ controller, result }, 0);
    for (const metric of [errors, terminal, panics, timeouts, workers, active]) metric.inc(labels, 0);
    time.zero(labels);
    return {
      concurrency: (count) => workers.set(labels, count),
      active: (change) => active.inc(labels, change),
      reconciled(result, durationMs) {
        total.inc({ controller, result });
        time.observe(labels, durationMs / 1000);
        if (result === "error") errors.inc(labels);
      },
      terminalError: () => terminal.inc(labels),
      panicked: () => panics.inc(labels),
      timedOut: () => timeouts.inc(labels),
    };
  };
}
