// What the operator watches: one informer for each kind, with the indexes by which its controllers look things up, and two for Secrets.
import { CREDENTIALS_TYPE, SECRETS, type CredentialsSecret } from "../controllers/cloudaccount/credentials.ts";
import type { ControlledKind } from "../controllers/controlled.ts";
import { claimsOf } from "../controllers/external/precedence.ts";
import type { ExternalResource } from "../controllers/external/resource.ts";
import { EVENTS, OUR_EVENTS, type KubeEvent } from "../controllers/inventory/kube-events.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import { CRDS, crdNameOf, lookAt } from "../controllers/lifecycle/live-metadata.ts";
import type { Managed } from "../controllers/lifecycle/resource.ts";
import { CONFIG_MAPS, SOURCE_LABEL } from "../controllers/manifestset/labelled.ts";
import { OWNER_LABEL } from "../controllers/publishing/secrets.ts";
import type { CloudAccount } from "../crds/cloudaccount/schema.ts";
import { GROUP } from "../crds/kind.ts";
import type { ManagedCluster } from "../crds/managedcluster/schema.ts";
import { HttpKubeClient } from "../kube/client.ts";
import type { KubeTransport } from "../kube/transport.ts";
import type { KubeObject, ResourceType } from "../kube/types.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { Informer, type InformerOptions } from "../runtime/cache/informer.ts";
import { withoutRecords } from "../runtime/cache/kept.ts";
import type { Metrics } from "../runtime/metrics/metrics.ts";

/** Index of the cache of a kind by what its resources read. */
export const BY_SOURCE = "source";

interface InformerDeps {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly namespaces: readonly string[];
}

export interface Informers {
  /** By kind, as kinds.ts lists them. */
  readonly kinds: ReadonlyMap<string, Informer<Managed>>;
  /** Metadata of the ConfigMaps and Secrets that may be read as sources, by their kind. */
  readonly sources: ReadonlyMap<string, Informer<KubeObject>>;
  /** The two kinds that others hang on. */
  readonly accounts: Informer<CloudAccount>;
  readonly clusters: Informer<ManagedCluster>;
  /** Only Secrets of type yunfan.dev/credentials. */
  readonly credentials: Informer<CredentialsSecret>;
  /** Metadata of the Secrets that Yunfan published. */
  readonly published: Informer<KubeObject>;
  /** The Events of Yunfan's own resources: watched from the first call on, until the signal of that call ends it. */
  readonly watchEvents: (stop: AbortSignal) => Informer<KubeEvent>;
  readonly all: readonly Pick<Informer<KubeObject>, "status" | "synced" | "onProgress" | "run">[];
  /** Before these are complete nothing is worked on. Sources are read at use: without their watch a change of one is noticed later. */
  readonly needed: Informers["all"];
}

export function createInformers(deps: InformerDeps): Informers {
  const informer = <T extends KubeObject>(
    name: string,
    options: Pick<
      InformerOptions<T>,
      "type" | "indexes" | "fieldSelector" | "labelSelector" | "metadataOnly" | "transform"
    >,
  ): Informer<T> => {
    const { transport, clock, log, namespaces } = deps;
    const isAbsent = options.type.group === GROUP ? absenceOf(options.type, transport) : undefined;
    const metrics = deps.metrics.watch(name);
    return new Informer<T>({ ...options, transport, clock, log, namespaces, isAbsent, metrics });
  };
  const kinds = new Map(
    controlledKinds.map((controlled) => {
      const { type } = controlled.kind;
      return [type.kind, informer<Managed>(type.kind, { type, indexes: indexesOf(controlled), ...keptOf(controlled) })];
    }),
  );
  const credentials = informer<CredentialsSecret>("Credentials", {
    type: SECRETS,
    fieldSelector: `type=${CREDENTIALS_TYPE}`,
  });
  const published = informer<KubeObject>("PublishedSecret", {
    type: SECRETS,
    labelSelector: OWNER_LABEL,
    metadataOnly: true,
    indexes: { owner: ownerOf },
  });
  const labelled = { labelSelector: `${SOURCE_LABEL}=true`, metadataOnly: true } as const;
  const sources = new Map([
    ["ConfigMap", informer<KubeObject>("SourceConfigMap", { type: CONFIG_MAPS, ...labelled })],
    ["Secret", informer<KubeObject>("SourceSecret", { type: SECRETS, ...labelled })],
  ]);
  let events: Informer<KubeEvent> | undefined;
  const needed = [...kinds.values(), credentials, published];
  return {
    kinds,
    sources,
    accounts: named<CloudAccount>(kinds, "CloudAccount"),
    clusters: named<ManagedCluster>(kinds, "ManagedCluster"),
    credentials,
    published,
    watchEvents(stop) {
      if (!events) {
        events = informer<KubeEvent>("Event", { type: EVENTS, fieldSelector: OUR_EVENTS });
        void events.run(stop);
      }
      return events;
    },
    all: [...needed, ...sources.values()],
    needed,
  };
}

