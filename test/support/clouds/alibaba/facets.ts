// The facets of an account on a simulated ACK, and what a colleague does there.
import { AssertionError } from "node:assert";
import { expect } from "vitest";
import type { Cluster, ClusterRequest, ClustersFacet } from "../../../../src/cloud/facets/clusters.ts";
import type { CloudPools, NodePool, NodePoolChange, NodePoolRequest } from "../../../../src/cloud/facets/nodepools.ts";
import type { JobsFacet } from "../../../../src/cloud/facets/jobs.ts";
import type { ClusterNode, NodesFacet } from "../../../../src/cloud/facets/nodes.ts";
import type { AlibabaSimulatorOptions } from "../../../../src/cloud/alibaba/simulator/index.ts";
import { grantWrite } from "../../../../src/cloud/permit.ts";
import { never, startAccount, type SimulatedAccount } from "./session.ts";

export const write = grantWrite(never);

/** Tasks of the simulator take milliseconds; a loaded machine takes longer. */
export const SOON = { timeout: 10_000, interval: 20 };

export interface Bed extends SimulatedAccount {
  readonly clusters: ClustersFacet;
  readonly nodes: NodesFacet;
  readonly jobs: JobsFacet;
  /** A running cluster by a colleague's hand; its id. */
  readonly plant: (fields?: object) => Promise<string>;
  /** A colleague changes a cluster. */
  readonly set: (id: string, change: object) => Promise<unknown>;
  /** All records of a collection of the simulator. */
  readonly records: (collection: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export async function startFacets(options: Partial<AlibabaSimulatorOptions> = {}): Promise<Bed> {
  const account = await startAccount({ cidrOverlaps: "Allow", ...options });
  const { clusters, nodes, jobs } = account.open();
  const { simulator } = account;
  return {
    ...account,
    clusters: there(clusters),
    nodes: there(nodes),
    jobs: there(jobs),
    async plant(fields = {}) {
      const planted = await simulator.behindOurBack("POST", "clusters", { name: "planted", ...fields });
      return (planted as { id: string }).id;
    },
    set: (id, change) => simulator.behindOurBack("PATCH", `clusters/${id}`, change),
    async records(collection) {
      return ((await simulator.state()) as Record<string, readonly Record<string, unknown>[]>)[collection] ?? [];
    },
  };
}

/** Of a bed in today's dialect. */
export function poolsOf({ open }: Bed): CloudPools {
  const facet = there(open().nodePools);
  if (facet.membership !== "Cloud") throw new AssertionError({ message: "The dialect has no pools" });
  return facet;
}

export async function shown({ clusters }: Bed, id: string): Promise<Cluster> {
  return notAbsent(await clusters.get(id, never));
}

/** Created, and running. */
export async function made(bed: Bed, request: ClusterRequest): Promise<Cluster> {
  const { id } = await bed.clusters.create(request, write);
  await expect.poll(async () => (await shown(bed, there(id))).phase, SOON).toBe("Available");
  return shown(bed, there(id));
}

export async function shownPool(bed: Bed, clusterId: string, id: string): Promise<NodePool> {
  return notAbsent(await poolsOf(bed).in(clusterId).get(id, never));
}

/** Created, and at rest. */
export async function madePool(bed: Bed, clusterId: string, request: NodePoolRequest): Promise<NodePool> {
  const { id } = await poolsOf(bed).create(clusterId, request, write);
  await expect.poll(async () => (await shownPool(bed, clusterId, there(id))).phase, SOON).toBe("Normal");
  return shownPool(bed, clusterId, there(id));
}

/** As it is, but for what is to change. */
export function changeOf(pool: NodePool, change: Partial<NodePoolChange>): NodePoolChange {
  const { name, mark, desired: replicas, autoscaling, labels, taints = [] } = pool;
  return { name, mark, replicas, autoscaling, labels, taints, changes: [], ...change };
}

export async function nodesIn({ nodes }: Bed, clusterId: string): Promise<readonly ClusterNode[]> {
  return (await nodes.list(clusterId, never)).items;
}

export function there<T>(value: T | undefined): T {
  if (value === undefined) throw new AssertionError({ message: "It is not there" });
  return value;
}

function notAbsent<T>(item: T | "Absent"): T {
  if (item === "Absent") throw new AssertionError({ message: "It is absent" });
  return item;
}
