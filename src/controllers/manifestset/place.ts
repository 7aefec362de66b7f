// Where a set's objects are, and by which channel: a cluster by its kubeconfig, a cluster through its cloud, or an account.
import { optionsOf } from "../../cloud/blocks.ts";
import type { ManifestChannel, ManifestsFacet } from "../../cloud/facets/manifests.ts";
import { ManagedClusterCondition } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import {
  accountKey,
  allowsNamespace,
  assertBlocks,
  facetOf,
  type Access,
  type AccountDirectory,
} from "../cloudaccount/accounts.ts";
import { accountOf, placeBy } from "../cloudaccount/parent.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import type { ClusterDirectory } from "../managedcluster/clusters.ts";
import type { ClusterTargets } from "../targets/clusters.ts";
import type { Actor } from "../targets/connection.ts";
import { TargetLists } from "../targets/lists.ts";

/** A target, for one visit. */
export interface Place {
  /** As status.targetId has it. */
  readonly id: string;
  /** In messages, such as: ManagedCluster shop/production. */
  readonly name: string;
  readonly channel: ManifestChannel;
  readonly lists: TargetLists;
  /** Left out where nothing tells the target from another one. */
  readonly identity?: ((signal: AbortSignal) => Promise<string>) | undefined;
  /** Of the account's place; undefined in a cluster. */
  readonly location?: string | undefined;
  /** Whether what was recorded in that location is reached here. */
  readonly isHere: (location: string) => boolean;
  /** Something of ours was found there by its identity: the keys that lead there are the right ones. */
  readonly confirm: () => void;
  /** Throws WaitingError where nothing may be written there now. */
  readonly assertWritable: () => void;
  /** What to throw where it does not answer. */
  readonly unreachable: (cause: unknown) => unknown;
}

/** Leave to work in a place: opened when the rest is ready, and given back. */
export interface Turn extends Disposable {
  readonly open: (signal: AbortSignal) => Promise<Place>;
}

interface PlacesDeps {
  readonly accounts: AccountDirectory;
  readonly clusters: ClusterDirectory;
  readonly targets: ClusterTargets;
  readonly clock: Clock;
  readonly stop: AbortSignal;
}

/** A change of the parent wakes; this is the fall-back. */
const PARENT_POLL_MS = 30_000;

