// What kinds are told of each other when the controllers are put together: who still needs a parent, and what goes along with it.
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { condition, openCreate } from "../../test/support/environment/builders.ts";
import { cachedKinds, partsOf, storedOf, verifiedAccount } from "../../test/support/operator/kinds.ts";
import type { CloudSession } from "../cloud/contract.ts";
import type { ClusterNode } from "../cloud/facets/nodes.ts";
import type { NodePool as Pool } from "../cloud/facets/nodepools.ts";
import type { KindDeps } from "../controllers/controlled.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import type { Managed } from "../controllers/lifecycle/resource.ts";
import { clouds } from "./clouds.ts";
import { createControllers } from "./controllers.ts";

const { signal } = new AbortController();
const deletionTimestamp = "2026-01-02T00:00:00Z";
const CHILDREN = ["RegistryProject", "ManagedCluster", "NodePool", "ManagedAddon"] as const;

/** What the kind of that name is given to work with, with these objects in the caches. */
function given(kind: string, ...objects: readonly Managed[]): KindDeps<Managed> {
  const controlled = controlledKinds.find((each) => each.kind.type.kind === kind)!;
  const steps = vi.spyOn(controlled, "steps");
  onTestFinished(() => steps.mockRestore());
  createControllers(partsOf(cachedKinds({ objects })));
  return steps.mock.lastCall![0];
}

/** In the cluster production where the kind is part of one, else with the account main of namespace default. */
function child(
  kind: string,
  name: string,
  { metadata = {}, spec = {}, status = {} }: Partial<Record<"metadata" | "spec" | "status", object>> = {},
) {
  const isMember = "clusterRef" in storedOf(kind).spec;
  const parent = isMember
    ? { clusterRef: { name: "production" } }
    : { accountRef: { name: "main", namespace: "default" } };
  return storedOf(kind, {
    metadata: { name, uid: `${kind}/${name}`, ...metadata },
    spec: { ...parent, ...spec },
    status,
  });
}

const holding = { externalId: "7", origin: "Created" };
const account = (allowedNamespaces: readonly string[] = []) =>
  verifiedAccount({ metadata: { name: "main" }, spec: { allowedNamespaces } });

describe.each(CHILDREN)("a parent is held by a %s", (kind) => {
  const isMember = kind === "NodePool" || kind === "ManagedAddon";
  const parent = isMember ? "ManagedCluster default/production" : "CloudAccount default/main";
  const heldBy = (...objects: readonly Managed[]): readonly string[] => given(kind, ...objects).holders(parent);

  it("that holds something, and is named by kind and key", () => {
    expect(heldBy(account(), child(kind, "a", { status: holding }))).toEqual([`${kind} default/a`]);
    expect(heldBy(account(), child(kind, "a", { status: { operation: openCreate() } }))).toEqual([`${kind} default/a`]);
  });

  it("that would leave what it holds in the cloud, until it is on its way out itself", () => {
    const adopted = { status: { externalId: "7", origin: "Adopted" } };
    expect(heldBy(account(), child(kind, "a", adopted))).toEqual([`${kind} default/a`]);
    expect(heldBy(account(), child(kind, "a", { ...adopted, metadata: { deletionTimestamp } }))).toEqual([]);
  });

  it("that is being deleted and has something left to delete", () => {
    const leaving = child(kind, "a", { status: holding, metadata: { deletionTimestamp } });
    expect(heldBy(account(), leaving)).toEqual([`${kind} default/a`]);
  });

  it("not of another parent", () => {
    const spec = isMember ? { clusterRef: { name: "other" } } : { accountRef: { name: "other" } };
    expect(heldBy(account(), child(kind, "a", { status: holding, spec }))).toEqual([]);
  });
});

describe("before anything was made", () => {
  it.each(["RegistryProject", "ManagedCluster"])("a %s holds its account while that serves its namespace", (kind) => {
    const stranger = child(kind, "a", { metadata: { namespace: "team" } });
    const holders = (...objects: readonly Managed[]) => given(kind, ...objects).holders("CloudAccount default/main");
    expect(holders(account(["team"]), stranger)).toEqual([`${kind} team/a`]);
    expect(holders(account(), stranger)).toEqual([]);
    expect(holders(account(), child(kind, "a"))).toEqual([`${kind} default/a`]);
  });

  it.each(["NodePool", "ManagedAddon"])(
    "a %s does not hold its cluster: nothing new is made in one that goes",
    (kind) => {
      const conditions = [condition({ type: "ClusterAvailable" })];
      const cluster = child("ManagedCluster", "production", { status: { externalId: "c-1", conditions } });
      const { holders } = given(kind, account(), cluster, child(kind, "a"));
      expect(holders("ManagedCluster default/production")).toEqual([]);
    },
  );
});

it("an account is held by kinds of all sorts at once", () => {
  const users = ["RegistryProject", "ManagedCluster"].map((kind) => child(kind, "a"));
  const inside = ["NodePool", "ManagedAddon"].map((kind) => child(kind, "b", { status: holding }));
  const { holders } = given("CloudAccount", account(), ...users, ...inside);
  expect(holders("CloudAccount default/main").toSorted()).toEqual([
    "ManagedCluster default/a",
    "RegistryProject default/a",
  ]);
});

describe("what goes along with a cluster", () => {
  const pool = (name: string, phase: Pool["phase"]) => ({ id: name, name, phase });

  it("is its pools, but for those that the cloud deletes already, and the nodes that are in none", async () => {
    const asked: string[] = [];
    const list = () => Promise.resolve({ items: [pool("a", "Normal"), pool("b", "Deleting")], clockSkewMs: 0 });
    const inside = (clusterId: string) => {
      asked.push(clusterId);
      return { list };
    };
    const node = (name: string, poolId: string | undefined) => ({ id: name, name, poolId, phase: "Active" });
    const nodes = () =>
      Promise.resolve([node("n-1", "a"), node("n-2", undefined)] as unknown as readonly ClusterNode[]);
    const session = {
      nodePools: { membership: "Cloud", in: inside },
      addons: { in: inside },
    } as unknown as CloudSession;
    const { contentsOf } = given("ManagedCluster", account());
    expect(await contentsOf({ session, clusterId: "c-1", nodes }, signal)).toEqual([
      { kind: "NodePool", nouns: "node pools", names: ["a"] },
      { kind: undefined, nouns: "nodes outside of all pools", names: ["n-2"] },
    ]);
    expect(asked).toEqual(["c-1"]);
  });

  it("is nothing where the cloud has no pools", async () => {
    const { contentsOf } = given("ManagedCluster", account());
    const session = {} as Partial<CloudSession> as CloudSession;
    const contents = await contentsOf({ session, clusterId: "c-1", nodes: undefined }, signal);
    expect(contents.flatMap(({ names }) => names)).toEqual([]);
  });
});

it("every facet that a kind needs is offered by some cloud", () => {
  const offered = new Set(Object.values(clouds).flatMap(({ facets }) => facets));
  const needed = new Set(controlledKinds.flatMap(({ facet }) => facet ?? []));
  expect([...needed.difference(offered)]).toEqual([]);
});
