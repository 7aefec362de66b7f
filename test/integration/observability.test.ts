// What somebody who runs the operator sees of it: probes, metrics, logs.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { textsWithSecrets } from "../support/environment/invariants.ts";
import type { LogLine, Operator, ReadyLine } from "../support/operator/operator.ts";
import { scrape, sumOf, type Sample } from "../support/operator/scrape.ts";
import {
  accountManifests,
  createStand,
  projectManifest,
  secretManifest,
  type Stand,
} from "../support/environment/environment.ts";

const GENEROUS_MS = 60_000;
const CONTROLLERS = ["cloudaccount", "registryproject"];
/** controller-runtime's and client-go's, for each controller, from the start. */
const PER_CONTROLLER = [
  "controller_runtime_reconcile_total",
  "controller_runtime_reconcile_errors_total",
  "controller_runtime_terminal_reconcile_errors_total",
  "controller_runtime_reconcile_panics_total",
  "controller_runtime_reconcile_timeouts_total",
  "controller_runtime_reconcile_time_seconds_count",
  "controller_runtime_active_workers",
  "workqueue_depth",
  "workqueue_adds_total",
  "workqueue_retries_total",
  "workqueue_queue_duration_seconds_count",
  "workqueue_work_duration_seconds_count",
  "workqueue_unfinished_work_seconds",
  "workqueue_longest_running_processor_seconds",
];

let stand: Stand;
let leader: Operator;
let ready: ReadyLine;
let standby: Operator;
let atStart: Sample[];

beforeAll(async () => {
  stand = await createStand("observe");
  const ports = ["--metrics-bind-address", "127.0.0.1:0", "--health-probe-bind-address", "127.0.0.1:0"];
  leader = stand.operator({ identity: "leader", flags: [...ports, "--log-level", "info"] });
  ready = await leader.ready;
  atStart = await scrape(ready.metricsPort!);
  standby = stand.operator({ identity: "standby", flags: [...ports, "--log-level", "info", "--log-format", "pretty"] });
}, GENEROUS_MS);
afterAll(() => stand?.[Symbol.asyncDispose]());

