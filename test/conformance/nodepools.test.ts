// The nodePools facet: what the suite asks of it beside the cases of every collection.
import { grantWrite } from "../../src/cloud/permit.ts";
import { describe, expect } from "vitest";
import type { CloudSession } from "../../src/cloud/contract.ts";
import type { ChangedField, CloudPools, NodePool, NodePoolChange } from "../../src/cloud/facets/nodepools.ts";
import type { NodesFacet } from "../../src/cloud/facets/nodes.ts";
import { CLOUDS } from "./clouds/index.ts";
import { collectionCases, markCases } from "./collection.ts";
import { outcomeCases } from "./outcomes.ts";
import { eventually, failureOf, needed, runFacet } from "./suite.ts";
import type { Case, NodePoolsSample } from "./suite.ts";
import { never, startStand, type Stand } from "./stand.ts";
import { firstName, make, makeSettled, NONCE, shown, type Subject } from "./subject.ts";

interface PoolsSubject extends Subject<NodePool> {
  readonly facet: CloudPools;
  readonly nodes: NodesFacet;
  readonly sample: NodePoolsSample;
}

/** How many nodes of the pool run; `all`: whatever they do. */
async function nodesOf({ nodes: facet, clusterId }: PoolsSubject, id: string, all?: "all"): Promise<number> {
  const { items } = await facet.list(clusterId, never);
  return items.filter(({ poolId, phase }) => poolId === id && (all === "all" || phase === "Active")).length;
}

/** As it is. */
function changeOf(pool: NodePool, ...changes: readonly ChangedField[]): NodePoolChange {
  const { name, mark, desired, autoscaling, labels, taints } = pool;
  return { name, mark, replicas: desired, autoscaling, labels, taints: taints ?? [], changes };
}

const cases: readonly Case<PoolsSubject>[] = [
  {
    title: "shows a pool as it was asked for, and our mark not among its labels",
    async run(subject) {
      const pool = await makeSettled(subject);
      const request = subject.sample.request(firstName(subject), NONCE);
      const { name, replicas: desired, autoscaling, labels, taints, instanceType } = request;
      expect(pool).toMatchObject({ name, desired, autoscaling, instanceType, mark: NONCE, phase: "Normal" });
      expect(pool.labels).toEqual(labels);
      if (pool.taints !== undefined) expect(pool.taints).toEqual(taints);
    },
  },
  {
    title: "has as many nodes as it is to have, each with its pool",
    async run(subject) {
      const { id } = await make(subject);
      await eventually(() => nodesOf(subject, id)).toBe(2);
      expect((await subject.nodes.list(subject.clusterId, never)).items).toHaveLength(2);
    },
  },
  {
    title: "changes the count, and the nodes follow",
    async run(subject) {
      const update = needed(subject.facet.update, "update");
      const pool = await makeSettled(subject);
      for (const replicas of [3, 3, 1]) {
        await update(subject.clusterId, pool.id, { ...changeOf(pool, "replicas"), replicas }, grantWrite(never));
        await eventually(() => shown(subject, pool.id)).toMatchObject({ desired: replicas, mark: NONCE });
        await eventually(() => nodesOf(subject, pool.id, "all")).toBe(replicas);
        // A pool that moves may refuse the next change.
        await eventually(() => shown(subject, pool.id)).toMatchObject({ phase: "Normal" });
      }
    },
  },
  {
    title: "changes labels and bounds of the autoscaler, and keeps the count and the mark",
    async run(subject) {
      const update = needed(subject.facet.update, "update");
      const pool = await makeSettled(subject);
      const labels = { changed: "yes" };
      const autoscaling = { ...pool.autoscaling, enabled: true, minReplicas: 1, maxReplicas: 5 };
      await update(
        subject.clusterId,
        pool.id,
        { ...changeOf(pool, "labels", "autoscaling"), labels, autoscaling },
        grantWrite(never),
      );
      const changed = { labels, autoscaling, desired: pool.desired, mark: NONCE };
      await eventually(() => shown(subject, pool.id)).toMatchObject(changed);
    },
  },
  {
    title: "a change of a pool that is not there is NotFound",
    async run(subject) {
      const update = needed(subject.facet.update, "update");
      const { unknownId } = subject.stand.cloud;
      const change = changeOf(await make(subject), "replicas");
      expect((await failureOf(update(subject.clusterId, unknownId, change, grantWrite(never)))).kind).toBe("NotFound");
    },
  },
  {
    title: "takes the nodes of a removed pool along",
    async run(subject) {
      const { id } = await makeSettled(subject);
      await eventually(() => nodesOf(subject, id)).toBe(2);
      await subject.facet.in(subject.clusterId).remove(id, grantWrite(never));
      await eventually(() => nodesOf(subject, id, "all")).toBe(0);
    },
  },
  {
    title: "in a cluster that is not there lists are NotFound, and a pool is absent",
    async run({ facet, nodes, stand }) {
      const { unknownId } = stand.cloud;
      expect((await failureOf(facet.in(unknownId).list(never))).kind).toBe("NotFound");
      expect((await failureOf(nodes.list(unknownId, never))).kind).toBe("NotFound");
      expect(await facet.in(unknownId).get(unknownId, never)).toBe("Absent");
      expect(await facet.in(unknownId).look(unknownId, never)).toBe("Absent");
    },
  },
];

function subjectOf(stand: Stand, sample: NodePoolsSample, clusterId: string): PoolsSubject {
  const facetOf = ({ nodePools }: CloudSession): CloudPools => {
    const facet = needed(nodePools, "the nodePools facet");
    return facet.membership === "Cloud" ? facet : expect.fail("The cloud has no pools");
  };
  return {
    stand,
    sample,
    clusterId,
    facet: facetOf(stand.session),
    nodes: needed(stand.session.nodes, "the nodes facet"),
    via: (session) => ({
      items: facetOf(session).in(clusterId),
      create: (name, nonce, signal) =>
        facetOf(session).create(clusterId, sample.request(name, nonce), grantWrite(signal)),
    }),
    isSettled: ({ phase }) => phase === "Normal",
  };
}

describe.each(CLOUDS)("$name", (cloud) => {
  runFacet(cloud, "nodePools", {
    cases: [...collectionCases, ...markCases, ...outcomeCases, ...cases],
    start: async (sample, rules) => {
      const stand = await startStand(cloud, rules);
      return subjectOf(stand, sample, await sample.cluster(stand.console));
    },
  });
});
