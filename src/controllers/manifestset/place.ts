// Where a set's objects are, and by which channel: a cluster by its kubeconfig, a cluster through its cloud, or an account.
import type { Provider } from "../../cloud/blocks.ts";
import { ManagedClusterCondition } from "../../crds/managedcluster/conditions.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { findCondition } from "../../runtime/conditions.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { accountKey, allowsNamespace, assertBlocks, type Access } from "../cloudaccount/accounts.ts";
import { accountOf, placeBy } from "../cloudaccount/parent.ts";
import { isDeleting } from "../lifecycle/resource.ts";
import { assertThere, type ClusterDirectory } from "../managedcluster/clusters.ts";
import type { Actor } from "../targets/connection.ts";
import { Insides, type Asked, type Inside, type InsidesDeps } from "../targets/insides.ts";

/** A target, for one visit. */
export interface Place extends Inside {
  /** As status.targetId has it. */
  readonly id: string;
  /** In messages, such as: ManagedCluster shop/production. */
  readonly name: string;
  /** Whose cloud leads there; undefined by a kubeconfig. */
  readonly provider?: Provider | undefined;
  /** Of the account's place; undefined in a cluster. */
  readonly location?: string | undefined;
  /** Whether what was recorded in that location is reached here. */
  readonly isHere: (location: string) => boolean;
  /** Something of ours was found there by its identity: the keys that lead there are the right ones. */
  readonly confirm: () => void;
  /** Throws WaitingError where nothing may be written there now. */
  readonly assertWritable: () => void;
}

/** Leave to work in a place: opened when the rest is ready, and given back. */
export interface Turn extends Disposable {
  readonly open: (signal: AbortSignal) => Promise<Place>;
}

interface PlacesDeps extends InsidesDeps {
  readonly clusters: ClusterDirectory;
}

/** A change of the parent wakes; this is the fall-back. */
const PARENT_POLL_MS = 30_000;

export class Places {
  readonly #deps: PlacesDeps;
  readonly #insides: Insides;

  constructor(deps: PlacesDeps) {
    this.#deps = deps;
    this.#insides = new Insides(deps);
  }

  /**
   * Makes no request. Throws WaitingError ClusterNotReady, ClusterHibernated or AccountNotReady, TerminalError NotSupportedByCloud,
   * Forbidden or AccountMoved, and what Gate.enter throws.
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
    const way = this.#insides.enter(cluster, { clusterId: id, actor: actorOf(set, cluster), asked: askedBy(set) });
    const { access } = way;
    if (access) {
      assertThere(cluster, access);
      assertNoActor(set, access.account.spec.provider);
    }
    return {
      open: async (signal) => ({
        id,
        name: `ManagedCluster ${keyOf(cluster.metadata)}`,
        ...(await way.open(signal)),
        provider: access?.account.spec.provider,
        isHere: () => true,
        confirm: () => access?.confirm(),
        assertWritable: () => {
          assertStays(cluster);
          if (access) assertConfirmed(access);
        },
      }),
      [Symbol.dispose]: () => way[Symbol.dispose](),
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
      ...this.#insides.through(access, facet, { clusterId: undefined, asked: askedBy(set) }),
      provider,
      location: access.location,
      isHere: placeBy(access, "").isHere,
      confirm: access.confirm,
      assertWritable: () => {
        access.assertStays();
        assertConfirmed(access);
      },
    };
    return { open: () => Promise.resolve(place), [Symbol.dispose]: () => undefined };
  }
}

function askedBy({ metadata, spec }: ManifestSet): Asked {
  return { uid: metadata.uid, spec };
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
