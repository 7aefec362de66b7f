// What must be true when chaos over clusters on ACK is over: each declared cluster and pool exists once, by its mark and as declared, with as
// many bought servers as it is to have; no existing server was erased twice or is gone, and no bought one is left behind.
import { Reason } from "../../../src/crds/common/conditions.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { NodePool } from "../../../src/crds/nodepool/schema.ts";
import { boughtOf, ownedOf, type AckBed, type AckPools, type AckState, type AckWish } from "./ack.ts";
import { flawsOfVersions } from "./clusters-history.ts";
import { flawsOfStatus, noncesOf } from "./outcome.ts";
import type { Resource } from "../environment/environment.ts";

/** All that there is when it is judged. */
interface Scene {
  readonly dialect: AckBed["dialect"];
  readonly cloud: AckState;
  readonly clusters: readonly ManagedCluster[];
  readonly pools: readonly NodePool[];
}

const MARK = "yunfan.dev/nonce";
/** Of a pool of a storm. */
const MOST_REPLICAS = 3;

/** What is judged. */
interface Judged {
  readonly scene: Scene;
  readonly wishes: ReadonlyMap<string, AckWish>;
  /** Ids of all that existed before. */
  readonly servers: readonly string[];
  /** Creates of clusters that took effect, and journaled nonces. */
  readonly creates: number;
  readonly nonces: number;
}

/** One line for each way in which kube or cloud are not as declared. `servers`: ids of all that existed before. */
export async function flawsOfAck(
  bed: AckBed,
  wishes: ReadonlyMap<string, AckWish>,
  servers: readonly string[],
): Promise<string[]> {
  const { scene, creates, nonces } = await judged(bed, wishes, servers);
  return [
    ...[...wishes].flatMap(([name, wish]) => flawsOfCluster(scene, name, wish)),
    ...(creates > nonces ? [`${creates} creates took effect for ${nonces} journaled nonces`] : []),
    ...flawsOfServers(scene, wishes, servers),
    ...left(scene, wishes),
    ...flawsOfVersions(bed.stand.versions()),
  ];
}

/**
 * Where no answer shows a tag: what cannot be told is Stalled with the id, and waits for a person. Nothing is made twice or erased twice for
 * that, no existing server is released, and no more is bought than was ever declared.
 */
export async function flawsOfUnmarked(
  bed: AckBed,
  wishes: ReadonlyMap<string, AckWish>,
  servers: readonly string[],
): Promise<string[]> {
  const { scene, creates, nonces } = await judged(bed, wishes, servers);
  const { cloud, clusters } = scene;
  const named = idsToldIn(bed.stand.versions());
  const isTold = (name: string): boolean => {
    const own = cloud.clusters.filter((cluster) => cluster.name === name).map(({ id }) => id);
    const inside = cloud.servers.filter(({ clusterId }) => own.includes(clusterId)).map(({ id }) => id);
    return [...own, ...inside].some((id) => named.has(id));
  };
  const many = Object.entries(Object.groupBy(cloud.clusters, ({ name }) => name)).filter(([, of]) => of!.length > 1);
  const boughtFor = (id: string): number =>
    cloud.servers.filter(({ bought, clusterId }) => bought && clusterId === id).length;
  return [
    ...[...wishes].flatMap(([name, wish]) => (isTold(name) ? [] : flawsOfCluster(scene, name, wish))),
    ...(creates > nonces ? [`${creates} creates took effect for ${nonces} journaled nonces`] : []),
    ...many.map(([name, of]) => `${name} exists ${of!.length} times in the cloud`),
    ...cloud.clusters
      .filter(({ id }) => boughtFor(id) > MOST_REPLICAS)
      .map(({ name }) => `${name} has too many servers`),
    ...servers.flatMap((id) =>
      flawsOfServer(
        cloud.servers.find((server) => server.id === id),
        id,
      ),
    ),
    ...cloud.clusters
      .filter(({ name }) => !wishes.has(name) && !isTold(name))
      .map(({ name }) => `${name} is left, untold`),
    ...clusters.filter(isUnderWay).map(({ metadata }) => `${metadata.name} is under way`),
    ...flawsOfVersions(bed.stand.versions()).filter((flaw) => !flaw.includes(Reason.AlreadyExists)),
  ];
}

