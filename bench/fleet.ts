// Time, CPU and peak memory to bring 1,000 RegistryProjects to Ready: Yunfan, and the same job on @dot-i/k8s-operator.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { startCommand } from "../demo/command.ts";
import { registryProject, type RegistryProject } from "../src/crds/registryproject/schema.ts";
import { isTrue } from "../src/runtime/conditions.ts";
import { usageOf, type Usage } from "./measure.ts";
import { account, KEYS, manifest, prepare, ROOT, watch } from "./site.ts";

const DOT_I = path.join(import.meta.dirname, "dot-i");
const POLL_MS = 250;
const GIVE_UP_MS = 900_000;

export interface FleetFigures extends Usage {
  readonly runtime: string;
  readonly resources: number;
  readonly elapsedMs: number;
}

interface Site {
  readonly plane: ControlPlane;
  readonly kubeconfig: string;
  readonly url: string;
}

/** Each runtime gets a control plane and a simulator of its own, with all resources applied before it starts. */
export async function measureFleet(runtime: "yunfan" | "dot-i", resources: number): Promise<FleetFigures> {
  const plane = await startControlPlane();
  const simulator = await startCommand(
    ["simulate", "CtyunCCI", "--access-key", KEYS.accessKey, "--secret-key", KEYS.secretKey],
    () => undefined,
  );
  try {
    const kubeconfig = await prepare(plane, manifests(simulator.ready.url ?? "", resources));
    return await bringToReady(runtime, { plane, kubeconfig, url: simulator.ready.url ?? "" }, resources);
  } finally {
    await simulator.stop();
    await plane.stop();
  }
}

async function bringToReady(runtime: "yunfan" | "dot-i", site: Site, resources: number): Promise<FleetFigures> {
  const watching = new AbortController();
  const { store, synced } = watch<RegistryProject>(site.plane, registryProject.type, watching.signal);
  await synced;
  const startedAt = performance.now();
  const operator = runtime === "yunfan" ? startYunfan(site) : await startDotI(site);
  try {
    while (store.list().filter(({ status }) => isTrue(status.conditions, "Ready")).length < resources) {
      if (operator.exitCode !== null) throw new Error(`${runtime} ended with ${operator.exitCode}`);
      if (performance.now() - startedAt > GIVE_UP_MS) throw new Error(`${runtime} was not done in time`);
      await delay(POLL_MS);
    }
    const elapsedMs = performance.now() - startedAt;
    return { runtime, resources, elapsedMs, ...(await usageOf(operator.pid ?? 0)) };
  } finally {
    watching.abort();
    if (operator.exitCode === null && operator.kill("SIGKILL")) await once(operator, "exit");
  }
}

function startYunfan({ kubeconfig }: Site): ChildProcess {
  const args = [path.join(ROOT, "src/main.ts"), "run", "--kubeconfig", kubeconfig, "--log-level", "warn"];
  return spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
}

/** Its kubeconfig is the administrator's: it has no part in what is measured, and its client needs no token then. */
async function startDotI({ plane, url }: Site): Promise<ChildProcess> {
  if (!existsSync(path.join(DOT_I, "node_modules"))) await promisify(execFile)("npm", ["ci"], { cwd: DOT_I });
  const args = [path.join(DOT_I, "operator.mjs"), url, KEYS.accessKey, KEYS.secretKey];
  const env = { ...process.env, KUBECONFIG: plane.kubeconfigPath };
  return spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"], env });
}

function manifests(url: string, resources: number): object[] {
  const projects = Array.from({ length: resources }, (_, n) =>
    manifest("RegistryProject", `project-${String(n).padStart(4, "0")}`, { accountRef: { name: "ctyun" } }),
  );
  return [...account("ctyun", { provider: "CtyunCCI", endpoint: url }), ...projects];
}
