// What has to hold before a cluster is created, and the POST that creates it.
import { loginsOf } from "../../cloud/blocks.ts";
import type { BlockOptions } from "../../cloud/collection.ts";
import type { Cluster, ClusterQuota, ClusterRequest } from "../../cloud/facets/clusters.ts";
import type { NodeLogin } from "../../cloud/facets/servers.ts";
import { ManagedClusterReason as Reason } from "../../crds/managedcluster/conditions.ts";
import { managedCluster } from "../../crds/managedcluster/kind.ts";
import type { KubeClient } from "../../kube/client.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { listed as inWords } from "../../lib/text.ts";
import { assertPossible } from "../cloudaccount/offers.ts";
import { loginOf, type DeclaredLogin } from "../cloudaccount/login.ts";
import type { Send } from "../external/kind.ts";
import type { Observer } from "../external/observe.ts";
import type { ClusterScope } from "./scope.ts";
import { newestOf } from "./versions.ts";

const NO_NETWORK = { vpcId: undefined, subnetId: undefined, podCidr: undefined, serviceCidr: undefined };
const DOUBT_POLL_MS = 5_000;

/**
 * Makes the request ready, before anything is journaled: a refusal that can be foretold costs no write and says what to do. Throws as
 * loginOf, wholeVersion and assertQuota do, and TerminalError NotSupportedByCloud.
 */
export async function prepareCluster(scope: ClusterScope, observer: Observer, client: KubeClient): Promise<Send> {
  const { visit, facet, place, name } = scope;
  if (facet.makesNone) throw await makesNone(scope, observer);
  const { spec } = visit.object;
  const { version, description = "", network, deletionProtection } = spec;
  const options = place.optionsOf(spec);
  const declared = {
    name,
    version,
    description,
    network: { ...NO_NETWORK, ...network },
    options,
    logins: await loginsIn(scope, options, client),
    deletionProtection,
  };
  assertPossible(facet.check?.(declared));
  visit.status.protectedByUs = facet.setDeletionProtection && deletionProtection ? true : undefined;
  const request = { ...declared, version: await wholeVersion(scope, declared) };
  await assertQuota(scope, request, observer);
  return (nonce, permit) => facet.create({ ...request, nonce }, permit);
}

/** What exists is for adoption, and its names are told. */
async function makesNone(scope: ClusterScope, observer: Observer): Promise<TerminalError> {
  const { byId } = await observer.afterWrite(scope);
  const { provider } = scope.place.account.spec;
  const there = byId.size === 0 ? "there is none" : `these are there: ${inWords([...byId.keys()])}`;
  const message = `The API of ${provider} makes no clusters. Adopt one that is there by spec.externalId; ${there}`;
  return new TerminalError({ reason: Reason.NotSupportedByCloud, message });
}

/** By their paths in the block. */
async function loginsIn(
  { visit, place }: ClusterScope,
  options: BlockOptions,
  client: KubeClient,
): Promise<Readonly<Record<string, NodeLogin>>> {
  const declared = loginsOf(place.account.spec.provider, managedCluster.type.kind);
  const entries = await Promise.all(
    declared.map(async ({ path, field }) => {
      const login = await loginOf(visit, client, { field, login: memberAt(options, path) });
      return login ? [[path, login] as const] : [];
    }),
  );
  return Object.fromEntries(entries.flat());
}

function memberAt(options: BlockOptions, path: string): DeclaredLogin | undefined {
  const inner = path
    .split(".")
    .reduce((value: unknown, name) => (value as Record<string, unknown> | undefined)?.[name], options);
  return inner as DeclaredLogin | undefined;
}

/**
 * The newest on offer that the declared version admits; as it is declared where the cloud chooses itself. Throws TerminalError
 * VersionNotOffered.
 */
async function wholeVersion(
  { visit, facet }: ClusterScope,
  { version, options }: Pick<ClusterRequest, "version" | "options">,
): Promise<string | undefined> {
  if (version === undefined || !facet.versions) return version;
  const offered = await facet.versions(options, visit.signal);
  const newest = newestOf(offered, version);
  if (newest !== undefined) return newest;
  const message = `The cloud offers no version ${version} (spec.version) for a new cluster, but ${offered.join(", ") || "none"}. Choose one of these`;
  throw new TerminalError({ reason: Reason.VersionNotOffered, message });
}

/**
 * Throws TerminalError QuotaExceeded where there is no room, and WaitingError ObservationNotTrusted where the cloud counts more
 * clusters than it lists: what it does not show may be the very one that is about to be created.
 */
async function assertQuota(
  scope: ClusterScope,
  request: Pick<ClusterRequest, "options">,
  observer: Observer,
): Promise<void> {
  const { visit, facet } = scope;
  const quotas = (await facet.quotas?.(request, visit.signal)) ?? [];
  for (const quota of quotas) await assertRoom(scope, quota, observer);
  if (quotas.length === 0) return;
  const message = "There was room when it was created";
  visit.state({ type: "QuotaAvailable", status: "True", reason: Reason.QuotaAvailable, message });
}

async function assertRoom(scope: ClusterScope, quota: ClusterQuota, observer: Observer): Promise<void> {
  const { limit, noun } = quota;
  const listed = await countListed(scope, quota, observer);
  const used = quota.used ?? listed;
  if (used >= limit) {
    const message = `${used} of ${limit} ${noun} are in use. Raise the quota in the cloud, or delete a cluster`;
    scope.visit.state({ type: "QuotaAvailable", status: "False", reason: Reason.QuotaExceeded, message });
    throw new TerminalError({ reason: Reason.QuotaExceeded, message });
  }
  if (used <= listed) return;
  const message = `The cloud counts ${used} ${noun} and lists ${listed}. Nothing is created until the two agree; looking again`;
  throw new WaitingError({ reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS });
}

/** A list from before the count lacks what was made in between, such as by another resource: then a newer one counts. */
async function countListed(scope: ClusterScope, { used, counts }: ClusterQuota, observer: Observer): Promise<number> {
  const count = ({ byId }: { readonly byId: ReadonlyMap<string, Cluster> }): number =>
    [...byId.values()].filter(counts).length;
  if (used === undefined) return count(await observer.afterWrite(scope));
  const listed = count(await scope.lists.observe(Number.NEGATIVE_INFINITY, scope.visit.signal));
  return listed < used ? count(await observer.afterWrite(scope)) : listed;
}
