// Target clusters by the kubeconfigs that their ManagedClusters have published: opened when a visit needs one, shared by all, closed
// when nobody does. The cloud's API is not asked: work in a cluster goes on while that is out of order.
import type { ManifestChannel } from "../../cloud/facets/manifests.ts";
import { kubernetesChannel, type Dialect } from "../../cloud/manifests/channel.ts";
import { measuredBy } from "../../cloud/manifests/measured.ts";
import { nativeDialect } from "../../cloud/manifests/native.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { KubeClient } from "../../kube/client.ts";
import { isNotFound } from "../../kube/errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Timer } from "../../lib/clock.ts";
import { WaitingError } from "../../lib/errors.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { SECRETS } from "../cloudaccount/credentials.ts";
import { digestOf, SOURCE } from "../managedcluster/secrets.ts";
import { OWNER_LABEL } from "../publishing/secrets.ts";
import { Connection, type Actor, type ConnectionDeps } from "./connection.ts";
import { Gate, type Stay } from "./gate.ts";
import { inlineKubeconfig, type InlineKubeconfig } from "./inline-kubeconfig.ts";
import { TargetLists } from "./lists.ts";

export interface ClusterTargetsDeps extends ConnectionDeps {
  readonly client: KubeClient;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
}

/** A target, for one visit: to be given back. */
export interface OpenTarget {
  readonly channel: ManifestChannel;
  /** What tells the cluster from another one at its address, as its own user sees it. */
  readonly identity: (signal: AbortSignal) => Promise<string>;
  readonly lists: TargetLists;
}

/** The Secret comes with the cluster, whose change wakes; this is the fall-back. */
const KUBECONFIG_POLL_MS = 15_000;
const IDLE_MS = 60_000;

interface Target {
  readonly id: string;
  readonly gate: Gate;
  connection: Promise<Connection> | undefined;
  readonly views: Map<string, OpenTarget>;
  idle: Timer | undefined;
}

type PublishedSecret = KubeObject & { readonly data?: Readonly<Record<string, string>> };

export class ClusterTargets {
  readonly #deps: ClusterTargetsDeps;
  /** By "namespace/name" of the ManagedCluster. */
  readonly #targets = new Map<string, Target>();

  constructor(deps: ClusterTargetsDeps) {
    this.#deps = deps;
    deps.stop.addEventListener("abort", () => this.#closeAll(), { once: true });
  }

  /** A turn in the cluster, to be given back. Throws as Gate.enter does. Makes no request. */
  enter(cluster: ManagedCluster, stay?: Stay): Disposable {
    const target = this.#targetOf(cluster);
    const turn = target.gate.enter(stay);
    target.idle?.cancel();
    return {
      [Symbol.dispose]: () => {
        turn[Symbol.dispose]();
        if (target.gate.isEmpty) this.#closeWhenIdle(keyOf(cluster.metadata), target);
      },
    };
  }

  /** To be called within a turn. Throws WaitingError KubeconfigNotReady, TerminalError KubeconfigRefused. */
  async open(cluster: ManagedCluster, actor: Actor | undefined, signal: AbortSignal): Promise<OpenTarget> {
    const target = this.#targetOf(cluster);
    target.connection ??= this.#connect(cluster, target.gate, signal);
    const { connection } = target;
    const connected = await connection.catch((error: unknown) => {
      if (target.connection === connection) target.connection = undefined;
      throw error;
    });
    const name = actor ? `${actor.namespace}/${actor.name}` : "";
    const known = target.views.get(name);
    if (known) return known;
    const view = this.#viewOf(connected, actor);
    target.views.set(name, view);
    return view;
  }

  /** What to throw where it does not answer. */
  unreachable(cluster: ManagedCluster, cause: unknown): Error {
    return this.#targetOf(cluster).gate.unreachable(undefined, cause);
  }

  /** The ManagedCluster of that key has gone. */
  drop(key: string): void {
    const target = this.#targets.get(key);
    if (target) this.#close(key, target);
    this.#deps.metrics.forget(key);
  }

  #targetOf(cluster: ManagedCluster): Target {
    const key = keyOf(cluster.metadata);
    const id = `${cluster.metadata.uid} ${cluster.status.externalId}`;
    const known = this.#targets.get(key);
    if (known?.id === id) return known;
    if (known) this.#close(key, known);
    const where = cluster.status.endpoint ?? "the address of its kubeconfig";
    const silent = `ManagedCluster ${key} does not answer at ${where}`;
    const target: Target = {
      id,
      gate: new Gate({ clock: this.#deps.clock, silent }),
      connection: undefined,
      views: new Map(),
      idle: undefined,
    };
    this.#targets.set(key, target);
    return target;
  }

  async #connect(cluster: ManagedCluster, gate: Gate, signal: AbortSignal): Promise<Connection> {
    let { text, kubeconfig } = await this.#published(cluster, signal);
    return new Connection({
      ...this.#deps,
      target: keyOf(cluster.metadata),
      gate,
      kubeconfig,
      renewed: async (until) => {
        const now = await this.#published(cluster, until);
        if (now.text === text) return undefined;
        ({ text, kubeconfig } = now);
        return kubeconfig;
      },
    });
  }

  /** Only what the cluster's own resource has put there, whole, and of this very cluster. */
  async #published(
    { metadata, status }: ManagedCluster,
    signal: AbortSignal,
  ): Promise<{ text: string; kubeconfig: InlineKubeconfig }> {
    const key = keyOf(metadata);
    const name = status.kubeconfigSecret;
    if (name === undefined) {
      throw notReady(`ManagedCluster ${key} has published none yet. See its condition KubeconfigReady`);
    }
    const ref = { namespace: metadata.namespace, name };
    const secret = await this.#deps.client.get<PublishedSecret>(SECRETS, ref, { signal }).catch(goneAsNothing);
    if (!secret) throw notReady(`Secret ${keyOf(ref)} is not there. See KubeconfigReady of ManagedCluster ${key}`);
    if (!isPutThereBy(secret, metadata.uid, status.externalId)) {
      throw notReady(
        `Secret ${keyOf(ref)} is not what ManagedCluster ${key} has put there. It is corrected at its next visit`,
      );
    }
    const text = Buffer.from(secret.data?.["value"] ?? "", "base64").toString("utf8");
    return { text, kubeconfig: inlineKubeconfig(text, `Secret ${keyOf(ref)}`) };
  }

