// A fleet on Huawei CCE on one injected clock: operator and simulator in this process, real HTTP between them, and the real API
// server, whose own clock goes on.
import type { KubeConfig } from "@kubernetes/client-node";
import { runOperator } from "../../../src/cli/operator.ts";
import { startHuaweiSimulator, type HuaweiSimulatorOptions } from "../../../src/cloud/huawei/simulator/index.ts";
import { SECRETS } from "../../../src/controllers/cloudaccount/credentials.ts";
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { cloudAccount } from "../../../src/crds/cloudaccount/kind.ts";
import type { Kind } from "../../../src/crds/kind.ts";
import { managedAddon } from "../../../src/crds/managedaddon/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { managedNode } from "../../../src/crds/managednode/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import { HttpKubeClient, type KubeClient } from "../../../src/kube/client.ts";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import type { KubeTransport } from "../../../src/kube/transport.ts";
import { type Clock, systemClock } from "../../../src/lib/clock.ts";
import { createLogger } from "../../../src/lib/log.ts";
import { findCondition } from "../../../src/runtime/conditions.ts";
import { Informer } from "../../../src/runtime/cache/informer.ts";
import { ClockDriver, countTimers } from "../clock/clock-driver.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { FakeClock } from "../clock/fake-clock.ts";
import type { LogLine } from "../operator/operator.ts";
import type { Manifest } from "../environment/resources.ts";
import { scrape, type Sample } from "../operator/scrape.ts";
import { controlsOf, type SimulatorControls } from "../clouds/simulator.ts";
import { Traffic } from "../operator/traffic.ts";
import { transportOf } from "../apiserver/transports.ts";

/** Of the IAM user, until somebody changes it. */
export const LOGIN = { username: "fleet", password: "First-password-of-the-fleet", domainName: "shop" } as const;

export const ACCOUNT = "huawei";
const SECRET = "huawei-credentials";

const KINDS = {
  CloudAccount: cloudAccount,
  ManagedCluster: managedCluster,
  NodePool: nodePool,
  ManagedNode: managedNode,
  ManagedAddon: managedAddon,
};

export type FleetKind = keyof typeof KINDS;

export interface FleetOptions {
  readonly simulator?: Partial<HuaweiSimulatorOptions>;
  readonly requestBudget?: { readonly readsPerMinute?: number; readonly writesPerMinute?: number };
}

export interface Fleet extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly driver: ClockDriver;
  readonly namespace: string;
  readonly cloud: SimulatorControls;
  /** What the operator has logged so far. */
  readonly log: readonly LogLine[];
  /** Straight to the API server, as administrator, and so is what follows. */
  create(manifest: Manifest): Promise<void>;
  change(kind: FleetKind, name: string, spec: object): Promise<void>;
  remove(kind: FleetKind, name: string): Promise<void>;
  /** Puts another password into the account's Secret. */
  setPassword(password: string): Promise<void>;
  /** As a watch shows them now. */
  all(kind: FleetKind): readonly Managed[];
  metrics(): Promise<Sample[]>;
}

/** Generous, and of the injected clock. */
const STARTS_WITHIN_MS = 600_000;
const STOPS_WITHIN_MS = 120_000;

/** Ready, as it is declared now. */
export function isReady({ metadata, status }: Managed): boolean {
  return (
    findCondition(status.conditions, "Ready")?.status === "True" && status.observedGeneration === metadata.generation
  );
}

