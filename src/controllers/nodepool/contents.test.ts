// What of pools and nodes holds the deletion of a cluster, by what its cloud can tell.
import { expect, it } from "vitest";
import { readableOf, memoryCloud } from "../../../test/support/clouds/memory.ts";
import type { CloudSession } from "../../cloud/contract.ts";
import type { NodePool, NodePoolsFacet } from "../../cloud/facets/nodepools.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { nodePools } from "./kind.ts";

const { signal } = new AbortController();

interface Cluster {
  readonly pools?: readonly Partial<NodePool>[];
  /** How many of its first lists of pools are empty. */
  readonly emptyLists?: number;
  readonly nodes?: readonly Partial<ClusterNode>[];
}

/** Names by what they are called, of a cluster whose cloud has the facets of what is given. */
async function holding({
  pools,
  nodes,
  emptyLists = 0,
}: Cluster): Promise<Readonly<Record<string, readonly string[]>>> {
  const listed = <T>(items: readonly Partial<T>[]) => ({ items: items as readonly T[], clockSkewMs: 0 });
  const cloud = memoryCloud(...listed<NodePool>(pools ?? []).items);
  cloud.onCall = () => {
    cloud.listed = cloud.calls.length > emptyLists ? undefined : [];
  };
  const poolsFacet = pools && { membership: "Cloud", in: () => readableOf(cloud) };
  const session = { nodePools: poolsFacet as unknown as NodePoolsFacet } as Partial<CloudSession> as CloudSession;
  const listNodes = nodes && (() => Promise.resolve(nodes as readonly ClusterNode[]));
  const contents = await nodePools.contentOf!({ session, clusterId: "7", nodes: listNodes }, signal);
  return Object.fromEntries(contents.filter(({ names }) => names.length > 0).map(({ nouns, names }) => [nouns, names]));
}

const POOL = { id: "p", name: "workers", phase: "Normal" } as const;
const DEFAULT = { ...POOL, id: "d", name: "default", isDefault: true };
const NODE = { id: "n", name: "node", phase: "Active", poolId: undefined, role: "Worker" } as const;

it("A pool holds the cluster, and so does a Worker outside of all pools; masters and machines that joined by script do not", async () => {
  const nodes = [NODE, { ...NODE, id: "m", role: "Master" as const }, { ...NODE, id: "s", origin: "Joined" as const }];
  const expected = { "node pools": ["workers"], "nodes outside of all pools": ["node"] };
  expect(await holding({ pools: [POOL, DEFAULT], nodes })).toEqual(expected);
});

it("A pool that one list lacks holds the cluster, and one that both lack does by its nodes", async () => {
  expect(await holding({ pools: [POOL], nodes: [], emptyLists: 1 })).toEqual({ "node pools": ["workers"] });
  const nodes = [{ ...NODE, poolId: "p" }];
  expect(await holding({ pools: [POOL], nodes, emptyLists: 2 })).toEqual({ "node pools": ["p"] });
  expect(await holding({ pools: [], nodes: [{ ...NODE, poolId: "p", phase: "Deleting" }] })).toEqual({});
});

it("What is being deleted holds nothing", async () => {
  const phase = "Deleting";
  expect(await holding({ pools: [{ ...POOL, phase }], nodes: [{ ...NODE, phase }] })).toEqual({});
});

it("A pool that came with the cluster holds it where it has nodes, other than machines that joined by script", async () => {
  const nodes = [{ ...NODE, poolId: "d" }];
  expect(await holding({ pools: [DEFAULT], nodes })).toEqual({ "node pools": ["default"] });
  expect(await holding({ pools: [DEFAULT], nodes: [{ ...NODE, poolId: "d", origin: "Joined" }] })).toEqual({});
});

it("Where a cloud lists no nodes, its pools hold the cluster all the same, but for a default one that says it is empty", async () => {
  const empty = { ...DEFAULT, current: 0 };
  const untold = { ...DEFAULT, id: "u", name: "untold" };
  expect(await holding({ pools: [POOL, empty, untold] })).toEqual({ "node pools": ["workers", "untold"] });
});

it("Where a cloud has no pools, its nodes hold the cluster", async () => {
  expect(await holding({ nodes: [NODE] })).toEqual({ "nodes outside of all pools": ["node"] });
  expect(await holding({})).toEqual({});
});
