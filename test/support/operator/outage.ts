// An operator without election on a control plane of its own, whose API server a test may kill.
import path from "node:path";
import { setTimeout as elapse } from "node:timers/promises";
import { expect } from "vitest";
import type { RegistryProject } from "../../../src/crds/registryproject/schema.ts";
import { isTrue } from "../../../src/runtime/conditions.ts";
import { stringify } from "yaml";
import { startChurn, type Churn } from "../chaos/churn.ts";
import { kubectlOk, startControlPlane, type ControlPlane } from "../apiserver/controlplane.ts";
import { accountManifests } from "../environment/manifests.ts";
import { spawnOperator, type LogLine, type Operator } from "./operator.ts";
import { startSimulator, type Simulator } from "../clouds/simulator.ts";

const MANIFESTS = path.resolve(import.meta.dirname, "../../../manifests");
const NAMESPACE = "default";
const CONVERGED_WITHIN_MS = 120_000;

export interface Outpost extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly simulator: Simulator;
  readonly operator: Operator;
  /** Resolves when the API server serves our kinds. */
  installCrds(): Promise<void>;
}

/** Resolves as soon as the operator runs; it is not ready before `installCrds`. */
export async function createOutpost(): Promise<Outpost> {
  // A second project of a name would show.
  const [plane, simulator] = await Promise.all([startControlPlane(), startSimulator({ duplicateNames: "Allow" })]);
  await kubectlOk(plane.kubectl, ["apply", "-f", path.join(MANIFESTS, "rbac.yaml")]);
  const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
  const flags = ["--no-leader-elect", "--settle-window", "2", "--health-probe-bind-address", "127.0.0.1:0"];
  const operator = spawnOperator({ kubeconfig, flags });
  return {
    plane,
    simulator,
    operator,
    async installCrds() {
      const crds = path.join(MANIFESTS, "crds");
      await kubectlOk(plane.kubectl, ["apply", "--server-side", "-f", crds]);
      await kubectlOk(plane.kubectl, ["wait", "--for=condition=Established", "--timeout=30s", "-f", crds]);
    },
    async [Symbol.asyncDispose]() {
      await operator[Symbol.asyncDispose]();
      await Promise.all([simulator[Symbol.asyncDispose](), plane.stop()]);
    },
  };
}

export interface Outages {
  readonly times: number;
  readonly outageMs: number;
  /** Whether the operator is at work again when the next outage begins, or the API server had hardly come up. */
  readonly recovery: "Awaited" | "CutShort";
}

/**
 * Kills the API server again and again while projects come and go, then waits until everything is as declared. Fails where a
 * project is missing, left over, or was made twice.
 */
export async function surviveOutages(outpost: Outpost, { times, outageMs, recovery }: Outages): Promise<void> {
  const { plane, simulator } = outpost;
  const account = accountManifests(simulator).map((manifest) => stringify(manifest));
  await kubectlOk(plane.kubectl, ["apply", "-n", NAMESPACE, "-f", "-"], account.join("---\n"));
  const { kubeconfigPath } = plane;
  await using churn = startChurn({ kubeconfigPath, namespace: NAMESPACE, size: 14, everyMs: 150 });
  await comeAndGo(simulator, 20);
  for (let outage = 0; outage < times; outage++) {
    await plane.killApiServer();
    await elapse(outageMs);
    await plane.restartApiServer();
    if (recovery === "Awaited") await comeAndGo(simulator, 20);
  }
  await expectAsDeclared(churn, simulator, await churn.stop());
}

/** Waits until the operator has made and removed so many projects more. */
async function comeAndGo(simulator: Simulator, count: number): Promise<void> {
  const before = (await simulator.effects()).length;
  const done = async (): Promise<number> => (await simulator.effects()).length - before;
  await expect.poll(done, { timeout: CONVERGED_WITHIN_MS, interval: 100 }).toBeGreaterThanOrEqual(count);
}

async function expectAsDeclared(churn: Churn, simulator: Simulator, standing: readonly string[]): Promise<void> {
  const declared = [...standing].sort();
  const ready = async (): Promise<string[]> => (await churn.list()).map(nameIfReady).sort();
  await expect.poll(ready, { timeout: CONVERGED_WITHIN_MS, interval: 200 }).toEqual(declared);
  const projects = await simulator.projects();
  expect(projects.map(({ name }) => name).sort()).toEqual(declared);
  const effects = await simulator.effects();
  const [made, removed] = ["POST", "DELETE"].map((verb) => effects.filter(({ method }) => method === verb).length);
  expect(made).toBeLessThanOrEqual(churn.created.length);
  expect(removed).toBe(made! - declared.length);
}

function nameIfReady({ metadata, status }: RegistryProject): string {
  const isSettled = isTrue(status.conditions, "Ready") && status.observedGeneration === metadata.generation;
  return isSettled ? metadata.name : `${metadata.name} is not ready`;
}

/** What it said about errors of its own; none is expected, whatever the API server does. */
export function complaintsOf({ log }: Operator): LogLine[] {
  return log.filter(({ level }) => ["error", "fatal", "unparsed"].includes(level));
}
