// Many clusters on one API server: an object comes back as it was sent, and nothing of another cluster's is taken for ours.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Manifest } from "./manifest.ts";
import { fromReal, messageIn, nameIn, realName, toReal } from "./names.ts";
import { gibibytes, mebibytes, quantity } from "./quantity.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

const claim = (parts: { name: string; namespace: string; storageClassName: string; volumeName: string }): Manifest => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: parts.name, namespace: parts.namespace },
  spec: { storageClassName: parts.storageClassName, volumeName: parts.volumeName },
});

const parts = fc.record({ name, namespace: name, storageClassName: name, volumeName: name });

describe("an object", () => {
  test("is kept under real names and comes back under its own", () => {
    fc.assert(
      fc.property(name, parts, (cluster, given) => {
        const sent = claim(given);
        const kept = toReal(cluster, sent, true);
        expect(kept).toEqual(
          claim({
            name: given.name,
            namespace: `${cluster}--${given.namespace}`,
            storageClassName: `${cluster}--${given.storageClassName}`,
            volumeName: `${cluster}--${given.volumeName}`,
          }),
        );
        expect(fromReal(cluster, kept, true)).toEqual(sent);
      }),
    );
  });

  test("that lies in no namespace is named after its cluster, with its claim's namespace", () => {
    const volume: Manifest = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: "old" },
      spec: { storageClassName: "", claimRef: { namespace: "default", name: "data" } },
    };
    const kept = toReal("c", volume, false);
    expect(kept).toMatchObject({
      metadata: { name: "c--old" },
      spec: { storageClassName: "", claimRef: { namespace: "c--default", name: "data" } },
    });
    expect(fromReal("c", kept, false)).toEqual(volume);
  });

  test("has class names in templates rewritten, and a default class hidden from the API server", () => {
    const set: Manifest = {
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      metadata: { name: "db" },
      spec: { volumeClaimTemplates: [{ metadata: { name: "disk" }, spec: { storageClassName: "fast" } }] },
    };
    expect(JSON.stringify(toReal("c", set, true))).toContain('"storageClassName":"c--fast"');
    const chosen: Manifest = {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "fast", annotations: { [DEFAULT_CLASS]: "true" } },
    };
    const kept = toReal("c", chosen, false);
    expect(kept.metadata.annotations).not.toHaveProperty(DEFAULT_CLASS);
    expect(fromReal("c", kept, false)).toEqual(chosen);
  });
});

test("a name is another cluster's unless it begins with ours", () => {
  expect([nameIn("a", realName("a", "x")), nameIn("a", realName("ab", "x")), nameIn("a", "a-x")]).toEqual([
    "x",
    undefined,
    undefined,
  ]);
  expect(messageIn("a", 'namespaces "a--team" not found')).toBe('namespaces "team" not found');
});

test.each([
  ["500m", 0.5],
  ["2", 2],
  ["10Gi", 10 * 2 ** 30],
  ["1e3", 1_000],
  ["1.5M", 1_500_000],
  ["ten", undefined],
  [undefined, undefined],
])("the quantity %s is %s", (text, amount) => {
  expect(quantity(text)).toBe(amount);
});

test("sizes are rounded up", () => {
  expect([gibibytes("1500Mi"), mebibytes("1500Ki"), gibibytes("none")]).toEqual([2, 2, 0]);
});
