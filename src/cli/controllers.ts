// The controllers, one for each kind, put together from what they share.
import type { CloudDeps } from "../cloud/contract.ts";
import type { ProxySettings } from "../cloud/http/proxy.ts";
import { AccountDirectory, allowsNamespace } from "../controllers/cloudaccount/accounts.ts";
import { CloudAccountSteps } from "../controllers/cloudaccount/steps.ts";
import type { OnNamespaceDeletion } from "../controllers/lifecycle/deletion-intent.ts";
import { LifecycleReconciler, type Steps } from "../controllers/lifecycle/reconciler.ts";
import type { Managed } from "../controllers/lifecycle/resource.ts";
import { needsCluster as addonNeedsCluster } from "../controllers/managedaddon/remove.ts";
import { ManagedAddonSteps } from "../controllers/managedaddon/steps.ts";
import { accountOf as accountOfCluster, type ManagedClusterDeps } from "../controllers/managedcluster/context.ts";
import { ClusterDirectory, clusterOf } from "../controllers/managedcluster/directory.ts";
import { needsAccount as clusterNeedsAccount } from "../controllers/managedcluster/remove.ts";
import { ManagedClusterSteps } from "../controllers/managedcluster/steps.ts";
import { needsCluster as poolNeedsCluster } from "../controllers/nodepool/remove.ts";
import { NodePoolSteps } from "../controllers/nodepool/steps.ts";
import { accountOf as accountOfProject } from "../controllers/registryproject/context.ts";
import { needsAccount as projectNeedsAccount } from "../controllers/registryproject/remove.ts";
import { RegistryProjectSteps } from "../controllers/registryproject/steps.ts";
import { cloudAccount, type CloudAccount } from "../crds/cloudaccount/schema.ts";
import { managedAddon } from "../crds/managedaddon/schema.ts";
import { managedCluster, type ManagedCluster } from "../crds/managedcluster/schema.ts";
import { nodePool } from "../crds/nodepool/schema.ts";
import { registryProject } from "../crds/registryproject/schema.ts";
import type { HttpKubeClient } from "../kube/client.ts";
import type { KubeObject, ResourceType } from "../kube/types.ts";
import type { Clock } from "../lib/clock.ts";
import type { Fence } from "../lib/fence.ts";
import type { Logger } from "../lib/log.ts";
import { VERSION } from "../lib/version.ts";
import { Controller } from "../runtime/queue/controller.ts";
import type { EventRecorder } from "../runtime/events.ts";
import type { Informer } from "../runtime/cache/informer.ts";
import type { NamespaceGate } from "../runtime/cache/namespace-gate.ts";
import type { Metrics } from "../runtime/metrics/metrics.ts";
import { keyOf } from "../runtime/cache/store.ts";
import type { Caches } from "./caches.ts";
import { clouds } from "./clouds.ts";

export interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly identity: string;
  readonly proxy?: ProxySettings | undefined;
  readonly concurrency: ReadonlyMap<string, number>;
  readonly settleWindowMs: number;
  readonly onNamespaceDeletion: OnNamespaceDeletion;
  /** Empty: all. */
  readonly watchNamespaces: readonly string[];
  readonly metrics: Metrics;
  readonly fence: Fence;
  readonly events: EventRecorder;
  readonly caches: Caches;
  readonly gate: NamespaceGate;
  readonly client: HttpKubeClient;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
}

export interface Controllers {
  readonly accounts: Controller;
  readonly projects: Controller;
  readonly clusters: Controller;
  readonly pools: Controller;
  readonly addons: Controller;
}

/** The controllers, and what they look accounts and clusters up in. */
interface Created {
  readonly controllers: Controllers;
  readonly directory: AccountDirectory;
  readonly clusters: ClusterDirectory;
}

export function createControllers(parts: Parts): Created {
  const { accounts, secrets } = parts.caches;
  const directory = new AccountDirectory({
    accounts: accounts.store,
    secrets: secrets.store,
    clouds,
    cloudDeps: (account) => cloudDeps(parts, account),
  });
  const accountController = createAccountController(parts, directory);
  const clusters = new ClusterDirectory({ clusters: parts.caches.clusters.store, accounts: directory });
  const shared = { ...parts, directory, clusters, suspect: (account: string) => accountController.enqueue(account) };
  const controllers = {
    accounts: accountController,
    projects: createProjectController(shared),
    clusters: createClusterController(shared),
    pools: createPoolController(shared),
    addons: createAddonController(shared),
  };
  return { controllers, directory, clusters };
}

interface Shared extends Parts {
  readonly directory: AccountDirectory;
  readonly clusters: ClusterDirectory;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly suspect: (account: string) => void;
}

function createAccountController(parts: Parts, directory: AccountDirectory): Controller {
  const { caches, client, gate } = parts;
  const users = (account: CloudAccount): readonly string[] => [
    ...usersOf(caches, account),
    ...gate.unread((namespace) => allowsNamespace(account, namespace)),
  ];
  const steps = new CloudAccountSteps({ client, directory, users });
  return controllerOf(parts, {
    type: cloudAccount.type,
    steps,
    informer: caches.accounts,
    driftGroup: ({ metadata }) => keyOf(metadata),
  });
}

