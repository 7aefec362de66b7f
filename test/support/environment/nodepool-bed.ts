// The NodePool controller over real HTTP to the simulator of Huawei CCE, on a clock that a test turns; the API server is a map.
import { startHuaweiSimulator, type HuaweiSimulatorOptions } from "../../../src/cloud/huawei/simulator/index.ts";
import type { Cloud } from "../../../src/cloud/contract.ts";
import { huawei } from "../../../src/cloud/huawei/index.ts";
import { AccountDirectory, type CredentialsSecret } from "../../../src/controllers/cloudaccount/accounts.ts";
import { LifecycleReconciler } from "../../../src/controllers/lifecycle/reconciler.ts";
import { FINALIZER } from "../../../src/controllers/lifecycle/resource.ts";
import { clusterOf, ClusterDirectory } from "../../../src/controllers/managedcluster/directory.ts";
import { INDEXES } from "../../../src/controllers/nodepool/context.ts";
import { NodePoolSteps } from "../../../src/controllers/nodepool/steps.ts";
import type { CloudAccount } from "../../../src/crds/cloudaccount/schema.ts";
import { managedCluster, type ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { nodePool, type NodePool } from "../../../src/crds/nodepool/schema.ts";
import type { KubeObject } from "../../../src/kube/types.ts";
import { ReconcileError, WaitingError } from "../../../src/lib/errors.ts";
import { openFence } from "../../../src/lib/fence.ts";
import { createLogger } from "../../../src/lib/log.ts";
import { findCondition, type Condition } from "../../../src/runtime/conditions.ts";
import { Store } from "../../../src/runtime/cache/store.ts";
import { condition, storedCloudAccount } from "./builders.ts";
import { FakeClock } from "../clock/fake-clock.ts";
import { kubeOf } from "./nodepool-kube.ts";
import { storedNodePool, type StoredNodePool } from "./nodepools.ts";
import { managedClusterManifest } from "./resources.ts";
import { controlsOf, CREDENTIALS, type LoggedRequest, type SimulatorControls } from "../clouds/simulator.ts";

export interface SimulatedPool {
  readonly id: string;
  readonly name: string;
  readonly phase: string;
  readonly initialNodeCount: number;
  readonly nodeTemplate: { readonly k8sTags: Readonly<Record<string, string>> };
}

export interface NodePoolBed extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly simulator: SimulatorControls;
  readonly clusterId: string;
  /** Puts the resource where the controller finds it; a change of the spec is a new generation. */
  declare(pool?: StoredNodePool): NodePool;
  /** Merges into the spec; a new generation. */
  edit(name: string, spec: Record<string, unknown>): void;
  /** What the user did, apart from the spec. */
  annotate(name: string, metadata: Partial<NodePool["metadata"]>): void;
  setCluster(change: { metadata?: object; status?: object }): void;
  setSecret(name: string, data: Readonly<Record<string, string>>): void;
  /** One visit. Resolves with what it threw, or undefined. */
  visit(name?: string): Promise<unknown>;
  /** Visits, and lets time pass as the visits ask for, until it holds after one. Rejects after an hour of that time. */
  until(isReached: () => boolean | Promise<boolean>, name?: string): Promise<void>;
  untilReady(name?: string): Promise<void>;
  /** Undefined where it is gone. */
  find(name?: string): NodePool | undefined;
  read(name?: string): NodePool;
  condition(type: string, name?: string): Condition | undefined;
  pools(): Promise<readonly SimulatedPool[]>;
  /** Requests whose path ends so, since the beginning. */
  sent(method: string, pathEnd: RegExp): Promise<readonly LoggedRequest[]>;
}

const MOST_MS = 3_600_000;
const REGION = "cn-north-4";
const log = createLogger({ level: "silent" });
const onHandlerError = (error: unknown): never => {
  throw error;
};

interface BedOptions extends Partial<HuaweiSimulatorOptions> {
  /** What happens while a write waits for its turn in the budget. */
  readonly beforeTurn?: () => Promise<void>;
}

