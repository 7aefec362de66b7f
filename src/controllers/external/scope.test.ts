// What a visit has to pass before it may look at the cloud, and what those share that lie in one place.
import { describe, expect, it } from "vitest";
import { memoryCloud, readableOf } from "../../../test/support/clouds/memory.ts";
import { condition, openCreate } from "../../../test/support/environment/builders.ts";
import { storedNodePool, type StoredNodePool } from "../../../test/support/environment/nodepools.ts";
import {
  storedManagedCluster,
  storedRegistryProject,
  type Stored,
} from "../../../test/support/environment/resources.ts";
import { cachedKinds, verifiedAccount, visitTo } from "../../../test/support/operator/kinds.ts";
import type { Facets } from "../../cloud/contract.ts";
import type { CloudPools, NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { accountParent } from "../cloudaccount/parent.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import type { PoolShape } from "../nodepool/scope.ts";
import type { ProjectShape } from "../registryproject/scope.ts";
import type { ExternalKind } from "./kind.ts";
import { cloudNameOf } from "./resource.ts";
import type { Scope } from "./scope.ts";
import { Scopes } from "./scopes.ts";

const never = new AbortController().signal;
const deletionTimestamp = "2026-01-02T00:00:00Z";
const of = (reason: string) => expect.objectContaining({ reason });

const ACCOUNT = verifiedAccount();
const BEHIND_CLUSTERS = verifiedAccount({ metadata: { name: "huawei" }, spec: { provider: "HuaweiCCE" } });

/** In the account ctyun; `age` in seconds. */
function project(name: string, { age = 0, ...declared }: Stored<RegistryProject> & { age?: number } = {}) {
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) - age * 1000).toISOString();
  return storedRegistryProject({ ...declared, metadata: { name, creationTimestamp, ...declared.metadata } });
}

/** Available, in the account huawei, and known to the cloud by `id`. */
function cluster(name: string, { id = name, ...declared }: Stored<ManagedCluster> & { id?: string } = {}) {
  const conditions = [condition(), condition({ type: "ClusterAvailable" })];
  const status = { externalId: id, conditions, ...declared.status };
  return storedManagedCluster({ ...declared, metadata: { name, ...declared.metadata }, status });
}

/** In the cluster of that name. */
function pool(name: string, clusterName: string, { spec, metadata, ...declared }: StoredNodePool = {}): NodePool {
  const clusterRef = { name: clusterName };
  return storedNodePool({ ...declared, metadata: { name, uid: name, ...metadata }, spec: { clusterRef, ...spec } });
}

interface World {
  readonly objects?: readonly Managed[];
  readonly facets?: Partial<Facets>;
}

const registry = readableOf(memoryCloud<Project>()) as Partial<Facets["registry"]> as Facets["registry"];
const clusters = {} as Partial<Facets["clusters"]> as Facets["clusters"];
const pools = { membership: "Cloud", in: () => readableOf(memoryCloud<Pool>()) } as Partial<
  Facets["nodePools"]
> as Facets["nodePools"];
const FACETS = { registry, clusters, nodePools: pools };

/** Of a kind in an account; the account ctyun where no other is given. */
function projects({ objects = [], facets = FACETS }: World = {}) {
  const hasAccount = objects.some(({ kind }) => kind === "CloudAccount");
  const { accounts, deps } = cachedKinds({ objects: hasAccount ? objects : [ACCOUNT, ...objects], facets });
  const kind: Partial<ExternalKind<ProjectShape>> = {
    noun: "project",
    facet: "registry",
    parent: accountParent(accounts),
    nameOf: cloudNameOf,
    namesAreFixed: true,
    namesake: "Refuse",
    items: (facet) => facet,
  };
  const scopes = new Scopes(kind as ExternalKind<ProjectShape>, deps<RegistryProject>("RegistryProject"));
  return { scopes, enter: (object: RegistryProject) => scopes.enter(visitTo(object)) };
}

