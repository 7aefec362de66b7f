// All that differs between kinds outside of their folders: from a list of these (kinds.ts) follow informers and indexes, controllers,
// who wakes whom, rights, what holds its parent, the guard of CRDs, metrics and documents.
import type { CloudSession, Facets } from "../cloud/contract.ts";
import type { ClusterNode } from "../cloud/facets/nodes.ts";
import type { Kind } from "../crds/kind.ts";
import type { KubeClient } from "../kube/client.ts";
import type { KubeObject } from "../kube/types.ts";
import type { Clock } from "../lib/clock.ts";
import type { Fence } from "../lib/fence.ts";
import type { Logger } from "../lib/log.ts";
import type { Informer } from "../runtime/cache/informer.ts";
import type { InventoryMetrics } from "../runtime/metrics/metrics-inventory.ts";
import type { Store } from "../runtime/cache/store.ts";
import type { EventRecorder } from "../runtime/events.ts";
import type { AccountDirectory } from "./cloudaccount/accounts.ts";
import type { ClusterDirectory } from "./managedcluster/clusters.ts";
import type { NodeLists } from "./managedcluster/node-lists.ts";
import type { ClusterTargets } from "./targets/clusters.ts";
import type { Hints } from "./targets/hints.ts";
import type { KubeEvent } from "./inventory/kube-events.ts";
import type { Beside } from "./lifecycle/beside.ts";
import type { Steps } from "./lifecycle/reconciler.ts";
import type { PolicyRule } from "./lifecycle/rbac.ts";
import type { Managed } from "./lifecycle/resource.ts";
import type { UsageMetrics } from "./manifestset/usage.ts";

/** What others may see of a kind: what it is, and its cache. */
export interface ResourceView {
  readonly kind: Kind;
  readonly store: Pick<Store<Managed>, "get" | "list" | "onChange">;
}

/** What kinds work with. */
export interface KindDeps<R extends Managed> {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly events: Pick<EventRecorder, "event">;
  /** The kind's own cache, with its indexes. */
  readonly store: Pick<Store<R>, "get" | "byIndex">;
  /** Of all kinds, by kind. */
  readonly views: ReadonlyMap<string, ResourceView>;
  readonly accounts: AccountDirectory;
  readonly clusters: ClusterDirectory;
  /** Metadata of the Secrets that Yunfan published, indexed by "owner" (UID). */
  readonly published: Pick<Store<KubeObject>, "byIndex" | "absorb">;
  /** The namespaces that the operator watches, and may have no rights outside of; empty: all. */
  readonly watchNamespaces: readonly string[];
  /** Where a resource of the inventory may be about the resources of other namespaces. */
  readonly platformNamespace: string;
  /** Resources of one group look for drift at the same time: those of one parent, or of the account where one list serves all its clusters. */
  readonly driftGroup: (resource: R) => string;
  /** How long after a send a create may still take effect. */
  readonly settleWindowMs: number;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
  /** Asked before each write that no visit's sender sends. */
  readonly fence: Fence;
  readonly log: Logger;
  readonly inventoryMetrics: InventoryMetrics;
  /** The Events of Yunfan's own resources; watched from the first call on, since most operators report to nobody. */
  readonly watchEvents: () => Pick<Informer<KubeEvent>, "store" | "hasSynced" | "synced">;
  /** Has a resource of that kind visited, by "namespace/name". */
  readonly visit: (kind: string, key: string) => void;
  /** Has this state conditions of the resources of all kinds, beside what their visits find. */
  readonly stateBeside: (beside: Beside) => void;
  /** Writes what is stated beside visits of a resource, where that is not what it says. Throws KubeError. */
  readonly restate: (resource: Managed, signal: AbortSignal) => Promise<void>;
  /** Has the credentials of an account ("namespace/name") verified now: the cloud has just refused them. */
  readonly recheck: (account: string) => void;
  /** Resources, as "Kind namespace/name", that still need this parent (external/parent.ts refTo) to let go of what they hold. */
  readonly holders: (parent: string) => readonly string[];
  /** Resources that hang on this parent, and on what hangs on it. */
  readonly below: (parent: string) => readonly Managed[];
  /** Clusters by the kubeconfigs that are published of them. */
  readonly targets: ClusterTargets;
  /** What targets tell of changes. */
  readonly hints: Hints;
  /** Where it shows what workloads in targets use. */
  readonly usageMetrics: UsageMetrics;
  /** Lists of clusters' nodes, which kinds share. */
  readonly nodeLists: NodeLists;
  /** What goes along with that cluster, whether a resource stands for it or not. */
  readonly contentsOf: (cluster: Undeclared, signal: AbortSignal) => Promise<readonly Content[]>;
}

/** A cluster of which is asked what is in it. */
export interface Undeclared {
  readonly session: CloudSession;
  /** The cloud's id. */
  readonly clusterId: string;
  /** All of its nodes; undefined where the cloud lists none. */
  readonly nodes: (() => Promise<readonly ClusterNode[]>) | undefined;
}

/** Items of one kind in a cluster, by their names in the cloud. */
export interface Content {
  /** Of the resources by which they are adopted; undefined where there is none. */
  readonly kind: string | undefined;
  /** Such as "node pools". */
  readonly nouns: string;
  readonly names: readonly string[];
}

export interface ControlledKind<R extends Managed = Managed> {
  readonly kind: Kind;
  /** Of a session, that its resources need; undefined where they need none of one alone. */
  readonly facet: keyof Facets | undefined;
  /** The parent as external/parent.ts refTo names it; undefined where there is none. */
  readonly parentOf: (resource: R) => string | undefined;
  /** Further parents that wait for it, such as one that it is on the way to. */
  readonly alsoIn?: (resource: R) => readonly string[];
  /** The name in the cloud, for which resources of a kind compete; undefined where they don't. */
  readonly cloudName: ((resource: R) => string) | undefined;
  /** Indexes of the cache beside "parent" and "claim". */
  readonly indexes?: Readonly<Record<string, (resource: R) => readonly string[]>>;
  /** Whether its parent has to stay for it; `mayUse`: it may make something there still. */
  readonly needsParent: (resource: R, mayUse: boolean) => boolean;
  /** Of a parent: what its children see of it. They are visited when that changes. */
  readonly childrenSee?: (resource: R) => string;
  /** What of this kind is in that cluster and must not go along with it unasked; undefined where it may, or nothing is in clusters. */
  readonly contentOf: ((cluster: Undeclared, signal: AbortSignal) => Promise<readonly Content[]>) | undefined;
  /** Whether it publishes Secrets: then it is visited when one of them changes. */
  readonly publishes: boolean;
  /** ConfigMaps and Secrets that it reads, as "Kind namespace/name": it is visited when one of them changes. */
  readonly reads?: (resource: R) => readonly string[];
  /** What the cache keeps of a resource, where that is not all of it. */
  readonly keep?: (resource: R) => R;
  /** Its resources hold nothing that a finalizer would keep: nothing of them is written but their status. */
  readonly holdsNothing?: true;
  /** Of its controller, unless the operator is told otherwise; 10 where unset. */
  readonly workers?: number;
  /** Beyond those of every kind. */
  readonly rules: readonly PolicyRule[];
  readonly steps: (deps: KindDeps<R>) => Steps<R>;
}

/** For a list of kinds: a kind's members are only ever given resources of that kind. */
export function controlled<R extends Managed>(kind: ControlledKind<R>): ControlledKind {
  return kind as unknown as ControlledKind;
}