async function probe(path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${ready.healthPort}/${path}`);
  return `${response.status} ${await response.text()}`;
}

/** Lines of standard error, as they are. */
const textOf = ({ log }: Operator): string => log.map(({ msg }) => msg).join("\n");

const linesAbout = (name: string): LogLine[] => leader.log.filter((line) => line["name"] === name);

describe("the metrics", { timeout: GENEROUS_MS }, () => {
  it("R24: have a controller's names at 0 before anything happened", () => {
    const controllers = CONTROLLERS.flatMap((controller) => PER_CONTROLLER.map((name) => ({ name, controller })));
    const present = controllers.map(({ name, controller }) => [name, sumOf(atStart, name, { controller })]);
    expect(present).toEqual(controllers.map(({ name }) => [name, 0]));
    expect(sumOf(atStart, "controller_runtime_max_concurrent_reconciles", { controller: "registryproject" })).toBe(10);
    expect(sumOf(atStart, "yunfan_events_dropped_total")).toBe(0);
    expect(sumOf(atStart, "yunfan_watch_restarts_total", { kind: "RegistryProject" })).toBe(0);
  });

  it("R24: count what was done", async () => {
    await stand.apply(...accountManifests(stand.simulator), projectManifest("shop"));
    await stand.reaches("registryproject/shop", "Available");
    const samples = await scrape(ready.metricsPort!);
    const counted = (name: string, labels?: Record<string, string>): number => sumOf(samples, name, labels) ?? 0;
    for (const controller of CONTROLLERS) {
      expect(counted("controller_runtime_reconcile_total", { controller })).toBeGreaterThan(0);
      expect(counted("workqueue_adds_total", { name: controller })).toBeGreaterThan(0);
    }
    expect(counted("controller_runtime_reconcile_panics_total")).toBe(0);
    expect(counted("rest_client_requests_total", { method: "PATCH", code: "200" })).toBeGreaterThan(0);
    const account = `${stand.namespace}/ctyun`;
    const created = { cloud: "CtyunCCI", account, operation: "CreateProject", code: "201" };
    expect(counted("yunfan_cloud_requests_total", created)).toBe(1);
    expect(counted("yunfan_watch_age_seconds", { kind: "RegistryProject" })).toBeLessThan(60);
    const available = {
      group: "yunfan.dev",
      kind: "RegistryProject",
      type: "Ready",
      status: "True",
      reason: "Available",
    };
    expect(counted("operator_status_condition_count", available)).toBe(1);
    expect(counted("operator_status_condition_transition_seconds_count", { type: "Ready" })).toBeGreaterThan(0);
  });

  it("R24: say who leads", async () => {
    expect(sumOf(atStart, "leader_election_master_status", { name: "yunfan" })).toBe(1);
    await expect.poll(() => textOf(standby), { timeout: GENEROUS_MS }).toContain("Waiting for the lease");
    const [, port] = /server: "metrics"[^]*?port: (\d+)/.exec(textOf(standby)) ?? [];
    const ofStandby = await scrape(Number(port));
    expect(sumOf(ofStandby, "leader_election_master_status", { name: "yunfan" })).toBe(0);
    expect(sumOf(ofStandby, "operator_status_condition_count")).toBeUndefined();
  });
});

it("R23: the probes say ok, and name their checks when asked to", async () => {
  expect(await probe("healthz")).toBe("200 ok");
  expect(await probe("healthz?verbose")).toMatch(/^200 \[\+\]leader-election ok\n\[\+\]watches ok\n/);
  expect(await probe("readyz")).toBe("200 ok");
  expect(await probe("readyz?verbose")).toMatch(/^200 \[\+\]caches ok\n/);
});

describe("the log", { timeout: GENEROUS_MS }, () => {
  it("tells at level info what changed, and nothing of a visit that changed nothing", async () => {
    await stand.apply(projectManifest("told", { driftIntervalSeconds: 3600 }));
    await stand.reaches("registryproject/told", "Available");
    await expect.poll(() => linesAbout("told").map(({ reason }) => reason)).toContain("Available");
    const before = linesAbout("told");
    expect(before.map(({ level, msg }) => `${level}: ${msg}`)).toContain("info: Created project");
    expect(before.length).toBeLessThan(6);
    await stand.annotate("registryproject/told", { "yunfan.dev/reconcile-at": "again" });
    await stand.until("registryproject/told", ({ status }) => status["lastHandledReconcileAt"] === "again");
    expect(linesAbout("told")).toHaveLength(before.length);
  });

  it("has one JSON object a line, with level as a word, time, message, and whose visit it was", async () => {
    await stand.apply(projectManifest("refused", { cloudName: "a--b" }));
    await stand.reaches("registryproject/refused", "NameRefused");
    await expect.poll(() => linesAbout("refused").map(({ level }) => level)).toContain("warn");
    for (const line of leader.log) {
      expect(line.level).toMatch(/^(info|warn)$/);
      expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(line.msg).toMatch(/^[A-Z].*[^.]$/);
    }
    for (const line of linesAbout("refused")) {
      expect(line).toMatchObject({
        controller: "registryproject",
        controllerGroup: "yunfan.dev",
        controllerKind: "RegistryProject",
        namespace: stand.namespace,
        reconcileID: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        msg: expect.stringMatching(/^\w+ed\b|^Reconcile failed$/) as string,
      });
    }
  });

  it("is made for the eye with --log-format pretty", () => {
    expect(textOf(standby)).toMatch(/\[\d\d:\d\d:\d\d\.\d{3}\].* INFO.*: .*Waiting for the lease/);
    expect(textOf(standby)).toMatch(/^ {4}identity: "standby"$/m);
  });

  it("shows no secret, not even those that do not work", async () => {
    const wrong = { accessKey: "wrong-access-key", secretKey: "wrong-secret-key" };
    await stand.apply(...accountManifests(stand.simulator, { name: "wrong", stringData: wrong }));
    await stand.apply(secretManifest("other", { secretKey: "other-secret-key" }));
    await stand.reaches("cloudaccount/wrong", "CredentialsRejected");
    const { users } = parse(await readFile(stand.kubeconfig, "utf8")) as { users: [{ user: { token: string } }] };
    const secrets = [...stand.secrets, users[0].user.token];
    const lines = stand.operators.flatMap(({ log }) => log).map((line) => JSON.stringify(line));
    expect(lines.filter((line) => line.includes("CredentialsRejected"))).not.toEqual([]);
    expect(textsWithSecrets(lines, secrets)).toEqual([]);
  });
});