/** Of a kind in a cluster; the account huawei, and the cluster prod where no other is given. */
function members({ objects = [], facets = FACETS }: World = {}) {
  const hasCluster = objects.some(({ kind }) => kind === "ManagedCluster");
  const given = [BEHIND_CLUSTERS, ...(hasCluster ? objects : [cluster("prod"), ...objects])];
  const { accounts, clusters: directory, deps } = cachedKinds({ objects: given, facets });
  const kind: Partial<ExternalKind<PoolShape>> = {
    noun: "node pool",
    facet: "nodePools",
    parent: clusterParent({ accounts, clusters: directory }),
    nameOf: cloudNameOf,
    namesAreFixed: false,
    namesake: "Refuse",
    items: (facet, { clusterId }) => (facet as CloudPools).in(clusterId),
  };
  const scopes = new Scopes(kind as ExternalKind<PoolShape>, deps<NodePool>("NodePool"));
  return { scopes, enter: (object: NodePool) => scopes.enter(visitTo(object)) };
}

describe("entering", () => {
  it("tells the name in the cloud, and that resources of one parent share their drift ticks", () => {
    const { name, driftGroup } = projects().enter(project("shop", { spec: { cloudName: "store" } }));
    expect({ name, driftGroup }).toEqual({ name: "store", driftGroup: "CloudAccount default/ctyun" });
    expect(members().enter(pool("a", "prod")).driftGroup).toBe("ManagedCluster default/prod");
  });

  it("is AccountNotReady where there is no such account", () => {
    const elsewhere = project("shop", { spec: { accountRef: { name: "nobody" } } });
    expect(() => projects().enter(elsewhere)).toThrow(of("AccountNotReady"));
  });

  it("is ProviderMismatch where the spec has a block of another provider, and says what to remove", () => {
    const { enter } = projects({ objects: [verifiedAccount({ spec: { provider: "HuaweiCCE" } })] });
    const object = project("shop", { spec: { ctyun: {} } });
    expect(() => enter(object)).toThrow(of("ProviderMismatch"));
    expect(() => enter(object)).toThrow(/spec\.ctyun.*HuaweiCCE.*Remove it/);
  });

  it("is NotSupportedByCloud where the cloud has no such facet, and names what it lacks", () => {
    expect(() => projects({ facets: {} }).enter(project("shop"))).toThrow(of("NotSupportedByCloud"));
    const { enter } = members({ facets: { clusters } });
    expect(() => enter(pool("a", "prod"))).toThrow(of("NotSupportedByCloud"));
    expect(() => enter(pool("a", "prod"))).toThrow(/offers no node pool/);
  });

  it("is ClusterNotReady without the cluster, and while it can't be worked with", () => {
    const conditions = [condition({ type: "ClusterAvailable", status: "False", reason: "ClusterNotAvailable" })];
    const busy = cluster("busy", { status: { conditions } });
    const { enter } = members({ objects: [busy] });
    for (const name of ["nowhere", "busy"]) expect(() => enter(pool("a", name))).toThrow(of("ClusterNotReady"));
  });

  it("is ClusterHibernated while the cluster sleeps", () => {
    const conditions = [condition({ type: "ClusterAvailable", status: "False", reason: "Hibernated" })];
    const { enter } = members({ objects: [cluster("prod", { status: { conditions } })] });
    expect(() => enter(pool("a", "prod"))).toThrow(of("ClusterHibernated"));
  });

  it("lets nothing new be made in a cluster, or with an account, that is being deleted", () => {
    const metadata = { deletionTimestamp };
    const inside = members({ objects: [cluster("prod", { metadata })] }).enter(pool("a", "prod"));
    expect(() => inside.assertMayCreate()).toThrow(of("ClusterNotReady"));
    const leaving = projects({ objects: [verifiedAccount({ metadata })] }).enter(project("shop"));
    expect(() => leaving.assertMayCreate()).toThrow(of("AccountNotReady"));
  });

  it("lets nothing be made by whom another goes before", () => {
    const [older, younger] = [project("older", { age: 1, spec: { cloudName: "shop" } }), project("shop")];
    const { enter } = projects({ objects: [older, younger] });
    expect(() => enter(younger).assertMayCreate()).toThrow(of("NameConflict"));
    expect(() => enter(older).assertMayCreate()).not.toThrow();
  });
});

