// Rules that hold for every kind that stands for an item in a cloud, whatever its parent: what a list has to show, who claims what,
// and who holds its parent.
import { describe, expect, it } from "vitest";
import { memoryCloud, readableOf, type MemoryCloud, type MemoryItem } from "../../../test/support/clouds/memory.ts";
import { condition, openCreate } from "../../../test/support/environment/builders.ts";
import { storedManagedCluster, type Stored } from "../../../test/support/environment/resources.ts";
import { cachedKinds, storedOf, verifiedAccount, visitTo } from "../../../test/support/operator/kinds.ts";
import type { Facets } from "../../cloud/contract.ts";
import { CloudError } from "../../cloud/errors.ts";
import type { ClaimKey, ClusterClaims } from "../../cloud/facets/volumeclaims.ts";
import { controlledKinds } from "../kinds.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { holdsParent, type ExternalResource } from "./resource.ts";

const EVERY = controlledKinds.filter(({ cloudName }) => cloudName !== undefined).map(({ kind }) => kind.type.kind);
const MEMBERS = EVERY.filter((kind) => storedOf(kind).spec && "clusterRef" in storedOf(kind).spec);

/** A node is made by a name of its own, and nobody else's. */
const COMPETING = EVERY.filter((kind) => kind !== "ManagedNode");

const accountRef = { name: "main", namespace: "default" };

/** By that name in the cloud; with an account, or with the cluster prod of its namespace, for parent. */
function named(kind: string, name: string): Record<string, unknown> {
  const parent = MEMBERS.includes(kind) ? { clusterRef: { name: "prod" } } : { accountRef };
  // Of whatever cloud.
  const storage = kind === "CloudVolumeClaim" ? { huawei: undefined, sizeGiB: 10 } : {};
  return { ...parent, ...storage, ...(kind === "ManagedAddon" ? { template: name } : { cloudName: name }) };
}

/** Two of them compete, where they are in one place. */
function resource(kind: string, name: string, { metadata, spec, status }: Stored<Managed> = {}): Managed {
  return storedOf(kind, {
    metadata: { name, uid: name, ...metadata },
    spec: { ...named(kind, "shared"), ...spec },
    status,
  });
}

/** Stands for cluster c-1. */
function cluster(namespace: string, name = "prod", spec: Record<string, unknown> = {}): Managed {
  const status = { externalId: "c-1", conditions: [condition(), condition({ type: "ClusterAvailable" })] };
  const metadata = { namespace, name, uid: `${namespace}/${name}` };
  return storedManagedCluster({ metadata, spec: { accountRef, cloudName: `${namespace}-${name}`, ...spec }, status });
}

/** The cloud shows the same items whatever it is asked for. */
function facetsOf(cloud: MemoryCloud<MemoryItem>): Partial<Facets> {
  const items = readableOf(cloud);
  const inside = { in: () => items };
  return {
    registry: items,
    clusters: items,
    nodePools: { membership: "Cloud", ...inside },
    addons: inside,
    namespaces: inside,
    applications: inside,
    volumeClaims: { in: () => claimsOver(items) },
    nodes: { list: items.list, get: (_clusterId: string, id: string, signal: AbortSignal) => items.get(id, signal) },
  } as unknown as Facets;
}

/** Claims are read by their names, which are their ids here. */
function claimsOver(items: ReturnType<typeof readableOf>): Partial<ClusterClaims> {
  const read = ({ name }: ClaimKey, signal: AbortSignal) => items.get(name, signal);
  return { list: items.list, read } as unknown as Partial<ClusterClaims>;
}

interface World {
  readonly objects: readonly Managed[];
  readonly allowedNamespaces?: readonly string[];
  readonly cloud?: MemoryCloud<MemoryItem>;
}

/** Ids that were asked for, by whichever read shows one. */
function looked({ calls }: MemoryCloud<MemoryItem>): readonly string[] {
  return calls.filter((call) => /^(look|get) /.test(call)).map((call) => call.slice(call.indexOf(" ") + 1));
}

/** Applies resources of a kind, in one life of its controller. */
function applying(kind: string, { objects, allowedNamespaces = [], cloud = memoryCloud() }: World) {
  const account = verifiedAccount({ metadata: { name: "main" }, spec: { allowedNamespaces } });
  const { deps } = cachedKinds({ objects: [account, ...objects], facets: facetsOf(cloud) });
  const steps = controlledKinds.find((each) => each.kind.type.kind === kind)!.steps(deps(kind));
  return (object: Managed) => steps.apply(visitTo(object));
}

