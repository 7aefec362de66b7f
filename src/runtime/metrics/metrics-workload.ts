// Metrics of what workloads in targets use.
import { Gauge, type Registry } from "prom-client";

/** One workload of a set; what nobody measures is left out. */
interface WorkloadUse {
  readonly targetNamespace: string;
  readonly kind: string;
  readonly workload: string;
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  readonly receiveBytesPerSecond?: number;
  readonly transmitBytesPerSecond?: number;
}

export interface WorkloadMetrics {
  /** Replaces all series of the set, by "namespace/name". */
  used(set: string, workloads: readonly WorkloadUse[]): void;
}

const LABELS = ["namespace", "manifestset", "target_namespace", "kind", "workload"] as const;
const BY = "by ManifestSet, and namespace, kind and name there; while spec.usageIntervalSeconds asks for it.";

export function workloadMetrics(registry: Registry): WorkloadMetrics {
  const gauge = (name: string, what: string): Gauge<(typeof LABELS)[number]> =>
    new Gauge({ name, help: `${what} of workloads in targets, ${BY}`, labelNames: LABELS, registers: [registry] });
  const gauges = {
    cpuCores: gauge("yunfan_workload_cpu_cores", "Processors in use"),
    memoryBytes: gauge("yunfan_workload_memory_bytes", "Memory in use"),
    receiveBytesPerSecond: gauge("yunfan_workload_network_receive_bytes_per_second", "Bytes received"),
    transmitBytesPerSecond: gauge("yunfan_workload_network_transmit_bytes_per_second", "Bytes sent"),
  };
  const shown = new Map<string, readonly Record<(typeof LABELS)[number], string>[]>();
  return {
    used(set, workloads) {
      for (const labels of shown.get(set) ?? []) for (const each of Object.values(gauges)) each.remove(labels);
      const [namespace = "", manifestset = ""] = set.split("/");
      const labelled = workloads.map((use) => {
        const { targetNamespace, kind, workload } = use;
        return { use, labels: { namespace, manifestset, target_namespace: targetNamespace, kind, workload } };
      });
      for (const { use, labels } of labelled) {
        for (const [figure, each] of Object.entries(gauges)) {
          const value = use[figure as keyof typeof gauges];
          if (value !== undefined) each.set(labels, value);
        }
      }
      if (labelled.length === 0) {
        shown.delete(set);
        return;
      }
      const series = labelled.map(({ labels }) => labels);
      shown.set(set, series);
    },
  };
}
