// What a fleet costs that is as declared: CPU and memory of the operator, and its requests, over some drift intervals.
import { setTimeout as delay } from "node:timers/promises";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { startCommand, type RunningCommand } from "../demo/command.ts";
import { managedCluster } from "../src/crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../src/crds/managedcluster/schema.ts";
import { nodePool } from "../src/crds/nodepool/kind.ts";
import type { NodePool } from "../src/crds/nodepool/schema.ts";
import { isTrue } from "../src/runtime/conditions.ts";
import { scrape, sumOf } from "../test/support/operator/scrape.ts";
import { usageOf, type Usage } from "./measure.ts";
import { account, KEYS, manifest, prepare, watch } from "./site.ts";

const DRIFT_SECONDS = 60;
const POOLS_PER_CLUSTER = 2;
/** The most that an account may declare. */
const REQUESTS_PER_MINUTE = 60_000;
const POLL_MS = 500;
const GIVE_UP_MS = 1_800_000;

/** Requests so far. */
interface Requests {
  readonly kubeReads: number;
  /** The elector alone replaces. */
  readonly leaseWrites: number;
  readonly kubeWrites: number;
  readonly cloudReads: number;
  readonly cloudWrites: number;
}

/** Requests and CPU time are those of the minutes that were counted. */
export interface SteadyFigures extends Usage, Requests {
  readonly clusters: number;
  readonly pools: number;
  readonly minutes: number;
}

interface Site {
  readonly plane: ControlPlane;
  readonly simulator: string;
  readonly operator: RunningCommand;
}

export async function measureSteady(clusters: number, intervals: number): Promise<SteadyFigures> {
  const plane = await startControlPlane();
  const keys = ["--access-key", KEYS.accessKey, "--secret-key", KEYS.secretKey];
  const limits = ["--cluster-quota", String(clusters), "--speed", "2000"];
  const simulator = await startCommand(["simulate", "HuaweiCCE", ...keys, ...limits], () => undefined);
  const url = simulator.ready.url ?? "";
  try {
    const kubeconfig = await prepare(plane, [...accountAt(url, simulator.ready.projectId ?? ""), ...fleet(clusters)]);
    const run = ["run", "--kubeconfig", kubeconfig, "--log-level", "warn", "--metrics-bind-address", "127.0.0.1:0"];
    const operator = await startCommand(run, (line) => void process.stderr.write(`${line}\n`));
    try {
      return await observe({ plane, simulator: url, operator }, clusters, intervals);
    } finally {
      await operator.stop();
    }
  } finally {
    await simulator.stop();
    await plane.stop();
  }
}

async function observe(site: Site, clusters: number, intervals: number): Promise<SteadyFigures> {
  const pools = clusters * POOLS_PER_CLUSTER;
  await allReady(site, clusters + pools);
  // Everything has looked for drift once, so nothing of the start is left.
  await delay(DRIFT_SECONDS * 1_000);
  const [before, usedBefore] = [await requestsOf(site), await usageOf(site.operator.pid)];
  await delay(intervals * DRIFT_SECONDS * 1_000);
  const [after, used] = [await requestsOf(site), await usageOf(site.operator.pid)];
  const minutes = (intervals * DRIFT_SECONDS) / 60;
  return { clusters, pools, minutes, ...used, cpuMs: used.cpuMs - usedBefore.cpuMs, ...difference(after, before) };
}

async function allReady({ plane, operator }: Site, resources: number): Promise<void> {
  const watching = new AbortController();
  const clusters = watch<ManagedCluster>(plane, managedCluster.type, watching.signal);
  const pools = watch<NodePool>(plane, nodePool.type, watching.signal);
  await Promise.all([clusters.synced, pools.synced]);
  const ready = (): number =>
    [...clusters.store.list(), ...pools.store.list()].filter(({ status }) => isTrue(status.conditions, "Ready")).length;
  const ended = operator.ended.then((code) => Promise.reject(new Error(`The operator ended with ${code}`)));
  const startedAt = performance.now();
  try {
    while (ready() < resources) {
      if (performance.now() - startedAt > GIVE_UP_MS) throw new Error("The fleet was not Ready in time");
      await Promise.race([delay(POLL_MS), ended]);
    }
  } finally {
    ended.catch(() => undefined);
    watching.abort();
  }
}

async function requestsOf({ operator, simulator }: Site): Promise<Requests> {
  const samples = await scrape(operator.ready.metricsPort ?? 0);
  const kube = (method: string): number => sumOf(samples, "rest_client_requests_total", { method }) ?? 0;
  const response = await fetch(`${simulator}/_simulator/requests`);
  const cloud = (await response.json()) as readonly { readonly method: string }[];
  const cloudReads = cloud.filter(({ method }) => method === "GET").length;
  return {
    kubeReads: kube("GET"),
    leaseWrites: kube("PUT"),
    kubeWrites: kube("POST") + kube("PATCH") + kube("DELETE"),
    cloudReads,
    cloudWrites: cloud.length - cloudReads,
  };
}

function difference(after: Requests, before: Requests): Requests {
  return {
    kubeReads: after.kubeReads - before.kubeReads,
    leaseWrites: after.leaseWrites - before.leaseWrites,
    kubeWrites: after.kubeWrites - before.kubeWrites,
    cloudReads: after.cloudReads - before.cloudReads,
    cloudWrites: after.cloudWrites - before.cloudWrites,
  };
}

function accountAt(endpoint: string, projectId: string): object[] {
  return account("huawei", {
    provider: "HuaweiCCE",
    endpoint,
    huawei: { projectId },
    requestBudget: { readsPerMinute: REQUESTS_PER_MINUTE, writesPerMinute: REQUESTS_PER_MINUTE },
  });
}

const DRIFT = { driftIntervalSeconds: DRIFT_SECONDS };

function fleet(clusters: number): object[] {
  const names = Array.from({ length: clusters }, (_, n) => `c${String(n).padStart(3, "0")}`);
  const pools = Array.from({ length: POOLS_PER_CLUSTER }, (_, n) => String(n));
  return [...names.map(cluster), ...names.flatMap((name) => pools.map((suffix) => pool(name, suffix)))];
}

function cluster(name: string): object {
  const network = { vpcId: "vpc-1", subnetId: "subnet-1" };
  return manifest("ManagedCluster", name, { ...DRIFT, accountRef: { name: "huawei" }, network });
}

function pool(name: string, suffix: string): object {
  const spec = { instanceType: "s6.large.2", replicas: 1, login: { keyPairName: "ops" } };
  return manifest("NodePool", `${name}-${suffix}`, { ...DRIFT, clusterRef: { name }, ...spec });
}