describe("lists", () => {
  it("are shared by the resources of one account, and by those of no other", () => {
    const objects = [ACCOUNT, verifiedAccount({ metadata: { name: "second" } })];
    const { enter } = projects({ objects });
    const { lists } = enter(project("one"));
    expect(enter(project("other")).lists).toBe(lists);
    expect(enter(project("else", { spec: { accountRef: { name: "second" } } })).lists).not.toBe(lists);
  });

  it("are shared by the members of one cluster of the cloud, whichever resource stands for it, and of no other", () => {
    const objects = [cluster("prod"), cluster("observer", { id: "prod" }), cluster("test")];
    const { enter } = members({ objects });
    const { lists } = enter(pool("one", "prod"));
    expect(enter(pool("other", "prod")).lists).toBe(lists);
    expect(enter(pool("watched", "observer")).lists).toBe(lists);
    expect(enter(pool("elsewhere", "test")).lists).not.toBe(lists);
  });
});

describe("the ids that a list has to show", () => {
  const missingFor = async ({ lists }: Pick<Scope<ProjectShape | PoolShape>, "lists">): Promise<readonly string[]> =>
    (await lists.observe(0, never)).missing.toSorted();
  const held = (name: string, declared: Stored<RegistryProject> = {}) =>
    project(name, { ...declared, status: { externalId: name, ...declared.status } });
  const inCluster = (name: string, clusterName: string) => pool(name, clusterName, { status: { externalId: name } });

  it("are those that the resources of the account hold", async () => {
    const there = memoryCloud({ ...({} as Project), id: "there", name: "there" });
    const facets = { registry: readableOf(there) as Partial<Facets["registry"]> as Facets["registry"] };
    const { enter } = projects({ objects: [held("lost"), held("there"), project("new")], facets });
    expect(await missingFor(enter(project("shop")))).toEqual(["lost"]);
  });

  it("are not those of another account, which may see what this one does not", async () => {
    const objects = [ACCOUNT, verifiedAccount({ metadata: { name: "second" } })];
    const { enter } = projects({ objects: [...objects, held("lost", { spec: { accountRef: { name: "second" } } })] });
    expect(await missingFor(enter(project("shop")))).toEqual([]);
  });

  it("are not those that are being deleted", async () => {
    const { enter } = projects({ objects: [held("leaving", { metadata: { deletionTimestamp } }), held("lost")] });
    expect(await missingFor(enter(project("shop")))).toEqual(["lost"]);
  });

  it.each(["prod", "observer"])("are those of the place: by way of %s, those of all that stand for it", async (way) => {
    const observer = cluster("observer", { id: "prod", spec: { managementPolicy: "Observe" } });
    const objects = [cluster("prod"), observer, inCluster("one", "prod"), inCluster("two", "observer")];
    const { enter } = members({ objects });
    expect(await missingFor(enter(pool("new", way)))).toEqual(["one", "two"]);
  });

  it("are not those of another place, be it another cluster or the same id elsewhere", async () => {
    const spec = { provider: "HuaweiCCE", endpoint: "https://other.example" };
    const elsewhere = verifiedAccount({ metadata: { name: "elsewhere" }, spec });
    const twin = cluster("twin", { id: "prod", spec: { accountRef: { name: "elsewhere" } } });
    const apart = [cluster("test"), inCluster("three", "test"), twin, inCluster("four", "twin")];
    const { enter } = members({ objects: [elsewhere, cluster("prod"), ...apart, inCluster("one", "prod")] });
    expect(await missingFor(enter(pool("new", "prod")))).toEqual(["one"]);
  });
});

