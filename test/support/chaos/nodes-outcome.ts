// What must be true when chaos over single nodes is over: each declared node is there once, on one server, in its cluster; no disk was
// written more often than was asked for; what was accepted is still there, and of what was bought nothing is left.
import { managedNode } from "../../../src/crds/managednode/kind.ts";
import type { ManagedNode } from "../../../src/crds/managednode/schema.ts";
import { findCondition } from "../../../src/runtime/conditions.ts";
import { annotation, ANNOTATIONS } from "../../../src/controllers/lifecycle/resource.ts";
import { flawsOfVersions } from "./clusters-history.ts";
import type { NodesBed, NodesState } from "./nodes.ts";
import { flawsOfStatus, noncesOf } from "./outcome.ts";

/** What a user wants of a node, and has asked for. */
export interface NodeWish {
  readonly cluster: string;
  /** Of a server that existed; undefined: bought. */
  readonly serverId: string | undefined;
  /** How often its disks may have been written by now. */
  readonly imaged: number;
}

export interface Wished {
  readonly nodes: ReadonlyMap<string, NodeWish>;
  /** Servers that existed and were given back, with how often their disks may have been written. */
  readonly freed: ReadonlyMap<string, number>;
  /** Whether disks were written exactly as often as they may; else at most. */
  readonly exact: boolean;
}

interface Scene {
  readonly bed: NodesBed;
  readonly cloud: NodesState;
  readonly nodes: readonly ManagedNode[];
  readonly wished: Wished;
}

/** One line for each way in which kube or cloud are not as declared. */
export async function flawsOfNodes(bed: NodesBed, wished: Wished): Promise<string[]> {
  const [cloud, nodes, requests] = await Promise.all([
    bed.cloud(),
    bed.list<ManagedNode>(managedNode.type),
    bed.requestsSince(0),
  ]);
  const scene: Scene = { bed, cloud, nodes, wished };
  const made = requests.filter(
    ({ effect, method, path }) => effect && method === "POST" && /\/nodes(?:\/add)?$/.test(path),
  ).length;
  const nonces = noncesOf(bed, managedNode.type.kind).size;
  return [
    ...[...wished.nodes].flatMap(([name, wish]) => flawsOfNode(scene, name, wish)),
    ...[...wished.freed].flatMap(([id, imaged]) => flawsOfFreed(scene, id, imaged)),
    ...(made > nonces ? [`${made} creates and accepts took effect for ${nonces} journaled nonces`] : []),
    ...left(scene),
    ...flawsOfVersions(bed.stand.versions()),
  ];
}

function flawsOfNode(scene: Scene, name: string, wish: NodeWish): string[] {
  const { bed, cloud } = scene;
  const resource = scene.nodes.find(({ metadata }) => metadata.name === name);
  if (!resource) return [`there is no ManagedNode ${name}`];
  const { status } = resource;
  const found = cloud.nodes.find(({ id }) => id === status.externalId);
  if (!found) return [`${name} does not exist in the cloud`];
  const server = cloud.servers.find(({ id }) => id === found.serverId);
  const isUnconfirmed = waitsForConfirmation(resource);
  const cluster = isUnconfirmed ? status.clusterName : wish.cluster;
  const rules: readonly (readonly [string, boolean])[] = [
    [`is ${found.phase}`, found.phase !== "Active"],
    [`is in ${found.clusterId}`, found.clusterId !== bed.clusterIds.get(cluster ?? "")],
    [`says that it is in ${status.clusterName}`, status.clusterName !== cluster],
    [`has server ${found.serverId}`, found.serverId !== (wish.serverId ?? status.serverId)],
    [`says that its server is ${status.serverId}`, status.serverId !== found.serverId],
    [`was written ${server?.imaged} times in place of ${wish.imaged}`, isWrong(scene, server?.imaged, wish.imaged)],
    [`is out of service: ${status.disruption?.verb}`, status.disruption !== undefined],
  ];
  const broken = rules.filter(([, isBroken]) => isBroken).map(([rule]) => rule);
  const said = isUnconfirmed ? [] : flawsOfStatus(resource, found.id);
  return [...broken, ...said].map((flaw) => `${name} ${flaw}`);
}

/** It was meant to move, by an id that it has no more. */
function waitsForConfirmation(resource: ManagedNode): boolean {
  const { conditions, externalId } = resource.status;
  const isHeld = findCondition(conditions, "Ready")?.reason === "MoveNotConfirmed";
  return isHeld && annotation(resource, ANNOTATIONS.move) !== externalId;
}

function flawsOfFreed(scene: Scene, id: string, most: number): string[] {
  const server = scene.cloud.servers.find((one) => one.id === id);
  if (!server) return [`server ${id}, which existed before, was deleted`];
  return [
    ...(server.nodeId === "" ? [] : [`server ${id} is still a node`]),
    ...(isWrong(scene, server.imaged, most)
      ? [`server ${id} was written ${server.imaged} times in place of ${most}`]
      : []),
  ];
}

function isWrong({ wished: { exact } }: Scene, imaged: number | undefined, wanted: number): boolean {
  return imaged === undefined || (exact ? imaged !== wanted : imaged > wanted);
}

/** What nobody declares any more. */
function left({ cloud, nodes, wished }: Scene): string[] {
  const declared = nodes.filter(({ metadata }) => wished.nodes.has(metadata.name));
  const ids = new Set(declared.map(({ status }) => status.externalId));
  const servers = new Set([...wished.freed.keys(), ...declared.flatMap(({ status }) => status.serverId ?? [])]);
  return [
    ...nodes
      .filter(({ metadata }) => !wished.nodes.has(metadata.name))
      .map(({ metadata }) => `ManagedNode ${metadata.name} is left`),
    ...cloud.nodes.filter(({ id }) => !ids.has(id)).map(({ name, id }) => `node ${name} (${id}) is left in the cloud`),
    ...cloud.servers.filter(({ id }) => !servers.has(id)).map(({ name, id }) => `server ${name} (${id}) is left`),
  ];
}
