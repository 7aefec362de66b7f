// The caches of the operator: one informer for each kind it reads, with the indexes by which its controllers look things up.
import type { CredentialsSecret } from "../controllers/cloudaccount/accounts.ts";
import { CREDENTIALS_TYPE, SECRETS } from "../controllers/cloudaccount/steps.ts";
import { CRDS, crdNameOf, lookAt } from "../controllers/lifecycle/live-metadata.ts";
import { INDEXES as ADDON_INDEXES } from "../controllers/managedaddon/context.ts";
import { INDEXES as CLUSTER_INDEXES } from "../controllers/managedcluster/context.ts";
import { INDEXES as POOL_INDEXES } from "../controllers/nodepool/context.ts";
import { INDEXES as PROJECT_INDEXES } from "../controllers/registryproject/context.ts";
import { OWNER_LABEL } from "../controllers/publishing/secrets.ts";
import { cloudAccount, type CloudAccount } from "../crds/cloudaccount/schema.ts";
import { GROUP } from "../crds/kind.ts";
import { kinds } from "../crds/kinds.ts";
import { managedAddon, type ManagedAddon } from "../crds/managedaddon/schema.ts";
import { managedCluster, type ManagedCluster } from "../crds/managedcluster/schema.ts";
import { nodePool, type NodePool } from "../crds/nodepool/schema.ts";
import { registryProject, type RegistryProject } from "../crds/registryproject/schema.ts";
import { HttpKubeClient } from "../kube/client.ts";
import type { KubeTransport } from "../kube/transport.ts";
import type { KubeObject, ResourceType } from "../kube/types.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { Informer, type InformerOptions } from "../runtime/cache/informer.ts";
import type { Metrics } from "../runtime/metrics/metrics.ts";

interface CacheDeps {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly namespaces: readonly string[];
}

export interface Caches {
  readonly accounts: Informer<CloudAccount>;
  /** Only Secrets of type yunfan.dev/credentials. */
  readonly secrets: Informer<CredentialsSecret>;
  readonly projects: Informer<RegistryProject>;
  readonly clusters: Informer<ManagedCluster>;
  readonly pools: Informer<NodePool>;
  readonly addons: Informer<ManagedAddon>;
  /** Metadata of the Secrets that Yunfan published. */
  readonly published: Informer<KubeObject>;
  readonly all: readonly Pick<Informer<KubeObject>, "status" | "synced" | "onProgress" | "run">[];
}

export function createCaches(deps: CacheDeps): Caches {
  const all: Caches["all"][number][] = [];
  const informer = <T extends KubeObject>(
    name: string,
    options: Pick<InformerOptions<T>, "type" | "indexes" | "fieldSelector" | "labelSelector" | "metadataOnly">,
  ): Informer<T> => {
    const { transport, clock, log, namespaces } = deps;
    const isAbsent = options.type.group === GROUP ? absenceOf(options.type, transport) : undefined;
    const metrics = deps.metrics.watch(name);
    const made = new Informer<T>({ ...options, transport, clock, log, namespaces, isAbsent, metrics });
    all.push(made);
    return made;
  };
  return {
    accounts: informer<CloudAccount>("CloudAccount", { type: cloudAccount.type, indexes: { secret: secretOf } }),
    secrets: informer<CredentialsSecret>("Credentials", { type: SECRETS, fieldSelector: `type=${CREDENTIALS_TYPE}` }),
    projects: informer<RegistryProject>("RegistryProject", { type: registryProject.type, indexes: PROJECT_INDEXES }),
    clusters: informer<ManagedCluster>("ManagedCluster", { type: managedCluster.type, indexes: CLUSTER_INDEXES }),
    pools: informer<NodePool>("NodePool", { type: nodePool.type, indexes: POOL_INDEXES }),
    addons: informer<ManagedAddon>("ManagedAddon", { type: managedAddon.type, indexes: ADDON_INDEXES }),
    published: informer<KubeObject>("PublishedSecret", {
      type: SECRETS,
      labelSelector: OWNER_LABEL,
      metadataOnly: true,
      indexes: { owner: ownerOf },
    }),
    all,
  };
}

/**
 * Without its CRD there is nothing of a kind: an uninstall that has come half-way does not keep the rest from being let go. Where
 * none of our CRDs is there, nothing is installed yet, and readiness is to say so.
 */
function absenceOf(type: ResourceType, transport: KubeTransport): (signal: AbortSignal) => Promise<boolean> {
  const client = new HttpKubeClient(transport);
  const isAbsent = async (of: ResourceType, signal: AbortSignal): Promise<boolean> =>
    (await lookAt(client, CRDS, { name: crdNameOf(of), signal })) === "Absent";
  return async (signal) => {
    if (!(await isAbsent(type, signal))) return false;
    const all = await Promise.all(kinds.map((kind) => isAbsent(kind.type, signal)));
    return all.includes(false);
  };
}

function secretOf({ metadata, spec }: CloudAccount): readonly string[] {
  return [`${metadata.namespace}/${spec.credentialsSecretRef.name}`];
}

function ownerOf({ metadata }: KubeObject): readonly string[] {
  return [metadata.labels?.[OWNER_LABEL] ?? ""];
}