/** All that a resource has ever named to a person while it stood still for that. */
function idsToldIn(versions: readonly Resource[]): ReadonlySet<string> {
  const messages = versions.flatMap(({ status }) =>
    (status.conditions ?? []).flatMap(({ type, status: is, message }) =>
      type === "Stalled" && is === "True" ? [message] : [],
    ),
  );
  return new Set(messages.flatMap((message) => message.match(/\b(c[0-9a-f]{32}|i-[\w-]+)\b/g) ?? []));
}

/** What is in a cluster that stands still waits for it. */
function isUnderWay({ status }: ManagedCluster): boolean {
  return status.conditions?.some(({ type, status: is }) => type === "Reconciling" && is === "True") ?? true;
}

async function judged(bed: AckBed, wishes: ReadonlyMap<string, AckWish>, servers: readonly string[]): Promise<Judged> {
  const [cloud, clusters, pools, requests] = await Promise.all([
    bed.cloud(),
    bed.list<ManagedCluster>(managedCluster.type),
    bed.list<NodePool>(nodePool.type),
    bed.requestsSince(0),
  ]);
  const scene: Scene = { dialect: bed.dialect, cloud, clusters, pools };
  const creates = requests.filter(
    ({ effect, method, path }) => effect && method === "POST" && path === "/clusters",
  ).length;
  return { scene, wishes, servers, creates, nonces: noncesOf(bed, managedCluster.type.kind).size };
}

function flawsOfCluster(scene: Scene, name: string, { version, deletionProtection, pools }: AckWish): string[] {
  const [found, ...others] = scene.cloud.clusters.filter((cluster) => cluster.name === name);
  if (!found) return [`${name} does not exist in the cloud`];
  if (others.length > 0) return [`${name} exists ${others.length + 1} times in the cloud`];
  const resource = scene.clusters.find(({ metadata }) => metadata.name === name);
  if (!resource) return [`there is no ManagedCluster ${name}`];
  const isProtected = scene.dialect === "V2026" && deletionProtection;
  const rules: readonly (readonly [string, boolean])[] = [
    [
      `bears the mark ${found.tags[MARK]}`,
      found.tags[MARK] !== `${resource.metadata.uid}-${resource.status.createAttempts}`,
    ],
    [`is ${found.state}`, found.state !== "running"],
    [`has version ${found.version}`, !found.version.startsWith(version)],
    [`is protected: ${found.deletionProtection}`, found.deletionProtection !== isProtected],
  ];
  const broken = [...brokenOf(rules), ...flawsOfStatus(resource, found.id)].map((flaw) => `${name} ${flaw}`);
  if (!pools) return broken;
  return [
    ...broken,
    ...flawsOfBought(scene, { name, id: found.id }, pools),
    ...flawsOfOwned(scene, { name, id: found.id }, pools),
  ];
}

interface Place {
  readonly name: string;
  readonly id: string;
}

