// Memory of the operator as its image runs it, with the chart's limit: at rest without any resource, and at most and afterwards with
// ever more RegistryProjects. Nothing here limits a process's memory, so V8 is told what Node.js would make of the limit.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { parse } from "yaml";
import { imageCommand, nodeFlagsOf } from "../test/support/chart/dockerfile.ts";
import { type RunningCommand, spawnYunfan } from "../test/support/operator/command.ts";
import { scrape } from "../test/support/operator/scrape.ts";
import { bringToReady, onSite, type Site } from "./fleet.ts";
import { usageOf, type Usage } from "./measure.ts";
import { ROOT } from "./site.ts";

const BUNDLE = path.join(ROOT, "dist/yunfan.mjs");
/** As often as the chart's ServiceMonitor has it: an answer of /metrics takes memory too. */
const SCRAPE_MS = 30_000;
/** After all are Ready: what is at rest then is what stays. */
const REST_MS = 40_000;

/** CPU time until all were Ready, memory at rest, and the peak of all of it. */
export interface MemoryFigures extends Usage {
  readonly resources: number;
  readonly elapsedMs: number;
  readonly limitMiB: number;
}

interface Image {
  /** What the image's node is started with, before the script. */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly limitMiB: number;
}

/** Rejects where the operator ended. */
export async function measureMemory(counts: readonly number[]): Promise<MemoryFigures[]> {
  await promisify(execFile)("npm", ["run", "build"], { cwd: ROOT });
  const image = await readImage();
  const figures: MemoryFigures[] = [];
  for (const resources of counts) figures.push(await onSite(resources, (site) => measure(site, image, resources)));
  return figures;
}

function measure(site: Site, image: Image, resources: number): Promise<MemoryFigures> {
  const start = (): RunningCommand => startImage(site, image);
  return bringToReady(site, { resources, start }, async ({ pid, ready }, elapsedMs) => {
    await ready;
    const { cpuMs } = await usageOf(pid);
    await delay(REST_MS);
    return { resources, elapsedMs, ...(await usageOf(pid)), cpuMs, limitMiB: image.limitMiB };
  });
}

function startImage({ kubeconfig }: Site, { flags, env }: Image): RunningCommand {
  const addresses = ["--metrics-bind-address", "127.0.0.1:0", "--health-probe-bind-address", "127.0.0.1:0"];
  const args = ["run", "--kubeconfig", kubeconfig, "--log-level", "warn", ...addresses];
  const onStderr = (line: string): void => void process.stderr.write(`${line}\n`);
  const operator = spawnYunfan(args, { program: [process.execPath, ...flags, BUNDLE], env, onStderr });
  void scrapeUntilEnd(operator);
  return operator;
}

async function scrapeUntilEnd({ ready, ended }: RunningCommand): Promise<void> {
  const ending = new AbortController();
  void ended.then(() => ending.abort());
  const isRunning = (): boolean => !ending.signal.aborted;
  try {
    const { metricsPort } = await ready;
    for (; isRunning(); await delay(SCRAPE_MS, undefined, ending)) await scrape(Number(metricsPort));
  } catch (error) {
    if (isRunning()) throw error;
  }
}

async function readImage(): Promise<Image> {
  const command = await imageCommand();
  const values = parse(await readFile(path.join(ROOT, "charts/yunfan/values.yaml"), "utf8")) as Values;
  const limitMiB = Number(/^(\d+)Mi$/.exec(values.resources.limits.memory)?.[1]);
  const flags = nodeFlagsOf(command).map((flag) => {
    const [, percentage] = /^--max-old-space-size-percentage=(\d+)$/.exec(flag) ?? [];
    return percentage ? `--max-old-space-size=${Math.floor((limitMiB * Number(percentage)) / 100)}` : flag;
  });
  return { flags, env: { ...process.env, ...command.env }, limitMiB };
}

interface Values {
  readonly resources: { readonly limits: { readonly memory: string } };
}
