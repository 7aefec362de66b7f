// What must be true when chaos over clusters on ACK is over: each declared cluster and pool exists once, by its mark and as declared, with as
// many bought servers as it is to have; no existing server was erased twice or is gone, and no bought one is left behind.
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import type { ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { NodePool } from "../../../src/crds/nodepool/schema.ts";
import { boughtOf, ownedOf, type AckBed, type AckPools, type AckState, type AckWish } from "./ack.ts";
import { flawsOfVersions } from "./clusters-history.ts";
import { flawsOfStatus, noncesOf } from "./outcome.ts";

/** All that there is when it is judged. */
interface Scene {
  readonly dialect: AckBed["dialect"];
  readonly cloud: AckState;
  readonly clusters: readonly ManagedCluster[];
  readonly pools: readonly NodePool[];
}

const MARK = "yunfan.dev/nonce";

/** One line for each way in which kube or cloud are not as declared. `servers`: ids of all that existed before. */
export async function flawsOfAck(
  bed: AckBed,
  wishes: ReadonlyMap<string, AckWish>,
  servers: readonly string[],
): Promise<string[]> {
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
  const nonces = noncesOf(bed, managedCluster.type.kind).size;
  return [
    ...[...wishes].flatMap(([name, wish]) => flawsOfCluster(scene, name, wish)),
    ...(creates > nonces ? [`${creates} creates took effect for ${nonces} journaled nonces`] : []),
    ...flawsOfServers(scene, wishes, servers),
    ...left(scene, wishes),
    ...flawsOfVersions(bed.stand.versions()),
  ];
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
    if (!server) return [`${id} was released`];
    const flaws = [
      ...(server.imaged > 1 ? [`${id} was erased ${server.imaged} times`] : []),
      ...(server.clusterId !== "" && !listed.has(id) ? [`${id} is still in a cluster`] : []),
    ];
    return flaws;
  });
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
