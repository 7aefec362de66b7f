// A workload (1.21): a Deployment, StatefulSet or DaemonSet as one form, section by section.
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { logsBeside } from "./beside.ts";
import { containerForm, type Known } from "./containers.ts";
import { compact, Fields, type Read } from "./fields.ts";
import { metadataOf, skipTemplateMetadata, toMetadata } from "./metadata.ts";
import { networkForm, networkOf, toNetwork } from "./network.ts";
import { podOf, toPod } from "./pod.ts";
import { schedulingOf, strategyForm, toScheduling } from "./scheduling.ts";
import { toUpdate, updateForm, updateOf, type WorkloadType } from "./strategy.ts";
import { templatesOf, toTemplates, volumeForm } from "./volumes.ts";

export const workloadForm = z.object({
  workload_base: z.object({
    name: z.string(),
    type: z.enum(["Deployment", "StatefulSet", "DaemonSet"]),
    replicas: z.coerce.number().nullish(),
  }),
  labels: z.record(z.string(), z.string()).nullish(),
  runtime_class_name: z.string().nullish(),
  containers: z.array(containerForm),
  volumes: z.array(volumeForm).nullish(),
  update_strategy: updateForm.nullish(),
  scheduler_strategy: z.array(strategyForm).nullish(),
  network: networkForm.nullish(),
});

export type WorkloadForm = z.output<typeof workloadForm>;

/** A pod restarts by itself, always. */
const RESTARTS = "Always";

const USUAL: Readonly<Record<WorkloadType, Readonly<Record<string, unknown>>>> = {
  Deployment: { revisionHistoryLimit: 10, progressDeadlineSeconds: 600, paused: false },
  StatefulSet: { revisionHistoryLimit: 10, podManagementPolicy: "OrderedReady" },
  DaemonSet: { revisionHistoryLimit: 10 },
};

/** Pure. The cloud makes selector and, of a StatefulSet, service name: what is declared of them is compared once it has. */
export function toWorkload(manifest: Manifest, known: Known): Read<WorkloadForm> {
  const type = manifest.kind as WorkloadType;
  return Fields.read(manifest, (object) => {
    const { name, labels } = toMetadata(object);
    const spec = object.object("spec", (fields) => toSpec(fields, type, { manifest, known }));
    if (spec === undefined) object.refuse("spec", "the form wants one");
    const { replicas, ...rest } = spec ?? { replicas: 0, containers: [] };
    return compact({ workload_base: compact({ name, type, replicas }), labels, ...rest });
  });
}

function toSpec(
  spec: Fields,
  type: WorkloadType,
  { manifest, known }: { readonly manifest: Manifest; readonly known: Known },
): Omit<WorkloadForm, "workload_base" | "labels"> & { replicas: number | undefined } {
  spec.usual(USUAL[type]);
  spec.object("selector", (selector) => selector.texts("matchLabels"));
  if (type === "StatefulSet") spec.elsewhere("serviceName");
  const templates = type === "StatefulSet" ? toTemplates(spec) : [];
  const pod = spec.object("template", (template) => {
    skipTemplateMetadata(template);
    return template.object("spec", (fields) => {
      fields.usual({ restartPolicy: RESTARTS });
      return {
        ...toPod(fields, logsBeside(manifest), known),
        scheduler_strategy: toScheduling(fields),
        network: toNetwork(fields),
      };
    });
  });
  if (pod === undefined) spec.refuse("template", "the form wants one");
  return {
    replicas: type === "DaemonSet" ? undefined : (spec.whole("replicas") ?? 1),
    update_strategy: toUpdate(spec, type),
    ...(pod ?? { containers: [] }),
    volumes: [...templates, ...(pod?.volumes ?? [])],
  };
}

/** The manifest as the cloud's own view of the workload says it. */
export function workloadOf(form: WorkloadForm, known: Known): Manifest {
  const { name, type, replicas } = form.workload_base;
  const spec = {
    ...(type !== "DaemonSet" && { replicas: replicas ?? 1 }),
    ...updateOf(type, form.update_strategy),
    ...(type === "StatefulSet" && templatesOf(form.volumes ?? [])),
    template: {
      spec: {
        ...podOf(form, known),
        ...schedulingOf(form.scheduler_strategy ?? []),
        ...(form.network && networkOf(form.network)),
      },
    },
  };
  return { apiVersion: "apps/v1", kind: type, metadata: metadataOf(name, { labels: form.labels ?? null }), spec };
}
