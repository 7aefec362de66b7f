// HorizontalPodAutoscalers, which no YAML call takes: a workload's scale strategy (1.21) shows and changes them, on processors and memory.
// The cloud gives a strategy no name of its own: the manifest has its workload's.
import { createHash } from "node:crypto";
import * as z from "zod";
import type { LiveObject, Manifest, ManifestRefusal, ObjectKey } from "../../facets/manifests.ts";
import type { CallHere } from "../places/turn.ts";
import { whole } from "../wire.ts";
import { raw, type RawKind } from "./kinds.ts";
import { itemsIn, membersIn, type Members } from "./members.ts";

export const AUTOSCALER: RawKind = raw({
  kind: "HorizontalPodAutoscaler",
  apiVersion: "autoscaling/v2",
  list: "None",
  marks: "None",
  deletion: undefined,
});

/** Those that can be scaled. */
export const SCALED_KINDS = ["Deployment", "StatefulSet"] as const;
export type ScaledKind = (typeof SCALED_KINDS)[number];

const strategy = z.object({
  min_replicas: whole.nullish(),
  max_replicas: whole,
  resource: z.object({ cpu: whole.nullish(), memory: whole.nullish() }).default({}),
});

export const strategyAnswer = z.object({ scale_strategy: strategy.nullish() });

export type Strategy = z.output<typeof strategy>;

const KNOWN_IN_SPEC: ReadonlySet<string> = new Set(["scaleTargetRef", "minReplicas", "maxReplicas", "metrics"]);

/** Whatever a strategy does not carry. */
export function autoscalerRefusals(manifest: Manifest): readonly ManifestRefusal[] {
  const spec = membersIn(manifest["spec"]);
  const { kind, name } = membersIn(spec["scaleTargetRef"]);
  const refusals = Object.keys(spec)
    .filter((member) => !KNOWN_IN_SPEC.has(member))
    .map((member) => ({ path: `spec.${member}`, message: "a scale strategy of EasyStack carries no such field" }));
  if (!SCALED_KINDS.some((each) => each === kind)) {
    refusals.push({ path: "spec.scaleTargetRef.kind", message: `it has to be ${SCALED_KINDS.join(" or ")}` });
  }
  if (name !== manifest.metadata.name) {
    refusals.push({
      path: "metadata.name",
      message: `EasyStack keeps an autoscaler with its workload: give it the name of that, ${String(name)}`,
    });
  }
  for (const member of ["labels", "annotations"] as const) {
    const kept = Object.keys(manifest.metadata[member] ?? {}).filter((each) => !each.startsWith("yunfan.dev/"));
    if (kept.length > 0) {
      refusals.push({ path: `metadata.${member}`, message: "a scale strategy of EasyStack keeps none" });
    }
  }
  return [...refusals, ...metricRefusals(itemsIn(spec["metrics"]))];
}

function metricRefusals(metrics: readonly unknown[]): readonly ManifestRefusal[] {
  const resources = metrics.map((metric) => resourceOf(membersIn(metric)));
  const refusals = resources.flatMap((resource, at) =>
    resource
      ? []
      : [{ path: `spec.metrics[${at}]`, message: "EasyStack scales by the utilization of cpu and memory alone" }],
  );
  const names = resources.flatMap((resource) => resource?.name ?? []);
  if (names.length === 0 && refusals.length === 0) {
    return [{ path: "spec.metrics", message: "EasyStack needs the utilization of cpu or memory to scale by" }];
  }
  if (names.join(" ") === "memory cpu") {
    refusals.push({ path: "spec.metrics", message: "EasyStack shows cpu before memory: declare them in this order" });
  }
  return refusals;
}

function resourceOf({ type, resource }: Members): { name: "cpu" | "memory"; percent: number } | undefined {
  const { name, target } = membersIn(resource);
  const { type: sort, averageUtilization: percent } = membersIn(target);
  const isKnown = type === "Resource" && sort === "Utilization" && typeof percent === "number";
  return isKnown && (name === "cpu" || name === "memory") ? { name, percent } : undefined;
}

export function targetOf(manifest: Manifest): { kind: ScaledKind; name: string } {
  const { kind, name } = membersIn(membersIn(manifest["spec"])["scaleTargetRef"]);
  return { kind: kind === "StatefulSet" ? kind : "Deployment", name: String(name) };
}

/** In the order in which the cloud shows them. */
export function strategyOf(manifest: Manifest): object {
  const spec = membersIn(manifest["spec"]);
  const resources = itemsIn(spec["metrics"]).flatMap((metric) => resourceOf(membersIn(metric)) ?? []);
  return {
    min_replicas: spec["minReplicas"] ?? 1,
    max_replicas: spec["maxReplicas"],
    resource: Object.fromEntries(resources.map(({ name, percent }) => [name, percent])),
  };
}

export function settingOf({ kind, name }: { kind: ScaledKind; name: string }, wanted: object | null): CallHere {
  const query = [
    ["action", "scale_strategy"],
    ["workload_type", kind],
  ] as const;
  return { operation: "ChangeWorkload", names: { name }, query, body: { scale_strategy: wanted } };
}

/** As Kubernetes would show it. It lives and dies with its workload, and so its UID is made of that one's. */
export function autoscalerOf(key: ObjectKey, workload: LiveObject, shown: Strategy): LiveObject {
  const { min_replicas: minReplicas, max_replicas: maxReplicas, resource } = shown;
  const metrics = (["cpu", "memory"] as const).flatMap((name) => {
    const percent = resource[name];
    if (percent === null || percent === undefined) return [];
    return [{ type: "Resource", resource: { name, target: { type: "Utilization", averageUtilization: percent } } }];
  });
  const { apiVersion, kind, metadata } = workload;
  const spec = {
    scaleTargetRef: { apiVersion, kind, name: metadata.name },
    minReplicas: minReplicas ?? 1,
    maxReplicas,
    metrics,
  };
  const resourceVersion = createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 16);
  const { namespace, name } = key;
  const uid = `${metadata.uid}-scale`;
  return {
    apiVersion: AUTOSCALER.apiVersion,
    kind: AUTOSCALER.kind,
    metadata: { name, namespace, uid, resourceVersion },
    spec,
  };
}
