// What a reflector holds while a list is on its way.
import { expect, it } from "vitest";
import type { KubeObject } from "../../kube/types.ts";
import { collect, collecting } from "./reflector-state.ts";

it("Holds of a list that is being received no more than is kept of it", () => {
  const state = collecting<KubeObject>();
  const keep = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, labels: {} } });
  for (const name of ["a", "b"]) {
    expect(collect(state, { type: "Changed", object: configMap(name, { large: "record" }) }, keep)).toBe(false);
  }
  expect([...state.objects.values()]).toEqual([configMap("a", {}), configMap("b", {})]);
  expect(collect(state, { type: "Bookmark", resourceVersion: "2", endsList: true }, keep)).toBe(true);
});

function configMap(name: string, labels: Record<string, string>): KubeObject {
  const metadata = {
    name,
    uid: `uid-${name}`,
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels,
  };
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}
