// What is reported: what schemas mark, and nothing else that anybody can write.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { schemas } from "../../crds/schemas.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { hashOf, reportOf } from "./report.ts";

const FILING = { owner: "me", sink: "team/fleet", cluster: undefined };

/** A marker in every member of a schema that takes a text, at any depth. */
function filled(schema: z.ZodType, marker: string): unknown {
  if (schema instanceof z.ZodObject) {
    return Object.fromEntries(
      Object.entries(schema.shape).map(([name, inner]) => [name, filled(inner as z.ZodType, marker)]),
    );
  }
  if (schema instanceof z.ZodArray) return [filled(schema.element as z.ZodType, marker)];
  if (schema instanceof z.ZodRecord) return { [marker]: filled(schema.valueType as z.ZodType, marker) };
  const { innerType } = schema._zod.def as { innerType?: z.ZodType };
  if (innerType) return filled(innerType, marker);
  if (schema instanceof z.ZodBoolean) return true;
  if (schema instanceof z.ZodNumber) return 1;
  return marker;
}

function resource(spec: unknown, status: object, metadata: object = {}): Managed {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "NodePool",
    metadata: {
      name: "a",
      namespace: "team",
      uid: "u",
      resourceVersion: "7",
      generation: 3,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { driftIntervalSeconds: 600, ...(spec as object) },
    status: { observedGeneration: 3, ...status },
  };
}

function at(value: unknown, path: string): unknown {
  return path.split(".").reduce((inner: unknown, segment) => {
    const member = (inner as Record<string, unknown> | undefined)?.[segment.replace("[]", "")];
    return segment.endsWith("[]") ? (member as unknown[] | undefined)?.[0] : member;
  }, value);
}

describe.each(schemas.map((kind) => [kind.type.kind, kind] as const))("%s", (_, kind) => {
  it("marks members that there are, each a single value", () => {
    const whole = { spec: filled(kind.spec, "x"), status: filled(kind.status, "x") };
    const odd = kind.reportable.filter((path) => !["string", "number", "boolean"].includes(typeof at(whole, path)));
    expect(odd).toEqual([]);
  });

  it("reports a marker in no member that is not marked", () => {
    const annotations = { "a/b": "MARKER" };
    const condition = {
      type: "Ready",
      status: "True" as const,
      reason: "Available",
      message: "MARKER",
      observedGeneration: 1,
      lastTransitionTime: "2026-01-01T00:00:00Z",
    };
    const spec = filled(kind.spec, "MARKER");
    const status = { ...(filled(kind.status, "MARKER") as object), phase: "Ready", conditions: [condition] };
    const { data } = reportOf(kind, resource(spec, status, { annotations }), FILING);
    const unmarked = JSON.parse(JSON.stringify(data)) as Record<string, unknown>;
    for (const path of kind.reportable) blank(unmarked, path.split("."));
    expect(JSON.stringify(unmarked)).not.toContain("MARKER");
  });
});

function blank(value: unknown, [segment = "", ...rest]: readonly string[]): void {
  const name = segment.replace("[]", "");
  const members = value as Record<string, unknown>;
  if (rest.length === 0) delete members[name];
  else for (const inner of [members?.[name]].flat()) if (inner !== undefined) blank(inner, rest);
}

describe("a hash", () => {
  it("does not depend on the order of members, on the hash itself, or on the full stop of old stores", () => {
    const one = { a: "x。．", b: { c: [1, 2] }, yunfan: { owner: "me", hash: "1" } };
    const other = { yunfan: { hash: "2", owner: "me" }, b: { c: [1, 2] }, a: "x。." };
    expect(hashOf(one)).toBe(hashOf(other));
  });

  it("differs where anything else does", () => {
    const base = { a: "x", yunfan: { owner: "me" } };
    const others = [
      { ...base, a: "y" },
      { ...base, b: null },
      { ...base, yunfan: { owner: "you" } },
    ];
    expect(new Set([base, ...others].map(hashOf)).size).toBe(4);
  });
});

it("A record has 64 KiB at most", () => {
  const labels = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`label-${index}`, "v".repeat(60)]));
  const kind = schemas.find(({ type }) => type.kind === "NodePool")!;
  const { data } = reportOf(kind, resource({}, {}, { labels }), FILING);
  expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThanOrEqual(64 * 1024);
  expect(data).toMatchObject({ metadata: { name: "a" }, yunfan: { owner: "me", cut: true } });
});

it("The hash of what a colleague has written tells whole numbers beyond 2^53 apart", () => {
  const data = (id: unknown) => ({ yunfan: FILING, spec: { id, list: [undefined, null, 1.5] } });
  expect(hashOf(data(9_007_199_254_740_993n))).not.toBe(hashOf(data(9_007_199_254_740_992n)));
  expect(hashOf(data(7))).toBe(hashOf(data(7)));
});
