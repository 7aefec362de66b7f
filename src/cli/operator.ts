// The operator, put together: transport, caches, election, controllers, and who wakes whom.
import type { KubeConfig } from "@kubernetes/client-node";
import { CrdGuard } from "../controllers/crdguard/crd-in-use.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import type { OnNamespaceDeletion } from "../controllers/lifecycle/deletion-intent.ts";
import type { ProxySettings } from "../cloud/http/proxy.ts";
import { HttpKubeClient } from "../kube/client.ts";
import { KubeTransport } from "../kube/transport.ts";
import type { Clock } from "../lib/clock.ts";
import { openFence, type Fence } from "../lib/fence.ts";
import type { Logger } from "../lib/log.ts";
import { VERSION } from "../lib/version.ts";
import { EventRecorder } from "../runtime/events.ts";
import { HealthServer, MetricsServer } from "../runtime/serve/health.ts";
import { cachesAbsent, cachesAlive, cachesRefused, cachesSynced } from "../runtime/serve/health-checks.ts";
import { LeaderElector } from "../runtime/leader/leader.ts";
import type { LeaderTiming } from "../runtime/leader/leader-timing.ts";
import { NamespaceGate } from "../runtime/cache/namespace-gate.ts";
import { Manager } from "../runtime/serve/manager.ts";
import { keyOf } from "../runtime/cache/store.ts";
import type { ReflectorStatus } from "../runtime/cache/reflector-status.ts";
import type { Controller } from "../runtime/queue/controller.ts";
import { Metrics } from "../runtime/metrics/metrics.ts";
import { createControllers, type Parts } from "./controllers.ts";
import { createInformers, type Informers } from "./informers.ts";
import { wireWatches } from "./watches.ts";

export interface OperatorOptions {
  readonly kubeConfig: KubeConfig;
  readonly clock: Clock;
  readonly log: Logger;
  readonly identity: string;
  /** For requests to clouds; unset: straight. */
  readonly proxy?: ProxySettings | undefined;
  /** Unset: no election, this process always writes. */
  readonly election: { readonly timing: LeaderTiming; readonly namespace: string } | undefined;
  /** Empty: all. */
  readonly watchNamespaces: readonly string[];
  readonly concurrency: ReadonlyMap<string, number>;
  readonly settleWindowMs: number;
  /** Streams of changes from target clusters, over all of them; 0: none. */
  readonly targetWatches: number;
  readonly platformNamespace: string;
  /** Where a namespace's annotation says nothing. */
  readonly onNamespaceDeletion: OnNamespaceDeletion;
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
  const informers = createInformers({ transport, clock, log, metrics, namespaces: options.watchNamespaces });
  const gate = new NamespaceGate({ caches: informers.needed, namespaces: options.watchNamespaces, log });
  const client = new HttpKubeClient(transport);
  const parts = { ...options, metrics, fence, events, informers, gate, client, stop };
  const { controllers, accounts, targets, placeAt } = createControllers(parts);
  wireWatches({ informers, controllers, placeAt });
  // Also of an account that lost its finalizer to somebody's hand: its deletion was never worked on.
  informers.accounts.store.onChange(({ type, old }) => {
    if (type === "Deleted") accounts.drop(keyOf(old.metadata));
  });
  informers.clusters.store.onChange(({ type, old }) => {
    if (type === "Deleted") targets.drop(keyOf(old.metadata));
  });
  const guards = guardsOf({ ...parts, transport }, controllers);
  const health = healthServer(options, { informers, gate, elector });
  const scrape = new MetricsServer({ address: options.metricsAddress, log, scrape: () => metrics.scrape() });
  const manager = new Manager({
    clock,
    log,
    servers: [health, scrape],
    caches: informers.all,
    cachesReady: gate.opened,
    election: elector,
    controllers: [...guards, ...controllers.values()],
    events,
    onReady: () => options.onReady({ metricsPort: scrape.port, healthPort: health.port }),
  });
  try {
    await manager.run(stop);
  } finally {
    await accounts.close();
  }
}

function electorOf(options: OperatorOptions, transport: KubeTransport, metrics: Metrics): LeaderElector | undefined {
  const { election, clock, log, identity } = options;
  const onLeading = (leading: boolean): void => metrics.leading("yunfan", leading);
  onLeading(election === undefined);
  if (!election) return undefined;
  return new LeaderElector({ transport, clock, log, identity, ...election, onLeading });
}

/** Of our CRDs; none with `--watch-namespaces`, where it could not be told whether a CRD is in use. */
function guardsOf(
  parts: Parts & { readonly transport: KubeTransport },
  controllers: ReadonlyMap<string, Controller>,
): readonly CrdGuard[] {
  if (parts.watchNamespaces.length > 0) return [];
  const kinds = controlledKinds.flatMap(({ kind: { type } }) => {
    const [resources, controller] = [parts.informers.kinds.get(type.kind), controllers.get(type.kind)];
    return resources && controller ? [{ type, resources, controller }] : [];
  });
  return [new CrdGuard({ ...parts, kinds })];
}

interface Observed {
  readonly informers: Informers;
  readonly gate: NamespaceGate;
  readonly elector: LeaderElector | undefined;
}

/** Where the release's own way leaves CRDs alone, as `helm upgrade` does with crds.enabled=false. */
const APPLY_CRDS = "Apply the CRDs of this version: yunfan crds | kubectl apply --server-side -f -";

function healthServer(options: OperatorOptions, { informers, gate, elector }: Observed): HealthServer {
  const statuses = (): readonly ReflectorStatus[] => informers.all.flatMap(({ status }) => status);
  const synced = cachesSynced(() => informers.needed.flatMap(({ status }) => status));
  return new HealthServer({
    address: options.healthAddress,
    log: options.log,
    liveness: { "leader-election": () => elector?.stuck(), watches: cachesAlive(statuses) },
    // A namespace that came to be read, or did not, is no reason to take the others' operator down.
    readiness: { caches: () => (gate.hasOpened ? undefined : synced()) },
    notes: {
      caches: cachesRefused(statuses),
      crds: cachesAbsent(statuses, APPLY_CRDS),
      "leader-election": () => elector?.obstacle(),
    },
  });
}
