// A Controller with a clock turned by hand, whose log and metrics a test can read.
import {
  Controller,
  type ControllerMetrics,
  type ControllerOptions,
  type ReconcileRequest,
  type Result,
} from "../../../src/runtime/queue/controller.ts";
import { createLogger } from "../../../src/lib/log.ts";
import { FakeClock } from "../clock/fake-clock.ts";

interface LogLine {
  level: string;
  msg: string;
  [field: string]: unknown;
}

export function controllerSetup(
  reconcile: (request: ReconcileRequest) => Promise<Result>,
  overrides: Partial<ControllerOptions> = {},
) {
  const clock = new FakeClock();
  const lines: LogLine[] = [];
  const log = createLogger({ level: "debug", destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const counts: Record<string, number> = {};
  const count = (name: string, by = 1): void => void (counts[name] = (counts[name] ?? 0) + by);
  const metrics: ControllerMetrics = {
    concurrency: (workers) => count("concurrency", workers),
    active: (change) => count("active", change),
    reconciled: (result) => count(result),
    terminalError: () => count("terminalError"),
    panicked: () => count("panicked"),
    timedOut: () => count("timedOut"),
  };
  const controller = new Controller({
    name: "widget",
    type: { group: "example.dev", kind: "Widget" },
    reconciler: { reconcile },
    clock,
    log,
    metrics,
    random: () => 0,
    ...overrides,
  });
  const stop = new AbortController();
  const start = (): Promise<void> => controller.run(stop.signal);
  return { clock, controller, counts, lines, start, stop: () => stop.abort(new Error("stopping")) };
}

/** Reconciles `ns/a`, ends as the script says in turn and then done, and notes at what times. */
export function scriptedController(ends: (() => Promise<Result>)[], overrides: Partial<ControllerOptions> = {}) {
  const times: number[] = [];
  const setUp = controllerSetup(() => {
    times.push(setUp.clock.monotonic());
    return ends[times.length - 1]?.() ?? Promise.resolve({});
  }, overrides);
  setUp.controller.enqueue("ns/a");
  return { ...setUp, times };
}
