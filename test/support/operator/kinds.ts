// Kinds over caches that a test fills and a cloud that it makes up: for what is decided about a resource before anything is written,
// be it in Kubernetes or in a cloud. Their client is a real one that leads nowhere.
import { NamespaceGate } from "../../../src/runtime/cache/namespace-gate.ts";
import type { Parts } from "../../../src/cli/controllers.ts";
import { createInformers, type Informers } from "../../../src/cli/informers.ts";
import type { CloudSession, Credentials, Facets } from "../../../src/cloud/contract.ts";
import { AccountDirectory } from "../../../src/controllers/cloudaccount/accounts.ts";
import {
  CREDENTIALS_TYPE,
  SECRETS,
  type CredentialsSecret,
} from "../../../src/controllers/cloudaccount/credentials.ts";
import type { KindDeps } from "../../../src/controllers/controlled.ts";
import { FINALIZER, type Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { Visit } from "../../../src/controllers/lifecycle/visit.ts";
import { ClusterDirectory } from "../../../src/controllers/managedcluster/clusters.ts";
import { NodeLists } from "../../../src/controllers/managedcluster/node-lists.ts";
import type { CloudAccount } from "../../../src/crds/cloudaccount/schema.ts";
import { kinds } from "../../../src/crds/kinds.ts";
import { HttpKubeClient, type KubeClient } from "../../../src/kube/client.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { openFence } from "../../../src/lib/fence.ts";
import { createLogger, type Logger } from "../../../src/lib/log.ts";
import { Metrics } from "../../../src/runtime/metrics/metrics.ts";
import { FakeClock } from "../clock/fake-clock.ts";
import { kubeConfigOf, transportOf } from "../apiserver/transports.ts";
import { condition, storedCloudAccount, type StoredAccount } from "../environment/builders.ts";
import { storedNodePool } from "../environment/nodepools.ts";
import {
  storedAlarmSource,
  storedCloudVolumeClaim,
  storedInventoryQuery,
  storedInventorySink,
  storedManagedAddon,
  storedManagedApplication,
  storedManagedCluster,
  storedManagedNode,
  storedManagedNamespace,
  storedManifestSet,
  storedRegistryProject,
  type Stored,
} from "../environment/resources.ts";

const log = createLogger({ level: "silent" });
const never = new AbortController().signal;
/** Nothing listens there. */
const NOWHERE = transportOf(kubeConfigOf({ server: "http://127.0.0.1:1" }));

/** Version of every account's Secret. */
const SECRET_VERSION = "5";

export interface CachedKinds {
  readonly clock: Clock;
  readonly informers: Informers;
  readonly accounts: AccountDirectory;
  readonly clusters: ClusterDirectory;
  /** What the kind of that name works with. */
  readonly deps: <R extends Managed>(kind: string) => KindDeps<R>;
}

/** An account that may be worked with, where its deletion or its namespaces are not against it. */
export function verifiedAccount({ status, ...declared }: StoredAccount = {}): CloudAccount {
  const verified = { observedGeneration: 1, secretResourceVersion: SECRET_VERSION, conditions: [condition()] };
  return storedCloudAccount({ ...declared, status: { ...verified, ...status } });
}

/** As the API server returns it; with an account or a cluster of the default names for parent. */
export function storedOf(kind: string, declared: Stored<Managed> = {}): Managed {
  const stored = STORED[kind];
  if (!stored) throw new Error(`No stored ${kind} is known here: add it`);
  return stored(declared as StoredAccount);
}

const STORED: Readonly<Record<string, (declared: StoredAccount) => Managed>> = {
  CloudAccount: storedCloudAccount,
  ManagedCluster: storedManagedCluster,
  NodePool: storedNodePool,
  ManagedNode: storedManagedNode,
  ManagedAddon: storedManagedAddon,
  ManagedNamespace: storedManagedNamespace,
  ManagedApplication: storedManagedApplication,
  CloudVolumeClaim: storedCloudVolumeClaim,
  RegistryProject: storedRegistryProject,
  ManifestSet: storedManifestSet,
  InventorySink: storedInventorySink,
  AlarmSource: storedAlarmSource,
  InventoryQuery: storedInventoryQuery,
};

interface World {
  /** In the caches, accounts included. */
  readonly objects: readonly Managed[];
  /** What every session of every account offers, where no clouds are given. */
  readonly facets?: Partial<Facets>;
  readonly clouds?: Clouds;
  /** In every account's Secret. */
  readonly credentials?: Credentials;
  /** Of the API server; leads nowhere where none is given. */
  readonly client?: KubeClient;
  readonly clock?: Clock;
}

type Clouds = ConstructorParameters<typeof AccountDirectory>[0]["clouds"];

/** With the operator's own indexes, and a Secret for each account. */
export function cachedKinds({ objects, credentials = {}, clock = new FakeClock(), ...world }: World): CachedKinds {
  const informers = createInformers({ transport: NOWHERE, clock, log, metrics: new Metrics(), namespaces: [] });
  for (const object of objects) informers.kinds.get(object.kind)?.store.absorb(object);
  for (const account of informers.accounts.store.list()) {
    informers.credentials.store.absorb(secretOf(account, credentials));
  }
  const accounts = new AccountDirectory({
    accounts: informers.accounts.store,
    secrets: informers.credentials.store,
    clouds: world.clouds ?? cloudsOf(world.facets ?? {}),
    cloudDeps: () => ({ clock, log, fence: openFence, userAgent: "yunfan" }),
    visit: () => undefined,
  });
  const clusters = new ClusterDirectory({ clusters: informers.clusters.store, accounts });
  const below = (parent: string): readonly Managed[] =>
    [...informers.kinds.values()].flatMap(({ store }) => store.byIndex("parent", parent));
  const shared = {
    client: world.client ?? new HttpKubeClient(NOWHERE),
    clock,
    events: { event: () => undefined },
    accounts,
    clusters,
    views: viewsOf(informers),
    fence: openFence,
    log,
    inventoryMetrics: new Metrics().inventory,
    watchEvents: () => informers.watchEvents(never),
    visit: () => undefined,
    stateBeside: () => undefined,
    restate: () => Promise.resolve(),
    platformNamespace: "yunfan-system",
    published: informers.published.store,
    watchNamespaces: [],
    settleWindowMs: 120_000,
    stop: never,
    recheck: () => undefined,
    holders: () => [],
    below,
    nodeLists: new NodeLists({ clock, stop: never, clusters, below }),
    undeclaredIn: () => Promise.resolve([]),
  };
  return {
    clock,
    informers,
    accounts,
    clusters,
    deps: <R extends Managed>(kind: string) =>
      ({ ...shared, store: informers.kinds.get(kind)?.store }) as unknown as KindDeps<R>,
  };
}

function viewsOf({ kinds: caches }: Informers): KindDeps<Managed>["views"] {
  return new Map(
    kinds.flatMap((kind) => {
      const informer = caches.get(kind.type.kind);
      return informer ? [[kind.type.kind, { kind, store: informer.store }] as const] : [];
    }),
  );
}

/** To put controllers together over these caches. */
export function partsOf({ informers, clock, deps }: CachedKinds): Parts {
  return {
    ...deps<CloudAccount>("CloudAccount"),
    informers,
    clock,
    log,
    identity: "test",
    concurrency: new Map(),
    onNamespaceDeletion: "Hold",
    metrics: new Metrics(),
    fence: openFence,
    gate: new NamespaceGate({ caches: informers.all, namespaces: [], log }),
  } as unknown as Parts;
}

interface VisitOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  readonly signal?: AbortSignal;
}

