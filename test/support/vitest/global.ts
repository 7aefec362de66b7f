// vitest globalSetup: one control plane for the whole run, whose coordinates tests get through `inject("controlPlane")`, and a
// record of the run, `inject("run")`.
import { rm } from "node:fs/promises";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { findBinaries } from "../../../controlplane/binaries.ts";
import { type ControlPlane, startControlPlane } from "../../../controlplane/control-plane.ts";
import type { Kubectl } from "../../../controlplane/kubectl.ts";
import { RECIPES } from "../../../controlplane/recipes.ts";
import { kubectlOk } from "../apiserver/controlplane.ts";
import { startFromBundle } from "./bundled.ts";
import { createRunRecord, type RunRecord } from "./run-record.ts";
import { THIRD_PARTIES, thirdPartyCrds } from "../apiserver/third-party-crds.ts";

declare module "vitest" {
  interface ProvidedContext {
    controlPlane: {
      server: string;
      /** Of the administrator. */
      kubeconfigPath: string;
      kubectlPath: string;
      /** Of the operator's ServiceAccount, as shipped. */
      operatorKubeconfigPath: string;
    };
  }
}

/** As a user would, from the shipped manifests. */
async function installYunfan(kubectl: Kubectl): Promise<void> {
  const manifests = path.resolve(import.meta.dirname, "../../../manifests");
  const crds = path.join(manifests, "crds");
  await kubectlOk(kubectl, ["apply", "--server-side", "-f", crds, "-f", path.join(manifests, "rbac.yaml")]);
  await kubectlOk(kubectl, ["wait", "--for=condition=Established", "--timeout=30s", "-f", crds]);
}

/** Otherwise a control plane that died shows only as refused connections in whatever test comes next. */
async function reportFailure({ ended }: ControlPlane): Promise<void> {
  const error = await ended;
  if (error !== undefined) process.stderr.write(`The control plane of this run: ${error.message}\n`);
}

/** Resolves with the teardown. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await createRunRecord(project);
  // A whole run meets every program and other projects' CRDs: built and fetched now, and not within some test's time.
  if (run.narrowedBy === null) {
    await findBinaries(RECIPES.map(({ name }) => name));
    for (const name of THIRD_PARTIES) await thirdPartyCrds(name);
  }
  const tearDown = await begin(project, run).catch(async (error: unknown) => {
    await rm(run.directory, { recursive: true, maxRetries: 5 });
    throw error;
  });
  project.provide("run", run);
  return async () => {
    await tearDown();
    await rm(run.directory, { recursive: true, maxRetries: 5 });
  };
}

async function begin(project: TestProject, { directory, auditLogs }: RunRecord): Promise<() => Promise<void>> {
  await startFromBundle(directory);
  return startShared(project, path.join(auditLogs, "shared.log"));
}

async function startShared(project: TestProject, auditLogPath: string): Promise<() => Promise<void>> {
  const { kubectl: kubectlPath } = await findBinaries(["kube-apiserver", "etcd", "kubectl"]);
  const controlPlane = await startControlPlane({ auditLogPath });
  void reportFailure(controlPlane);
  try {
    await installYunfan(controlPlane.kubectl);
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
  const { server, kubeconfigPath } = controlPlane;
  const operatorKubeconfigPath = await controlPlane.serviceAccountKubeconfig({
    namespace: "yunfan-system",
    name: "yunfan",
  });
  project.provide("controlPlane", { server, kubeconfigPath, kubectlPath, operatorKubeconfigPath });
  return () => controlPlane.stop();
}