describe.each(MEMBERS)("an empty list of a %s's cluster", (kind) => {
  const observer = cluster("default", "observer", { managementPolicy: "Observe" });
  const inPlace = (name: string, parent: string, status: Stored<Managed>["status"] = { externalId: name }) =>
    resource(kind, name, { spec: { ...named(kind, name), clusterRef: { name: parent } }, status });
  const held = [inPlace("in-prod", "prod"), inPlace("in-observer", "observer")];

  it.each([
    ["in-prod", "prod", "observer"],
    ["in-prod", "observer", "prod"],
    ["in-observer", "prod", "observer"],
    ["in-observer", "observer", "prod"],
  ])("is found to lack %s, asked by way of %s first and of %s then", async (left, first, then) => {
    const cloud = memoryCloud<MemoryItem>({ id: left, name: left });
    cloud.listed = [];
    const apply = applying(kind, { objects: [cluster("default"), observer, ...held], cloud });
    for (const way of [first, then]) {
      await expect(apply(inPlace("new", way, {}))).rejects.toMatchObject({ reason: "ObservationNotTrusted" });
    }
    expect(looked(cloud)).toContain(left);
  });

  it("is believed where those of both are gone indeed", async () => {
    const cloud = memoryCloud();
    const apply = applying(kind, { objects: [cluster("default"), observer, ...held], cloud });
    const error: unknown = await apply(inPlace("new", "prod", {})).catch((thrown: unknown) => thrown);
    expect(error).not.toMatchObject({ reason: "ObservationNotTrusted" });
    expect(looked(cloud)).toEqual(expect.arrayContaining(["in-prod", "in-observer"]));
  });
});

describe.each(COMPETING)("the name that a %s claims", (kind) => {
  const clusters = MEMBERS.includes(kind) ? [cluster("default"), cluster("team")] : [];
  const younger = resource(kind, "younger", { metadata: { creationTimestamp: "2026-01-02T00:00:00Z" } });
  const elder = (status: Stored<Managed>["status"] = {}) =>
    resource(kind, "elder", { metadata: { namespace: "team" }, status });

  /** What becomes of the younger one. */
  async function outcome(older: Managed, allowedNamespaces: readonly string[] = []): Promise<unknown> {
    const error = await endOf(older, allowedNamespaces);
    return error instanceof CloudError ? "WentOn" : (error as { reason?: unknown }).reason;
  }

  async function endOf(older: Managed, allowedNamespaces: readonly string[] = []): Promise<unknown> {
    const cloud = memoryCloud<MemoryItem>();
    const beyond = new CloudError("Unavailable", { message: "It went on to look at the cloud" });
    cloud.onCall = () => {
      throw beyond;
    };
    const objects = [...clusters, older, younger];
    return applying(kind, { objects, allowedNamespaces, cloud })(younger).catch((thrown: unknown) => thrown);
  }

  it("is refused with what follows once the older one is gone, and names nothing of another namespace", async () => {
    const { message } = (await endOf(elder(), ["team"])) as Error;
    expect(message).toMatch(/When the other one is gone, this one makes or adopts a .* of its own/);
    expect(message).not.toContain("team");
  });

  it("is that of the older one while its namespace may use the account", async () => {
    expect(await outcome(elder(), ["team"])).toBe("NameConflict");
  });

  it("is free where the older one may no longer use it and holds nothing", async () => {
    expect(await outcome(elder())).toBe("WentOn");
  });

  it("is that of one that may no longer use it and holds something, or may", async () => {
    expect(await outcome(elder({ externalId: "7" }))).toBe("NameConflict");
    expect(await outcome(elder({ operation: openCreate() }))).toBe("NameConflict");
  });
});

describe.each(EVERY)("until when the parent of a %s has to stay", (kind) => {
  const { needsParent } = controlledKinds.find((each) => each.kind.type.kind === kind)!;
  const metadata = { deletionTimestamp: "2026-01-02T00:00:00Z" };
  const statuses = [
    {},
    { operation: openCreate() },
    { externalId: "7", origin: "Created" },
    { externalId: "7", origin: "Adopted" },
  ] as readonly Stored<Managed>["status"][];
  const specs = [{}, { deletionPolicy: "Orphan" }, { deletionPolicy: "Delete" }, { managementPolicy: "Observe" }];

  it("is decided by the one rule, whatever it holds, whatever its policy, and on its way out", () => {
    const cases = statuses.flatMap((status) =>
      specs.flatMap((spec) =>
        [undefined, metadata].map((leaving) => resource(kind, "a", { status, spec, metadata: leaving })),
      ),
    );
    for (const each of cases) {
      for (const mayUse of [true, false]) {
        expect(needsParent(each, mayUse)).toBe(holdsParent(each as ExternalResource, mayUse));
      }
    }
  });
});