/** Resources that still need the account to let go of what they hold in the cloud. */
function usersOf({ projects, clusters }: Caches, account: CloudAccount): readonly string[] {
  const key = keyOf(account.metadata);
  return [
    ...projects.store.byIndex("account", key).filter((user) => projectNeedsAccount(user, account)),
    ...clusters.store.byIndex("account", key).filter((user) => clusterNeedsAccount(user, account)),
  ].map(named);
}

function named({ kind, metadata }: KubeObject): string {
  return `${kind} ${keyOf(metadata)}`;
}

function createProjectController(shared: Shared): Controller {
  const { client, clock, directory, settleWindowMs, stop, suspect, caches, watchNamespaces } = shared;
  const { projects, published } = caches;
  const steps = new RegistryProjectSteps({
    client,
    clock,
    directory,
    projects: projects.store,
    published: published.store,
    watchNamespaces,
    settleWindowMs,
    signal: stop,
    suspect,
  });
  return controllerOf(shared, {
    type: registryProject.type,
    steps,
    informer: projects,
    driftGroup: accountOfProject,
  });
}

function createClusterController(shared: Shared): Controller {
  const { caches, stop } = shared;
  const deps: ManagedClusterDeps = {
    ...shared,
    clusters: caches.clusters.store,
    published: caches.published.store,
    members: (cluster) => membersOf(caches, cluster),
    signal: stop,
  };
  return controllerOf(shared, {
    type: managedCluster.type,
    steps: new ManagedClusterSteps(deps),
    informer: caches.clusters,
    driftGroup: accountOfCluster,
  });
}

/** Resources that still need the cluster to let go of what they hold in it. */
function membersOf({ pools, addons }: Caches, cluster: ManagedCluster): readonly string[] {
  const key = keyOf(cluster.metadata);
  return [
    ...pools.store.byIndex("cluster", key).filter((pool) => poolNeedsCluster(pool)),
    ...addons.store.byIndex("cluster", key).filter((addon) => addonNeedsCluster(addon)),
  ].map(named);
}

function createPoolController(shared: Shared): Controller {
  const { caches, stop, clusters } = shared;
  const { pools } = caches;
  const steps = new NodePoolSteps({ ...shared, directory: clusters, pools: pools.store, signal: stop });
  return controllerOf(shared, { type: nodePool.type, steps, informer: pools, driftGroup: clusterOf });
}

function createAddonController(shared: Shared): Controller {
  const { caches, stop } = shared;
  const { addons } = caches;
  const steps = new ManagedAddonSteps({ ...shared, addons: addons.store, signal: stop });
  return controllerOf(shared, { type: managedAddon.type, steps, informer: addons, driftGroup: clusterOf });
}

/**
 * How long one reconcile may take. All workers of all kinds may wait for one account's budget at its lowest, which takes minutes and
 * is no failure; what hangs, the time-out of each request ends.
 */
const DEADLINE_MS = 900_000;

interface KindSetup<T extends Managed> {
  readonly type: ResourceType;
  readonly steps: Steps<T>;
  readonly informer: Informer<T>;
  readonly driftGroup: (object: T) => string;
}

function controllerOf<T extends Managed>(
  parts: Parts,
  { type, steps, informer, driftGroup }: KindSetup<T>,
): Controller {
  const { client, clock, log, events, gate, metrics, onNamespaceDeletion } = parts;
  const { store } = informer;
  const name = type.kind.toLowerCase();
  const reconciler = new LifecycleReconciler<T>(
    {
      client,
      type,
      clock,
      onNamespaceDeletion,
      absorb: (object) => store.absorb(object),
      forget: (object) => store.remove(object),
      get: (key) => store.get(key),
      events,
      random: Math.random,
      driftGroup,
    },
    steps,
  );
  const workers = parts.concurrency.get(type.kind);
  metrics.resources({ type, store, clock });
  return new Controller({
    name,
    type,
    reconciler,
    ...(workers !== undefined && { concurrency: workers }),
    deadlineMs: DEADLINE_MS,
    terminalRetryMs: (key) => reconciler.terminalRetryMs(key),
    gate,
    clock,
    log,
    metrics: metrics.controller(name),
    queueMetrics: metrics.queue(name),
  });
}

function cloudDeps(parts: Parts, { metadata, spec }: CloudAccount): CloudDeps {
  const { clock, log, identity, proxy, metrics, fence } = parts;
  const account = keyOf(metadata);
  const cloud = spec.provider;
  return {
    clock,
    log: log.child({ account }),
    fence,
    userAgent: `yunfan/${VERSION} (${identity})`,
    proxy,
    onRequest: ({ operation, code }) =>
      metrics.cloud.requested({ cloud, account, operation, code: code === 0 ? "<error>" : String(code) }),
    budgetMetrics: metrics.cloud,
  };
}
