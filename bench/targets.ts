// Many target clusters, which are as many addresses before one API server: what it takes to have 1,000 objects in them, with and without
// some that hang, beside kubectl; and what the operator holds for them, until all are gone.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { stringify } from "yaml";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { startCommand, type RunningCommand } from "../demo/command.ts";
import type { ServedKubeconfig } from "../src/cloud/simulation/kubeconfig.ts";
import { managedCluster } from "../src/crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../src/crds/managedcluster/schema.ts";
import { manifestSet } from "../src/crds/manifestset/kind.ts";
import type { ManifestSet } from "../src/crds/manifestset/schema.ts";
import { isTrue } from "../src/runtime/conditions.ts";
import { DEPLOYER, loneNamespace } from "../test/support/environment/lone-namespaces.ts";
import { startTargetProxy } from "../test/support/environment/target-proxy.ts";
import { usageOf } from "./measure.ts";
import { account, KEYS, manifest, prepare, watch } from "./site.ts";

const OBJECTS = 1_000;
const POLL_MS = 250;
const GIVE_UP_MS = 1_200_000;
/** Longer than connections are kept that nobody uses. */
const REST_MS = 75_000;

export interface TargetFigures {
  readonly targets: number;
  readonly hanging: number;
  readonly objects: number;
  /** Until all that answer are as declared. */
  readonly elapsedMs: number;
  readonly cpuMs: number;
  /** Of kubectl apply --server-side, for as many objects. */
  readonly kubectlMs: number;
  /** With the clusters and no set, with the sets at rest, and when all sets are gone. */
  readonly emptyMiB: number;
  readonly restMiB: number;
  readonly goneMiB: number;
  readonly peakMiB: number;
}

interface Site {
  readonly plane: ControlPlane;
  readonly target: ControlPlane;
  readonly operator: RunningCommand;
}

interface Fleet {
  readonly targets: number;
  readonly hanging: number;
}

export async function measureTargets(fleet: Fleet): Promise<TargetFigures> {
  const [plane, target] = [await startControlPlane(), await startControlPlane()];
  await using proxy = await startTargetProxy(target.kubeconfigPath);
  proxy.isSilent = true;
  const silent = path.join(path.dirname(target.kubeconfigPath), "silent.kubeconfig");
  await writeFile(silent, stringify(kubeconfigOf(proxy.kubeconfig)));
  const clouds = [await simulate(target.kubeconfigPath), await simulate(silent)];
  try {
    const accounts = clouds.flatMap(({ ready }, index) => accountAt(accountName(index === 1), ready));
    const clusters = clustersOf(fleet).map(({ name, hangs }) => clusterIn(name, accountName(hangs)));
    const kubeconfig = await prepare(plane, [...accounts, ...clusters]);
    const run = ["run", "--kubeconfig", kubeconfig, "--log-level", "error", "--metrics-bind-address", "127.0.0.1:0"];
    const operator = await startCommand(run, () => undefined);
    try {
      return await observe({ plane, target, operator }, fleet);
    } finally {
      await operator.stop();
    }
  } finally {
    for (const cloud of clouds) await cloud.stop();
    await plane.stop();
    await target.stop();
  }
}

