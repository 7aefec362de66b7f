// The list of kinds: complete, and each declaration with all that the operator has to know of its kind. What follows from the members
// for watches and deletions is tested where it is wired (cli/watches.test.ts, cli/controllers.test.ts).
import { describe, expect, it } from "vitest";
import { cachedKinds, storedOf } from "../../test/support/operator/kinds.ts";
import { kinds } from "../crds/kinds.ts";
import { schemas } from "../crds/schemas.ts";
import { nodePool } from "../crds/nodepool/kind.ts";
import { keyOf } from "../runtime/cache/store.ts";
import { BY_SECRET } from "./cloudaccount/accounts.ts";
import type { ControlledKind } from "./controlled.ts";
import { kindIn } from "./external/parent.ts";
import { controlledKinds } from "./kinds.ts";
import { BY_ID } from "./managedcluster/clusters.ts";
import { PUBLISHING_RULES } from "./publishing/rbac.ts";

const EVERY = controlledKinds.map((controlled) => [controlled.kind.type.kind, controlled] as const);

/** Members of the spec, as the schema names them. */
const fieldsOf = ({ kind }: ControlledKind): readonly string[] =>
  Object.keys(schemas.find(({ type }) => type === kind.type)?.spec.shape ?? {});
/** What a sink's externalId names is no item, but who reports. */
const standsForItem = (controlled: ControlledKind): boolean =>
  fieldsOf(controlled).includes("externalId") && controlled.facet !== "inventory";

describe("the list", () => {
  it("names the kinds that have a CRD, each once and in the same order", () => {
    expect(controlledKinds.map(({ kind }) => kind)).toEqual(kinds);
  });

  it("has the parents of all kinds in it, and each of them tells what its children see", () => {
    const parents = new Set(EVERY.flatMap(([kind, { parentOf }]) => parentOf(storedOf(kind)) ?? []).map(kindIn));
    expect([...parents].toSorted()).toEqual(["CloudAccount", "ManagedCluster"]);
    const seen = controlledKinds.filter(({ childrenSee }) => childrenSee !== undefined);
    expect(seen.map(({ kind }) => kind.type.kind).toSorted()).toEqual([...parents].toSorted());
  });
});

describe.each(EVERY)("%s", (kind, controlled) => {
  const resource = storedOf(kind);
  const storeWith = () => cachedKinds({ objects: [resource] }).informers.kinds.get(kind)!.store;

  it("hangs on what its spec refers to, and is found below it by the index of its cache", () => {
    const fields = fieldsOf(controlled);
    // What may name either names its account here.
    const isMember = "clusterRef" in resource.spec;
    const worksWith = !isMember && fields.includes("accountRef");
    const account = worksWith ? `CloudAccount default/${accountNameOf(resource)}` : undefined;
    const parent = isMember ? "ManagedCluster default/production" : account;
    expect(controlled.parentOf(resource)).toBe(parent);
    if (parent === undefined) return;
    expect(
      storeWith()
        .byIndex("parent", parent)
        .map(({ metadata }) => keyOf(metadata)),
    ).toEqual([keyOf(resource.metadata)]);
    expect(storeWith().byIndex("parent", `${parent}-of-others`)).toEqual([]);
  });

  it("competes for a name where it stands for an item in a cloud, needs a facet for that or for an inventory, and holds its parent where it makes something", () => {
    const isItem = standsForItem(controlled);
    const makes = fieldsOf(controlled).includes("deletionPolicy");
    expect(controlled.cloudName !== undefined).toBe(isItem);
    expect(controlled.facet !== undefined).toBe(isItem || controlled.facet === "inventory");
    expect(controlled.needsParent(resource, true)).toBe(makes);
    if (!controlled.cloudName) return;
    const claim = `name/${controlled.cloudName(resource)}`;
    expect(
      storeWith()
        .byIndex("claim", claim)
        .map(({ metadata }) => keyOf(metadata)),
    ).toEqual([keyOf(resource.metadata)]);
  });

  it("has the rights to publish Secrets exactly where it publishes them", () => {
    expect(controlled.rules.includes(PUBLISHING_RULES[0]!)).toBe(controlled.publishes);
    const publishes = ["pullSecrets", "kubeconfig", "argocd"].some((field) => fieldsOf(controlled).includes(field));
    expect(controlled.publishes).toBe(publishes);
  });
});

describe("what others look up beside parents and claims", () => {
  it("is an account by its Secret, and a cluster by its id in the cloud", () => {
    const account = storedOf("CloudAccount");
    const cluster = storedOf("ManagedCluster", { status: { externalId: "c-1" } });
    const { informers } = cachedKinds({ objects: [account, cluster] });
    expect(informers.accounts.store.byIndex(BY_SECRET, "default/ctyun-credentials")).toMatchObject([
      { kind: "CloudAccount" },
    ]);
    expect(informers.clusters.store.byIndex(BY_ID, "c-1")).toMatchObject([{ kind: "ManagedCluster" }]);
  });

  it("is no cluster before it has an id", () => {
    const { informers } = cachedKinds({ objects: [storedOf("ManagedCluster")] });
    expect(informers.clusters.store.byIndex(BY_ID, "undefined")).toEqual([]);
  });
});

describe("a declaration", () => {
  const toy: Required<ControlledKind> = {
    kind: nodePool,
    facet: "nodePools",
    parentOf: () => undefined,
    alsoIn: () => [],
    cloudName: () => "toy",
    indexes: {},
    needsParent: () => false,
    childrenSee: () => "",
    contentOf: () => Promise.resolve([]),
    publishes: false,
    reads: () => [],
    keep: (resource) => resource,
    holdsNothing: true,
    workers: 1,
    rules: [],
    steps: () => ({ apply: () => expect.unreachable(), finalize: () => expect.unreachable() }),
  };

  function without<K extends keyof ControlledKind>(member: K): Omit<Required<ControlledKind>, K> {
    const { [member]: _left, ...rest } = toy;
    return rest;
  }

  const declares = (declared: ControlledKind): ControlledKind => declared;

  it("does not compile without a member that each kind has to say for itself", () => {
    const declared = [
      // @ts-expect-error -- required
      declares(without("kind")),
      // @ts-expect-error -- required
      declares(without("facet")),
      // @ts-expect-error -- required
      declares(without("parentOf")),
      // @ts-expect-error -- required
      declares(without("cloudName")),
      // @ts-expect-error -- required
      declares(without("needsParent")),
      // @ts-expect-error -- required
      declares(without("contentOf")),
      // @ts-expect-error -- required
      declares(without("publishes")),
      // @ts-expect-error -- required
      declares(without("rules")),
      // @ts-expect-error -- required
      declares(without("steps")),
    ];
    const optional = [
      declares(without("alsoIn")),
      declares(without("indexes")),
      declares(without("childrenSee")),
      declares(without("reads")),
      declares(without("keep")),
      declares(without("holdsNothing")),
      declares(without("workers")),
    ];
    // Whoever adds a member to ControlledKind says here whether it may be left out, and above what turns red where it is.
    expect(Object.keys(toy)).toHaveLength(declared.length + optional.length);
  });
});

function accountNameOf({ spec }: { spec: object }): string {
  return (spec as { accountRef: { name: string } }).accountRef.name;
}
