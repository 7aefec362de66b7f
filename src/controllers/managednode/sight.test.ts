// Before the disks of a node are erased to repair it, the cloud is asked for all others by two lists.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { timestamp } from "../../lib/clock.ts";
import { NodeLists } from "../managedcluster/node-lists.ts";
import { inCluster } from "./sight.ts";

const { signal } = new AbortController();

const NODE = { id: "n", name: "n", phase: "Abnormal", cloudPhase: "Abnormal", poolId: undefined } as ClusterNode;
const OTHER = { ...NODE, id: "o", name: "o" };

/** A cluster whose lists are these, one after the other, and a node that has been out of order for half an hour. */
async function build({ shown, repairs }: { shown: readonly (readonly ClusterNode[])[]; repairs: boolean }) {
  const clock = new FakeClock();
  const abnormalSince = timestamp(clock);
  await clock.advance(1_801_000);
  const clusters = { standingFor: () => [] } as unknown as ConstructorParameters<typeof NodeLists>[0]["clusters"];
  const nodeLists = new NodeLists({ clock, stop: signal, clusters, below: () => [] });
  const asked: string[] = [];
  const left = [...shown];
  const facet = {
    list: async () => {
      asked.push("list");
      await clock.advance(1);
      return { items: left.shift() ?? [], clockSkewMs: 0 };
    },
  };
  const place = { session: {}, key: "place", clusterId: "c" };
  const repair = repairs ? { policy: "Reset", eraseDisks: true, afterSeconds: 1_800 } : { policy: "None" };
  const visit = { object: { spec: { repair } }, status: { abnormalSince }, signal };
  const lists = nodeLists.in(place as never, facet);
  const sight = { visit, place, facet, lists } as unknown as Parameters<typeof inCluster>[1];
  return { see: () => inCluster({ nodeLists, clock }, sight, Number.NEGATIVE_INFINITY), asked };
}

it("A node that is to be repaired is seen beside all that either of two lists shows", async () => {
  const { see, asked } = await build({ shown: [[NODE, OTHER], [NODE]], repairs: true });
  expect((await see()).map(({ id }) => id)).toEqual(["n", "o"]);
  expect(asked).toEqual(["list", "list"]);
});

it("A node that is not costs the one list that it shares", async () => {
  const { see, asked } = await build({ shown: [[NODE]], repairs: false });
  expect(await see()).toEqual([NODE]);
  expect(asked).toEqual(["list"]);
});
