// What must be true after endurance: each declared cluster, pool and add-on is there exactly once and as declared, nothing was
// deleted, and nobody else's cluster was touched.
import { isDeepStrictEqual } from "node:util";
import { findCondition } from "../../../src/runtime/conditions.ts";
import { type Fleet, type FleetKind, isReady } from "./fleet.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";

export interface Declared {
  readonly description: string;
  readonly powerState: "Running" | "Hibernated";
  /** Replicas by the last part of the pool's name. */
  readonly pools: Readonly<Record<string, number>>;
}

/** The collections of /_simulator/state that are looked at. */
interface CloudState {
  readonly clusters: readonly { id: string; name: string; phase: string; description: string }[];
  readonly nodepools: readonly { id: string; name: string; clusterId: string; initialNodeCount: number }[];
  readonly nodes: readonly { nodepoolId: string; phase: string }[];
  readonly addons: readonly { id: string; name: string; clusterId: string; status: string }[];
}

/** One line for each way in which kube or cloud are not as declared. */
export async function flawsOfEndurance(fleet: Fleet, declared: ReadonlyMap<string, Declared>): Promise<string[]> {
  const [state, requests] = await Promise.all([fleet.cloud.state() as Promise<CloudState>, fleet.cloud.requests()]);
  const names = [...declared.keys(), "bystander"].toSorted();
  const pools = [...declared.values()].flatMap((wish) => Object.keys(wish.pools)).length;
  const found = state.clusters.map(({ name }) => name).toSorted();
  return [
    ...(found.join() === names.join() ? [] : [`the cloud has the clusters ${found.join()}`]),
    ...(state.nodepools.length === pools ? [] : [`the cloud has ${state.nodepools.length} pools`]),
    ...[...declared].flatMap(([name, wish]) => flawsOfCluster(fleet, state, { name, wish })),
    ...flawsOfBystander(state),
    ...flawsOfEffects(requests, { clusters: declared.size, pools, addons: declared.size }),
  ];
}

function flawsOfCluster(fleet: Fleet, state: CloudState, { name, wish }: { name: string; wish: Declared }): string[] {
  const cluster = state.clusters.find((each) => each.name === name);
  if (cluster === undefined) return [`${name} is not in the cloud`];
  const phase = wish.powerState === "Running" ? "Available" : "Hibernation";
  const metrics = state.addons.filter((each) => each.clusterId === cluster.id && each.name === "metrics-server");
  return [
    ...flawsOfResource(fleet, "ManagedCluster", { name, id: cluster.id }),
    ...(cluster.phase === phase ? [] : [`${name} is ${cluster.phase}`]),
    ...(cluster.description.startsWith(`${wish.description} [yunfan:`) ? [] : [`${name} is "${cluster.description}"`]),
    ...Object.entries(wish.pools).flatMap(([pool, replicas]) =>
      flawsOfPool(fleet, state, { name: `${name}-${pool}`, clusterId: cluster.id, replicas }),
    ),
    ...flawsOfResource(fleet, "ManagedAddon", { name: `${name}-metrics`, id: metrics[0]?.id }),
    ...(metrics.length === 1 && metrics[0]?.status === "running" ? [] : [`${name} has ${metrics.length} add-ons`]),
  ];
}

function flawsOfPool(
  fleet: Fleet,
  state: CloudState,
  { name, clusterId, replicas }: { name: string; clusterId: string; replicas: number },
): string[] {
  const [pool, ...others] = state.nodepools.filter((each) => each.name === name && each.clusterId === clusterId);
  if (pool === undefined || others.length > 0) return [`${name} is ${pool ? others.length + 1 : 0} times in the cloud`];
  const nodes = state.nodes.filter(({ nodepoolId, phase }) => nodepoolId === pool.id && phase === "Active");
  return [
    ...flawsOfResource(fleet, "NodePool", { name, id: pool.id }),
    ...(nodes.length === replicas ? [] : [`${name} has ${nodes.length} of ${replicas} nodes`]),
  ];
}

function flawsOfResource(
  fleet: Fleet,
  kind: FleetKind,
  { name, id }: { name: string; id: string | undefined },
): string[] {
  const resource = fleet.all(kind).find(({ metadata }) => metadata.name === name);
  if (resource === undefined) return [`there is no ${kind} ${name}`];
  const { externalId, operation, conditions } = resource.status;
  const ready = findCondition(conditions, "Ready");
  return [
    ...(isReady(resource) ? [] : [`${name} is not Ready: ${ready?.reason} ${ready?.message}`]),
    ...(externalId === id ? [] : [`${name} has the id ${externalId}, not ${id}`]),
    ...(operation === undefined ? [] : [`${name} has an open journal`]),
  ];
}

function flawsOfBystander({ clusters }: CloudState): string[] {
  const bystander = clusters.find(({ name }) => name === "bystander");
  const isUntouched = bystander?.phase === "Available" && bystander.description === "";
  return isUntouched ? [] : ["somebody else's cluster was touched"];
}

/** Each thing was made once, and nothing was ever deleted: scaling down is no DELETE. */
function flawsOfEffects(
  requests: readonly LoggedRequest[],
  wanted: { clusters: number; pools: number; addons: number },
): string[] {
  const effects = requests.filter(({ effect, path }) => effect && !path.startsWith("/_simulator/"));
  const made = (collection: string): number =>
    effects.filter(({ method, path }) => method === "POST" && path.endsWith(`/${collection}`)).length;
  const found = { clusters: made("clusters"), pools: made("nodepools"), addons: made("addons") };
  return [
    ...(isDeepStrictEqual(found, wanted)
      ? []
      : [`made were ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`]),
    ...effects.filter(({ method }) => method === "DELETE").map(({ path }) => `${path} was deleted`),
  ];
}
