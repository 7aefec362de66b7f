// The real promtool, and the alerts that are checked with it.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import { parse, stringify } from "yaml";
import { findBinaries } from "../../../controlplane/binaries.ts";
import type { PlayedSeries } from "./recording.ts";

const ROOT = path.resolve(import.meta.dirname, "../../..");
export const ALERTS_FILE = path.join(ROOT, "charts/yunfan/files/alerts.yaml");
/** The first run on a machine builds promtool. */
export const PROMTOOL_WITHIN_MS = 900_000;

/** What a check or test of promtool has to equal; where it failed, the difference shows promtool's words. */
export const PASSED: unknown = { passed: true, output: expect.any(String) };

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export async function loadAlerts(): Promise<readonly Alert[]> {
  const { groups } = parse(await readFile(ALERTS_FILE, "utf8")) as { groups: { rules: Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** Resolves with what promtool printed, also where it failed. */
export async function promtool(...args: string[]): Promise<{ passed: boolean; output: string }> {
  const { promtool: binary } = await findBinaries(["promtool"]);
  try {
    const { stdout, stderr } = await promisify(execFile)(binary, args);
    return { passed: true, output: stdout + stderr };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { passed: false, output: stdout + stderr || String(error) };
  }
}

/** Has promtool play the series for so many minutes: it passes where of the alerts that match the selector just these fired. */
export async function playAlerts(
  series: readonly PlayedSeries[],
  { minutes, selector, fired }: { minutes: number; selector: string; fired: readonly string[] },
): Promise<{ passed: boolean; output: string }> {
  const test = {
    interval: "1m",
    input_series: series,
    promql_expr_test: [
      {
        expr: `group by (alertname) (last_over_time(ALERTS{alertstate="firing",${selector}}[2h]))`,
        eval_time: `${minutes}m`,
        exp_samples: fired.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 })),
      },
    ],
  };
  const folder = await mkdtemp(path.join(tmpdir(), "yunfan-alerts-"));
  try {
    const file = path.join(folder, "recorded.test.yaml");
    await writeFile(file, stringify({ rule_files: [ALERTS_FILE], evaluation_interval: "1m", tests: [test] }));
    return await promtool("test", "rules", file);
  } finally {
    await rm(folder, { recursive: true });
  }
}
