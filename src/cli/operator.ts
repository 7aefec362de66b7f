// The operator, put together: transport, caches, election, controllers, and who wakes whom.
import type { KubeConfig } from "@kubernetes/client-node";
import type { CloudDeps } from "../cloud/contract.ts";
import { AccountDirectory } from "../controllers/cloudaccount/directory.ts";
import { CloudAccountSteps } from "../controllers/cloudaccount/steps.ts";
import { LifecycleReconciler, type Steps } from "../controllers/lifecycle/reconciler.ts";
import type { Managed } from "../controllers/lifecycle/resource.ts";
import { accountOf } from "../controllers/registryproject/context.ts";
import { needsAccount } from "../controllers/registryproject/remove.ts";
import { RegistryProjectSteps } from "../controllers/registryproject/steps.ts";
import { cloudAccount, type CloudAccount } from "../crds/cloudaccount/schema.ts";
import { registryProject } from "../crds/registryproject/schema.ts";
import { HttpKubeClient } from "../kube/client.ts";
import { KubeTransport } from "../kube/transport.ts";
import type { ResourceType } from "../kube/types.ts";
import type { Clock } from "../lib/clock.ts";
import { openFence, type Fence } from "../lib/fence.ts";
import type { Logger } from "../lib/log.ts";
import { VERSION } from "../lib/version.ts";
import { Controller } from "../runtime/controller.ts";
import { EventRecorder } from "../runtime/events.ts";
import { HealthServer, MetricsServer } from "../runtime/health.ts";
import { cachesAlive, cachesSynced } from "../runtime/health-checks.ts";
import type { Informer } from "../runtime/informer.ts";
import { LeaderElector } from "../runtime/leader.ts";
import type { LeaderTiming } from "../runtime/leader-timing.ts";
import { Manager } from "../runtime/manager.ts";
import type { ReflectorStatus } from "../runtime/reflector.ts";
import { Metrics } from "../runtime/metrics.ts";
import { keyOf } from "../runtime/store.ts";
import { createCaches, type Caches } from "./caches.ts";
import { clouds } from "./clouds.ts";
import { wireWakes } from "./wakes.ts";

export interface OperatorOptions {
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly identity: string;
  /** Unset: no election, this process always writes. */
  readonly election: { readonly timing: LeaderTiming; readonly namespace: string } | undefined;
  /** Empty: all. */
  readonly watchNamespaces: readonly string[];
  readonly concurrency: ReadonlyMap<string, number>;
  readonly settleWindowMs: number;
  readonly metricsAddress: string;
  readonly healthAddress: string;
  /** This process leads and works. */
  readonly onReady: (ports: { metricsPort: number | undefined; healthPort: number | undefined }) => void;
}

/** Runs until `stop` is aborted. Rejects with LeaseLostError when the lease is lost, or with what else can't be survived. */
export async function runOperator(options: OperatorOptions, stop: AbortSignal): Promise<void> {
  const { clock, log, identity } = options;
  const metrics = new Metrics();
  let held: Fence = openFence;
  const fence: Fence = { remainingMs: () => held.remainingMs() };
  await using transport = KubeTransport.create({
    kubeConfig: options.kubeConfig,
    clock,
    log,
    userAgent: `yunfan/${VERSION} (${identity})`,
    fence,
    onResponse: metrics.apiResponse,
  });
  const elector = electorOf(options, transport, metrics);
  if (elector) held = elector;
  const events = new EventRecorder({ transport, clock, log, identity, onDropped: metrics.eventDropped });
  const caches = createCaches({ transport, clock, log, metrics, namespaces: options.watchNamespaces });
  const parts = { options, metrics, fence, events, caches, client: new HttpKubeClient(transport), stop };
  const { controllers, directory } = createControllers(parts);
  const health = healthServer(options, caches, elector);
  const scrape = new MetricsServer({ address: options.metricsAddress, log, scrape: () => metrics.scrape() });
  const manager = new Manager({
    clock,
    log,
    servers: [health, scrape],
    caches: caches.all,
    election: elector,
    controllers,
    events,
    onReady: () => options.onReady({ metricsPort: scrape.port, healthPort: health.port }),
  });
  try {
    await manager.run(stop);
  } finally {
    await directory.close();
  }
}

