import { describe, expect, it } from "vitest";
import { collectionPath, objectPath } from "./paths.ts";
import type { ResourceType } from "./types.ts";

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};
const roles: ResourceType = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural: "clusterroles",
  kind: "ClusterRole",
  namespaced: false,
};

describe("paths", () => {
  it("lead to core and other groups, one namespace or all", () => {
    expect(collectionPath(configMaps)).toBe("/api/v1/configmaps");
    expect(collectionPath(configMaps, "default")).toBe("/api/v1/namespaces/default/configmaps");
    expect(collectionPath(roles)).toBe("/apis/rbac.authorization.k8s.io/v1/clusterroles");
    expect(objectPath(configMaps, { namespace: "a", name: "b" }, "status")).toBe(
      "/api/v1/namespaces/a/configmaps/b/status",
    );
  });

  it("keep the case of names and encode them", () => {
    expect(objectPath(roles, { name: "system:Node/../x y?" })).toBe(
      "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3ANode%2F..%2Fx%20y%3F",
    );
  });

  it.each(["", ".", ".."])("refuse the name %j, which would lead to another path", (name) => {
    expect(() => objectPath(configMaps, { namespace: "default", name })).toThrow("is no name");
    expect(() => objectPath(configMaps, { namespace: name, name: "x" })).toThrow("is no namespace");
  });

  it("refuse a missing and a superfluous namespace", () => {
    expect(() => objectPath(configMaps, { name: "x" })).toThrow("ConfigMap needs a namespace");
    expect(() => objectPath(roles, { namespace: "default", name: "x" })).toThrow("ClusterRole is not namespaced");
  });
});
