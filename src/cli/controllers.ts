// The controllers, one for each kind, put together from what they share.
import type { CloudDeps } from "../cloud/contract.ts";
import type { ProxySettings } from "../cloud/http/proxy.ts";
import { AccountDirectory, allowsNamespace } from "../controllers/cloudaccount/accounts.ts";
import type { Content, ControlledKind, KindDeps, ResourceView, Undeclared } from "../controllers/controlled.ts";
import { keyIn, kindIn, refTo, type ParentKind } from "../controllers/external/parent.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import { tellVanished } from "../controllers/vanished.ts";
import { restate, type Beside } from "../controllers/lifecycle/beside.ts";
import type { OnNamespaceDeletion } from "../controllers/lifecycle/deletion-intent.ts";
import { Lookout } from "../controllers/lifecycle/lookout.ts";
import { LifecycleReconciler } from "../controllers/lifecycle/reconciler.ts";
import { isDeleting, type Managed } from "../controllers/lifecycle/resource.ts";
import { ClusterDirectory } from "../controllers/managedcluster/clusters.ts";
import { NodeLists } from "../controllers/managedcluster/node-lists.ts";
import { ClusterTargets } from "../controllers/targets/clusters.ts";
import { Hints } from "../controllers/targets/hints.ts";
import type { CloudAccount } from "../crds/cloudaccount/schema.ts";
import type { HttpKubeClient } from "../kube/client.ts";
import type { Clock } from "../lib/clock.ts";
import type { Fence } from "../lib/fence.ts";
import type { Logger } from "../lib/log.ts";
import { VERSION } from "../lib/version.ts";
import type { Informer } from "../runtime/cache/informer.ts";
import type { NamespaceGate } from "../runtime/cache/namespace-gate.ts";
import { keyOf } from "../runtime/cache/store.ts";
import type { EventRecorder } from "../runtime/events.ts";
import type { Metrics } from "../runtime/metrics/metrics.ts";
import { Controller } from "../runtime/queue/controller.ts";
import { clouds } from "./clouds.ts";
import type { Informers } from "./informers.ts";
import { ofLiving } from "./living.ts";

export interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly identity: string;
  readonly proxy?: ProxySettings | undefined;
  readonly concurrency: ReadonlyMap<string, number>;
  readonly settleWindowMs: number;
  /** Streams of changes from target clusters, over all of them; 0: none. */
  readonly targetWatches: number;
  readonly platformNamespace: string;
  readonly onNamespaceDeletion: OnNamespaceDeletion;
  /** Empty: all. */
  readonly watchNamespaces: readonly string[];
  readonly metrics: Metrics;
  readonly fence: Fence;
  readonly events: EventRecorder;
  readonly informers: Informers;
  readonly gate: NamespaceGate;
  readonly client: HttpKubeClient;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
}

/** The controllers by kind, and what they look accounts up in. */
interface Created {
  readonly controllers: ReadonlyMap<string, Controller>;
  readonly accounts: AccountDirectory;
  readonly targets: ClusterTargets;
  /** As Wiring (watches.ts) has it. */
  readonly placeAt: (parent: string, held?: string) => string | undefined;
}

