// A Job (1.10), and the job that a CronJob makes (1.5).
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { logsBeside } from "./beside.ts";
import { containerForm, type Known, type Logs } from "./containers.ts";
import { Fields, type Read } from "./fields.ts";
import { metadataOf, toFixedTemplateMetadata, toMetadata } from "./metadata.ts";
import { podOf, toPod } from "./pod.ts";
import { volumeForm } from "./volumes.ts";

const number = z.coerce.number();

export const jobForm = z.object({
  name: z.string(),
  completions: number,
  parallelism: number,
  active_deadline_seconds: number.nullish(),
  backoff_limit: number,
  restart_policy: z.enum(["Never", "OnFailure"]),
  labels: z.record(z.string(), z.string()).nullish(),
  runtime_class_name: z.string().nullish(),
  containers: z.array(containerForm),
  volumes: z.array(volumeForm).nullish(),
});

export type JobForm = z.output<typeof jobForm>;

const RESTARTS = ["Never", "OnFailure"] as const;
/** The form wants a deadline: where a manifest has none, one that is never reached. */
const NO_DEADLINE = 2_147_483_647;

const USUAL = {
  suspend: false,
  completionMode: "NonIndexed",
  manualSelector: false,
  podReplacementPolicy: "TerminatingOrFailed",
};

/** Pure. */
export function toJob(manifest: Manifest, known: Known): Read<JobForm> {
  return Fields.read(manifest, (object) => {
    const { name, labels } = toMetadata(object);
    const fixed = (template: Fields): void => toFixedTemplateMetadata(template, labels);
    const spec = object.object("spec", (fields) => toJobSpec(fields, logsBeside(manifest), { known, metadata: fixed }));
    if (spec === undefined) object.refuse("spec", "the form wants one");
    return { name, labels, ...(spec ?? NOTHING) };
  });
}

type JobSpec = Omit<JobForm, "name" | "labels">;

const NOTHING: JobSpec = { completions: 1, parallelism: 1, backoff_limit: 0, restart_policy: "Never", containers: [] };

/** `metadata`: what becomes of that of the template. */
export function toJobSpec(
  spec: Fields,
  logs: Logs,
  { known, metadata }: { readonly known: Known; readonly metadata: (template: Fields) => void },
): JobSpec {
  spec.usual(USUAL);
  // The cluster makes it.
  spec.object("selector", (selector) => selector.texts("matchLabels"));
  const pod = spec.object("template", (template) => {
    metadata(template);
    return template.object("spec", (fields) => {
      fields.usual({ dnsPolicy: "ClusterFirst" });
      const restart =
        fields.word("restartPolicy", RESTARTS) ?? fields.refuse("restartPolicy", "the form wants Never or OnFailure");
      return { restart_policy: restart ?? RESTARTS[0], ...toPod(fields, logs, known) };
    });
  });
  if (pod === undefined) spec.refuse("template", "the form wants one");
  return {
    completions: spec.whole("completions") ?? 1,
    parallelism: spec.whole("parallelism") ?? 1,
    active_deadline_seconds: spec.whole("activeDeadlineSeconds") ?? NO_DEADLINE,
    backoff_limit: spec.whole("backoffLimit") ?? 6,
    ...(pod ?? NOTHING),
  };
}

export function jobOf(form: JobForm, known: Known): Manifest {
  const metadata = metadataOf(form.name, { labels: form.labels ?? null });
  return { apiVersion: "batch/v1", kind: "Job", metadata, spec: jobSpecOf(form, known) };
}

export function jobSpecOf(form: JobForm, known: Known): object {
  const deadline = form.active_deadline_seconds ?? NO_DEADLINE;
  return {
    completions: form.completions,
    parallelism: form.parallelism,
    ...(deadline !== 0 && deadline < NO_DEADLINE && { activeDeadlineSeconds: deadline }),
    backoffLimit: form.backoff_limit,
    template: { spec: { restartPolicy: form.restart_policy, ...podOf(form, known) } },
  };
}
