// Each alert fires on what the real operator's /metrics said in the real failure, and none on what a healthy one says.
import { beforeAll, describe, expect, it } from "vitest";
import { createIll, type Ill } from "../support/alerts/failures.ts";
import {
  loadAlerts,
  PASSED,
  playAlerts,
  promtool,
  PROMTOOL_WITHIN_MS,
  type Alert,
} from "../support/alerts/promtool.ts";
import { play, record, type PlayedSeries } from "../support/alerts/recording.ts";

/** The slowest alert needs 30 min and 1 min more. */
const MINUTES = 36;

/** Which failing operator shows it, and which of the alert's instances is the failure that was provoked. */
const FAILURES: Readonly<Record<string, { of: "ill" | "cut"; matchers: string }>> = {
  YunfanLeaderMissing: { of: "cut", matchers: "" },
  YunfanWatchStale: { of: "cut", matchers: 'kind="RegistryProject"' },
  YunfanReconcileErrors: { of: "ill", matchers: 'controller="registryproject"' },
  YunfanWorkqueueBacklog: { of: "ill", matchers: 'controller="cloudaccount"' },
  YunfanResourceNotReady: { of: "ill", matchers: 'kind="RegistryProject",name="down-0"' },
  YunfanResourceStalled: { of: "ill", matchers: 'kind="RegistryProject",name="refused",reason="NameRefused"' },
  YunfanDeletionStuck: { of: "ill", matchers: 'kind="RegistryProject",name="stuck"' },
  YunfanResourceVanished: { of: "ill", matchers: 'kind="RegistryProject"' },
  YunfanCredentialsRejected: { of: "ill", matchers: 'name="wrong"' },
  YunfanBudgetExhausted: { of: "ill", matchers: 'account=~".*/tight",class="writes"' },
  YunfanInventoryBehind: { of: "ill", matchers: 'sink=~".*/behind"' },
  YunfanCloudThrottled: { of: "ill", matchers: 'account=~".*/busy"' },
};

const ALWAYS_THERE = [
  "leader_election_master_status",
  "yunfan_watch_age_seconds",
  "yunfan_cloud_requests_total",
  "yunfan_cloud_budget_wait_seconds_count",
  "controller_runtime_reconcile_total",
  "controller_runtime_reconcile_errors_total",
  "workqueue_depth",
];

let alerts: readonly Alert[];
let played: Readonly<Record<"ill" | "cut" | "calm", readonly PlayedSeries[]>>;

beforeAll(async () => {
  alerts = await loadAlerts();
  await promtool("--version");
}, PROMTOOL_WITHIN_MS);

beforeAll(async () => {
  await using ill: Ill = await createIll();
  const recordings = await record(ill.ports, MINUTES, () => ill.takeFinalizer());
  const expressions = alerts.map(({ expr }) => expr).join("\n");
  const metrics = new Set(expressions.match(/\b[a-z]+(?:_[a-z]+)+\b/g));
  const of = (instance: keyof typeof recordings): PlayedSeries[] =>
    play(recordings[instance], { instance, metrics, lasts: instance !== "calm" });
  played = { ill: of("ill"), cut: of("cut"), calm: of("calm") };
}, 240_000);

describe("on the recording of its failure", () => {
  it.each(Object.entries(FAILURES))("%s fires", async (alert, { of, matchers }) => {
    const selector = [`alertname="${alert}"`, ...(matchers === "" ? [] : [matchers])].join();
    expect(await playAlerts(played[of], { minutes: MINUTES, selector, fired: [alert] })).toEqual(PASSED);
  });

  it("YunfanResourceNotReady fires for a node that does not work, whose runbook is NodeAbnormal", async () => {
    const alert = "YunfanResourceNotReady";
    const selector = `alertname="${alert}",kind="ManagedNode",name="abnormal"`;
    expect(await playAlerts(played.ill, { minutes: MINUTES, selector, fired: [alert] })).toEqual(PASSED);
  });

  it("every alert has one", () => {
    expect(Object.keys(FAILURES).sort()).toEqual(alerts.map(({ alert }) => alert).sort());
  });
});

it("no alert fires on the recording of a healthy operator", async () => {
  const recorded = new Set(played.calm.map(({ series }) => series.slice(0, series.indexOf("{"))));
  expect([...recorded]).toEqual(expect.arrayContaining(ALWAYS_THERE));
  const all = { minutes: MINUTES, selector: 'alertname=~".+"', fired: [] };
  expect(await playAlerts(played.calm, all)).toEqual(PASSED);
});