function flawsOfBought({ dialect, cloud, pools }: Scene, { name, id }: Place, { replicas, tier }: AckPools): string[] {
  const resource = pools.find(({ metadata }) => metadata.name === boughtOf(name));
  if (!resource) return [`there is no NodePool ${boughtOf(name)}`];
  const bought = cloud.servers.filter((server) => server.bought && server.clusterId === id);
  const rules: (readonly [string, boolean])[] = [
    [`has ${bought.length} of ${replicas} servers`, bought.length !== replicas],
    [`counts ${resource.status.readyReplicas}`, resource.status.readyReplicas !== replicas],
  ];
  if (dialect === "Reference") {
    return told(boughtOf(name), rules, flawsOfStatus(resource, `scale-out:${resource.metadata.uid}`));
  }
  const [found, ...others] = cloud.nodepools.filter((pool) => pool.clusterId === id && pool.name === boughtOf(name));
  if (!found || others.length > 0) return [`${boughtOf(name)} exists ${found ? others.length + 1 : 0} times`];
  rules.push([`is to have ${found.desiredSize}`, found.desiredSize !== replicas]);
  rules.push([`has the label ${found.labels["tier"]}`, found.labels["tier"] !== tier]);
  return told(boughtOf(name), rules, flawsOfStatus(resource, found.id));
}

function flawsOfOwned({ cloud, pools }: Scene, { name, id }: Place, { servers }: AckPools): string[] {
  const resource = pools.find(({ metadata }) => metadata.name === ownedOf(name));
  if (!resource) return [`there is no NodePool ${ownedOf(name)}`];
  const there = cloud.servers.filter((server) => !server.bought && server.clusterId === id).map((server) => server.id);
  const shown = (resource.status.servers ?? []).map((server) => `${server.id} ${server.state}`);
  const rules: readonly (readonly [string, boolean])[] = [
    [`has ${there.join()}`, there.toSorted().join() !== servers.toSorted().join()],
    [
      `shows ${shown.join()}`,
      shown.join() !==
        servers
          .toSorted()
          .map((server) => `${server} Joined`)
          .join(),
    ],
  ];
  return told(ownedOf(name), rules, flawsOfStatus(resource, resource.status.externalId ?? ""));
}

function told(name: string, rules: readonly (readonly [string, boolean])[], others: readonly string[]): string[] {
  return [...brokenOf(rules), ...others].map((flaw) => `${name} ${flaw}`);
}

function brokenOf(rules: readonly (readonly [string, boolean])[]): string[] {
  return rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
}

/** Each is there, was erased at most once, and is free unless somebody lists it. */
function flawsOfServers({ cloud }: Scene, wishes: ReadonlyMap<string, AckWish>, ids: readonly string[]): string[] {
  const listed = new Set([...wishes.values()].flatMap(({ pools }) => pools?.servers ?? []));
  return ids.flatMap((id) => {
    const server = cloud.servers.find((one) => one.id === id);
    const isKept = server !== undefined && server.clusterId !== "" && !listed.has(id);
    return [...flawsOfServer(server, id), ...(isKept ? [`${id} is still in a cluster`] : [])];
  });
}

function flawsOfServer(server: AckState["servers"][number] | undefined, id: string): string[] {
  if (!server) return [`${id} was released`];
  return server.imaged > 1 ? [`${id} was erased ${server.imaged} times`] : [];
}

/** What nobody declares any more. */
function left({ cloud, clusters, pools }: Scene, wishes: ReadonlyMap<string, AckWish>): string[] {
  const names = new Set(wishes.keys());
  const ids = new Set(cloud.clusters.map(({ id }) => id));
  const members = new Set([...wishes].flatMap(([name, wish]) => (wish.pools ? [boughtOf(name), ownedOf(name)] : [])));
  return [
    ...clusters
      .filter(({ metadata }) => !names.has(metadata.name))
      .map(({ metadata }) => `ManagedCluster ${metadata.name} is left`),
    ...pools
      .filter(({ metadata }) => !members.has(metadata.name))
      .map(({ metadata }) => `NodePool ${metadata.name} is left`),
    ...cloud.clusters.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is left in the cloud`),
    ...cloud.nodepools
      .filter(({ name, isDefault }) => !isDefault && !members.has(name))
      .map(({ name }) => `pool ${name} is left in the cloud`),
    ...cloud.servers
      .filter(({ bought, clusterId }) => bought && !ids.has(clusterId))
      .map(({ id }) => `bought server ${id} is left`),
  ];
}
