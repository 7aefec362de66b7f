// The inside of a cluster, entered by the way that its owner has settled on: its kubeconfig, or its cloud's own gateway.
import { optionsOf } from "../../cloud/blocks.ts";
import type { ManifestChannel, ManifestsFacet } from "../../cloud/facets/manifests.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import type { Clock } from "../../lib/clock.ts";
import { TerminalError } from "../../lib/errors.ts";
import { facetOf, type Access, type AccountDirectory } from "../cloudaccount/accounts.ts";
import { accountOf } from "../cloudaccount/parent.ts";
import type { ClusterTargets } from "./clusters.ts";
import type { Actor } from "./connection.ts";
import type { Stay } from "./gate.ts";
import { TargetLists } from "./lists.ts";

export interface InsidesDeps {
  readonly accounts: AccountDirectory;
  readonly targets: ClusterTargets;
  readonly clock: Clock;
  /** Ends when the operator stops. */
  readonly stop: AbortSignal;
}

/** A target, opened. */
export interface Inside {
  readonly channel: ManifestChannel;
  readonly lists: TargetLists;
  /** Left out where nothing tells the target from another one. */
  readonly identity?: ((signal: AbortSignal) => Promise<string>) | undefined;
  /** What to throw where it does not answer. */
  readonly unreachable: (cause: unknown) => unknown;
}

/** Leave to work in a cluster, to be given back. */
export interface WayIn extends Disposable {
  /** Of the account whose cloud leads there; undefined where the cluster's kubeconfig does. */
  readonly access: Access | undefined;
  /** As ClusterTargets.open throws; of a way through the cloud nothing. */
  readonly open: (signal: AbortSignal) => Promise<Inside>;
}

interface Entering {
  /** The cloud's id of the cluster. */
  readonly clusterId: string;
  /** By which the visit has entered the cluster: a moment later its account may reach another place. Left out: what it is now. */
  readonly access?: Access | undefined;
  /** Whom to act as, by a kubeconfig; undefined: its own user. */
  readonly actor?: Actor | undefined;
  readonly stay?: Stay;
  readonly asked?: Asked | undefined;
}

/** By a resource that may have a block of the cloud in its spec, which then is its alone. */
export interface Asked {
  readonly uid: string;
  readonly spec: object;
}

/** A channel of the cloud's own, and the print of the options that it was opened with. */
interface View extends Inside {
  readonly print: string;
}

export class Insides {
  readonly #deps: InsidesDeps;
  /** By session, then by the cluster's id, empty where the account is the place, and by whoever has options of its own. */
  readonly #views = new WeakMap<object, Map<string, View>>();

  constructor(deps: InsidesDeps) {
    this.#deps = deps;
  }

  /** Makes no request. Throws TerminalError NotSupportedByCloud, what AccountDirectory.use throws, and what Gate.enter throws. */
  enter(cluster: ManagedCluster, { clusterId, access: entered, actor, stay, asked }: Entering): WayIn {
    const gateway = this.#gatewayInto(cluster, entered);
    if (gateway) {
      const { access, facet } = gateway;
      const inside = this.through(access, facet, { clusterId, asked });
      return { access, open: () => Promise.resolve(inside), [Symbol.dispose]: () => undefined };
    }
    const { targets } = this.#deps;
    const turn = targets.enter(cluster, stay);
    return {
      access: undefined,
      open: async (signal) => ({
        ...(await targets.open(cluster, actor, signal)),
        unreachable: (cause) => targets.unreachable(cluster, cause),
      }),
      [Symbol.dispose]: () => turn[Symbol.dispose](),
    };
  }

  /** By the cloud's own channel; `clusterId` undefined: the account is the place. */
  through(
    { session, account }: Access,
    facet: ManifestsFacet,
    { clusterId, asked }: { clusterId: string | undefined; asked: Asked | undefined },
  ): Inside {
    const views = this.#views.get(session) ?? new Map<string, View>();
    this.#views.set(session, views);
    const options = asked ? optionsOf(account.spec.provider, asked.spec) : {};
    const hasOptions = Object.keys(options).length > 0;
    const key = [clusterId ?? "", ...(hasOptions ? [asked?.uid ?? ""] : [])].join(" ");
    const print = JSON.stringify(options);
    const known = views.get(key);
    if (known?.print === print) return known;
    const { clock, stop } = this.#deps;
    const channel = facet.open({ clusterId, options });
    const lists = new TargetLists({ channel, clock, signal: stop });
    const view = { channel, lists, identity: channel.identity, unreachable: (cause: unknown) => cause, print };
    views.set(key, view);
    return view;
  }

  /** The cloud's own way into the cluster, where that is to be gone. */
  #gatewayInto(
    cluster: ManagedCluster,
    entered: Access | undefined,
  ): { access: Access; facet: ManifestsFacet } | undefined {
    const { accounts } = this.#deps;
    const isRoute = cluster.spec.manifests?.route === "Gateway";
    if (!isRoute && !accounts.mayReplaceKubeconfigs(accountOf(cluster))) return undefined;
    const access = entered ?? accounts.use(cluster, "clusters", "clusters").access;
    if (isRoute) {
      const facet = facetOf(access, "manifests", "gateway into clusters (spec.manifests.route)");
      if (facet.intoClusters !== "Never") return { access, facet };
      const message = `${access.account.spec.provider} has no gateway into clusters. Set spec.manifests.route of the cluster to Kubeconfig`;
      throw new TerminalError({ reason: Reason.NotSupportedByCloud, message });
    }
    const { manifests } = access.session;
    return manifests?.intoClusters === "Always" ? { access, facet: manifests } : undefined;
  }
}