async function observe(site: Site, fleet: Fleet): Promise<TargetFigures> {
  const { plane, target, operator } = site;
  const watching = new AbortController();
  const clusters = watch<ManagedCluster>(plane, managedCluster.type, watching.signal);
  const sets = watch<ManifestSet>(plane, manifestSet.type, watching.signal);
  await Promise.all([clusters.synced, sets.synced]);
  const ready = (of: readonly { readonly status: ManagedCluster["status"] | ManifestSet["status"] }[]): number =>
    of.filter(({ status }) => isTrue(status.conditions, "Ready")).length;
  try {
    await until(() => ready(clusters.store.list()) === fleet.targets);
    const each = clustersOf(fleet);
    const perSet = OBJECTS / fleet.targets;
    await apply(target, [...each.flatMap(({ name }) => loneNamespace(name)), ...loneNamespace("by-kubectl")]);
    await delay(REST_MS);
    const before = await usageOf(operator.pid);
    await apply(
      plane,
      each.map(({ name }) => setIn(name, Math.round(perSet))),
    );
    const startedAt = performance.now();
    await until(() => ready(sets.store.list()) === fleet.targets - fleet.hanging);
    const elapsedMs = performance.now() - startedAt;
    const { cpuMs } = await usageOf(operator.pid);
    await delay(REST_MS);
    const rest = await usageOf(operator.pid);
    const kubectlMs = await timed(() => apply(target, configMaps(OBJECTS, "by-kubectl")));
    await kubectl(plane, ["delete", "manifestsets", "--all", "--wait=false"]);
    await until(() => sets.store.list().length <= fleet.hanging);
    await delay(REST_MS);
    const gone = await usageOf(operator.pid);
    return {
      ...fleet,
      objects: Math.round(perSet) * fleet.targets,
      elapsedMs,
      cpuMs: cpuMs - before.cpuMs,
      kubectlMs,
      emptyMiB: before.rssMiB,
      restMiB: rest.rssMiB,
      goneMiB: gone.rssMiB,
      peakMiB: gone.peakRssMiB,
    };
  } finally {
    watching.abort();
  }
}

async function until(isDone: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!isDone()) {
    if (performance.now() - startedAt > GIVE_UP_MS) throw new Error("It was not done in time");
    await delay(POLL_MS);
  }
}

async function timed(act: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

function simulate(kubeconfig: string): Promise<RunningCommand> {
  const keys = ["--access-key", KEYS.accessKey, "--secret-key", KEYS.secretKey];
  const rules = ["--cluster-quota", "1000", "--speed", "2000", "--kubeconfig", kubeconfig];
  return startCommand(["simulate", "HuaweiCCE", ...keys, ...rules], () => undefined);
}

/** Those that hang are of a cloud of their own. */
function accountName(hangs: boolean): string {
  return hangs ? "hanging" : "answering";
}

function accountAt(name: string, { url, projectId }: RunningCommand["ready"]): object[] {
  return account(name, {
    provider: "HuaweiCCE",
    endpoint: url,
    huawei: { projectId },
    requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
  });
}

function clustersOf({ targets, hanging }: Fleet): readonly { readonly name: string; readonly hangs: boolean }[] {
  return Array.from({ length: targets }, (_, index) => ({
    name: `c${String(index).padStart(3, "0")}`,
    hangs: index < hanging,
  }));
}

function clusterIn(name: string, accountRef: string): object {
  const network = { vpcId: "vpc-1", subnetId: "subnet-1" };
  return manifest("ManagedCluster", name, { accountRef: { name: accountRef }, network });
}

function setIn(cluster: string, objects: number): object {
  const manifests = configMaps(objects, cluster);
  const serviceAccount = { namespace: cluster, name: DEPLOYER };
  return manifest("ManifestSet", cluster, { clusterRef: { name: cluster }, serviceAccount, manifests });
}

function configMaps(count: number, namespaceName: string): object[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `settings-${index}`, namespace: namespaceName },
    data: { level: "info", text: "x".repeat(200) },
  }));
}

async function apply(plane: ControlPlane, objects: readonly object[]): Promise<void> {
  const input = objects.map((each) => JSON.stringify(each)).join("\n---\n");
  await kubectl(plane, ["apply", "--server-side", "-f", "-"], input);
}

async function kubectl(plane: ControlPlane, args: readonly string[], input = ""): Promise<void> {
  const { code, stderr } = await plane.kubectl(args, { input, timeoutMs: 600_000 });
  if (code !== 0) throw new Error(`kubectl ${args[0]}: ${stderr}`);
}

function kubeconfigOf({ server, ...data }: ServedKubeconfig): object {
  const name = "silent";
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server, "certificate-authority-data": data.certificateAuthorityData } }],
    users: [
      {
        name,
        user: { "client-certificate-data": data.clientCertificateData, "client-key-data": data.clientKeyData },
      },
    ],
  };
}
