// Who is visited when something changes, for every kind.
import { describe, expect, it } from "vitest";
import { condition } from "../../test/support/environment/builders.ts";
import { cachedKinds, partsOf, storedOf, verifiedAccount } from "../../test/support/operator/kinds.ts";
import { controlledKinds } from "../controllers/kinds.ts";
import type { Managed } from "../controllers/lifecycle/resource.ts";
import { OWNER_ANNOTATION } from "../controllers/publishing/secrets.ts";
import { createControllers } from "./controllers.ts";
import { wireWatches } from "./watches.ts";

const EVERY = controlledKinds.map(({ kind }) => kind.type.kind);
const RIVALS = controlledKinds.filter(({ cloudName }) => cloudName).map(({ kind }) => kind.type.kind);
const deletionTimestamp = "2026-01-02T00:00:00Z";

type Overrides = Partial<Record<"metadata" | "spec" | "status", object>>;

const isMember = (kind: string): boolean => "clusterRef" in storedOf(kind).spec;

/** The account main, to which everything below leads where nothing else is said. */
function account(name = "main", spec: object = {}, status: object = {}): Managed {
  return verifiedAccount({ metadata: { name, uid: name }, spec: { ...spec }, status });
}

/** The cluster prod of that account, by default c-1 in the cloud and available. */
function cluster(name = "prod", { metadata, spec, status }: Overrides = {}): Managed {
  const conditions = [condition({ type: "ClusterAvailable" })];
  return storedOf("ManagedCluster", {
    metadata: { name, uid: `cluster/${name}`, ...metadata },
    spec: { accountRef: { name: "main" }, ...spec },
    status: { externalId: "c-1", conditions, ...status },
  });
}

/** In the cluster prod where the kind is part of one, else with the account main. */
function child(kind: string, name: string, { metadata, spec, status }: Overrides = {}): Managed {
  const parent = isMember(kind) ? { clusterRef: { name: "prod" } } : { accountRef: { name: "main" } };
  return storedOf(kind, {
    metadata: { name, uid: name, ...metadata },
    spec: { ...parent, ...spec },
    status: { ...status },
  });
}

/** The same resource, later. */
function later<R extends Managed>(resource: R, change: Overrides): R {
  const { metadata, spec, status } = resource;
  return {
    ...resource,
    metadata: { ...metadata, resourceVersion: `${Number(metadata.resourceVersion) + 1}`, ...change.metadata },
    spec: { ...spec, ...change.spec },
    status: { ...status, ...change.status },
  };
}

/** With these objects in the caches. `visited` are those that were asked for since, as "Kind namespace/name". */
function watching(...objects: readonly Managed[]) {
  const cached = cachedKinds({ objects });
  const { informers } = cached;
  const { placeAt } = createControllers(partsOf(cached));
  const visited: string[] = [];
  const controllers = new Map(
    EVERY.map((kind) => [kind, { enqueue: (key: string) => void visited.push(`${kind} ${key}`) }]),
  );
  wireWatches({ informers, controllers, placeAt });
  const storeOf = (kind: string) => informers.kinds.get(kind)!.store;
  return {
    informers,
    visitedAfter: (change: Managed): readonly string[] => {
      visited.length = 0;
      storeOf(change.kind).absorb(change);
      return [...new Set(visited)].toSorted();
    },
    visitedAfterGone: (gone: Managed): readonly string[] => {
      visited.length = 0;
      storeOf(gone.kind).remove(gone);
      return [...new Set(visited)].toSorted();
    },
    visited: () => [...new Set(visited)].toSorted(),
  };
}

const unverified = { conditions: [condition({ status: "False", reason: "CredentialsRejected" })] };
const unavailable = {
  conditions: [condition({ type: "ClusterAvailable", status: "False", reason: "ClusterNotAvailable" })],
};

/** By what two of a kind compete, where that is no spec.cloudName. */
const SHARED: Readonly<Record<string, Record<string, unknown>>> = {
  ManagedAddon: { template: "shared" },
  ManagedNode: { instanceType: undefined, existingServer: { id: "shared", eraseDisks: true } },
};

describe.each(EVERY)("a %s", (kind) => {
  const resource = storedOf(kind, { metadata: { name: "a", uid: "a" } });

  it("is visited when it is new and when its spec changes, and not for the status that was written of it", () => {
    const { visitedAfter } = watching();
    expect(visitedAfter(resource)).toEqual([`${kind} default/a`]);
    expect(visitedAfter(later(resource, { metadata: { generation: 2 } }))).toEqual([`${kind} default/a`]);
    const told = later(resource, { metadata: { generation: 2, resourceVersion: "3" }, status: { phase: "Ready" } });
    expect(visitedAfter(told)).toEqual([]);
  });
});

