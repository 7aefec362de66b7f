// A CronJob (1.5): its rule, and the job that it makes.
import * as z from "zod";
import type { Manifest } from "../../../facets/manifests.ts";
import { logsBeside } from "./beside.ts";
import type { Known } from "./containers.ts";
import { Fields, type Read } from "./fields.ts";
import { jobForm, jobSpecOf, toJobSpec, type JobForm } from "./job.ts";
import { metadataOf, skipTemplateMetadata, toMetadata } from "./metadata.ts";

const POLICIES = ["Allow", "Forbid", "Replace"] as const;

/** The table of 1.5 and its examples call two of them differently: both names are sent. */
const RULE_FIELDS = [
  ["minute"],
  ["hour"],
  ["day of the month", "day"],
  ["month"],
  ["day of the week", "week"],
] as const;

type Rule = Readonly<Partial<Record<(typeof RULE_FIELDS)[number][number], string>>>;

interface CronJobForm {
  readonly concurrency_policy: (typeof POLICIES)[number];
  readonly cron_rule: Rule;
  readonly job: JobForm;
}

/** As its own read shows it. */
export const cronJobView = z.object({
  spec: jobForm,
  status: z.object({
    scheduler: z.string(),
    status: z.string(),
    concurrency_policy: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
  }),
});

const STOPPED = "Stopped";

/** Pure. Whether it is suspended goes by start and stop. */
export function toCronJob(manifest: Manifest, known: Known): Read<CronJobForm> {
  return Fields.read(manifest, (object) => {
    const { name, labels } = toMetadata(object);
    const spec = object.object("spec", (fields) => {
      fields.usual({ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 });
      fields.flag("suspend");
      const job = fields.object("jobTemplate", (template) => {
        skipTemplateMetadata(template);
        return template.object("spec", (inner) =>
          toJobSpec(inner, logsBeside(manifest), { known, metadata: skipTemplateMetadata }),
        );
      });
      if (job === undefined) fields.refuse("jobTemplate", "the form wants one");
      const concurrency_policy = fields.word("concurrencyPolicy", POLICIES) ?? POLICIES[0];
      return { concurrency_policy, cron_rule: toRule(fields), job: { name, labels, ...job } as JobForm };
    });
    if (spec === undefined) object.refuse("spec", "the form wants one");
    return spec as CronJobForm;
  });
}

/** What is left out runs at every one, as in the examples. */
function toRule(spec: Fields): Rule {
  const words = (spec.text("schedule") ?? "").split(" ");
  if (words.length !== RULE_FIELDS.length || words.includes("")) {
    spec.refuse(
      "schedule",
      "the form has five fields, which one space parts: minute, hour, day, month, day of the week",
    );
    return {};
  }
  return Object.fromEntries(
    RULE_FIELDS.flatMap((names, at) => (words[at] === "*" ? [] : names.map((name) => [name, words[at]] as const))),
  );
}

/** In cron's five fields. */
export function scheduleOf(rule: Rule): string {
  return RULE_FIELDS.map(([name]) => rule[name] ?? "*").join(" ");
}

export function cronJobOf({ spec, status }: z.output<typeof cronJobView>, known: Known): Manifest {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: metadataOf(spec.name, { labels: status.labels ?? null }),
    spec: {
      schedule: status.scheduler,
      concurrencyPolicy: status.concurrency_policy,
      ...(status.status === STOPPED && { suspend: true }),
      jobTemplate: { spec: jobSpecOf(spec, known) },
    },
  };
}
