// What tests change objects by does what kubectl would.
import { beforeAll, expect, it } from "vitest";
import type { Administrator, ApiObject } from "./administrator.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "./controlplane.ts";

const { kubectl, administrator } = sharedControlPlane();
let namespace: string;

beforeAll(async () => {
  namespace = await uniqueNamespace(kubectl, "administrator");
});

const configMap = (name: string, data: Record<string, string>, labels: Record<string, string> = {}): ApiObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace, labels } as ApiObject["metadata"],
  data,
});
const at = (name: string): Parameters<Administrator["read"]>[0] => ({ kind: "configmap", name, namespace });

it("Applies as kubectl does, and each goes on from where the other left off", async () => {
  await administrator.apply(configMap("shared", { a: "1", b: "2" }, { tier: "x" }));
  await administrator.merge(at("shared"), { data: { colleague: "3" } });
  await kubectlOk(kubectl, ["apply", "-f", "-"], JSON.stringify(configMap("shared", { b: "4", c: "5" })));
  expect(await administrator.read(at("shared"))).toMatchObject({ data: { b: "4", c: "5", colleague: "3" } });
  const applied = await administrator.apply<ApiObject>(configMap("shared", { c: "6" }, { tier: "y" }));
  expect(applied["data"]).toEqual({ c: "6", colleague: "3" });
  expect(applied.metadata).toMatchObject({ labels: { tier: "y" } });
});

it("Owns as a server-side apply does: what it no longer has goes, and what others own stays", async () => {
  await administrator.own(configMap("owned", { a: "1", b: "2" }), "one");
  await administrator.own(configMap("owned", { b: "3" }), "two");
  await administrator.own(configMap("owned", {}), "one");
  expect(await administrator.read(at("owned"))).toMatchObject({ data: { b: "3" } });
  expect((await administrator.read<ApiObject>(at("owned")))!["data"] as object).not.toHaveProperty("a");
});

it("Refusals are told in the server's words, and a field that there is not is one", async () => {
  await expect(administrator.apply({ ...configMap("odd", {}), dta: {} })).rejects.toThrow(/unknown field "dta"/);
  await expect(administrator.merge(at("none"), {})).rejects.toThrow(/NotFound.*"none" not found/);
  await expect(administrator.remove(at("none"))).rejects.toThrow(/NotFound/);
  await expect(administrator.create({ ...configMap("x", {}), kind: "Nothing" })).rejects.toThrow(/no kind Nothing/);
  expect(await administrator.read(at("none"))).toBeUndefined();
});

it("Lists, by a short name or one with its group, and removes", async () => {
  await administrator.create(configMap("listed", {}));
  const named = (list: readonly ApiObject[]): string[] => list.map(({ metadata }) => metadata.name);
  expect(named(await administrator.list("cm", namespace))).toContain("listed");
  expect(await administrator.list("leases.coordination.k8s.io", namespace)).toEqual([]);
  await administrator.remove(at("listed"));
  expect(named(await administrator.list("configmaps", namespace))).not.toContain("listed");
});