export class Places {
  readonly #deps: PlacesDeps;
  /** By session, then by the cluster's id, empty where the account is the place, and by the set where it has options of its own. */
  readonly #views = new WeakMap<object, Map<string, View>>();

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
  }

  /**
   * Makes no request. Throws WaitingError ClusterNotReady, ClusterHibernated or AccountNotReady, TerminalError NotSupportedByCloud or
   * Forbidden, and what Gate.enter throws.
   */
  enter(set: ManifestSet): Turn {
    const { clusterRef } = set.spec;
    return clusterRef ? this.#enterCluster(set, { ...set, spec: { clusterRef } }) : this.#enterAccount(set);
  }

  /** Whether the cluster that the set's objects were in is gone for good, and they with it; in doubt it is not. */
  isGone({ spec, metadata, status }: ManifestSet): boolean {
    if (!spec.clusterRef) return false;
    const cluster = this.#deps.clusters.find({ metadata, spec: { clusterRef: spec.clusterRef } });
    if (!cluster) return false;
    const isLost = findCondition(cluster.status.conditions, "Ready")?.reason === Reason.ExternalResourceMissing;
    return isLost || (cluster.status.externalId !== undefined && cluster.status.externalId !== status.targetId);
  }

  #enterCluster(set: ManifestSet, member: Parameters<ClusterDirectory["find"]>[0]): Turn {
    const cluster = this.#deps.clusters.find(member);
    if (!cluster) {
      throw notReady(
        `${set.metadata.namespace}/${member.spec.clusterRef.name} (spec.clusterRef) does not exist. Create it`,
      );
    }
    this.#assertAllowed(cluster, set);
    const id = usableId(cluster, isDeleting(set));
    const facet = this.#facetInto(cluster);
    if (facet) return this.#throughCloud(set, { cluster, id, facet });
    const actor = actorOf(set, cluster);
    const { targets } = this.#deps;
    const turn = targets.enter(cluster);
    return {
      open: async (signal) => {
        const { channel, identity, lists } = await targets.open(cluster, actor, signal);
        return {
          id,
          name: `ManagedCluster ${keyOf(cluster.metadata)}`,
          channel,
          lists,
          identity,
          isHere: () => true,
          confirm: () => undefined,
          assertWritable: () => assertStays(cluster),
          unreachable: (cause) => targets.unreachable(cluster, cause),
        };
      },
      [Symbol.dispose]: () => turn[Symbol.dispose](),
    };
  }

  /**
   * An account that is out of order does not matter; one that serves this namespace no more does. Throws TerminalError ProviderMismatch
   * where the set has a block of another cloud.
   */
  #assertAllowed(cluster: ManagedCluster, { spec, metadata: { namespace } }: ManifestSet): void {
    const account = this.#deps.accounts.account(accountOf(cluster));
    if (!account) return;
    assertBlocks(spec, account);
    if (allowsNamespace(account, namespace)) return;
    const message = `The account of ManagedCluster ${keyOf(cluster.metadata)} does not allow namespace ${namespace}`;
    throw new WaitingError({ reason: Reason.AccountNotReady, message, pollAfterMs: PARENT_POLL_MS });
  }

  /** The cloud's own way into the cluster, where that is to be gone. */
  #facetInto(cluster: ManagedCluster): { access: Access; facet: ManifestsFacet } | undefined {
    const { accounts } = this.#deps;
    const isRoute = cluster.spec.manifests?.route === "Gateway";
    if (!isRoute && !accounts.mayReplaceKubeconfigs(accountOf(cluster))) return undefined;
    const { access } = accounts.use(cluster, "clusters", "clusters");
    if (isRoute) {
      const facet = facetOf(access, "manifests", "gateway into clusters (spec.manifests.route)");
      if (facet.intoClusters !== "Never") return { access, facet };
      const message = `${access.account.spec.provider} has no gateway into clusters. Set spec.manifests.route of the cluster to Kubeconfig`;
      throw new TerminalError({ reason: Reason.NotSupportedByCloud, message });
    }
    const { manifests } = access.session;
    return manifests?.intoClusters === "Always" ? { access, facet: manifests } : undefined;
  }

  #throughCloud(
    set: ManifestSet,
    {
      cluster,
      id,
      facet: { access, facet },
    }: { cluster: ManagedCluster; id: string; facet: { access: Access; facet: ManifestsFacet } },
  ): Turn {
    assertNoActor(set, access.account.spec.provider);
    const view = this.#viewOf(set, { access, facet, clusterId: id });
    const place: Place = {
      id,
      name: `ManagedCluster ${keyOf(cluster.metadata)}`,
      ...view,
      identity: view.channel.identity,
      isHere: () => true,
      confirm: access.confirm,
      assertWritable: () => {
        assertStays(cluster);
        assertConfirmed(access);
      },
      unreachable: (cause) => cause,
    };
    return { open: () => Promise.resolve(place), [Symbol.dispose]: () => undefined };
  }

  #enterAccount(set: ManifestSet): Turn {
    const { metadata, spec } = set;
    const { accountRef = { name: "" } } = spec;
    const { access, facet } = this.#deps.accounts.use(
      { metadata, spec: { ...spec, accountRef } },
      "manifests",
      "Kubernetes objects",
    );
    const { provider } = access.account.spec;
    if (facet.intoClusters !== "Never") {
      throw new TerminalError({ reason: Reason.NotSupportedByCloud, message: needsCluster(provider) });
    }
    assertNoActor(set, provider);
    const place: Place = {
      id: accountKey(accountRef, metadata.namespace),
      name: `CloudAccount ${keyOf(access.account.metadata)}`,
      ...this.#viewOf(set, { access, facet, clusterId: undefined }),
      location: access.location,
      isHere: placeBy(access, "").isHere,
      confirm: access.confirm,
      assertWritable: () => {
        access.assertStays();
        assertConfirmed(access);
      },
      unreachable: (cause) => cause,
    };
    return { open: () => Promise.resolve(place), [Symbol.dispose]: () => undefined };
  }

  #viewOf({ spec, metadata }: ManifestSet, { access, facet, clusterId }: Way): Pick<View, "channel" | "lists"> {
    const { session, account } = access;
    const views = this.#views.get(session) ?? new Map<string, View>();
    this.#views.set(session, views);
    const options = optionsOf(account.spec.provider, spec);
    const isPlain = Object.keys(options).length === 0;
    const key = isPlain ? (clusterId ?? "") : `${clusterId ?? ""} ${metadata.uid}`;
    const print = isPlain ? "" : JSON.stringify(options);
    const known = views.get(key);
    if (known?.print === print) return known;
    const channel = facet.open({ clusterId, options });
    const lists = new TargetLists({ channel, clock: this.#deps.clock, signal: this.#deps.stop });
    const view = { channel, lists, print };
    views.set(key, view);
    return view;
  }
}