/** With an account that logs in as LOGIN. Resolves when the operator works. */
export async function startFleet(prefix: string, options: FleetOptions = {}): Promise<Fleet> {
  const plane = sharedControlPlane();
  const namespace = await uniqueNamespace(plane.kubectl, prefix);
  const traffic = new Traffic(new URL(plane.server).origin);
  // The API server stamps with the real time, so the injected one begins there.
  const clock = new FakeClock({ startMs: Date.now() });
  const cloudClock = countTimers(clock);
  const driver = new ClockDriver({ clock, traffic, waiting: () => cloudClock.pending });
  const cloud = await startCloud(cloudClock, options.simulator);
  const transport = transportOf(loadKubeConfig({ path: plane.kubeconfigPath }));
  const kube = new HttpKubeClient(transport);
  const watch = await startWatch(transport, namespace);
  await createAccount(kube, { namespace, endpoint: cloud.url, requestBudget: options.requestBudget });
  const path = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
  const operator = await startOperator({ kubeConfig: loadKubeConfig({ path }), clock, driver, namespace });
  return {
    clock,
    driver,
    namespace,
    cloud,
    log: operator.log,
    async create({ kind, metadata, spec }) {
      await kube.create(KINDS[kind as FleetKind].type, { metadata: { ...metadata, namespace }, spec } as Created);
    },
    async change(kind, name, spec) {
      await kube.mergePatch(KINDS[kind].type, { namespace, name }, { spec });
    },
    remove: (kind, name) => kube.delete(KINDS[kind].type, { namespace, name }),
    async setPassword(password) {
      await kube.mergePatch(SECRETS, { namespace, name: SECRET }, { stringData: { password } });
    },
    all: (kind) => watch.informers[kind].store.list(),
    metrics: () => scrape(operator.metricsPort),
    async [Symbol.asyncDispose]() {
      await operator.stop();
      await watch.stop();
      await transport[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
      traffic[Symbol.dispose]();
    },
  };
}

type Created = Parameters<KubeClient["create"]>[1];

async function startCloud(clock: Clock, options: FleetOptions["simulator"]): Promise<SimulatorControls> {
  const { username, password, domainName: domain } = LOGIN;
  return controlsOf(
    await startHuaweiSimulator({ listen: "127.0.0.1:0", username, password, domain, ...options, clock }),
  );
}

interface Watch {
  readonly informers: Readonly<Record<FleetKind, Informer<Managed>>>;
  stop(): Promise<void>;
}

/** By the real clock, as anybody else's watch. */
async function startWatch(transport: KubeTransport, namespace: string): Promise<Watch> {
  const log = createLogger({ level: "silent" });
  const informer = ({ type }: Kind): Informer<Managed> =>
    new Informer<Managed>({ type, namespaces: [namespace], transport, clock: systemClock, log });
  const informers = {
    CloudAccount: informer(KINDS.CloudAccount),
    ManagedCluster: informer(KINDS.ManagedCluster),
    NodePool: informer(KINDS.NodePool),
    ManagedNode: informer(KINDS.ManagedNode),
    ManagedAddon: informer(KINDS.ManagedAddon),
  };
  const end = new AbortController();
  const all = Object.values(informers);
  const running = all.map((each) => each.run(end.signal));
  await Promise.all(all.map(({ synced }) => synced));
  return {
    informers,
    async stop() {
      end.abort();
      await Promise.all(running);
    },
  };
}

async function createAccount(
  kube: KubeClient,
  { namespace, endpoint, requestBudget }: { namespace: string; endpoint: string; requestBudget: object | undefined },
): Promise<void> {
  const secret = { metadata: { namespace, name: SECRET }, type: "yunfan.dev/credentials", stringData: LOGIN };
  await kube.create(SECRETS, secret);
  const spec = {
    provider: "HuaweiCCE",
    endpoint,
    region: "cn-north-4",
    tls: { mode: "Plaintext" },
    credentialsSecretRef: { name: SECRET },
    requestBudget,
  };
  await kube.create(cloudAccount.type, { metadata: { namespace, name: ACCOUNT }, spec } as Created);
}

interface RunningOperator {
  readonly log: readonly LogLine[];
  readonly metricsPort: number;
  /** Rejects where it has ended by itself. */
  stop(): Promise<void>;
}

async function startOperator(setup: {
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly driver: ClockDriver;
  readonly namespace: string;
}): Promise<RunningOperator> {
  const { kubeConfig, clock, driver, namespace } = setup;
  const log: LogLine[] = [];
  const end = new AbortController();
  let metricsPort: number | undefined;
  let isOver = false;
  const running = runOperator(
    {
      kubeConfig,
      clock,
      log: createLogger({ level: "debug", destination: { write: (line) => log.push(JSON.parse(line) as LogLine) } }),
      identity: namespace,
      election: undefined,
      watchNamespaces: [namespace],
      concurrency: new Map(),
      targetWatches: 0,
      settleWindowMs: 120_000,
      platformNamespace: "yunfan-system",
      onNamespaceDeletion: "Hold",
      metricsAddress: "127.0.0.1:0",
      healthAddress: "0",
      onReady: (ports) => (metricsPort = ports.metricsPort),
    },
    end.signal,
  ).finally(() => (isOver = true));
  // An API server that has just learned of a kind throttles, which is waited out on the injected clock.
  await driver.until(() => isOver || metricsPort !== undefined, STARTS_WITHIN_MS);
  if (metricsPort === undefined) await running;
  return {
    log,
    metricsPort: metricsPort ?? 0,
    async stop() {
      end.abort();
      await driver.until(() => isOver, STOPS_WITHIN_MS);
      await running;
    },
  };
}