describe("who goes first", () => {
  const older = project("older", { age: 1, spec: { cloudName: "shop" } });
  const younger = project("younger", { spec: { cloudName: "shop" } });
  const conflict = (object: RegistryProject, objects: readonly Managed[]): (() => void) => {
    const { scopes, enter } = projects({ objects });
    return () => scopes.assertPrecedence(enter(object));
  };

  it("is the older of two with one name: the younger is NameConflict, and names the older", () => {
    expect(conflict(younger, [older, younger])).toThrow(of("NameConflict"));
    expect(conflict(younger, [older, younger])).toThrow(/default\/older claims the same project and came first/);
    expect(conflict(older, [older, younger])).not.toThrow();
  });

  it("is decided across namespaces, as the name in the cloud is", () => {
    const accountRef = { name: "ctyun", namespace: "default" };
    const elsewhere = project("elsewhere", {
      age: 1,
      metadata: { namespace: "team" },
      spec: { cloudName: "shop", accountRef },
    });
    const shared = verifiedAccount({ spec: { allowedNamespaces: ["team"] } });
    expect(conflict(younger, [shared, elsewhere, younger])).toThrow(/A RegistryProject in another namespace/);
    // Without the right to the account it is no contender: a name can't be blocked from anywhere.
    expect(conflict(younger, [elsewhere, younger])).not.toThrow();
  });

  it("is decided between two accounts on one endpoint, and not between two endpoints", () => {
    const other = project("older", { age: 1, spec: { cloudName: "shop", accountRef: { name: "second" } } });
    const second = (spec = {}) => verifiedAccount({ metadata: { name: "second" }, spec });
    expect(conflict(younger, [ACCOUNT, second(), other, younger])).toThrow(of("NameConflict"));
    const apart = second({ endpoint: "https://other.example" });
    expect(conflict(younger, [ACCOUNT, apart, other, younger])).not.toThrow();
  });

  it("is decided for one id as for one name", () => {
    const adopter = (name: string, age: number) => project(name, { age, spec: { externalId: "7" } });
    const [first, second] = [adopter("first", 1), adopter("second", 0)];
    expect(conflict(second, [first, second])).toThrow(of("NameConflict"));
    expect(conflict(first, [first, second])).not.toThrow();
  });

  it("is who has an open journal, before who is older", () => {
    const holder = project("younger", { spec: { cloudName: "shop" }, status: { operation: openCreate() } });
    expect(conflict(older, [older, holder])).toThrow(of("NameConflict"));
    expect(conflict(holder, [older, holder])).not.toThrow();
  });

  it("is who holds something, though its right to the account was revoked", () => {
    const spec = { cloudName: "shop", accountRef: { name: "ctyun", namespace: "default" } };
    const holder = project("older", { metadata: { namespace: "team" }, spec, status: { externalId: "7" } });
    expect(conflict(younger, [holder, younger])).toThrow(of("NameConflict"));
  });

  it("is never who only observes", () => {
    const watcher = project("older", { age: 1, spec: { cloudName: "shop", managementPolicy: "Observe" } });
    expect(conflict(younger, [watcher, younger])).not.toThrow();
  });

  it("is decided within one cluster of the cloud, whichever resource stands for it, and not between two", () => {
    const [first, second] = ["first", "second"].map((name, index) => {
      const creationTimestamp = `2026-01-0${index + 1}T00:00:00Z`;
      return (clusterName: string) =>
        pool(name, clusterName, { metadata: { creationTimestamp }, spec: { cloudName: "workers" } });
    });
    const clustersThere = [cluster("prod"), cluster("observer", { id: "prod" }), cluster("test")];
    const decide = (one: NodePool, other: NodePool) => {
      const { scopes, enter } = members({ objects: [...clustersThere, one, other] });
      return () => scopes.assertPrecedence(enter(other));
    };
    expect(decide(first!("prod"), second!("prod"))).toThrow(of("NameConflict"));
    expect(decide(first!("observer"), second!("prod"))).toThrow(of("NameConflict"));
    expect(decide(first!("test"), second!("prod"))).not.toThrow();
  });

  it("has the item: another resource that goes first with its id keeps it from being deleted by this one", () => {
    const holder = project("holder", { age: 1, status: { externalId: "7" } });
    const late = project("late", { status: { externalId: "7" } });
    const { scopes, enter } = projects({ objects: [holder, late] });
    expect(scopes.isAnothers(enter(late), "7")).toBe(true);
    expect(scopes.isAnothers(enter(late), "8")).toBe(false);
    expect(scopes.isAnothers(enter(holder), "7")).toBe(false);
  });
});