interface Parts {
  readonly options: OperatorOptions;
  readonly metrics: Metrics;
  readonly fence: Fence;
  readonly events: EventRecorder;
  readonly caches: Caches;
  readonly client: HttpKubeClient;
  readonly stop: AbortSignal;
}

function createControllers(parts: Parts): { controllers: readonly Controller[]; directory: AccountDirectory } {
  const { options, client, caches, stop } = parts;
  const { accounts, secrets, projects, published } = caches;
  const directory = new AccountDirectory({
    accounts: accounts.store,
    secrets: secrets.store,
    clouds,
    cloudDeps: (account) => cloudDeps(parts, account),
  });
  const accountSteps = new CloudAccountSteps({
    client,
    directory,
    users: (account) =>
      projects.store
        .byIndex("account", keyOf(account.metadata))
        .filter((project) => needsAccount(project, account))
        .map(({ metadata }) => `RegistryProject ${keyOf(metadata)}`),
  });
  const projectSteps = new RegistryProjectSteps({
    client,
    clock: options.clock,
    directory,
    projects: projects.store,
    published: published.store,
    settleWindowMs: options.settleWindowMs,
    signal: stop,
    suspect: (account) => accountController.enqueue(account),
  });
  const accountController = controllerOf(parts, {
    type: cloudAccount.type,
    steps: accountSteps,
    informer: accounts,
    driftGroup: ({ metadata }) => keyOf(metadata),
  });
  const projectController = controllerOf(parts, {
    type: registryProject.type,
    steps: projectSteps,
    informer: projects,
    driftGroup: accountOf,
  });
  wireWakes(caches, { accounts: accountController, projects: projectController });
  return { controllers: [accountController, projectController], directory };
}

interface KindSetup<T extends Managed> {
  readonly type: ResourceType;
  readonly steps: Steps<T>;
  readonly informer: Informer<T>;
  readonly driftGroup: (object: T) => string;
}

function controllerOf<T extends Managed>({ options, metrics, events, client }: Parts, setup: KindSetup<T>): Controller {
  const { clock, log, concurrency } = options;
  const { type, steps, informer, driftGroup } = setup;
  const { store } = informer;
  const name = type.kind.toLowerCase();
  const reconciler = new LifecycleReconciler<T>(
    {
      client,
      type,
      clock,
      absorb: (object) => store.absorb(object),
      get: (key) => store.get(key),
      events,
      random: Math.random,
      driftGroup,
    },
    steps,
  );
  const workers = concurrency.get(type.kind);
  return new Controller({
    name,
    type,
    reconciler,
    ...(workers !== undefined && { concurrency: workers }),
    terminalRetryMs: (key) => reconciler.terminalRetryMs(key),
    clock,
    log,
    metrics: metrics.controller(name),
    queueMetrics: metrics.queue(name),
  });
}

function cloudDeps({ options, metrics, fence }: Parts, { metadata, spec }: CloudAccount): CloudDeps {
  const { clock, log, identity } = options;
  const account = keyOf(metadata);
  const cloud = spec.provider;
  return {
    clock,
    log: log.child({ account }),
    fence,
    userAgent: `yunfan/${VERSION} (${identity})`,
    onRequest: ({ operation, code }) =>
      metrics.cloud.requested({ cloud, account, operation, code: code === 0 ? "<error>" : String(code) }),
    budgetMetrics: metrics.cloud,
  };
}

function electorOf(options: OperatorOptions, transport: KubeTransport, metrics: Metrics): LeaderElector | undefined {
  const { election, clock, log, identity } = options;
  if (!election) return undefined;
  const onLeading = (leading: boolean): void => metrics.leading("yunfan", leading);
  onLeading(false);
  return new LeaderElector({ transport, clock, log, identity, ...election, onLeading });
}

function healthServer(options: OperatorOptions, caches: Caches, elector: LeaderElector | undefined): HealthServer {
  const statuses = (): readonly ReflectorStatus[] => caches.all.flatMap(({ status }) => status);
  return new HealthServer({
    address: options.healthAddress,
    log: options.log,
    liveness: { "leader-election": () => elector?.stuck(), watches: cachesAlive(statuses) },
    readiness: { caches: cachesSynced(statuses) },
  });
}
