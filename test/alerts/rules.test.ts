// The alerts as they are shipped: promtool accepts them, they name metrics that exist, and each is explained.
import { readdirSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { Metrics } from "../../src/runtime/metrics/metrics.ts";
import {
  ALERTS_FILE,
  loadAlerts,
  PASSED,
  promtool,
  PROMTOOL_WITHIN_MS,
  type Alert,
} from "../support/alerts/promtool.ts";

const RULES = path.join(import.meta.dirname, "rules");
const UNITS = readdirSync(RULES).sort();
const RUNBOOKS = path.resolve(import.meta.dirname, "../../docs/runbooks");
const RUNBOOK_BASE = "https://yunfan.dev/runbooks/";
/** Of conventions for operators; the others are Yunfan's own. */
const EXPECTED = [
  "YunfanReconcileErrors",
  "YunfanResourceNotReady",
  "YunfanResourceStalled",
  "YunfanDeletionStuck",
  "YunfanWorkqueueBacklog",
  "YunfanWatchStale",
  "YunfanLeaderMissing",
];

let alerts: readonly Alert[];
const names = (): string[] => alerts.map(({ alert }) => alert).sort();

beforeAll(async () => {
  alerts = await loadAlerts();
  await promtool("--version");
}, PROMTOOL_WITHIN_MS);

interface Unit {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { alertname: string; exp_alerts: readonly object[] }[];
  }[];
}

it("promtool finds nothing wrong with them", async () => {
  const output = expect.stringContaining(`${alerts.length} rules found`) as string;
  const checked = await promtool("check", "rules", "--lint=all", "--lint-fatal", ALERTS_FILE);
  expect(checked).toEqual({ passed: true, output });
});

it("each has rule tests", () => {
  expect(UNITS).toEqual(names().map((name) => `${name}.test.yaml`));
});

it.each(UNITS)("fires and does not fire as %s says", async (unit) => {
  const file = path.join(RULES, unit);
  expect(await promtool("test", "rules", file)).toEqual(PASSED);
  const { tests } = parse(await readFile(file, "utf8")) as Unit;
  const checks = tests.flatMap((test) => test.alert_rule_test);
  expect(new Set(checks.map(({ alertname }) => alertname))).toEqual(new Set([path.basename(unit, ".test.yaml")]));
  expect(checks.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
  expect(checks.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
});

describe("each", () => {
  it("is one of Yunfan's, and none that an operator needs is missing", () => {
    for (const name of names()) expect(name).toMatch(/^Yunfan([A-Z][a-z]+)+$/);
    expect(names()).toEqual(expect.arrayContaining(EXPECTED));
  });

  it("says how bad it is, what is wrong, and where the page is that tells what to do", () => {
    const sentence = expect.stringMatching(/^.*\.$/s) as string;
    const told = alerts.map(({ alert, labels, annotations }) => ({ alert, labels, annotations }));
    expect(told).toEqual(
      alerts.map(({ alert }) => ({
        alert,
        labels: { severity: expect.stringMatching(/^(critical|warning)$/) as string },
        annotations: { summary: sentence, description: sentence, runbook_url: `${RUNBOOK_BASE}${alert}` },
      })),
    );
  });

  it("has a page with what it means, harms, and asks for, and every page has an alert or is named beside them", async () => {
    const pages = (await readdir(RUNBOOKS)).filter((file) => file !== "README.md").sort();
    const ofAlerts = pages.filter((file) => file.startsWith("Yunfan"));
    expect(ofAlerts).toEqual(names().map((name) => `${name}.md`));
    const overview = await readFile(path.join(RUNBOOKS, "README.md"), "utf8");
    for (const page of pages) expect(overview).toContain(`](${page})`);
    for (const name of names()) {
      const page = await readFile(path.join(RUNBOOKS, `${name}.md`), "utf8");
      expect(page.match(/^#+ .*/gm)).toEqual([
        `# ${name}`,
        ...["Meaning", "Impact", "Diagnosis", "Mitigation"].map((title) => `## ${title}`),
      ]);
      expect(overview).toContain(
        `[${name}](${name}.md) | ${alerts.find(({ alert }) => alert === name)?.labels["severity"]}`,
      );
    }
  });

  it("names metrics that the operator has, with labels that these have", () => {
    const known = new Map(new Metrics().describe().map(({ name, labels }) => [name, labels]));
    const used = alerts.flatMap(({ alert, expr }) =>
      selectorsOf(expr).map(({ name, labels }) => ({ alert, name, labels })),
    );
    const labelsOf = (name: string): readonly string[] =>
      known.get(name.replace(/_seconds_(sum|count)$/, "_seconds")) ?? [];
    const unknown = used.filter(({ name, labels }) => labels.some((label) => !labelsOf(name).includes(label)));
    expect(unknown).toEqual([]);
    expect(new Set(used.map(({ alert }) => alert)).size).toBe(alerts.length);
    expect(used.filter(({ name }) => labelsOf(name).length === 0)).toEqual([]);
  });
});

/** The metrics in an expression, each with the labels that it is selected by. */
function selectorsOf(expr: string): { name: string; labels: string[] }[] {
  return [
    ...expr.matchAll(/\b((?:controller_runtime|workqueue|yunfan|operator|leader_election)_\w+)(?:\{([^}]*)\})?/g),
  ].map(([, name = "", matchers = ""]) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = ""]) => label),
  }));
}