/** What has come in as a whole once, be it by a watch or as the answer to our own write. */
function keptOf({ keep }: ControlledKind): Pick<InformerOptions<Managed>, "transform"> {
  return keep ? { transform: (resource) => keep(withoutRecords(resource)) } : {};
}

function indexesOf({
  parentOf,
  alsoIn,
  cloudName,
  indexes,
  reads,
}: ControlledKind): NonNullable<InformerOptions<Managed>["indexes"]> {
  return {
    parent: (resource) => {
      const parent = parentOf(resource);
      return [...new Set([...(parent === undefined ? [] : [parent]), ...(alsoIn?.(resource) ?? [])])];
    },
    // Who competes for names stands for an item in a cloud.
    ...(cloudName && { claim: (resource) => claimsOf(resource as ExternalResource, cloudName(resource)) }),
    ...(reads && { [BY_SOURCE]: reads }),
    ...indexes,
  };
}

/** The cache of a kind holds that kind's objects. */
function named<T extends Managed>(kinds: ReadonlyMap<string, Informer<Managed>>, kind: string): Informer<T> {
  return kinds.get(kind) as unknown as Informer<T>;
}

/**
 * Without its CRD there is nothing of a kind: an uninstall that has come half-way does not keep the rest from being let go, and an
 * operator that is newer than the CRDs serves the kinds that there are. Where none of our CRDs is there, nothing is installed yet, and
 * readiness is to say so.
 */
function absenceOf(type: ResourceType, transport: KubeTransport): (signal: AbortSignal) => Promise<boolean> {
  const client = new HttpKubeClient(transport);
  const isAbsent = async (of: ResourceType, signal: AbortSignal): Promise<boolean> => {
    const seen = await lookAt(client, CRDS, { name: crdNameOf(of), signal });
    return seen === "Absent" || (seen === "Forbidden" && (await isUnserved(of, transport, signal)));
  };
  return async (signal) => {
    if (!(await isAbsent(type, signal))) return false;
    const all = await Promise.all(controlledKinds.map(({ kind }) => isAbsent(kind.type, signal)));
    return all.includes(false);
  };
}

/**
 * By discovery, which everybody may read: also whose rights are of an earlier version, which did not know of the kind. A server tells of
 * all CRDs of a group version together, so that one that is late says nothing of any.
 */
async function isUnserved(
  { group, version, plural }: ResourceType,
  transport: KubeTransport,
  signal: AbortSignal,
): Promise<boolean> {
  const served = await transport.request<{ resources: readonly { name: string }[] }>({
    method: "GET",
    path: `/apis/${group}/${version}`,
    signal,
  });
  return served.resources.length > 0 && !served.resources.some(({ name }) => name === plural);
}

function ownerOf({ metadata }: KubeObject): readonly string[] {
  return [metadata.labels?.[OWNER_LABEL] ?? ""];
}
