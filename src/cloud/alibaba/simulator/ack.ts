// The simulated ACK as handlers work with it: its records, its rules, its clock, and how records are made, found and changed.
import { randomBytes } from "node:crypto";
import { Store } from "../../simulation/store.ts";
import type { Timeline } from "../../simulation/timeline.ts";
import { CodedRefusal } from "./refusals.ts";
import type { AckRules } from "./rules.ts";
import type { AckTables, AckView, Cluster, Entity, Node, NodePool, Plan } from "./state.ts";

/** Everything a handler works with. */
export interface Ack {
  readonly store: Store<AckTables>;
  readonly rules: AckRules;
  /** The clock of all that is stamped, and the schedule of all that happens by itself. */
  readonly timeline: Timeline;
}

/** `left`: records of before, in place of none. */
export function createAck(
  rules: AckRules,
  quotas: Readonly<Record<string, number>>,
  timeline: Timeline,
  left?: Store<AckTables>,
): Ack {
  const collections = [
    "clusters",
    "nodepools",
    "nodes",
    "servers",
    "tasks",
    "attachscripts",
    "plans",
    "quotas",
  ] as const;
  if (left !== undefined) return { store: left, rules, timeline };
  const ack = { store: new Store<AckTables>(collections, timeline), rules, timeline };
  for (const [id, limit] of Object.entries(quotas)) ack.store.put("quotas", { ...newEntity(ack, id, id), limit });
  return ack;
}

/** With the time of now. */
export function newEntity(ack: Ack, id: string, name: string): Entity {
  const createdAt = isoNow(ack);
  return { id, name, createdAt, updatedAt: createdAt };
}

/** `prefix` and as many random hexadecimal digits. */
export function newId(prefix: string, digits: number): string {
  return `${prefix}${randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits)}`;
}

function isoNow({ timeline }: Ack): string {
  return new Date(timeline.now()).toISOString();
}

/** Changes a record and its `updatedAt`; undefined, without effect, where it is gone. */
export function amend<C extends keyof AckTables>(
  ack: Ack,
  collection: C,
  id: string,
  change: Partial<AckTables[C]>,
): AckTables[C] | undefined {
  const record = ack.store.get(collection, id);
  if (record === undefined) return undefined;
  const amended = { ...record, ...change, updatedAt: isoNow(ack) };
  ack.store.put(collection, amended);
  return amended;
}

/** Throws 404 `ErrorClusterNotFound` where there is no such cluster. */
export function requireCluster(view: AckView, id: string): Cluster {
  const cluster = view.get("clusters", id);
  if (cluster === undefined) throw clusterNotFound(id);
  return cluster;
}

export function clusterNotFound(id: string): CodedRefusal {
  return new CodedRefusal(404, "ErrorClusterNotFound", `The cluster ${id} could not be found.`);
}

/** Throws 404 `ErrorNodePoolNotFound` where the cluster has no such pool. */
export function requirePool(view: AckView, clusterId: string, id: string): NodePool {
  const pool = view.get("nodepools", id);
  if (pool?.clusterId === clusterId) return pool;
  throw new CodedRefusal(404, "ErrorNodePoolNotFound", `The node pool ${id} could not be found.`);
}

export function nodesOf(view: AckView, clusterId: string): Node[] {
  return view.list("nodes").filter((node) => node.clusterId === clusterId);
}

export function nodesOfPool(view: AckView, poolId: string): Node[] {
  return view.list("nodes").filter(({ nodepoolId }) => nodepoolId === poolId);
}

/** Takes the plan for `name` that `fits`, so that it strikes once. */
export function takePlan(
  ack: Ack,
  concerns: Plan["concerns"],
  name: string,
  fits: (plan: Plan) => boolean,
): Plan | undefined {
  const plan = ack.store.list("plans").find((one) => one.concerns === concerns && one.name === name && fits(one));
  if (plan !== undefined) ack.store.remove("plans", plan.id);
  return plan;
}

/** What is refused because of the state that something is in. */
export function wrongState({ rules }: Ack, what: string, state: string): CodedRefusal {
  return new CodedRefusal(
    400,
    rules.wrongStateCode,
    `The ${what} is in the state ${state}, which does not allow this.`,
  );
}
