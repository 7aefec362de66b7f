// `npm run demo`: control plane, simulators, operator and samples on this machine; shows the resources become Ready and stays
// until Ctrl-C. With --once it ends when all are Ready (exit 0) or when they can't be (exit 1, with the reasons).
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { Command } from "commander";
import { findKubectl } from "../controlplane/binaries.ts";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { allowClosedPipes } from "../src/lib/closed-pipes.ts";
import { demoClouds, INVENTORY, simulatorArguments, type DemoCloud } from "./clouds.ts";
import { startCommand, type RunningCommand } from "./command.ts";
import { colleagueReportsPods, showAlarm, showRecords } from "./inventory.ts";
import { samplesFor } from "./samples.ts";
import { watchUntilReady } from "./watch.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const KUBECONFIG = path.join(ROOT, ".demo", "kubeconfig");
const READY_WITHIN_MS = 120_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

allowClosedPipes();
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
// Not by running out of work: that gives up the signal handlers first, and the second signal of a Ctrl-C would kill it.
process.exit();

async function demo(): Promise<number> {
  await mkdir(path.dirname(KUBECONFIG), { recursive: true });
  say("Starting etcd and kube-apiserver");
  const plane = await startPlane();
  say("Installing CRDs, policies and RBAC, starting the simulated clouds and the operator");
  const simulations = await startSimulators(plane);
  const files = ["-f", "manifests/crds", "-f", "manifests/policies.yaml", "-f", "manifests/rbac.yaml"];
  await kubectl(plane, ["apply", "--server-side", ...files]);
  await kubectl(plane, ["wait", "--for=condition=Established", "--timeout=30s", "-f", "manifests/crds"]);
  const operator = await startOperator(plane);
  say(`Applying the samples of ${demoClouds.map(({ folder }) => `manifests/samples/${folder}`).join(" and ")}\n`);
  const inventory = simulations.find(({ cloud }) => cloud.provider === INVENTORY)?.simulator.ready.url ?? "";
  await colleagueReportsPods(inventory);
  const expected = await applySamples(plane, simulations);
  const outcome = await watchUntilReady(plane.kubectl, {
    expected,
    withinMs: READY_WITHIN_MS,
    signal: stopped.signal,
  });
  say(outcome.summary);
  if (outcome.ready) await showInventory(plane, inventory);
  if (once || stopped.signal.aborted || !outcome.ready) return outcome.ready ? 0 : 1;
  await explore(plane, simulations);
  return untilEnd(plane, [operator, ...simulations.map(({ simulator }) => simulator)]);
}

async function startPlane(): Promise<ControlPlane> {
  const plane = await startControlPlane({
    kubeconfigPath: KUBECONFIG,
    // Pods of the samples' Deployments; a simulator plays their nodes.
    controllers: ["deployments", "replicasets", "namespaces", "garbage"],
    signal: stopped.signal,
  });
  running.push(() => plane.stop());
  return plane;
}

interface Simulation {
  readonly cloud: DemoCloud;
  readonly simulator: RunningCommand;
}

async function startSimulators(plane: ControlPlane): Promise<readonly Simulation[]> {
  const starts = demoClouds.map(async (cloud): Promise<Simulation> => {
    return { cloud, simulator: await start(simulatorArguments(cloud, plane.kubeconfigPath)) };
  });
  // All have ended in one way or the other before the first failure is shown: what runs has to be stopped.
  await Promise.allSettled(starts);
  return Promise.all(starts);
}

/** Returns how many resources of yunfan.dev were applied. */
async function applySamples(plane: ControlPlane, simulations: readonly Simulation[]): Promise<number> {
  let count = 0;
  for (const { cloud, simulator } of simulations) {
    const samples = await samplesFor({ ...cloud, url: simulator.ready.url ?? "" });
    await kubectl(plane, ["apply", "-f", "-"], samples.yaml);
    count += samples.count;
  }
  return count;
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

/** What the inventory has of all this, and what it says in turn. */
async function showInventory({ kubectl: ask }: ControlPlane, url: string): Promise<void> {
  const wishes = { say, signal: stopped.signal };
  await showRecords(url, wishes);
  await showAlarm(ask, url, wishes);
}

async function explore(plane: ControlPlane, simulations: readonly Simulation[]): Promise<void> {
  const binary = await findKubectl();
  const clouds = simulations.map(
    ({ cloud, simulator }) => `  ${cloud.provider}  ${simulator.ready.url}/_simulator/state`,
  );
  say(`
The cluster lives until Ctrl-C. In another terminal:

  export KUBECONFIG=${plane.kubeconfigPath}; alias kubectl=${binary}
  kubectl get yunfan -A -o wide
  kubectl describe managedcluster production
  kubectl scale nodepools.yunfan.dev/workers --replicas 5
  kubectl patch registryproject web-shop --type merge -p '{"spec":{"visibility":"Public"}}'
  kubectl describe inventorysink fleet
  npm run -s yunfan -- inventory record/YunfanManagedCluster --account default/bcs --cluster BCS-K8S-00001

What the simulated clouds hold:

${clouds.join("\n")}
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
