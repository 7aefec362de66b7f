// What pods use, where the cluster has a metrics API (metrics.k8s.io/v1beta1: PodMetrics): processors and memory; it measures no network.
import * as z from "zod";
import type { ManifestChannel } from "../facets/manifests.ts";
import { unreadable } from "../kit/json.ts";
import { numberOfQuantity } from "../../lib/quantity.ts";
import type { Send } from "./channel.ts";

const podMetrics = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({ name: z.string() }),
        containers: z.array(z.object({ usage: z.record(z.string(), z.string()).default({}) })).nullish(),
      }),
    )
    .nullable(),
});

export function measuredBy(send: Send): NonNullable<ManifestChannel["usage"]> {
  return async (namespace, isWanted, signal) => {
    const operation = "List PodMetrics";
    const path = ["apis", "metrics.k8s.io", "v1beta1", "namespaces", namespace, "pods"];
    const answer = podMetrics.safeParse(await send({ operation, method: "GET", path, isSecret: false, signal }));
    if (!answer.success) throw unreadable(operation, "unexpected items");
    const wanted = (answer.data.items ?? []).filter(({ metadata }) => isWanted(metadata.name));
    return wanted.map(({ metadata, containers }) => {
      const sum = (what: "cpu" | "memory"): number =>
        (containers ?? []).reduce((total, { usage }) => total + (numberOfQuantity(usage[what]) ?? 0), 0);
      return { pod: metadata.name, cpuCores: sum("cpu"), memoryBytes: sum("memory") };
    });
  };
}
