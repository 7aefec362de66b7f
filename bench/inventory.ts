// What reporting to an inventory costs: records from nothing, a burst of changes, and clusters that are polled for alarms; with a store
// that answers at once, and with one that takes as long as bcs-storage was measured to take.
import { setTimeout as delay } from "node:timers/promises";
import { startControlPlane, type ControlPlane } from "../controlplane/control-plane.ts";
import { startCommand } from "../demo/command.ts";
import { type RunningCommand, spawnYunfan } from "../test/support/operator/command.ts";
import { usageOf } from "./measure.ts";
import { manifest, prepare } from "./site.ts";

export interface InventoryFigures {
  readonly records: number;
  readonly clusters: number;
  readonly latencyMs: number;
  /** From the start of the operator. */
  readonly fillMs: number;
  readonly puts: number;
  readonly reads: number;
  readonly cpuMsPerRecord: number;
  /** From the first of as many changes as there are records. */
  readonly burstMs: number;
  readonly readsPerMinute: number;
  readonly peakRssMiB: number;
}

interface Sizes {
  readonly records: number;
  /** Of which alarms are asked for. */
  readonly clusters: number;
}

interface Store {
  readonly url: string;
}

const TOKEN = "bench-token-0123456789";
const POLL_MS = 250;
const GIVE_UP_MS = 3_600_000;
/** Of the servers' own measurements: a write takes 85 to 90 ms. */
const SLOW_MS = 90;
const LOOK_AT_POLLS_MS = 30_000;

export async function measureInventories(sizes: Sizes): Promise<readonly InventoryFigures[]> {
  return [await measureInventory(sizes, 0), await measureInventory(sizes, SLOW_MS)];
}

async function measureInventory({ records, clusters }: Sizes, latencyMs: number): Promise<InventoryFigures> {
  const plane = await startControlPlane();
  const simulator = await startCommand(["simulate", "TencentBCS", "--token", TOKEN], () => undefined);
  const store = { url: simulator.ready.url ?? "" };
  try {
    const kubeconfig = await prepare(plane, [...accountAt(store), ...projects(records, "Private"), ...fleet(clusters)]);
    await slowDown(store, latencyMs);
    const startedAt = performance.now();
    await using operator = spawnYunfan(["run", "--kubeconfig", kubeconfig, "--log-level", "warn"]);
    await operator.ready;
    await until(async () => (await stored(store)).length === records);
    const fillMs = performance.now() - startedAt;
    const filled = await requestsOf(store);
    const { cpuMs } = await usageOf(operator.pid);
    const burstMs = await burst(plane, store, records);
    const readsPerMinute = await readsWhileIdle(store);
    return {
      records,
      clusters,
      latencyMs,
      fillMs,
      puts: filled.filter(({ method, path }) => method === "PUT" && path.includes("/dynamic/")).length,
      reads: filled.filter(({ method }) => method === "GET").length,
      cpuMsPerRecord: cpuMs / Math.max(records, 1),
      burstMs,
      readsPerMinute,
      peakRssMiB: await peakOf(operator),
    };
  } finally {
    await simulator.stop();
    await plane.stop();
  }
}

async function burst(plane: ControlPlane, store: Store, records: number): Promise<number> {
  const startedAt = performance.now();
  const input = JSON.stringify({ apiVersion: "v1", kind: "List", items: projects(records, "Public") });
  const { code, stderr } = await plane.kubectl(["apply", "-f", "-"], { input, timeoutMs: GIVE_UP_MS });
  if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
  await until(async () => (await stored(store)).every(({ data }) => data.spec?.visibility === "Public"));
  return performance.now() - startedAt;
}

async function readsWhileIdle(store: Store): Promise<number> {
  const before = (await requestsOf(store)).length;
  await delay(LOOK_AT_POLLS_MS);
  return (((await requestsOf(store)).length - before) * 60_000) / LOOK_AT_POLLS_MS;
}

async function peakOf({ pid }: RunningCommand): Promise<number> {
  return (await usageOf(pid)).peakRssMiB;
}

async function until(isReached: () => Promise<boolean>): Promise<void> {
  const startedAt = performance.now();
  while (!(await isReached())) {
    if (performance.now() - startedAt > GIVE_UP_MS) throw new Error("It was not done in time");
    await delay(POLL_MS);
  }
}

interface StoredProject {
  readonly resourceType: string;
  readonly data: { readonly spec?: { readonly visibility?: string } };
}

async function stored(store: Store): Promise<readonly StoredProject[]> {
  const { records } = (await ask(store, "GET", "state")) as { readonly records: readonly StoredProject[] };
  return records.filter(({ resourceType }) => resourceType === "YunfanRegistryProject");
}

interface Logged {
  readonly method: string;
  readonly path: string;
}

async function requestsOf(store: Store): Promise<readonly Logged[]> {
  return (await ask(store, "GET", "requests")) as readonly Logged[];
}

async function slowDown(store: Store, ms: number): Promise<void> {
  const fault = { action: "Latency", method: "GET|PUT|POST|DELETE", ms, times: 0 };
  if (ms > 0) await ask(store, "PUT", "faults", { seed: 1, faults: [fault] });
}

async function ask({ url }: Store, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/_simulator/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  const text = await response.text();
  return text === "" ? undefined : JSON.parse(text);
}

function accountAt({ url }: Store): object[] {
  const name = "bcs-credentials";
  const spec = {
    provider: "TencentBCS",
    endpoint: url,
    tls: { mode: "Plaintext" },
    credentialsSecretRef: { name },
    // What is measured is not the budget.
    requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
  };
  return [
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: "default" },
      type: "yunfan.dev/credentials",
      stringData: { token: TOKEN },
    },
    manifest("CloudAccount", "bcs", spec),
    manifest("InventorySink", "fleet", { accountRef: { name: "bcs" }, clusterId: "BCS-K8S-00001" }),
    manifest("AlarmSource", "fleet", { accountRef: { name: "bcs" } }),
  ];
}

/** Of an account that is not there: nothing is asked of another cloud. */
function projects(count: number, visibility: string): object[] {
  return Array.from({ length: count }, (_, n) =>
    manifest("RegistryProject", `project-${String(n).padStart(5, "0")}`, {
      accountRef: { name: "nobody" },
      visibility,
      driftIntervalSeconds: 86_400,
    }),
  );
}

function fleet(count: number): object[] {
  return Array.from({ length: count }, (_, n) =>
    manifest("ManagedCluster", `cluster-${n}`, {
      accountRef: { name: "nobody" },
      inventoryClusterId: `BCS-K8S-${40_000 + n}`,
      network: { vpcId: "vpc-1", subnetId: "subnet-1" },
      driftIntervalSeconds: 86_400,
    }),
  );
}
