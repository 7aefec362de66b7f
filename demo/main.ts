// `npm run demo`: control plane, simulators, operator and samples on this machine; shows the resources become Ready and stays
// until Ctrl-C. With --once it ends when all are Ready (exit 0) or when they can't be (exit 1, with the reasons).
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Command } from "commander";
import { findKubectl } from "../controlplane/binaries.ts";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { startCommand, type RunningCommand } from "./command.ts";
import { samplesFor } from "./samples.ts";
import { watchUntilReady } from "./watch.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const KUBECONFIG = path.join(ROOT, ".demo", "kubeconfig");
const CREDENTIALS = { accessKey: "demo-access-key", secretKey: "demo-secret-key" };
const READY_WITHIN_MS = 120_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { once } = new Command("demo").option("--once", "end when all is Ready").parse().opts<{ once?: boolean }>();
const stopped = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopped.abort());

const running: (() => Promise<void>)[] = [];
try {
  process.exitCode = await demo();
} catch (error) {
  process.stderr.write(`The demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  for (const stop of running.reverse()) await stop();
}

async function demo(): Promise<number> {
  await mkdir(path.dirname(KUBECONFIG), { recursive: true });
  say("Starting etcd and kube-apiserver");
  const starts = [startPlane(), startSimulator()] as const;
  // Both have ended in one way or the other before the first failure is shown: what runs has to be stopped.
  await Promise.allSettled(starts);
  const [plane, simulator] = await Promise.all(starts);
  say("Installing CRDs and RBAC, starting the operator");
  await kubectl(plane, ["apply", "--server-side", "-f", "manifests/crds", "-f", "manifests/rbac.yaml"]);
  await kubectl(plane, ["wait", "--for=condition=Established", "--timeout=30s", "-f", "manifests/crds"]);
  const operator = await startOperator(plane);
  say("Applying the samples of manifests/samples/ctyun\n");
  const samples = await samplesFor({ folder: "ctyun", url: simulator.ready.url ?? "", credentials: CREDENTIALS });
  await kubectl(plane, ["apply", "-f", "-"], samples.yaml);
  const outcome = await watchUntilReady(plane.kubectl, {
    expected: samples.count,
    withinMs: READY_WITHIN_MS,
    signal: stopped.signal,
  });
  say(outcome.summary);
  if (once || stopped.signal.aborted || !outcome.ready) return outcome.ready ? 0 : 1;
  await explore(plane, simulator);
  return untilEnd(plane, [operator, simulator]);
}

async function startPlane(): Promise<ControlPlane> {
  const plane = await startControlPlane({ kubeconfigPath: KUBECONFIG, signal: stopped.signal });
  running.push(() => plane.stop());
  return plane;
}

async function startSimulator(): Promise<RunningCommand> {
  const { accessKey, secretKey } = CREDENTIALS;
  const keys = ["--access-key", accessKey, "--secret-key", secretKey];
  return start(["simulate", "CtyunCCI", "--listen", "127.0.0.1:0", ...keys]);
}

async function startOperator(plane: ControlPlane): Promise<RunningCommand> {
  const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
  const addresses = ["--metrics-bind-address", "127.0.0.1:0", "--health-probe-bind-address", "127.0.0.1:0"];
  return start(["run", "--kubeconfig", kubeconfig, ...addresses]);
}

/** The log of what runs is shown only when it fails: the demo's own words are enough. */
async function start(args: readonly string[]): Promise<RunningCommand> {
  const started = await startCommand(args, () => undefined);
  running.push(() => started.stop());
  return started;
}

async function kubectl(plane: ControlPlane, args: readonly string[], input?: string): Promise<void> {
  const { code, stderr } = await plane.kubectl(args, input === undefined ? {} : { input });
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr.trim()}`);
}

async function explore(plane: ControlPlane, simulator: RunningCommand): Promise<void> {
  const binary = await findKubectl();
  say(`
The cluster lives until Ctrl-C. In another terminal:

  export KUBECONFIG=${plane.kubeconfigPath}; alias kubectl=${binary}
  kubectl get yunfan -A -o wide
  kubectl describe registryproject
  kubectl patch registryproject web-shop --type merge -p '{"spec":{"visibility":"Public"}}'

What the simulated cloud holds: ${simulator.ready.url}/_simulator/state
`);
}

async function untilEnd(plane: ControlPlane, commands: readonly RunningCommand[]): Promise<number> {
  const aborted = new Promise<undefined>((resolve) => {
    stopped.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  const died = Promise.race([plane.ended, ...commands.map(({ ended }) => ended)]);
  const end = await Promise.race([aborted.then(() => "stopped" as const), died]);
  if (end === "stopped") return 0;
  throw new Error("A part of the demo ended by itself");
}
