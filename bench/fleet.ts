// Time, CPU and peak memory to bring 1,000 RegistryProjects to Ready: Yunfan, and the same job on @dot-i/k8s-operator.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { startCommand } from "../demo/command.ts";
import { registryProject, type RegistryProject } from "../src/crds/registryproject/schema.ts";
import { loadKubeConfig } from "../src/kube/kubeconfig.ts";
import { KubeTransport } from "../src/kube/transport.ts";
import { systemClock } from "../src/lib/clock.ts";
import { createLogger } from "../src/lib/log.ts";
import { isTrue } from "../src/runtime/conditions.ts";
import { Informer } from "../src/runtime/informer.ts";
import { usageOf, type Usage } from "./measure.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const DOT_I = path.join(import.meta.dirname, "dot-i");
const KEYS = { accessKey: "bench-access-key", secretKey: "bench-secret-key" };
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
    const kubeconfig = await prepare(plane, simulator.ready.url ?? "", resources);
    return await bringToReady(runtime, { plane, kubeconfig, url: simulator.ready.url ?? "" }, resources);
  } finally {
    await simulator.stop();
    await plane.stop();
  }
}

async function prepare(plane: ControlPlane, url: string, resources: number): Promise<string> {
  const manifests = ["-f", path.join(ROOT, "manifests/crds"), "-f", path.join(ROOT, "manifests/rbac.yaml")];
  await kubectl(plane, ["apply", "--server-side", ...manifests]);
  await kubectl(plane, ["wait", "--for=condition=Established", "-f", path.join(ROOT, "manifests/crds")]);
  await kubectl(
    plane,
    ["create", "-f", "-"],
    [...account(url), ...projects(resources)].map((m) => stringify(m)).join("---\n"),
  );
  return plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
}

async function bringToReady(runtime: "yunfan" | "dot-i", site: Site, resources: number): Promise<FleetFigures> {
  const watching = new AbortController();
  const { store, synced } = watchProjects(site, watching.signal);
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

/** Watches instead of listing again and again, which would take the CPU that is measured. */
function watchProjects({ plane }: Site, signal: AbortSignal): Informer<RegistryProject> {
  const log = createLogger({ level: "warn" });
  const kubeConfig = loadKubeConfig({ path: plane.kubeconfigPath });
  const transport = KubeTransport.create({ kubeConfig, clock: systemClock, log, userAgent: "bench" });
  const informer = new Informer<RegistryProject>({ transport, type: registryProject.type, clock: systemClock, log });
  void informer.run(signal).then(() => transport[Symbol.asyncDispose]());
  return informer;
}

async function kubectl(plane: ControlPlane, args: readonly string[], input = ""): Promise<void> {
  const { code, stderr } = await plane.kubectl(args, { input, timeoutMs: 300_000 });
  if (code !== 0) throw new Error(`kubectl ${args[0]}: ${stderr}`);
}

function account(endpoint: string): object[] {
  const credentialsSecretRef = { name: "ctyun-credentials" };
  const spec = { provider: "CtyunCCI", endpoint, tls: { mode: "Plaintext" }, credentialsSecretRef };
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "ctyun-credentials", namespace: "default" },
      type: "yunfan.dev/credentials",
      stringData: KEYS,
    },
    {
      apiVersion: "yunfan.dev/v1alpha1",
      kind: "CloudAccount",
      metadata: { name: "ctyun", namespace: "default" },
      spec,
    },
  ];
}

function projects(count: number): object[] {
  return Array.from({ length: count }, (_, n) => ({
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "RegistryProject",
    metadata: { name: `project-${String(n).padStart(4, "0")}`, namespace: "default" },
    spec: { accountRef: { name: "ctyun" } },
  }));
}
