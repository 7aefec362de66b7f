// What may never have happened to clusters, pools and add-ons, whatever they are like in the end.
import { managedAddon } from "../../../src/crds/managedaddon/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { ClusterBed } from "./clusters.ts";
import { isCreating, noncesOf } from "./outcome.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";
import type { Resource } from "../environment/status-watch.ts";

const PROJECT = "/api/v3/projects/[^/]+";
const CLUSTER = `${PROJECT}/clusters/[^/]+`;

/** All that we may change in the cloud. */
const WRITABLE = new RegExp(
  `^(?:${PROJECT}/clusters|${CLUSTER}|${CLUSTER}/operation/(?:hibernate|awake)|${CLUSTER}/nodepools(?:/[^/]+)?|/api/v3/addons(?:/[^/]+)?)$`,
);

const CREATES = [
  { kind: managedCluster.type.kind, path: /\/clusters$/ },
  { kind: nodePool.type.kind, path: /\/nodepools$/ },
  { kind: managedAddon.type.kind, path: /\/addons$/ },
] as const;

/** What a user would be told if something was made twice, lost or taken from others. */
const ALARMS: ReadonlySet<string> = new Set([
  "AlreadyExists",
  "CreatedTwice",
  "CreateFailed",
  "CreateOutcomeUnknown",
  "ExternalIdConflict",
  "ExternalResourceMissing",
  "NameConflict",
]);

export function flawsOfHistory(bed: ClusterBed, requests: readonly LoggedRequest[]): string[] {
  return [...flawsOfEffects(bed, requests), ...flawsOfVersions(bed.stand.versions())];
}

/** Of all that was ever shown, of whatever cloud. */
export function flawsOfVersions(versions: readonly Resource[]): string[] {
  return [...flawsOfIds(versions), ...new Set(versions.flatMap(alarmsOf))];
}

/** Each journaled nonce has made one thing at most, and nothing was written that is none of ours. */
function flawsOfEffects(bed: ClusterBed, requests: readonly LoggedRequest[]): string[] {
  const effects = requests.filter(({ effect }) => effect);
  const surplus = CREATES.flatMap(({ kind, path }) => {
    const posts = effects.filter((effect) => effect.method === "POST" && path.test(effect.path)).length;
    const nonces = noncesOf(bed, kind).size;
    return posts > nonces ? [`${posts} creates took effect for ${nonces} journaled nonces of ${kind}s`] : [];
  });
  const strange = effects.filter(({ path }) => !WRITABLE.test(path));
  return [...surplus, ...strange.map(({ method, path }) => `${method} ${path} changed something`)];
}

/** A nonce has made one thing, and a thing was made for one resource. */
function flawsOfIds(versions: readonly Resource[]): string[] {
  const made = versions.filter((version) => isCreating(version) && version.status.externalId !== undefined);
  const idsByNonce = collect(made, ({ status }) => [status.operation!.nonce, status.externalId!]);
  const uidsById = collect(versions, ({ status, metadata }) => [status.externalId ?? "", metadata.uid]);
  uidsById.delete("");
  return [
    ...[...idsByNonce].filter(hasSeveral).map(([nonce, ids]) => `${nonce} has made ${[...ids].join(" and ")}`),
    ...[...uidsById].filter(hasSeveral).map(([id, uids]) => `${id} was held by ${[...uids].join(" and ")}`),
  ];
}

function collect(
  versions: readonly Resource[],
  pairOf: (version: Resource) => [string, string],
): Map<string, Set<string>> {
  const collected = new Map<string, Set<string>>();
  for (const [key, value] of versions.map(pairOf)) collected.set(key, (collected.get(key) ?? new Set()).add(value));
  return collected;
}

function hasSeveral([, values]: [string, ReadonlySet<string>]): boolean {
  return values.size > 1;
}

function alarmsOf({ kind, metadata, status }: Resource): string[] {
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return ready && ALARMS.has(ready.reason)
    ? [`${kind} ${metadata.name} once said ${ready.reason}: ${ready.message}`]
    : [];
}
