// The order in which objects are applied, and in reverse are deleted: wave by wave, within one by what refers to what.
import type { Manifest, ObjectKey } from "../../cloud/facets/manifests.ts";
import { groupOf, isBuiltIn, waveOf } from "./objects.ts";

/** By kind, wherever it is. What is in none is a custom resource, or of a kind of Kubernetes that others refer to. */
const STAGES: readonly (readonly string[])[] = [
  // What has to be there, and ready, before anything in it or of it can be made.
  ["apiextensions.k8s.io/CustomResourceDefinition", "/Namespace"],
  [],
  // Workloads.
  ["/Pod", "/ReplicationController"].concat(
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].flatMap((kind) => [`apps/${kind}`, `extensions/${kind}`]),
    ["batch/Job", "batch/CronJob"],
  ),
  ["autoscaling/HorizontalPodAutoscaler"],
  ["networking.k8s.io/Ingress", "extensions/Ingress"],
  // What others' requests pass: they wait until what answers them is there.
  [
    "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
    "admissionregistration.k8s.io/MutatingWebhookConfiguration",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/MutatingAdmissionPolicy",
    "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
    "apiregistration.k8s.io/APIService",
  ],
  [],
];

const REFERRED = 1;
const CUSTOM = STAGES.length - 1;
const STAGE_OF = new Map(STAGES.flatMap((kinds, stage) => kinds.map((kind) => [kind, stage] as const)));
const ROUTES = STAGE_OF.get("networking.k8s.io/Ingress") ?? CUSTOM;

function stageOf({ group, kind }: Pick<ObjectKey, "group" | "kind">): number {
  const stage = STAGE_OF.get(`${group}/${kind}`);
  if (stage !== undefined) return stage;
  if (group === "gateway.networking.k8s.io") return ROUTES;
  return isBuiltIn(group) ? REFERRED : CUSTOM;
}

/** Objects that are applied together, in this order. */
export interface Step<T> {
  readonly wave: number;
  readonly objects: readonly T[];
  /** Whether the rest of the wave waits until these are healthy. */
  readonly isFoundation: boolean;
}

interface Placed {
  readonly manifest: Manifest;
}

/** Within a step objects keep their order. */
export function stepsOf<T extends Placed>(objects: readonly T[]): readonly Step<T>[] {
  const placed = objects.map((object) => {
    const { apiVersion, kind } = object.manifest;
    return { object, wave: waveOf(object.manifest), stage: stageOf({ group: groupOf(apiVersion), kind }) };
  });
  const ordered = placed.toSorted((a, b) => a.wave - b.wave || a.stage - b.stage);
  const steps = Map.groupBy(ordered, ({ wave, stage }) => `${wave} ${stage}`);
  return [...steps.values()].flatMap((members) => {
    const [first] = members;
    if (!first) return [];
    const { wave, stage } = first;
    return [{ wave, isFoundation: stage === 0, objects: members.map(({ object }) => object) }];
  });
}
