// Time, CPU and peak memory to bring 1,000 RegistryProjects to Ready: Yunfan, and the same job on @dot-i/k8s-operator.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { startCommand } from "../demo/command.ts";
import { registryProject } from "../src/crds/registryproject/kind.ts";
import type { RegistryProject } from "../src/crds/registryproject/schema.ts";
import { isTrue } from "../src/runtime/conditions.ts";
import { type RunningCommand, spawnYunfan } from "../test/support/operator/command.ts";
import { usageOf, type Usage } from "./measure.ts";
import { account, KEYS, manifest, prepare, watch } from "./site.ts";

const DOT_I = path.join(import.meta.dirname, "dot-i");
const POLL_MS = 250;
const GIVE_UP_MS = 3_600_000;

export interface FleetFigures extends Usage {
  readonly runtime: string;
  readonly resources: number;
  readonly elapsedMs: number;
}

export interface Site {
  readonly plane: ControlPlane;
  readonly kubeconfig: string;
  /** Of the simulator. */
  readonly url: string;
}

/** Each runtime gets a site of its own. */
export async function measureFleet(runtime: "yunfan" | "dot-i", resources: number): Promise<FleetFigures> {
  return onSite(resources, async (site) => {
    const start = (): ReturnType<Job["start"]> => (runtime === "yunfan" ? startYunfan(site) : startDotI(site));
    return bringToReady(site, { resources, start }, async ({ pid }, elapsedMs) => {
      return { runtime, resources, elapsedMs, ...(await usageOf(pid)) };
    });
  });
}

/** A control plane and a simulator, with all resources applied before anything else. */
export async function onSite<R>(resources: number, measure: (site: Site) => Promise<R>): Promise<R> {
  const plane = await startControlPlane();
  const simulator = await startCommand(
    ["simulate", "CtyunCCI", "--access-key", KEYS.accessKey, "--secret-key", KEYS.secretKey],
    () => undefined,
  );
  const url = simulator.ready.url ?? "";
  try {
    return await measure({ plane, kubeconfig: await prepare(plane, manifests(url, resources)), url });
  } finally {
    await simulator.stop();
    await plane.stop();
  }
}

interface Job {
  readonly resources: number;
  readonly start: () => RunningCommand | Promise<RunningCommand>;
}

/** Starts the operator and reads from it what is wanted once all resources are Ready, after so many milliseconds. */
export async function bringToReady<R>(
  { plane }: Site,
  { resources, start }: Job,
  read: (operator: RunningCommand, elapsedMs: number) => Promise<R>,
): Promise<R> {
  const watching = new AbortController();
  const { store, synced } = watch<RegistryProject>(plane, registryProject.type, watching.signal);
  await synced;
  const startedAt = performance.now();
  await using operator = await start();
  const ended = operator.ended.then(({ code, signal }) => Promise.reject(new Error(`It ended with ${code ?? signal}`)));
  ended.catch(() => undefined);
  try {
    while (store.list().filter(({ status }) => isTrue(status.conditions, "Ready")).length < resources) {
      if (performance.now() - startedAt > GIVE_UP_MS) throw new Error("It was not done in time");
      await Promise.race([delay(POLL_MS), ended]);
    }
    return await Promise.race([read(operator, performance.now() - startedAt), ended]);
  } finally {
    watching.abort();
  }
}

const sayStderr = (line: string): void => void process.stderr.write(`${line}\n`);

function startYunfan({ kubeconfig }: Site): RunningCommand {
  return spawnYunfan(["run", "--kubeconfig", kubeconfig, "--log-level", "warn"], { onStderr: sayStderr });
}

/** Its kubeconfig is the administrator's: it has no part in what is measured, and its client needs no token then. */
async function startDotI({ plane, url }: Site): Promise<RunningCommand> {
  if (!existsSync(path.join(DOT_I, "node_modules"))) await promisify(execFile)("npm", ["ci"], { cwd: DOT_I });
  const program = [process.execPath, path.join(DOT_I, "operator.mjs")] as const;
  const env = { ...process.env, KUBECONFIG: plane.kubeconfigPath };
  return spawnYunfan([url, KEYS.accessKey, KEYS.secretKey], { program: [...program], env, onStderr: sayStderr });
}

function manifests(url: string, resources: number): object[] {
  const projects = Array.from({ length: resources }, (_, n) =>
    manifest("RegistryProject", `project-${String(n).padStart(4, "0")}`, { accountRef: { name: "ctyun" } }),
  );
  return [...account("ctyun", { provider: "CtyunCCI", endpoint: url }), ...projects];
}
