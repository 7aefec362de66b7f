// Who owns a name or an id in the cloud: who holds something there, then the oldest, then the smallest UID.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openCreate } from "../../../test/support/environment/builders.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import { claimsOf as claims, ownerBefore, Precedence } from "./precedence.ts";
import { cloudNameOf } from "./resource.ts";

const claimsOf = (resource: RegistryProject): readonly string[] => claims(resource, cloudNameOf(resource));

interface Contender {
  uid: string;
  /** Seconds after the first of them was made. */
  age?: number;
  status?: RegistryProject["status"] | object;
}

function contender({ uid, age = 0, status = {} }: Contender): RegistryProject {
  const creationTimestamp = new Date(Date.UTC(2026, 0, 1) + age * 1000).toISOString();
  return storedRegistryProject({ metadata: { uid, name: uid, creationTimestamp }, status });
}

describe("ownerBefore", () => {
  const older = contender({ uid: "b", age: 0 });
  const younger = contender({ uid: "a", age: 1 });

  it("lets the older of two go first", () => {
    expect(ownerBefore(younger, [younger, older])).toBe(older);
    expect(ownerBefore(older, [younger, older])).toBeUndefined();
  });

  it.each([
    ["a project", { externalId: "7" }],
    ["an open journal", { operation: openCreate() }],
  ])("lets who holds %s go before who is older", (_, status) => {
    const holder = contender({ uid: "a", age: 1, status });
    expect(ownerBefore(older, [older, holder])).toBe(holder);
    expect(ownerBefore(holder, [older, holder])).toBeUndefined();
  });

  it("lets the older of two holders go first", () => {
    const first = contender({ uid: "b", age: 0, status: { externalId: "7" } });
    const second = contender({ uid: "a", age: 1, status: { externalId: "7" } });
    expect(ownerBefore(second, [first, second])).toBe(first);
    expect(ownerBefore(first, [first, second])).toBeUndefined();
  });

  it("lets the smaller UID go first among those of one second", () => {
    const [smaller, larger] = [contender({ uid: "a" }), contender({ uid: "b" })];
    expect(ownerBefore(larger, [smaller, larger])).toBe(smaller);
    expect(ownerBefore(smaller, [smaller, larger])).toBeUndefined();
  });

  it("is nobody where the resource is alone, even when an older state of it is among the contenders", () => {
    const earlier = contender({ uid: "a", status: {} });
    const now = contender({ uid: "a", status: { externalId: "7" } });
    expect(ownerBefore(earlier, [now])).toBeUndefined();
    expect(ownerBefore(now, [])).toBeUndefined();
  });

  it("gives exactly one of any contenders the way, whatever their order", () => {
    const member = fc.record({
      uid: fc.constantFrom("a", "b", "c", "d", "e"),
      age: fc.nat({ max: 2 }),
      status: fc.constantFrom({}, { externalId: "7" }, { operation: openCreate() }),
    });
    const contenders = fc
      .uniqueArray(member, { selector: ({ uid }) => uid, minLength: 1 })
      .map((members) => members.map(contender));
    fc.assert(
      fc.property(contenders, (all) => {
        const first = all.filter((one) => ownerBefore(one, all) === undefined);
        expect(first).toHaveLength(1);
        expect(all.filter((one) => ownerBefore(one, all.toReversed()) === undefined)).toEqual(first);
      }),
    );
  });

  it("is antisymmetric: of any two exactly one goes before the other", () => {
    const member = fc.record({ age: fc.nat({ max: 1 }), status: fc.constantFrom({}, { externalId: "7" }) });
    const uids = fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(uids, member, member, (pair, left, right) => {
        const [one, other] = [contender({ uid: pair[0]!, ...left }), contender({ uid: pair[1]!, ...right })];
        expect(ownerBefore(one, [other]) === other).not.toBe(ownerBefore(other, [one]) === one);
      }),
    );
  });
});

describe("Precedence", () => {
  const older = contender({ uid: "older", age: 0 });
  const younger = contender({ uid: "younger", age: 1 });
  const holder = contender({ uid: "older", age: 0, status: { externalId: "7" } });
  const at = { name: "shop", place: "here" };

  interface Others {
    readonly elder?: RegistryProject;
    readonly isAt?: (place: string) => boolean;
    readonly mayUse?: boolean;
  }

  /** Between the younger and whoever came before it. */
  function precedence({ elder = older, isAt = () => true, mayUse = true }: Others = {}): Precedence<RegistryProject> {
    return new Precedence({
      claimants: (claim) => (claim === "name/shop" || claim === "id/7" ? [elder, younger] : []),
      isAt: (_, place) => isAt(place),
      accountOf: ({ spec }) => spec.accountRef.name,
      mayUse: () => mayUse,
      noun: "project",
    });
  }

  const shop = storedRegistryProject({ metadata: { ...younger.metadata }, spec: { cloudName: "shop" } });
  const conflict = (others: Others): (() => void) => {
    const rules = precedence(others);
    return () => rules.assert(shop, at);
  };

  it("lets who came first have the name in a place, and nobody who is elsewhere", () => {
    expect(conflict({})).toThrow(expect.objectContaining({ reason: "NameConflict" }));
    expect(conflict({ isAt: (place) => place === "here" })).toThrow("RegistryProject default/older");
    expect(conflict({ isAt: (place) => place === "there" })).not.toThrow();
  });

  it("lets whoever may no longer use the place claim nothing there, unless it holds something", () => {
    expect(conflict({ mayUse: false })).not.toThrow();
    expect(conflict({ mayUse: false, elder: holder })).toThrow(expect.objectContaining({ reason: "NameConflict" }));
  });

  it("tells whose an id is by the same rule", () => {
    expect(precedence({ elder: holder }).isAnothers(shop, "7", "here")).toBe(true);
    expect(precedence({ elder: holder, mayUse: false }).isAnothers(shop, "7", "here")).toBe(true);
    expect(precedence({ elder: holder, isAt: () => false }).isAnothers(shop, "7", "here")).toBe(false);
    expect(precedence({ elder: holder }).isAnothers(shop, "8", "here")).toBe(false);
  });
});

describe("claimsOf", () => {
  it("is the name in the cloud, which is metadata.name by default", () => {
    expect(claimsOf(storedRegistryProject({ metadata: { name: "shop" } }))).toEqual(["name/shop"]);
    expect(claimsOf(storedRegistryProject({ spec: { cloudName: "store" } }))).toEqual(["name/store"]);
  });

  it("is the id as well, declared or held, each once", () => {
    const declared = storedRegistryProject({ spec: { externalId: "7" } });
    expect(claimsOf(declared)).toEqual(["id/7"]);
    expect(claimsOf(storedRegistryProject({ status: { externalId: "7" } }))).toEqual(["name/shop", "id/7"]);
    const held = storedRegistryProject({ spec: { externalId: "7" }, status: { externalId: "7" } });
    expect(claimsOf(held)).toEqual(["id/7"]);
    const torn = storedRegistryProject({ spec: { externalId: "8" }, status: { externalId: "7" } });
    expect(claimsOf(torn)).toEqual(["id/8", "id/7"]);
  });

  it("is nothing where the resource only observes", () => {
    const watcher = storedRegistryProject({ spec: { managementPolicy: "Observe", externalId: "7" } });
    expect(claimsOf(watcher)).toEqual([]);
  });
});
