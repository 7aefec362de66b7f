// The namespaces facet of EasyStack (1.12). Ids are CLUSTER/NAMESPACE; a name that was deleted and made again is another namespace.
import {
  lookBy,
  type Accepted,
  type BlockOptions,
  type Created,
  type CreateAttempt,
  type Listed,
  type Refusal,
  type WritePermit,
} from "../collection.ts";
import type { Clock } from "../../lib/clock.ts";
import { CloudError } from "../errors.ts";
import type { ClusterHost } from "../facets/clusters.ts";
import type {
  ClusterNamespaces,
  Namespace,
  NamespaceQuota,
  NamespaceRequest,
  NamespacesFacet,
  QuotaAmounts,
} from "../facets/namespaces.ts";
import type { Upkeep } from "../facets/upkeep.ts";
import { listed } from "../kit/lists.ts";
import { readBlock } from "../kit/settings.ts";
import type { TokenAuthenticator } from "../keystone/tokens.ts";
import { AccountList } from "./account-list.ts";
import type { NamespaceOptions } from "./blocks-namespace.ts";
import { easystack } from "./blocks.ts";
import type { ProjectClient } from "./client.ts";
import { namespaceList, namespaceOf, onWire, productOf, quotaAnswer, quotaOf } from "./namespace-wire.ts";
import { settingsOf, usersFor } from "./namespace-settings.ts";
import type { Organisation } from "./organisation.ts";
import { isAfter } from "./times.ts";
import { existence } from "./wire.ts";

interface NamespaceDeps {
  readonly client: ProjectClient;
  readonly organisation: Organisation;
  readonly tokens: Pick<TokenAuthenticator, "grant">;
  readonly clock: Pick<Clock, "monotonic">;
  /** Ends when the session is closed. */
  readonly closed: AbortSignal;
}

export function namespacesBy(deps: NamespaceDeps): NamespacesFacet {
  const all = new AccountList(deps, { operation: "ListNamespaces" }, namespaceList);
  return { check, in: (cluster) => new EasyStackNamespaces({ ...deps, all }, cluster) };
}

interface ListedDeps extends NamespaceDeps {
  /** The project's of all its clusters. */
  readonly all: AccountList<typeof namespaceList>;
}

class EasyStackNamespaces implements ClusterNamespaces {
  readonly #deps: ListedDeps;
  readonly #client: ProjectClient;
  readonly #cluster: ClusterHost;

  constructor(deps: ListedDeps, cluster: ClusterHost) {
    this.#deps = deps;
    this.#client = deps.client;
    this.#cluster = cluster;
  }

