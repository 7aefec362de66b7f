// Cron jobs (1.5): creation, list, detail, start and stop.
import * as z from "zod";
import { Refusal } from "../../simulation/refusal.ts";
import { shownLabels } from "./app-labels.ts";
import { inBatch } from "./batch.ts";
import { cronRule, inChinese, inEnglish, scheduleOf } from "./cron-rule.ts";
import { claimsOf } from "./forms/workload.ts";
import { eventsOf } from "./happenings.ts";
import { imagesOf, job, jobForm, jobOnWire, toJobSpec } from "./jobs.ts";
import type { Typed } from "./kube/manifest.ts";
import { draft } from "./kube/manifest.ts";
import type { Operations } from "./request.ts";
import type { Ecns, EcnsRules } from "./state.ts";
import { bodyOf, deleted, ok, part, query, stamp } from "./wire.ts";

const cronjob = z.object({
  concurrency_policy: z.enum(["Forbid", "Replace", "Allow"]).default("Allow"),
  cron_rule: cronRule,
  job,
});

const named = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);

export function cronJobOperations(ecns: Ecns): Operations {
  const { rules } = ecns;
  return {
    62: {
      empty: { cronjobs_status: [] },
      handle: async (request) => {
        const found = await request.objects().list("CronJob");
        return ok({ cronjobs_status: found.map((one) => statusOf(one, rules)) });
      },
    },
    63: async (request) => {
      const form = bodyOf(request.call, z.object({ cronjob })).cronjob;
      const { name, labels } = form.job;
      const objects = request.objects();
      for (const claim of claimsOf(form.job, name)) await objects.create(claim);
      const spec = {
        schedule: scheduleOf(form.cron_rule),
        concurrencyPolicy: form.concurrency_policy,
        jobTemplate: { metadata: { labels: labels ?? {} }, spec: toJobSpec(form.job) },
      };
      const made = await objects.create(draft("CronJob", { name, labels: labels ?? {} }, { spec }));
      return ok(statusOf(made, rules));
    },
    64: async (request) => {
      const action = query(request.call, "action");
      if (action !== "start" && action !== "stop") throw new Refusal(400, "must be start or stop", "action");
      const { cronjob_list: names } = bodyOf(request.call, z.object({ cronjob_list: z.array(named) }));
      const objects = request.objects();
      const suspend = action === "stop";
      await inBatch(rules, names, async (name) => {
        await objects.update("CronJob", name, ({ spec }) => {
          // "One that is Running must not be started, one that is Stopped not be stopped."
          if ((spec?.suspend ?? false) === suspend) {
            throw new Refusal(409, `the cron job ${name} is ${suspend ? "Stopped" : "Running"} already`);
          }
          if (spec) spec.suspend = suspend;
        });
      });
      return ok();
    },
    65: async (request) => {
      const { cronjobs } = bodyOf(request.call, z.object({ cronjobs: z.array(z.string()) }));
      const objects = request.objects();
      await inBatch(rules, cronjobs, (name) => objects.remove("CronJob", name));
      return deleted(rules);
    },
    66: async (request) => {
      const objects = request.objects();
      const found = await objects.require("CronJob", part(request.call, "name"));
      const [jobs, pods] = await Promise.all([objects.list("Job"), objects.list("Pod")]);
      const own = jobs.filter(({ metadata }) =>
        (metadata.ownerReferences ?? []).some(({ uid }) => uid === found.metadata.uid),
      );
      const { jobTemplate } = found.spec ?? {};
      return ok({
        jobs: own.map((one) => jobOnWire(one, pods, ecns)),
        events: await eventsOf(objects, "CronJob", found, rules),
        spec: jobForm(found.metadata.name, jobTemplate?.spec, jobTemplate?.metadata?.labels),
        status: statusOf(found, rules),
      });
    },
  };
}

function statusOf({ metadata, spec, status }: Typed<"CronJob">, rules: EcnsRules): object {
  const schedule = spec?.schedule ?? "";
  return {
    scheduler: schedule,
    scheduler_zh: inChinese(schedule),
    scheduler_en: inEnglish(schedule),
    name: metadata.name,
    actives: (status?.active ?? []).length,
    create_time: stamp(rules, metadata.creationTimestamp),
    status: spec?.suspend ? "Stopped" : "Running",
    concurrency_policy: spec?.concurrencyPolicy ?? "Allow",
    labels: shownLabels(metadata.labels),
    images: imagesOf(spec?.jobTemplate.spec),
  };
}
