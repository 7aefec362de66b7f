// What a scrape shows: from the start, and after something happened.
import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { Metrics } from "./metrics.ts";
import { Priority, WorkQueue } from "../queue/queue.ts";
import type { ReflectorStatus } from "../cache/reflector-status.ts";

/** Value by name and labels, as `name{label="value"}` with the labels in the order of the text. */
async function scraped(metrics: Metrics): Promise<Map<string, number>> {
  const { text } = await metrics.scrape();
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

const LABEL = 'controller="registryproject"';
const QUEUE = `name="registryproject",${LABEL}`;

describe("Metrics", () => {
  it("R24: shows every metric of a controller and its queue at 0 before anything happened", async () => {
    const metrics = new Metrics();
    metrics.controller("registryproject");
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, metrics: metrics.queue("registryproject") });

    const values = await scraped(metrics);

    expect(queue.size).toBe(0);
    const expected = [
      ...["success", "error", "requeue", "requeue_after"].map(
        (result) => `controller_runtime_reconcile_total{${LABEL},result="${result}"}`,
      ),
      `controller_runtime_reconcile_errors_total{${LABEL}}`,
      `controller_runtime_terminal_reconcile_errors_total{${LABEL}}`,
      `controller_runtime_reconcile_panics_total{${LABEL}}`,
      `controller_runtime_reconcile_timeouts_total{${LABEL}}`,
      `controller_runtime_reconcile_time_seconds_count{${LABEL}}`,
      `controller_runtime_max_concurrent_reconciles{${LABEL}}`,
      `controller_runtime_active_workers{${LABEL}}`,
      ...["0", "-50", "-100"].map((priority) => `workqueue_depth{${QUEUE},priority="${priority}"}`),
      `workqueue_adds_total{${QUEUE}}`,
      `workqueue_retries_total{${QUEUE}}`,
      `workqueue_queue_duration_seconds_count{${QUEUE}}`,
      `workqueue_work_duration_seconds_count{${QUEUE}}`,
      `workqueue_unfinished_work_seconds{${QUEUE}}`,
      `workqueue_longest_running_processor_seconds{${QUEUE}}`,
      "yunfan_events_dropped_total",
    ];
    expect(Object.fromEntries(expected.map((name) => [name, values.get(name)]))).toEqual(
      Object.fromEntries(expected.map((name) => [name, 0])),
    );
  });

  it("R24: counts reconciles by result, and errors, panics and time-outs besides", async () => {
    const metrics = new Metrics();
    const controller = metrics.controller("registryproject");
    controller.concurrency(10);
    controller.active(1);
    controller.reconciled("success", 20);
    controller.reconciled("error", 1500);
    controller.terminalError();
    controller.panicked();
    controller.timedOut();

    const values = await scraped(metrics);

    expect(values.get(`controller_runtime_reconcile_total{${LABEL},result="success"}`)).toBe(1);
    expect(values.get(`controller_runtime_reconcile_total{${LABEL},result="error"}`)).toBe(1);
    expect(values.get(`controller_runtime_reconcile_errors_total{${LABEL}}`)).toBe(1);
    expect(values.get(`controller_runtime_terminal_reconcile_errors_total{${LABEL}}`)).toBe(1);
    expect(values.get(`controller_runtime_reconcile_panics_total{${LABEL}}`)).toBe(1);
    expect(values.get(`controller_runtime_reconcile_timeouts_total{${LABEL}}`)).toBe(1);
    expect(values.get(`controller_runtime_max_concurrent_reconciles{${LABEL}}`)).toBe(10);
    expect(values.get(`controller_runtime_active_workers{${LABEL}}`)).toBe(1);
    expect(values.get(`controller_runtime_reconcile_time_seconds_sum{${LABEL}}`)).toBeCloseTo(1.52);
    expect(values.get(`controller_runtime_reconcile_time_seconds_bucket{le="1.5",${LABEL}}`)).toBe(2);
  });

  it("R24: shows a work queue as it is when it is scraped", async () => {
    const metrics = new Metrics();
    const clock = new FakeClock();
    const queue = new WorkQueue({ clock, metrics: metrics.queue("registryproject") });
    queue.add("a");
    queue.add("b", { priority: Priority.Initial });
    await clock.advance(2000);
    await queue.take(new AbortController().signal);
    queue.addRateLimited("c", { retryAfterMs: 60_000 });
    await clock.advance(3000);

    const values = await scraped(metrics);

    expect(values.get(`workqueue_depth{${QUEUE},priority="0"}`)).toBe(0);
    expect(values.get(`workqueue_depth{${QUEUE},priority="-100"}`)).toBe(1);
    expect(values.get(`workqueue_adds_total{${QUEUE}}`)).toBe(2);
    expect(values.get(`workqueue_retries_total{${QUEUE}}`)).toBe(1);
    expect(values.get(`workqueue_queue_duration_seconds_sum{${QUEUE}}`)).toBe(2);
    expect(values.get(`workqueue_unfinished_work_seconds{${QUEUE}}`)).toBe(3);
    expect(values.get(`workqueue_longest_running_processor_seconds{${QUEUE}}`)).toBe(3);
  });

  it("R24: shows nothing of an account that is forgotten, all of the others, and begins anew where it comes back", async () => {
    const metrics = new Metrics();
    const { cloud } = metrics;
    const seriesOf = async (account: string): Promise<string[]> =>
      (await metrics.scrape()).text.split("\n").filter((line) => line.includes(`account="${account}"`));
    const work = (account: string): void => {
      for (const code of ["200", "<error>"]) cloud.requested({ cloud: "CtyunCCI", account, operation: "Verify", code });
      for (const budgetClass of ["reads", "writes"] as const) {
        cloud.observeWait({ account, class: budgetClass }, 0.2);
        cloud.setLimit({ account, class: budgetClass }, 60);
      }
    };
    work("team/gone");
    work("team/kept");
    const before = await seriesOf("team/kept");
    cloud.forget("team/gone");
    cloud.forget("team/never-seen");
    expect(await seriesOf("team/gone")).toEqual([]);
    expect(await seriesOf("team/kept")).toEqual(before);
    work("team/gone");
    expect((await seriesOf("team/gone")).length).toBe(before.length);
  });

  it("R24: shows the age of the stalest watch of a kind, and its restarts by reason from 0 on", async () => {
    const metrics = new Metrics();
    const watch = metrics.watch("RegistryProject");
    const status = (ages: Partial<ReflectorStatus>): ReflectorStatus => ({
      kind: "RegistryProject",
      namespace: "a",
      state: "Watching",
      hasSynced: true,
      unsyncedMs: 0,
      idleMs: 0,
      ageMs: undefined,
      failure: undefined,
      refused: false,
      absent: false,
      ...ages,
    });
    watch.observe(() => status({ ageMs: 5000 }));
    watch.observe(() => status({ hasSynced: false, unsyncedMs: 7000 }));
    watch.observe(() => status({ namespace: "bad", refused: true }));
    metrics.watch("NodePool").observe(() => status({ kind: "NodePool", absent: true }));
    watch.ended("Failed");
    watch.listed("Streamed");

    const values = await scraped(metrics);

    expect(values.get('yunfan_watch_age_seconds{kind="RegistryProject"}')).toBe(7);
    expect(values.get('yunfan_watch_restarts_total{kind="RegistryProject",reason="Failed"}')).toBe(1);
    expect(values.get('yunfan_watch_restarts_total{kind="RegistryProject",reason="Stale"}')).toBe(0);
    expect(values.get('yunfan_watch_refused{kind="RegistryProject",namespace="bad"}')).toBe(1);
    expect(values.has('yunfan_watch_refused{kind="RegistryProject",namespace="a"}')).toBe(false);
    expect(values.get('yunfan_crd_missing{kind="NodePool"}')).toBe(1);
    expect(values.has('yunfan_crd_missing{kind="RegistryProject"}')).toBe(false);
    expect(values.get('yunfan_watch_lists_total{kind="RegistryProject",how="Streamed"}')).toBe(1);
    expect(values.get('yunfan_watch_handler_failures_total{kind="RegistryProject"}')).toBe(0);
  });

  it("counts requests to the API server and the clouds, who leads, and dropped events", async () => {
    const metrics = new Metrics();
    metrics.apiResponse({ code: "200", method: "GET", host: "127.0.0.1:6443" });
    metrics.cloud.requested({ cloud: "CtyunCCI", account: "ns/a", operation: "ListProjects", code: "200" });
    metrics.cloud.setLimit({ account: "ns/a", class: "reads" }, 60);
    metrics.cloud.observeWait({ account: "ns/a", class: "reads" }, 0.3);
    metrics.leading("yunfan", false);
    metrics.eventDropped();

    const values = await scraped(metrics);

    expect(values.get('rest_client_requests_total{code="200",method="GET",host="127.0.0.1:6443"}')).toBe(1);
    const labels = 'cloud="CtyunCCI",account="ns/a",operation="ListProjects",code="200"';
    expect(values.get(`yunfan_cloud_requests_total{${labels}}`)).toBe(1);
    expect(values.get('yunfan_cloud_budget_limit{account="ns/a",class="reads"}')).toBe(60);
    expect(values.get('yunfan_cloud_budget_wait_seconds_sum{account="ns/a",class="reads"}')).toBe(0.3);
    expect(values.get('leader_election_master_status{name="yunfan"}')).toBe(0);
    expect(values.get("yunfan_events_dropped_total")).toBe(1);
  });

  it("shows the process's own metrics, and keeps registries of one process apart", async () => {
    const [first, second] = [new Metrics(), new Metrics()];
    first.eventDropped();

    expect((await scraped(second)).get("yunfan_events_dropped_total")).toBe(0);
    expect((await first.scrape()).text).toContain("process_resident_memory_bytes");
  });
});