/** One visit; the resource has the finalizer already, so that nothing has to be written before the cloud is looked at. */
export function visitTo<R extends Managed>(resource: R, options: VisitOptions = {}): Visit<R> {
  const type = kinds.find((kind) => kind.type.kind === resource.kind)?.type ?? SECRETS;
  const object = { ...resource, metadata: { ...resource.metadata, finalizers: [FINALIZER] } };
  const { clock = new FakeClock(), signal = never, log: to = log } = options;
  const deps = { client: new HttpKubeClient(NOWHERE), type, clock, onNamespaceDeletion: "Hold" } as const;
  return new Visit<R>(
    { ...deps, absorb: () => undefined, forget: () => undefined, beside: () => [], releases: new Set<string>() },
    { object, signal, log: to },
  );
}

function secretOf({ metadata, spec }: CloudAccount, credentials: Credentials): CredentialsSecret {
  const { name } = spec.credentialsSecretRef;
  const data = Object.entries(credentials).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...metadata, name, uid: `secret/${name}`, resourceVersion: SECRET_VERSION },
    type: CREDENTIALS_TYPE,
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

function cloudsOf(facets: Partial<Facets>): Clouds {
  const open = (): CloudSession => ({
    verify: () => Promise.resolve(),
    locate: () => Promise.resolve({ endpoint: "https://cloud.example" }),
    reserveWrite: () => Promise.resolve({ [Symbol.dispose]: () => undefined }),
    close: () => Promise.resolve(),
    ...facets,
  });
  const offered = Object.keys(facets) as (keyof Facets)[];
  return {
    CtyunCCI: { provider: "CtyunCCI", facets: offered, open },
    HuaweiCCE: { provider: "HuaweiCCE", facets: offered, open },
  };
}