describe("what its children see of a parent", () => {
  const everybody = RIVALS.map((kind) => (kind === "ManagedCluster" ? cluster() : child(kind, "a")));
  const elsewhere = RIVALS.map((kind) => {
    const parent = isMember(kind) ? { clusterRef: { name: "other" } } : { accountRef: { name: "other" } };
    return child(kind, "other", { spec: parent });
  });

  it("has all below an account visited when it changes, and what is part of its clusters", () => {
    const { visitedAfter } = watching(account(), account("other"), ...everybody, ...elsewhere);
    const below = RIVALS.map((kind) => (kind === "ManagedCluster" ? `${kind} default/prod` : `${kind} default/a`));
    expect(visitedAfter(later(account(), { status: unverified }))).toEqual(below.toSorted());
  });

  it("has all in a cluster visited when it changes, and nothing else", () => {
    const { visitedAfter } = watching(account(), account("other"), ...everybody, ...elsewhere);
    const inside = RIVALS.filter(isMember).map((kind) => `${kind} default/a`);
    expect(visitedAfter(later(cluster(), { status: unavailable }))).toEqual(inside.toSorted());
    const leaving = later(cluster(), { metadata: { resourceVersion: "3", deletionTimestamp }, status: unavailable });
    expect(visitedAfter(leaving)).toEqual([...inside, "ManagedCluster default/prod"].toSorted());
  });

  it("is not what else is told of it", () => {
    const { visitedAfter } = watching(account(), ...everybody);
    expect(visitedAfter(later(account(), { status: { phase: "Reconciling" } }))).toEqual([]);
    expect(visitedAfter(later(cluster(), { status: { cloudPhase: "Resizing" } }))).toEqual([]);
  });

  it("is also that it is gone, or new", () => {
    const { visitedAfter, visitedAfterGone } = watching(account(), ...everybody);
    const inside = RIVALS.filter(isMember).map((kind) => `${kind} default/a`);
    expect(visitedAfterGone(cluster())).toEqual([...inside, "ManagedCluster default/prod"].toSorted());
    expect(visitedAfter(cluster("prod", { metadata: { uid: "another", resourceVersion: "9" } }))).toEqual(
      [...inside, "ManagedCluster default/prod"].toSorted(),
    );
  });
});

describe.each(RIVALS)("a %s that goes", (kind) => {
  const parentKind = isMember(kind) ? "ManagedCluster" : "CloudAccount";
  const parents = (change: Overrides) => [
    later(account(), parentKind === "CloudAccount" ? change : {}),
    later(cluster(), parentKind === "ManagedCluster" ? change : {}),
  ];
  const parentName = isMember(kind) ? "ManagedCluster default/prod" : "CloudAccount default/main";
  const leaving = child(kind, "a", { metadata: { deletionTimestamp } });

  it("has its parent visited where that is being deleted, and only then, and only when it is gone", () => {
    const going = watching(...parents({ metadata: { deletionTimestamp } }), leaving);
    expect(going.visitedAfter(later(leaving, { status: { phase: "Deleting" } }))).not.toContain(parentName);
    expect(going.visitedAfterGone(later(leaving, { metadata: { resourceVersion: "3" } }))).toContain(parentName);
    const staying = watching(...parents({}), leaving);
    expect(staying.visitedAfterGone(leaving)).not.toContain(parentName);
  });

  it("has those visited that compete for its name in the same place, and no others", () => {
    const shared = SHARED[kind] ?? { cloudName: "shared" };
    const twin = cluster("twin", { spec: { accountRef: { name: "main" } } });
    const test = cluster("test", { status: { externalId: "c-2" } });
    const far = account("far", { endpoint: "https://far.example" });
    const other = isMember(kind) ? { clusterRef: { name: "test" } } : { accountRef: { name: "far" } };
    const near = isMember(kind) ? { clusterRef: { name: "twin" } } : { accountRef: { name: "second" } };
    const unknown = isMember(kind) ? { clusterRef: { name: "nowhere" } } : { accountRef: { name: "nowhere" } };
    const first = child(kind, "first", { spec: shared });
    const { visitedAfterGone } = watching(
      account(),
      account("second"),
      far,
      cluster(),
      twin,
      test,
      first,
      child(kind, "rival", { spec: { ...shared, ...near } }),
      child(kind, "far", { spec: { ...shared, ...other } }),
      child(kind, "lost", { spec: { ...shared, ...unknown } }),
      child(kind, "stranger"),
    );
    // Where its place can't be told, it may be this one.
    expect(visitedAfterGone(first)).toEqual(["first", "lost", "rival"].map((name) => `${kind} default/${name}`));
  });
});

it("has those visited that compete for what a resource held where its account reached before", () => {
  const kind = "RegistryProject";
  const far = account("far", { endpoint: "https://far.example" });
  const astray = child(kind, "astray", { status: { externalId: "7", location: far.status.location } });
  const inFar = child(kind, "far", { spec: { accountRef: { name: "far" }, externalId: "7" } });
  const inMain = child(kind, "main", { spec: { externalId: "7" } });
  const { visitedAfterGone } = watching(account(), far, astray, inFar, inMain);
  expect(visitedAfterGone(astray)).toEqual([`${kind} default/astray`, `${kind} default/far`]);
});

describe("a Secret", () => {
  const metadata = { namespace: "default", uid: "s", resourceVersion: "9", creationTimestamp: "2026-01-01T00:00:00Z" };

  it("with credentials has the accounts visited that name it", () => {
    const { informers, visited } = watching(account(), account("other", { credentialsSecretRef: { name: "others" } }));
    informers.credentials.store.absorb({ apiVersion: "v1", kind: "Secret", metadata: { ...metadata, name: "others" } });
    expect(visited()).toEqual(["CloudAccount default/other"]);
  });

  it("that was published has its owner visited when it is changed or gone, and not when it is new", () => {
    const { informers, visited } = watching();
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadata, name: "pull", annotations: { [OWNER_ANNOTATION]: "team/shop" } },
    };
    const { store } = informers.published;
    store.absorb(secret);
    expect(visited()).toEqual([]);
    store.remove(secret);
    const publishing = controlledKinds
      .filter(({ publishes }) => publishes)
      .map(({ kind }) => `${kind.type.kind} team/shop`);
    expect(visited()).toEqual(publishing.toSorted());
    expect(publishing).toHaveLength(2);
  });
});