export function createControllers(parts: Parts): Created {
  const { informers } = parts;
  const metrics = ofLiving(parts.metrics, informers);
  const controllers = new Map<string, Controller>();
  const visitAccount = (account: string): void => controllers.get("CloudAccount")?.enqueue(account);
  const accounts = new AccountDirectory({
    accounts: informers.accounts.store,
    secrets: informers.credentials.store,
    clouds,
    cloudDeps: (account) => cloudDeps({ ...parts, metrics }, account),
    visit: visitAccount,
  });
  const clusters = new ClusterDirectory({ clusters: informers.clusters.store, accounts });
  const targets = new ClusterTargets({ ...parts, userAgent: userAgentOf(parts), metrics: metrics.target });
  const besides: Beside[] = [];
  const beside: Beside = (object) => besides.flatMap((one) => one(object));
  const shared = {
    ...parts,
    targets,
    hints: new Hints({ ...parts, most: parts.targetWatches, metrics: metrics.target }),
    beside,
    stateBeside: (one: Beside) => void besides.push(one),
    restate: (resource: Managed, signal: AbortSignal) => restateOf(parts, beside, resource, signal),
    views: viewsOf(informers),
    inventoryMetrics: parts.metrics.inventory,
    watchEvents: () => informers.watchEvents(parts.stop),
    visit: (kind: string, key: string): void => controllers.get(kind)?.enqueue(key),
    usageMetrics: metrics.workload,
    accounts,
    clusters,
    published: informers.published.store,
    releases: new Set<string>(),
    lookout: new Lookout(parts),
    wake: (kind: string, key: string) => controllers.get(kind)?.enqueue(key),
    recheck: visitAccount,
    holders: (parent: string) => holdersOf(parts, parent),
    below: (parent: string) => below(informers, parent),
    nodeLists: new NodeLists({ ...parts, clusters, below: (parent) => below(informers, parent) }),
    contentsOf,
  };
  for (const controlled of controlledKinds) {
    const { kind } = controlled.kind.type;
    const informer = informers.kinds.get(kind);
    if (informer) controllers.set(kind, controllerOf(controlled, informer, shared));
  }
  visitHeldWhenRead(parts, visitAccount);
  const placeAt = (parent: string, held?: string): string | undefined => {
    if (kindIn(parent) === "ManagedCluster") return clusters.placeAt(keyIn(parent));
    const account = accounts.account(keyIn(parent));
    return account && accounts.placeOf(account, held);
  };
  return { controllers, accounts, targets, placeAt };
}

/**
 * Resources that still need the parent to let go of what they hold, and namespaces that could not be read yet, where some may be.
 * Nothing new is made in a cluster that is being deleted.
 */
function holdersOf({ informers: { kinds, accounts }, gate }: Parts, parent: string): readonly string[] {
  const account = kindIn(parent) === "CloudAccount" ? accounts.store.get(keyIn(parent)) : undefined;
  const mayUse = ({ metadata }: Managed): boolean =>
    account !== undefined && allowsNamespace(account, metadata.namespace ?? "");
  const unread = account ? gate.unread((namespace) => allowsNamespace(account, namespace)) : [];
  const holders = controlledKinds.flatMap(({ kind, needsParent }) => {
    const children = kinds.get(kind.type.kind)?.store.byIndex("parent", parent) ?? [];
    return children.filter((child) => needsParent(child, mayUse(child))).map(named);
  });
  return [...holders, ...unread];
}

/** A namespace that can be read at last may hold nothing that an account being deleted has waited for. */
function visitHeldWhenRead({ gate, watchNamespaces, informers }: Parts, visit: (account: string) => void): void {
  const visitHeld = (): void => {
    for (const account of informers.accounts.store.list()) if (isDeleting(account)) visit(keyOf(account.metadata));
  };
  for (const namespace of watchNamespaces) gate.whenOpen(namespace, visitHeld);
}

function viewsOf({ kinds }: Informers): ReadonlyMap<string, ResourceView> {
  return new Map(
    controlledKinds.flatMap(({ kind }) => {
      const informer = kinds.get(kind.type.kind);
      return informer ? [[kind.type.kind, { kind, store: informer.store }] as const] : [];
    }),
  );
}

function below(informers: Informers, parent: string): readonly Managed[] {
  return controlledKinds.flatMap(({ kind, childrenSee }) => {
    const children = informers.kinds.get(kind.type.kind)?.store.byIndex("parent", parent) ?? [];
    if (!childrenSee) return children;
    return [
      ...children,
      ...children.flatMap(({ metadata }) => below(informers, refTo(kind.type.kind as ParentKind, keyOf(metadata)))),
    ];
  });
}

async function restateOf(
  { client, clock, informers }: Parts,
  beside: Beside,
  resource: Managed,
  signal: AbortSignal,
): Promise<void> {
  const controlled = controlledKinds.find(({ kind }) => kind.type.kind === resource.kind);
  const informer = informers.kinds.get(resource.kind);
  if (!controlled || !informer) return;
  const { store } = informer;
  const { type } = controlled.kind;
  await restate({ client, type, clock, beside, absorb: (object) => store.absorb(object) }, resource, signal);
}

function named({ kind, metadata }: Managed): string {
  return `${kind} ${keyOf(metadata)}`;
}

async function contentsOf(cluster: Undeclared, signal: AbortSignal): Promise<readonly Content[]> {
  const asked = controlledKinds.flatMap(({ contentOf }) => contentOf ?? []);
  const contents = asked.map((contentOf) => contentOf(cluster, signal));
  return (await Promise.all(contents)).flat();
}

