// What a cache keeps of an object: the records left out, what is alike kept once, everything else as it came and frozen.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { freezeLike, withoutRecords } from "./kept.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function object(annotations?: Record<string, string>) {
  const metadata = {
    name: "a",
    uid: "uid-a",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    finalizers: ["example.dev/finalizer"],
    labels: { team: "a" },
    ...(annotations && { annotations }),
  };
  return { apiVersion: "example.dev/v1", kind: "Widget", metadata, spec: { size: 1 }, status: { phase: "Ready" } };
}

describe("withoutRecords", () => {
  it("drops managedFields and kubectl's copy of what was applied, and nothing else", () => {
    const sent = object({ [LAST_APPLIED]: "{}", "yunfan.dev/paused": "true" });
    const managed = { ...sent, metadata: { ...sent.metadata, managedFields: [{ manager: "kubectl" }] } };
    expect(withoutRecords(managed)).toStrictEqual(object({ "yunfan.dev/paused": "true" }));
  });

  it("leaves no empty annotations behind", () => {
    expect(withoutRecords(object({ [LAST_APPLIED]: "{}" }))).toStrictEqual(object());
  });

  it("changes nothing in what it is given", () => {
    const sent = freezeLike(object({ [LAST_APPLIED]: "{}" }), undefined);
    withoutRecords(sent);
    expect(sent.metadata.annotations).toEqual({ [LAST_APPLIED]: "{}" });
  });
});

describe("freezeLike", () => {
  it("says what it was given, frozen deep, whatever it is like", () => {
    fc.assert(
      fc.property(json, json, (text, model) => {
        const kept: unknown = freezeLike(JSON.parse(text), freezeLike(JSON.parse(model), undefined));
        expect(JSON.stringify(kept)).toBe(JSON.stringify(JSON.parse(text)));
        expectFrozen(kept);
      }),
    );
    expect(Object.isFrozen(Object.prototype)).toBe(false);
  });

  it("keeps equal parts once, at every depth", () => {
    const model = freezeLike(
      { spec: { size: 1, tags: ["a"] }, status: { conditions: [{ type: "Ready" }], seen: 1 } },
      {},
    );
    const value = { spec: { size: 1, tags: ["a"] }, status: { conditions: [{ type: "Ready" }], seen: 2 } };
    const kept = freezeLike(value, model);
    expect(kept.spec).toBe(model.spec);
    expect(kept.status).not.toBe(model.status);
    expect(kept.status.conditions).toBe(model.status.conditions);
  });

  it("returns the model itself where nothing differs", () => {
    const model = freezeLike(object(), undefined);
    expect(freezeLike(object(), model)).toBe(model);
  });

  it.each([
    ["an array and an object", ["a"], { 0: "a" }],
    ["another order", { a: 1, b: 2 }, { b: 2, a: 1 }],
    ["a part too many", { a: 1 }, { a: 1, b: 2 }],
    ["a part too few", [1, 2], [1]],
  ])("takes %s for different", (_, value, model) => {
    expect(freezeLike<unknown>(value, freezeLike(model, undefined))).toBe(value);
  });

  it("takes for a part of the model only what it has itself", () => {
    const value = JSON.parse('{"__proto__": {}, "constructor": {}}') as object;
    freezeLike(value, Object.freeze({}));
    expect(Object.getOwnPropertyDescriptor(value, "__proto__")?.value).not.toBe(Object.prototype);
    expect(JSON.stringify(value)).toBe('{"__proto__":{},"constructor":{}}');
  });

  it("leaves what is frozen as it is", () => {
    const model = freezeLike({ spec: { tags: ["a"] } }, undefined);
    const frozen = freezeLike({ tags: ["a"], size: 1 }, undefined);
    const kept = freezeLike({ spec: frozen }, model as object);
    expect(kept.spec).toBe(frozen);
  });
});

/** Of few names and values, so that much is alike. */
const json = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 1, "", "a"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "0", "__proto__", "constructor"), tie("value"), { maxKeys: 3 }),
    ),
  }))
  .value.map((value) => JSON.stringify(value));

function expectFrozen(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  expect(Object.isFrozen(value)).toBe(true);
  for (const part of Object.values(value)) expectFrozen(part);
}
