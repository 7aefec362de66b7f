// Labels and taints in the cluster: what is declared is kept, ours go, others' stay.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LiveObject } from "../../cloud/facets/manifests.ts";
import { declaredBy, labelChange, nodeAt, ownedBy, owning } from "./labels.ts";

type Taint = { key: string; effect: "NoSchedule" | "NoExecute"; value?: string };

function live(
  labels: Record<string, string> = {},
  taints: readonly object[] = [],
  address = "192.168.0.5",
): LiveObject {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: address, uid: "u", resourceVersion: "7", labels },
    spec: { taints },
    status: { addresses: [{ type: "InternalIP", address }] },
  };
}

/** What the API server makes of the change (RFC 7386). */
function changed(node: LiveObject, change: ReturnType<typeof labelChange>): LiveObject {
  const { metadata, spec } = (change?.request.patch ?? {}) as {
    metadata?: { labels: Record<string, string | null> };
    spec?: { taints: readonly object[] };
  };
  const labels = Object.entries({ ...node.metadata.labels, ...metadata?.labels }).filter(([, value]) => value !== null);
  return live(
    Object.fromEntries(labels) as Record<string, string>,
    spec?.taints ?? (node["spec"] as { taints: object[] }).taints,
  );
}

describe("labels of a node in its cluster", () => {
  it("are set, taken away where they are ours and named no more, and else left alone", () => {
    const owned = ownedBy({ ownLabels: ["former", "absent"] });
    const change = labelChange({ labels: { workload: "database" } }, owned, live({ theirs: "1", former: "x" }));
    expect(change?.request.patch).toEqual({ metadata: { labels: { workload: "database", former: null } } });
    expect(change?.fields).toEqual([
      { field: "spec.labels.workload", before: null, after: "database" },
      { field: "spec.labels.former", before: "x", after: null },
    ]);
  });

  it("may be called as members of every object are", () => {
    expect(labelChange({ labels: { constructor: "x" } }, ownedBy({}), live())?.fields).toEqual([
      { field: "spec.labels.constructor", before: null, after: "x" },
    ]);
    expect(labelChange({}, ownedBy({ ownLabels: ["constructor"] }), live())).toBeUndefined();
  });
});

describe("taints of a node in its cluster", () => {
  const own = { key: "dedicated", effect: "NoSchedule" } as const;

  it("keep what the cluster says of its node, whatever is ours or declared", () => {
    const unreachable = {
      key: "node.kubernetes.io/unreachable",
      effect: "NoExecute",
      timeAdded: "2026-01-01T00:00:00Z",
    };
    const theirs = { key: "theirs", effect: "NoSchedule", value: "x" };
    const spec = { taints: [{ ...own, value: "database" }] };
    const change = labelChange(spec, ownedBy({ ownTaints: [unreachable] }), live({}, [unreachable, theirs]));
    expect(change?.request.patch).toEqual({ spec: { taints: [unreachable, theirs, { ...own, value: "database" }] } });
    expect(labelChange(spec, ownedBy({}), live({}, [{ ...own, value: "database" }, unreachable]))).toBeUndefined();
  });

  it("are told apart by key and effect, and an empty value is none", () => {
    const declared = { taints: [{ ...own, value: "" }] };
    expect(labelChange(declared, ownedBy({}), live({}, [own]))).toBeUndefined();
    const other = { ...own, effect: "NoExecute" };
    const change = labelChange(declared, ownedBy({ ownTaints: [other] }), live({}, [other, { ...own, value: "x" }]));
    expect(change?.request.patch).toEqual({ spec: { taints: [own] } });
  });
});

describe("a node", () => {
  it("is the one with its address, and none where two have it", () => {
    const [one, other] = [live(), live({}, [], "192.168.0.6")];
    expect(nodeAt("192.168.0.6", [one, other])).toBe(other);
    expect(nodeAt("192.168.0.7", [one, other])).toBeUndefined();
    expect(nodeAt("192.168.0.5", [one, live()])).toBeUndefined();
    expect(nodeAt(undefined, [one, other])).toBeUndefined();
  });

  const keys = fc.constantFrom("a", "b", "c", "node.kubernetes.io/x");
  const effects = fc.constantFrom("NoSchedule" as const, "NoExecute" as const);
  const taint = fc.record({ key: keys, effect: effects, value: fc.constantFrom("", "v", "w") });
  const taints = fc.uniqueArray(taint, { selector: ({ key, effect }: Taint) => `${key} ${effect}` });
  const labels = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"));
  const declared = fc.record({ labels, taints: taints.map((all) => all.filter(({ key }) => !key.includes("/"))) });

  it("is as declared after one change, for any two declarations, and nothing else of it has changed", () => {
    fc.assert(
      fc.property(declared, declared, labels, taints, (before, spec, theirLabels, theirTaints) => {
        const owned = owning(declaredBy(before), spec);
        const start = live(theirLabels, theirTaints);
        const end = changed(start, labelChange(spec, owned, start));
        expect(labelChange(spec, owned, end)).toBeUndefined();
        const { taints: left } = end["spec"] as { taints: Taint[] };
        const mine = new Set(owned.ownTaints.map(({ key, effect }) => `${key} ${effect}`));
        const others = theirTaints.filter(({ key, effect }) => !mine.has(`${key} ${effect}`));
        expect(left).toEqual(expect.arrayContaining(others));
        const theirs = Object.entries(theirLabels).filter(([key]) => !owned.ownLabels.includes(key));
        expect(end.metadata.labels).toMatchObject(Object.fromEntries(theirs));
      }),
    );
  });
});