/**
 * How long one reconcile may take. All workers of all kinds may wait for one account's budget at its lowest, which takes minutes and
 * is no failure; what hangs, the time-out of each request ends.
 */
const DEADLINE_MS = 900_000;

interface Shared extends Parts, Omit<KindDeps<Managed>, "store" | "driftGroup" | keyof Parts> {
  readonly beside: Beside;
  /** UIDs of resources that we have let go of, or are about to. */
  readonly releases: Set<string>;
  readonly lookout: Lookout;
  readonly wake: (kind: string, key: string) => void;
}

function controllerOf(controlled: ControlledKind, informer: Informer<Managed>, shared: Shared): Controller {
  const { client, clock, log, events, metrics, gate, onNamespaceDeletion, concurrency, releases } = shared;
  const { lookout, wake } = shared;
  const { store } = informer;
  wireVanished(controlled, informer, shared);
  const { type } = controlled.kind;
  const name = type.kind.toLowerCase();
  const driftGroup = (resource: Managed): string => driftGroupOf(shared.informers, controlled, resource);
  const reconciler = new LifecycleReconciler<Managed>(
    {
      client,
      type,
      clock,
      onNamespaceDeletion,
      absorb: (object) => store.absorb(object),
      releases,
      lookout,
      wake: (key) => wake(type.kind, key),
      forget: (object) => store.remove(object),
      beside: shared.beside,
      get: (key) => store.get(key),
      events,
      random: Math.random,
      driftGroup,
    },
    controlled.steps({ ...shared, store, driftGroup }),
  );
  const workers = concurrency.get(type.kind) ?? controlled.workers;
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

function userAgentOf({ identity }: Pick<Parts, "identity">): string {
  return `yunfan/${VERSION} (${identity})`;
}

function wireVanished(controlled: ControlledKind, { store }: Informer<Managed>, shared: Shared): void {
  const { log, events, releases, fence, informers, published, holders, metrics } = shared;
  tellVanished(store, {
    log,
    events,
    releases,
    leads: () => fence.remainingMs() > 0,
    accountOf: (resource) => accountBehind(informers, controlled, resource),
    holders: ({ kind, metadata }) => holders(refTo(kind as ParentKind, keyOf(metadata))),
    published: (uid) => published.byIndex("owner", uid),
    onLeft: metrics.vanished(controlled.kind.type.kind),
  });
}

/** The account, where it lists them over all its clusters; else the parent. */
function driftGroupOf(informers: Informers, controlled: ControlledKind, resource: Managed): string {
  const { parentOf, facet } = controlled;
  const account = facet && (accountBehind(informers, controlled, resource) as CloudAccount | undefined);
  const isOfAccount = account && clouds[account.spec.provider]?.listedByAccount?.includes(facet);
  if (isOfAccount) return refTo("CloudAccount", keyOf(account.metadata));
  return parentOf(resource) ?? keyOf(resource.metadata);
}

/** The account that a resource works with, by its parents; undefined where one of them is gone. */
function accountBehind(informers: Informers, { parentOf }: ControlledKind, resource: Managed): Managed | undefined {
  const ref = parentOf(resource);
  const parent = ref === undefined ? undefined : informers.kinds.get(kindIn(ref))?.store.get(keyIn(ref));
  const controlled = controlledKinds.find(({ kind }) => kind.type.kind === parent?.kind);
  if (!parent || !controlled) return undefined;
  return controlled.parentOf(parent) === undefined ? parent : accountBehind(informers, controlled, parent);
}

type CloudParts = Omit<Parts, "metrics"> & { readonly metrics: Pick<Metrics, "cloud"> };

function cloudDeps(parts: CloudParts, { metadata, spec }: CloudAccount): CloudDeps {
  const { clock, log, proxy, metrics, fence } = parts;
  const account = keyOf(metadata);
  const cloud = spec.provider;
  return {
    clock,
    log: log.child({ account }),
    fence,
    userAgent: userAgentOf(parts),
    proxy,
    onRequest: ({ operation, code }) =>
      metrics.cloud.requested({ cloud, account, operation, code: code === 0 ? "<error>" : String(code) }),
    budgetMetrics: metrics.cloud,
  };
}