export async function startNodePoolBed({ beforeTurn, ...options }: BedOptions = {}): Promise<NodePoolBed> {
  const clock = new FakeClock();
  const running = await startHuaweiSimulator({
    listen: "127.0.0.1:0",
    ...CREDENTIALS,
    projectName: REGION,
    clock,
    ...options,
  });
  const simulator = controlsOf(running);
  const made = (await simulator.behindOurBack("POST", "clusters", { name: "production" })) as { id: string };
  const accounts = accountsOf(simulator, clock, beforeTurn);
  const clusters = new Store<ManagedCluster>({ onHandlerError });
  const store = new Store<NodePool>({ indexes: INDEXES, onHandlerError });
  const secrets = new Map<string, KubeObject>();
  let version = 1;
  const put = (object: NodePool): NodePool => {
    version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
    store.absorb(stored);
    return stored;
  };
  const find = (name = "workers"): NodePool | undefined => store.get(`default/${name}`);
  const read = (name?: string): NodePool => {
    const found = find(name);
    if (!found) throw new Error(`There is no NodePool ${name ?? "workers"}`);
    return found;
  };
  const client = kubeOf({ read, put, drop: (object) => store.remove(object), secrets });
  const stop = new AbortController();
  const steps = new NodePoolSteps({
    client,
    clock,
    directory: new ClusterDirectory({ clusters, accounts }),
    pools: store,
    settleWindowMs: 120_000,
    signal: stop.signal,
    suspect: () => undefined,
  });
  const reconciler = new LifecycleReconciler<NodePool>(
    {
      client,
      type: nodePool.type,
      clock,
      onNamespaceDeletion: "Hold",
      absorb: (object) => store.absorb(object),
      forget: (object) => store.remove(object),
      get: (key) => store.get(key),
      events: { event: () => undefined },
      random: () => 0,
      driftGroup: clusterOf,
    },
    steps,
  );
  let clusterVersion = 1;
  const setCluster: NodePoolBed["setCluster"] = ({ metadata, status }) => {
    clusterVersion += 1;
    clusters.absorb(
      clusterResource(made.id, { metadata: { resourceVersion: String(clusterVersion), ...metadata }, status }),
    );
  };
  setCluster({});
  const visit: NodePoolBed["visit"] = async (name = "workers") => {
    const key = `default/${name}`;
    try {
      await reconciler.reconcile({ key, namespace: "default", name, signal: stop.signal, log });
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const until: NodePoolBed["until"] = async (isReached, name) => {
    const endMs = clock.monotonic() + MOST_MS;
    for (;;) {
      const thrown = await visit(name);
      if (await isReached()) return;
      if (clock.monotonic() > endMs) throw new Error(`Not reached: ${JSON.stringify(find(name)?.status)}`);
      await clock.advance(pauseMs(thrown));
    }
  };
  const conditionOf = (type: string, name?: string) => findCondition(read(name).status.conditions, type);
  return {
    clock,
    simulator,
    clusterId: made.id,
    declare: (pool) => put(withFinalizer(storedNodePool(pool))),
    edit(name, spec) {
      const { metadata, ...rest } = read(name);
      const generation = (metadata.generation ?? 0) + 1;
      put({ ...rest, metadata: { ...metadata, generation }, spec: nodePool.spec.parse({ ...rest.spec, ...spec }) });
    },
    annotate(name, metadata) {
      const object = read(name);
      put({ ...object, metadata: { ...object.metadata, ...metadata } });
    },
    setCluster,
    setSecret: (name, data) => void secrets.set(name, secretOf(name, data)),
    visit,
    until,
    untilReady: (name) => until(() => conditionOf("Ready", name)?.status === "True", name),
    find,
    read,
    condition: conditionOf,
    pools: async () => ((await simulator.state()) as { nodepools: SimulatedPool[] }).nodepools,
    sent: async (method, pathEnd) =>
      (await simulator.requests()).filter((request) => request.method === method && pathEnd.test(request.path)),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await accounts.close();
      await simulator[Symbol.asyncDispose]();
    },
  };
}

/** What the controller would do with an error: later for a retry, a second for what is to be looked at again. */
function pauseMs(thrown: unknown): number {
  if (thrown instanceof WaitingError) return thrown.pollAfterMs;
  if (thrown instanceof Error && !(thrown instanceof ReconcileError)) throw thrown;
  return 5_000;
}

function withFinalizer(object: NodePool): NodePool {
  return { ...object, metadata: { ...object.metadata, finalizers: [FINALIZER] } };
}

function secretOf(name: string, data: Readonly<Record<string, string>>): CredentialsSecret {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  const metadata = { name, namespace: "default", uid: name, resourceVersion: "5", creationTimestamp: "" };
  return { apiVersion: "v1", kind: "Secret", metadata, data: Object.fromEntries(encoded) as Record<string, string> };
}

function accountsOf(
  { url }: SimulatorControls,
  clock: FakeClock,
  beforeTurn: BedOptions["beforeTurn"],
): AccountDirectory {
  const accounts = new Store<CloudAccount>({ onHandlerError });
  const secrets = new Store<CredentialsSecret>({ onHandlerError });
  accounts.absorb(
    storedCloudAccount({
      metadata: { name: "huawei", uid: "huawei" },
      spec: {
        provider: "HuaweiCCE",
        endpoint: url,
        region: REGION,
        tls: { mode: "Plaintext" },
        credentialsSecretRef: { name: "huawei-credentials" },
        huawei: { iamEndpoint: url },
        requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
      },
      status: { observedGeneration: 1, secretResourceVersion: "5", conditions: [condition()] },
    }),
  );
  secrets.absorb(secretOf("huawei-credentials", CREDENTIALS));
  const cloudDeps = () => ({ clock, log, fence: openFence, userAgent: "yunfan" });
  return new AccountDirectory({ accounts, secrets, clouds: { HuaweiCCE: slowed(beforeTurn) }, cloudDeps });
}

/** Huawei CCE, where `beforeTurn` is waited for before every turn. */
function slowed(beforeTurn: BedOptions["beforeTurn"]): Cloud {
  const open: Cloud["open"] = (...given) => {
    const session = huawei.open(...given);
    const { clusters, nodePools } = session;
    return {
      ...(clusters && { clusters }),
      ...(nodePools && { nodePools }),
      verify: (signal) => session.verify(signal),
      close: () => session.close(),
      async reserveWrite(signal) {
        await beforeTurn?.();
        return session.reserveWrite(signal);
      },
    };
  };
  return { ...huawei, open };
}

function clusterResource(
  externalId: string,
  change: { metadata?: object; status?: object | undefined },
): ManagedCluster {
  const { metadata, spec, ...type } = managedClusterManifest();
  const conditions = [condition(), condition({ type: "ClusterAvailable" })];
  return {
    ...type,
    metadata: {
      namespace: "default",
      uid: "cluster",
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
      ...change.metadata,
    },
    spec: managedCluster.spec.parse(spec),
    status: managedCluster.status.parse({ externalId, conditions, ...change.status }),
  };
}