  #viewOf(connection: Connection, actor: Actor | undefined): OpenTarget {
    const { clock, stop } = this.#deps;
    const channel = kubernetesChannel(this.#dialect(connection, actor));
    const own = actor ? kubernetesChannel(this.#dialect(connection, undefined)) : channel;
    const identity = own.identity ?? (() => Promise.reject(new Error("A cluster has an identity")));
    return { channel, identity, lists: new TargetLists({ channel, clock, signal: stop }) };
  }

  #dialect(connection: Connection, actor: Actor | undefined): Dialect {
    const send = connection.as(actor);
    const asksKinds = connection.as(undefined);
    const { clock } = this.#deps;
    const follow = connection.follow(actor);
    return nativeDialect({ send, asksKinds, clock, writing: "AsServed", usage: measuredBy(send), follow });
  }

  #closeWhenIdle(key: string, target: Target): void {
    target.idle?.cancel();
    target.idle = this.#deps.clock.after(IDLE_MS, () => void this.#closeUnwatched(key, target));
  }

  async #closeUnwatched(key: string, target: Target): Promise<void> {
    const open = await target.connection?.catch(() => undefined);
    if (!target.gate.isEmpty) return;
    if (open?.isWatched) this.#closeWhenIdle(key, target);
    else this.#close(key, target);
  }

  /** What it has learned of whether the target answers goes with it. */
  #close(key: string, target: Target): void {
    target.idle?.cancel();
    if (this.#targets.get(key) === target) this.#targets.delete(key);
    target.views.clear();
    const { connection } = target;
    target.connection = undefined;
    connection?.then((open) => open[Symbol.asyncDispose]()).catch(() => undefined);
  }

  #closeAll(): void {
    for (const [key, target] of this.#targets) this.#close(key, target);
  }
}

/** By that resource, of that cluster in the cloud, and unchanged since. */
function isPutThereBy({ metadata, data = {} }: PublishedSecret, owner: string, clusterId: string | undefined): boolean {
  const { labels = {}, annotations = {} } = metadata;
  const isOurs = labels[OWNER_LABEL] === owner && annotations[SOURCE.clusterId] === clusterId;
  return isOurs && digestOf(data) === annotations[SOURCE.digest];
}

function goneAsNothing(error: unknown): undefined {
  if (!isNotFound(error)) throw error;
}

function notReady(message: string): WaitingError {
  return new WaitingError({ reason: Reason.KubeconfigNotReady, message, pollAfterMs: KUBECONFIG_POLL_MS });
}