  /** The project's of all its clusters, of which those of this one are kept. */
  readonly list = async (signal: AbortSignal, since?: number): Promise<Listed<Namespace>> => {
    const [{ projectId }, { value, answer, startedAt }] = await Promise.all([
      this.#deps.tokens.grant(signal),
      this.#deps.all.at(since, signal),
    ]);
    const here = value.filter(({ namespace_base: base }) => base.cluster_name === this.#cluster.id);
    const found = listed(
      here.map((wire) => namespaceOf(wire, projectId)),
      answer,
    );
    return { ...found, startedAt };
  };

  /** No call shows one by its name: the list does, and whether the name is in use has to agree. Forbidden: another project's. */
  readonly get = async (id: string, signal: AbortSignal): Promise<Namespace | "Absent"> => {
    const name = this.#nameIn(id);
    const { items } = await this.list(signal);
    const found = items.find((item) => item.id === id);
    if (found) return found;
    if (!(await this.isTaken(name, signal))) return "Absent";
    // Of another project's the quota is Forbidden.
    await this.quota(id, signal);
    throw new CloudError("Unavailable", { message: `Namespace ${id} is there, and not in the list of namespaces` });
  };

  readonly look = lookBy(this.get);

  /** 1.13, over the whole cluster. */
  readonly isTaken = async (name: string, signal: AbortSignal): Promise<boolean> => {
    const { id, type } = this.#cluster;
    const query = [
      ["cluster_type", type],
      ["cluster_name", id],
    ] as const;
    const call = { operation: "CheckName", names: { type: "Namespace", name }, query, signal } as const;
    return (await this.#client.read(call, existence)).value.existence;
  };

  readonly idOf = (name: string): string => `${this.#cluster.id}/${name}`;

  readonly create = async (
    { name, quota, options: given }: NamespaceRequest,
    { signal }: WritePermit,
  ): Promise<Created> => {
    const options = optionsOf(given);
    const { projectId, projectName, domainName } = await this.#deps.organisation.names(signal);
    const { id: cluster, type } = this.#cluster;
    const { businessType, psp, roles = [] } = options;
    const base = {
      name,
      cluster_name: cluster,
      cluster_type: type,
      ...(businessType !== undefined && { business_type: businessType }),
      domain: domainName,
      project: projectName,
      project_id: projectId,
      role: roles,
      user_ids: await this.#users(options, signal),
    };
    const body = { namespace: { namespace_base: base, ...(psp !== undefined && { psp }), quota: onWire(quota) } };
    await this.#client.send({ operation: "CreateNamespace", product: productOf(businessType), body, signal });
    return { id: this.idOf(name) };
  };

  /** No answer to a deletion proves anything: that it is gone, a look does. Where there is no call for one, the call for several. */
  readonly remove = async (id: string, { signal }: WritePermit): Promise<Accepted> => {
    const namespace = this.#nameIn(id);
    const names = { cluster: this.#cluster.id, namespace };
    try {
      await this.#client.send({ operation: "DeleteNamespace", names, signal });
    } catch (error) {
      if (!(error instanceof CloudError) || (error.status !== 404 && error.status !== 405)) throw error;
      if ((await this.look(id, signal)) === "Absent") throw error;
      const one = { name: namespace, cluster_name: this.#cluster.id };
      await this.#client.send({ operation: "DeleteNamespaces", body: { namespaces: [one] }, signal }).catch(unlessGone);
    }
    return {};
  };

  readonly isLeaving = ({ phase }: Namespace): boolean => phase === "Deleting";

  /** The cloud takes nothing of ours along: whose it is and the time of its making have to do. */
  readonly bearsMark = ({ mine, incarnation = "" }: Namespace, attempt: CreateAttempt, skewMs: number): boolean =>
    mine && isAfter(incarnation, attempt, skewMs);

  readonly idsAreNames = true;
  readonly idsAreUniversal = false;

  /** Names are unique in a cluster: a second POST of the same one is refused. */
  readonly resendIsSafe = true;

  readonly quota = async (id: string, signal: AbortSignal): Promise<NamespaceQuota> => {
    const { value } = await this.#client.read({ operation: "GetQuota", names: this.#names(id), signal }, quotaAnswer);
    return quotaOf(value.quota);
  };

  /** The whole of what is there, with these in it: whether a part would do the reference does not say. */
  readonly setQuota = async ({ id, type }: Namespace, limits: QuotaAmounts, { signal }: WritePermit): Promise<void> => {
    const names = this.#names(id);
    const { value } = await this.#client.read({ operation: "GetQuota", names, signal }, quotaAnswer);
    const body = { quota: { ...value.quota.hard, ...onWire(limits) } };
    const query = [["cluster_type", this.#cluster.type]] as const;
    await this.#client.send({ operation: "SetQuota", product: productOf(type), names, query, body, signal });
  };

  readonly upkeep = async (
    namespace: Namespace,
    given: BlockOptions,
    signal: AbortSignal,
  ): Promise<readonly Upkeep[]> => {
    const options = optionsOf(given);
    const users = options.access === undefined ? undefined : await this.#users(options, signal);
    const names = this.#names(namespace.id);
    const query = [["cluster_type", this.#cluster.type]] as const;
    const common = { product: productOf(namespace.type), names, query };
    return settingsOf(namespace, { psp: options.psp, users }, async (set, permit) => {
      await this.#client.send({ ...common, ...set, signal: permit.signal });
    });
  };

  /** Who may enter; empty: everybody. The account's own user is always among those that are listed, or we could enter no more. */
  async #users(options: NamespaceOptions, signal: AbortSignal): Promise<readonly string[]> {
    return usersFor(options, (await this.#deps.tokens.grant(signal)).userId);
  }

  #names(id: string): { readonly cluster: string; readonly namespace: string } {
    return { cluster: this.#cluster.id, namespace: this.#nameIn(id) };
  }

  /** Throws CloudError Rejected where the id is of no namespace of this cluster. */
  #nameIn(id: string): string {
    const [cluster, name, ...others] = id.split("/");
    if (cluster === this.#cluster.id && name !== undefined && name !== "" && others.length === 0) return name;
    const message = `${id} is the id of no namespace in cluster ${this.#cluster.id}: that is CLUSTER/NAMESPACE`;
    throw new CloudError("Rejected", {
      message,
      advice: "Correct spec.externalId or spec.clusterRef in a new resource",
    });
  }
}

/** Only clusters of type EOS, which the cloud itself runs on, have namespaces of several sorts, and there each has to be one. */
function check({ cluster, options }: NamespaceRequest): Refusal | undefined {
  const { businessType } = optionsOf(options);
  const isOfSorts = cluster.type === "EOS";
  if (isOfSorts === (businessType !== undefined)) return undefined;
  const message = isOfSorts
    ? `Cluster ${cluster.id} is of type EOS: a namespace in it needs spec.easystack.businessType. Set it in a new resource`
    : `Cluster ${cluster.id} is of type ${cluster.type}, and spec.easystack.businessType is for clusters of type EOS alone. ` +
      "Leave it out in a new resource";
  return { kind: "Rejected", message };
}

function optionsOf(given: BlockOptions): NamespaceOptions {
  return readBlock("spec.easystack", easystack.blocks.ManagedNamespace.schema, given);
}

function unlessGone(error: unknown): void {
  if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
}
