// Jobs and cron jobs (1.10, 1.5) on a real API server without controllers: what forms and YAML say of them.
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed } from "./test-support.ts";

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(sharedControlPlane().kubeconfigPath, options);

const job = (name = "tidy", more: object = {}) => ({
  name,
  completions: 2,
  parallelism: 1,
  active_deadline_seconds: 600,
  backoff_limit: 3,
  restart_policy: "Never",
  labels: { team: "red" },
  containers: [{ name: "main", type: "worker", image: { image: "busybox", image_version: "1.36" } }],
  ...more,
});

const cronJob = (rule: object, name = "tidy") => ({
  cronjob: { concurrency_policy: "Forbid", cron_rule: rule, job: job(name) },
});

const spec = async (client: EcnsClient, kind: string, name = "tidy") => {
  const { yaml } = await client.ok("GET", `eks/_raw/${kind}/name/${name}/`);
  return (parse(String(yaml)) as { spec: Record<string, unknown> }).spec;
};

describe("a job", () => {
  test("is created, shown and deleted, by form and in YAML", async () => {
    const { client } = await start();
    await client.ok("POST", "eks/jobs/", { job: job() });
    expect(await spec(client, "Job")).toMatchObject({
      completions: 2,
      activeDeadlineSeconds: 600,
      backoffLimit: 3,
      template: { spec: { restartPolicy: "Never", containers: [{ image: "busybox:1.36" }] } },
    });
    const shown = {
      ...job(),
      containers: [expect.objectContaining({ name: "main", image_source: "third_party" })],
      job_status: { status: "Pending", scale: "0/2", creation_time: expect.any(String), images: ["busybox:1.36"] },
      pod_status: [],
    };
    expect(await client.list("eks/jobs/", "jobs")).toMatchObject([shown]);
    expect(await client.ok("GET", "eks/jobs/job/tidy/")).toMatchObject({ job: shown, conditions: [], events: [] });
    await client.ok("DELETE", "eks/jobs/", { jobs: ["tidy"] });
    expect((await client.refusal("GET", "eks/jobs/job/tidy/"))[0]).toBe(404);
  });

  test("is of the product eks alone", async () => {
    const { client } = await start();
    expect((await client.refusal("GET", "hybrid/jobs/"))[0]).toBe(404);
  });

  test("is refused without a container, and with a policy that is none", async () => {
    const { client } = await start();
    expect((await client.refusal("POST", "eks/jobs/", { job: job("x", { containers: [] }) }))[0]).toBe(400);
    expect((await client.refusal("POST", "eks/jobs/", { job: job("x", { restart_policy: "Always" }) }))[0]).toBe(400);
  });
});

describe("a cron job", () => {
  test.each([
    [{ minute: "*/5" }, "*/5 * * * *"],
    [{ minute: "10", hour: "6", day: "*/2" }, "10 6 */2 * *"],
    [{ minute: "10", hour: "6", week: "3,4" }, "10 6 * * 3,4"],
    [{ minute: 10, hour: 6, month: "1,7" }, "10 6 * 1,7 *"],
    [{ minute: "0", "day of the month": "1", "day of the week": "0" }, "0 * 1 * 0"],
  ])("with the rule %j runs at %s", async (rule, schedule) => {
    const { client } = await start();
    expect(await client.ok("POST", "eks/cronjobs/", cronJob(rule))).toMatchObject({ scheduler: schedule });
    expect(await spec(client, "CronJob")).toMatchObject({ schedule, concurrencyPolicy: "Forbid" });
  });

  test("is refused as the reference's fourth example has it: it means days and names the month", async () => {
    const { client } = await start();
    const rule = { minute: "10", hour: "6", month: "10,20" };
    expect((await client.refusal("POST", "eks/cronjobs/", cronJob(rule)))[0]).toBe(400);
  });

  test("shows in its list and in detail, and is deleted", async () => {
    const { client } = await start();
    await client.ok("POST", "eks/cronjobs/", cronJob({ minute: "5" }));
    const status = {
      scheduler: "5 * * * *",
      scheduler_zh: "5 分, 每 时, 每 日, 每 月, 每 周",
      scheduler_en: "5 minute, every hour, every day, every month, every weekday",
      name: "tidy",
      actives: 0,
      create_time: expect.any(String),
      status: "Running",
      concurrency_policy: "Forbid",
      labels: { team: "red" },
      images: ["busybox:1.36"],
    };
    expect(await client.list("eks/cronjobs/", "cronjobs_status")).toEqual([status]);
    expect(await client.ok("GET", "eks/cronjobs/cronjob/tidy/")).toMatchObject({
      jobs: [],
      events: [],
      spec: { name: "tidy", completions: 2, restart_policy: "Never" },
      status,
    });
    await client.ok("DELETE", "eks/cronjobs/", { cronjobs: ["tidy"] });
    expect(await client.list("eks/cronjobs/", "cronjobs_status")).toEqual([]);
  });

  test("is stopped and started, each an error for one that is so already", async () => {
    const { client } = await start();
    await client.ok("POST", "eks/cronjobs/", cronJob({ minute: "5" }));
    const [status] = await client.list("eks/cronjobs/", "cronjobs_status");
    const set = (action: string) => client.call("PUT", `eks/cronjobs/?action=${action}`, { cronjob_list: [status] });
    expect((await set("start")).status).toBe(409);
    expect((await set("stop")).status).toBe(200);
    expect(await spec(client, "CronJob")).toMatchObject({ suspend: true });
    expect((await client.list("eks/cronjobs/", "cronjobs_status"))[0]).toMatchObject({ status: "Stopped" });
    expect((await set("stop")).status).toBe(409);
    expect((await set("start")).status).toBe(200);
    expect((await set("pause")).status).toBe(400);
  });
});
