// How long the image's bundle takes from its start until it is ready; and how long nobody leads when the leader is killed, with
// two replicas by the arguments of the chart's Deployment.
import { execFile } from "node:child_process";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { startControlPlane } from "../controlplane/control-plane.ts";
import { type RunningCommand, spawnYunfan } from "../test/support/operator/command.ts";
import { createHelm, objectsOf, operatorFlagsOf, render } from "../test/support/chart/helm.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
const BUNDLE = path.join(ROOT, "dist/yunfan.mjs");

export interface StartFigures {
  readonly what: string;
  /** One for each run. */
  readonly seconds: readonly number[];
}

export async function measureStarts(runs: number): Promise<StartFigures[]> {
  await promisify(execFile)("npm", ["run", "build"], { cwd: ROOT });
  const plane = await startControlPlane();
  try {
    const install = ["apply", "--server-side", "-f", path.join(ROOT, "manifests/install.yaml")];
    const { code, stderr } = await plane.kubectl(install);
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
    const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
    const flags = operatorFlagsOf(objectsOf(await render(await createHelm())));
    const replica = (): RunningCommand =>
      spawnYunfan(["run", "--kubeconfig", kubeconfig, ...flags], { program: [process.execPath, BUNDLE] });
    return [
      { what: "start to ready", seconds: await repeat(runs, () => startToReady(replica)) },
      { what: "kill -9 of the leader to ready standby", seconds: await repeat(runs, () => failover(replica)) },
    ];
  } finally {
    await plane.stop();
  }
}

async function repeat(runs: number, measure: () => Promise<number>): Promise<number[]> {
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) seconds.push(await measure());
  return seconds;
}

async function startToReady(replica: () => RunningCommand): Promise<number> {
  const startedAt = performance.now();
  await using command = replica();
  await command.ready;
  const seconds = secondsSince(startedAt);
  await stop(command);
  return seconds;
}

async function failover(replica: () => RunningCommand): Promise<number> {
  await using leader = replica();
  await leader.ready;
  await using standby = replica();
  while (!standby.stderr.some((line) => line.includes("Waiting for the lease"))) await delay(20);
  const killedAt = performance.now();
  leader.kill("SIGKILL");
  await standby.ready;
  const seconds = secondsSince(killedAt);
  await stop(standby);
  return seconds;
}

/** It releases the lease, so that the next run does not wait for it. */
async function stop(command: RunningCommand): Promise<void> {
  command.kill("SIGTERM");
  await command.ended;
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