interface Way {
  readonly access: Access;
  readonly facet: ManifestsFacet;
  readonly clusterId: string | undefined;
}

interface View {
  readonly channel: ManifestChannel;
  readonly lists: TargetLists;
  /** Of the options that it was opened with. */
  readonly print: string;
}

/** Who the set acts as. Throws TerminalError Forbidden where the cluster's owner has settled on another one. */
function actorOf({ spec }: ManifestSet, cluster: ManagedCluster): Actor | undefined {
  const settled = cluster.spec.manifests?.serviceAccount;
  const asked = spec.serviceAccount;
  if (!settled || !asked || (settled.namespace === asked.namespace && settled.name === asked.name)) {
    return settled ?? asked;
  }
  const message =
    `spec.serviceAccount names ${asked.namespace}/${asked.name}, but ManagedCluster ${keyOf(cluster.metadata)} lets its sets act as ` +
    `${settled.namespace}/${settled.name} alone. Remove it, or name that one`;
  throw new TerminalError({ reason: Reason.Forbidden, message });
}

function assertNoActor({ spec }: ManifestSet, provider: string): void {
  if (!spec.serviceAccount) return;
  const message = `spec.serviceAccount: the channel of ${provider} acts for nobody but the account. Remove it`;
  throw new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}

/** The id of a cluster that can be worked in. On its way out a set may work in one that is out of order. */
function usableId(cluster: ManagedCluster, isLeaving: boolean): string {
  const { externalId, conditions } = cluster.status;
  const key = keyOf(cluster.metadata);
  const available = findCondition(conditions, ManagedClusterCondition.ClusterAvailable);
  if (available?.reason === "Hibernated") {
    const message = `ManagedCluster ${key} sleeps. The set goes on when spec.powerState of the cluster is Running again`;
    throw new WaitingError({ reason: Reason.ClusterHibernated, message, pollAfterMs: PARENT_POLL_MS });
  }
  if (externalId !== undefined && (available?.status === "True" || isLeaving)) return externalId;
  const why = findCondition(conditions, "Ready")?.reason ?? "not visited yet";
  throw notReady(`${key} can't be worked with: ${why}. See its conditions`);
}

function assertStays(cluster: ManagedCluster): void {
  if (isDeleting(cluster)) throw notReady(`${keyOf(cluster.metadata)} is being deleted: nothing new is made in it`);
}

function assertConfirmed(access: Access): void {
  if (access.isConfirmed()) return;
  const message =
    "The account's Secret has changed, and nothing that Yunfan manages was found with the new keys yet: an absence proves nothing, and " +
    "nothing is written. If they are of another tenant, put the former ones back";
  throw new WaitingError({ reason: Reason.KeysNotConfirmed, message, pollAfterMs: PARENT_POLL_MS });
}

function needsCluster(provider: string): string {
  return `spec.accountRef: objects of ${provider} are in a cluster. Make a set with spec.clusterRef`;
}

function notReady(what: string): WaitingError {
  return new WaitingError({
    reason: Reason.ClusterNotReady,
    message: `ManagedCluster ${what}`,
    pollAfterMs: PARENT_POLL_MS,
  });
}
