// Metrics of the requests to target clusters.
import { Counter, Gauge, type Registry } from "prom-client";

interface RequestLabels {
  readonly target: string;
  readonly verb: string;
  readonly code: string;
}

export interface TargetMetrics {
  /** One try of a request. `target` is "namespace/name" of a ManagedCluster, `code` the HTTP status or "<error>". */
  requested(labels: RequestLabels): void;
  /** A target was opened (1) or closed (-1). */
  open(change: 1 | -1): void;
  /** A stream of changes began (1) or ended (-1). */
  watched(change: 1 | -1): void;
  /** Removes all series of a target. */
  forget(target: string): void;
}

export function targetMetrics(registry: Registry): TargetMetrics {
  const registers = [registry];
  const requests = new Counter<keyof RequestLabels>({
    name: "yunfan_target_requests_total",
    help: "Requests to target clusters by their kubeconfigs, by ManagedCluster, method and status code; code <error> when no answer came.",
    labelNames: ["target", "verb", "code"],
    registers,
  });
  const open = new Gauge({
    name: "yunfan_targets_open",
    help: "Target clusters to which there are connections.",
    registers,
  });
  const watches = new Gauge({
    name: "yunfan_target_watches",
    help: "Streams by which targets tell of changes of what ManifestSets have there.",
    registers,
  });
  const requested = new Map<string, Map<string, RequestLabels>>();
  return {
    requested(labels) {
      const ofTarget = requested.get(labels.target) ?? new Map<string, RequestLabels>();
      requested.set(labels.target, ofTarget.set(`${labels.verb} ${labels.code}`, labels));
      requests.inc({ ...labels });
    },
    open: (change) => open.inc(change),
    watched: (change) => watches.inc(change),
    forget(target) {
      for (const labels of requested.get(target)?.values() ?? []) requests.remove({ ...labels });
      requested.delete(target);
    },
  };
}
