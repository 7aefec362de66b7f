// Visits to NodePools by hand: on the real API server, over real HTTP to the simulator of Huawei CCE, on a clock that a test turns.
// The account and the cluster are in the caches, where a test changes what is known of them.
import { startHuaweiSimulator, type HuaweiSimulatorOptions } from "../../../src/cloud/huawei/simulator/index.ts";
import type { Cloud } from "../../../src/cloud/contract.ts";
import { huawei } from "../../../src/cloud/huawei/index.ts";
import { SECRETS } from "../../../src/controllers/cloudaccount/credentials.ts";
import { LifecycleReconciler } from "../../../src/controllers/lifecycle/reconciler.ts";
import { nodePools } from "../../../src/controllers/nodepool/kind.ts";
import type { ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { NodePool } from "../../../src/crds/nodepool/schema.ts";
import { HttpKubeClient } from "../../../src/kube/client.ts";
import { isNotFound } from "../../../src/kube/errors.ts";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import type { KubeObject } from "../../../src/kube/types.ts";
import { ReconcileError, WaitingError } from "../../../src/lib/errors.ts";
import { createLogger } from "../../../src/lib/log.ts";
import { findCondition, type Condition } from "../../../src/runtime/conditions.ts";
import { keyOf, type Store } from "../../../src/runtime/cache/store.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { transportOf } from "../apiserver/transports.ts";
import { controlsOf, CREDENTIALS, type LoggedRequest, type SimulatorControls } from "../clouds/simulator.ts";
import { FakeClock } from "../clock/fake-clock.ts";
import { cachedKinds, verifiedAccount } from "../operator/kinds.ts";
import { condition } from "./builders.ts";
import { nodePoolManifest, storedManagedCluster, type Stored } from "./resources.ts";

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
  /** As a user creates it; three nodes by default, under the name workers. */
  declare(spec?: object, name?: string): Promise<NodePool>;
  edit(name: string, spec: object): Promise<void>;
  /** As a user deletes it: it goes when its finalizer does. */
  remove(name?: string): Promise<void>;
  /** What is known of it from now on. */
  setCluster(change: Pick<Stored<ManagedCluster>, "metadata" | "status">): void;
  setSecret(name: string, stringData: Readonly<Record<string, string>>): Promise<void>;
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

interface BedOptions extends Partial<HuaweiSimulatorOptions> {
  /** What happens while a write waits for its turn in the budget. */
  readonly beforeTurn?: () => Promise<void>;
}

export async function startNodePoolBed({ beforeTurn, ...options }: BedOptions = {}): Promise<NodePoolBed> {
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  const namespace = await uniqueNamespace(kubectl, "nodepools");
  const transport = transportOf(loadKubeConfig({ path: kubeconfigPath }));
  const client = new HttpKubeClient(transport);
  // The API server stamps with the real time, so the turned one begins there.
  const clock = new FakeClock({ startMs: Date.now() });
  const simulator = controlsOf(
    await startHuaweiSimulator({ listen: "127.0.0.1:0", ...CREDENTIALS, projectName: REGION, clock, ...options }),
  );
  const { id } = (await simulator.behindOurBack("POST", "clusters", { name: "production" })) as { id: string };
  const clusterAt = clusterIn(namespace, id);
  const { accounts, informers, deps } = cachedKinds({
    objects: [accountAt(simulator.url, namespace), clusterAt({})],
    clouds: { HuaweiCCE: slowed(beforeTurn) },
    credentials: CREDENTIALS,
    client,
    clock,
  });
  const store = informers.kinds.get("NodePool")!.store as unknown as Store<NodePool>;
  const stop = new AbortController();
  const reconciler = new LifecycleReconciler<NodePool>(
    {
      client,
      type: nodePool.type,
      clock,
      onNamespaceDeletion: "Hold",
      absorb: (object) => store.absorb(object),
      forget: (object) => store.remove(object),
      beside: () => [],
      releases: new Set(),
      lookout: { set: () => undefined },
      wake: () => undefined,
      get: (key) => store.get(key),
      events: { event: () => undefined },
      random: () => 0,
      driftGroup: (object) => nodePools.parentOf(object) ?? "",
    },
    nodePools.steps({ ...deps("NodePool"), stop: stop.signal }),
  );
  const refOf = (name = "workers") => ({ namespace, name });
  const find: NodePoolBed["find"] = (name) => store.get(keyOf(refOf(name)));
  const read: NodePoolBed["read"] = (name) => {
    const found = find(name);
    if (!found) throw new Error(`There is no NodePool ${name ?? "workers"}`);
    return found;
  };
  const conditionOf: NodePoolBed["condition"] = (type, name) => findCondition(read(name).status.conditions, type);
  const visit: NodePoolBed["visit"] = (name) => {
    const ref = refOf(name);
    const request = { key: keyOf(ref), ...ref, signal: stop.signal, log };
    return reconciler.reconcile(request).then(
      () => undefined,
      (error: unknown) => error,
    );
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
  let clusterVersion = 1;
  return {
    clock,
    simulator,
    clusterId: id,
    async declare(spec, name = "workers") {
      const { spec: written } = nodePoolManifest({ spec: { replicas: 3, ...spec } });
      const created = { metadata: refOf(name), spec: written } as unknown as Parameters<
        typeof client.create<NodePool>
      >[1];
      store.absorb(await client.create<NodePool>(nodePool.type, created));
      return read(name);
    },
    async edit(name, spec) {
      store.absorb(await client.mergePatch<NodePool>(nodePool.type, refOf(name), { spec }));
    },
    async remove(name) {
      await client.delete(nodePool.type, refOf(name));
      const left = await client.get<NodePool>(nodePool.type, refOf(name)).catch(goneAsNothing);
      if (left) store.absorb(left);
      else store.remove(read(name));
    },
    setCluster({ metadata, status }) {
      clusterVersion += 1;
      const resourceVersion = String(clusterVersion);
      informers.clusters.store.absorb(clusterAt({ metadata: { resourceVersion, ...metadata }, status }));
    },
    async setSecret(name, stringData) {
      await client.delete(SECRETS, refOf(name)).catch(goneAsNothing);
      await client.create<KubeObject & { stringData: object }>(SECRETS, { metadata: refOf(name), stringData });
    },
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
      await transport[Symbol.asyncDispose]();
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

function goneAsNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

function accountAt(url: string, namespace: string): ReturnType<typeof verifiedAccount> {
  return verifiedAccount({
    metadata: { name: "huawei", uid: "huawei", namespace },
    spec: {
      provider: "HuaweiCCE",
      endpoint: url,
      region: REGION,
      tls: { mode: "Plaintext" },
      credentialsSecretRef: { name: "huawei-credentials" },
      huawei: { iamEndpoint: url },
      requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
    },
  });
}

/** Available, under the id that the cloud gave it. */
function clusterIn(
  namespace: string,
  externalId: string,
): (change: Parameters<NodePoolBed["setCluster"]>[0]) => ManagedCluster {
  const conditions = [condition(), condition({ type: "ClusterAvailable" })];
  return ({ metadata, status }) =>
    storedManagedCluster({ metadata: { namespace, ...metadata }, status: { externalId, conditions, ...status } });
}

/** Huawei CCE, where `beforeTurn` is waited for before every turn. */
function slowed(beforeTurn: BedOptions["beforeTurn"]): Cloud {
  const open: Cloud["open"] = (...given) => {
    const session = huawei.open(...given);
    const { clusters, nodePools: pools, nodes } = session;
    return {
      ...(clusters && { clusters }),
      ...(pools && { nodePools: pools }),
      ...(nodes && { nodes }),
      verify: (signal) => session.verify(signal),
      locate: (signal) => session.locate(signal),
      close: () => session.close(),
      async reserveWrite(signal) {
        await beforeTurn?.();
        return session.reserveWrite(signal);
      },
    };
  };
  return { ...huawei, open };
}
