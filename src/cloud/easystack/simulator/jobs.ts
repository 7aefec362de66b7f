// Jobs (1.10).
import * as z from "zod";
import { shownLabels } from "./app-labels.ts";
import { inBatch } from "./batch.ts";
import { container, containerAnnotations, containersOf } from "./forms/containers.ts";
import { imageOnWire } from "./forms/image.ts";
import { volume, volumesOnWire } from "./forms/volumes.ts";
import { claimsOf, isSelected, podSpec } from "./forms/workload.ts";
import { conditionsOnWire, eventsOf } from "./happenings.ts";
import type { Typed } from "./kube/manifest.ts";
import { draft, withDefaults } from "./kube/manifest.ts";
import { podOnWire } from "./pods.ts";
import type { Operations } from "./request.ts";
import type { Ecns } from "./state.ts";
import { bodyOf, deleted, ok, part, stamp } from "./wire.ts";
import { mountPathIn } from "./workload-view.ts";

const whole = z.coerce.number().int();

export const job = z.object({
  name: z.string(),
  completions: whole,
  parallelism: whole,
  active_deadline_seconds: whole,
  backoff_limit: whole,
  restart_policy: z.enum(["Never", "OnFailure"]).default("OnFailure"),
  labels: z.record(z.string(), z.string()).nullish(),
  runtime_class_name: z.string().nullish(),
  containers: z.array(container).min(1),
  volumes: z.array(volume).nullish(),
});

export type JobForm = z.output<typeof job>;
type JobSpec = NonNullable<Typed<"Job">["spec"]>;

export function jobOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  return {
    58: {
      empty: { jobs: [] },
      handle: async (request) => {
        const objects = request.objects();
        const [jobs, pods] = await Promise.all([objects.list("Job"), objects.list("Pod")]);
        return ok({ jobs: jobs.map((one) => jobOnWire(one, pods, ecns)) });
      },
    },
    59: async (request) => {
      const form = bodyOf(request.call, z.object({ job })).job;
      const objects = request.objects();
      for (const claim of claimsOf(form, form.name)) await objects.create(claim);
      await objects.create(draft("Job", { name: form.name, labels: form.labels ?? {} }, { spec: toJobSpec(form) }));
      return ok();
    },
    60: async (request) => {
      const { jobs } = bodyOf(request.call, z.object({ jobs: z.array(z.string()) }));
      const objects = request.objects();
      await inBatch(rules, jobs, (name) => objects.remove("Job", name));
      return deleted(rules);
    },
    61: async (request) => {
      const objects = request.objects();
      const found = await objects.require("Job", part(request.call, "name"));
      const shown = jobOnWire(found, await objects.list("Pod"), ecns);
      const conditions = conditionsOnWire(found.status?.conditions ?? [], rules);
      return ok({ job: shown, conditions, events: await eventsOf(objects, "Job", found, rules) });
    },
  };
}

export function toJobSpec(form: JobForm): JobSpec {
  const spec = { ...podSpec(form, form.name, false), restartPolicy: form.restart_policy };
  return {
    completions: form.completions,
    parallelism: form.parallelism,
    activeDeadlineSeconds: form.active_deadline_seconds,
    backoffLimit: form.backoff_limit,
    template: { metadata: { labels: form.labels ?? {}, annotations: containerAnnotations(form.containers) }, spec },
  };
}

const UNSAID = { completions: 1, parallelism: 1, active_deadline_seconds: 0, backoff_limit: 6 };

/** The form of a job's spec, wherever it stands: in a Job or in a CronJob's template. */
export function jobForm(name: string, spec: JobSpec | undefined, labels: Record<string, string> | undefined): object {
  const { template = {}, ...given }: Partial<JobSpec> = spec ?? {};
  const { metadata, spec: pod = { containers: [] } } = template;
  const { restartPolicy, runtimeClassName, volumes = [], containers } = pod;
  const numbers = {
    completions: given.completions,
    parallelism: given.parallelism,
    active_deadline_seconds: given.activeDeadlineSeconds,
    backoff_limit: given.backoffLimit,
  };
  return {
    name,
    ...withDefaults(UNSAID, numbers),
    restart_policy: restartPolicy,
    labels: shownLabels(labels),
    ...(runtimeClassName !== undefined && { runtime_class_name: runtimeClassName }),
    containers: containersOf(pod, { metadata: { annotations: metadata?.annotations ?? {} } }),
    volumes: volumesOnWire(volumes, [], mountPathIn(containers)),
  };
}

export function jobOnWire(found: Typed<"Job">, pods: readonly Typed<"Pod">[], ecns: Ecns): object {
  const { metadata, spec, status } = found;
  const selector = spec?.selector?.matchLabels;
  return {
    ...jobForm(metadata.name, spec, metadata.labels),
    job_status: {
      status: stateOf(found),
      scale: `${status?.succeeded ?? 0}/${spec?.completions ?? 1}`,
      creation_time: stamp(ecns.rules, metadata.creationTimestamp),
      images: imagesOf(spec),
    },
    pod_status: pods.filter((pod) => isSelected(selector, pod.metadata.labels)).map((pod) => podOnWire(pod, ecns)),
  };
}

/** As addresses: the table has texts. */
export function imagesOf(spec: JobSpec | undefined): string[] {
  return (spec?.template.spec?.containers ?? []).map((one) => {
    const { image, image_version: version } = imageOnWire(one) as { image: string; image_version: string };
    return `${image}:${version}`;
  });
}

function stateOf({ metadata, status }: Typed<"Job">): string {
  if (metadata.deletionTimestamp !== undefined) return "Removing";
  const held = new Set(
    (status?.conditions ?? []).filter((condition) => condition.status === "True").map(({ type }) => type),
  );
  if (held.has("Complete")) return "Succeed";
  if (held.has("Failed")) return "Failed";
  return (status?.active ?? 0) > 0 ? "Running" : "Pending";
}
