// The client against the real kube-apiserver: what it sends is accepted, what is refused has the right class.
import { beforeAll, afterAll, describe, expect, it } from "vitest";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../../test/support/apiserver/controlplane.ts";
import { rejectionOf } from "../../test/support/environment/rejection.ts";
import { transportOf, untilTestEnds } from "../../test/support/apiserver/transports.ts";
import { HttpKubeClient } from "./client.ts";
import { isAlreadyExists, isConflict, isForbidden, isInvalid, isNotFound } from "./errors.ts";
import { loadKubeConfig } from "./kubeconfig.ts";
import type { KubeTransport } from "./transport.ts";
import type { KubeObject, ResourceType } from "./types.ts";

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

interface Deployment extends KubeObject {
  spec: object;
  status: { replicas?: number; observedGeneration?: number };
}

const configMaps: ResourceType = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};
const deployments: ResourceType = {
  group: "apps",
  version: "v1",
  plural: "deployments",
  kind: "Deployment",
  namespaced: true,
};
const clusterRoles: ResourceType = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  plural: "clusterroles",
  kind: "ClusterRole",
  namespaced: false,
};

let namespace: string;
let transport: KubeTransport;
let client: HttpKubeClient;

beforeAll(async () => {
  const { kubectl, kubeconfigPath } = sharedControlPlane();
  namespace = await uniqueNamespace(kubectl, "client");
  transport = transportOf(loadKubeConfig({ path: kubeconfigPath }));
  client = new HttpKubeClient(transport);
});

afterAll(async () => {
  await transport[Symbol.asyncDispose]();
});

const create = (name: string, data: Record<string, string> = {}, labels = {}): Promise<ConfigMap> =>
  client.create<ConfigMap>(configMaps, { metadata: { namespace, name, labels }, data });

describe("reads", () => {
  it("get an object whole, or its metadata only", async () => {
    const made = await create("read", { key: "云帆" });
    const ref = { namespace, name: "read" };
    expect(await client.get<ConfigMap>(configMaps, ref)).toEqual(made);
    const { kind, metadata, ...rest } = await client.get<ConfigMap>(configMaps, ref, { metadataOnly: true });
    expect({ kind, uid: metadata.uid }).toEqual({ kind: "PartialObjectMetadata", uid: made.metadata.uid });
    expect(rest).toEqual({ apiVersion: "meta.k8s.io/v1" });
  });

  it("list by label and field, page by page, with kind and version on every item", async () => {
    for (const name of ["page-1", "page-2", "page-3"]) await create(name, { name }, { test: "pages" });
    const options = { namespace, labelSelector: "test=pages", limit: 2 };
    const first = await client.list<ConfigMap>(configMaps, options);
    const second = await client.list<ConfigMap>(configMaps, { ...options, continue: first.metadata.continue });
    const items = [...first.items, ...second.items];
    expect(items.map(({ apiVersion, kind, data }) => [apiVersion, kind, data?.["name"]])).toEqual([
      ["v1", "ConfigMap", "page-1"],
      ["v1", "ConfigMap", "page-2"],
      ["v1", "ConfigMap", "page-3"],
    ]);
    expect(second.metadata.continue ?? "").toBe("");
    const fieldSelector = "metadata.name=page-2";
    expect((await client.list(configMaps, { namespace, fieldSelector })).items).toHaveLength(1);
  });

  it("list metadata only, all namespaces, and nothing at all", async () => {
    await create("bare", { secret: "content" }, { test: "bare" });
    const { items } = await client.list<ConfigMap>(configMaps, { labelSelector: "test=bare", metadataOnly: true });
    expect(items.map(({ metadata, data }) => [metadata.namespace, metadata.name, data])).toEqual([
      [namespace, "bare", undefined],
    ]);
    expect((await client.list(configMaps, { namespace, labelSelector: "test=none" })).items).toEqual([]);
  });

  it("keep the case of a name", async () => {
    const name = `${namespace}:MyRole`;
    await client.create(clusterRoles, { metadata: { name } });
    expect((await client.get(clusterRoles, { name })).metadata.name).toBe(name);
    await client.delete(clusterRoles, { name });
    expect(await rejectionOf(client.get(clusterRoles, { name }))).toSatisfy(isNotFound);
  });
});

describe("writes", () => {
  it("say who they are: yunfan, or who the caller names", async () => {
    const made = await create("manager", { a: "a" });
    const patched = await client.mergePatch(configMaps, made.metadata, { data: { b: "b" } }, { fieldManager: "other" });
    const { managedFields } = patched.metadata as unknown as { managedFields: { manager: string }[] };
    expect(managedFields.map(({ manager }) => manager).sort()).toEqual(["other", "yunfan"]);
  });

  it("replace the version that was read, and no other", async () => {
    const read = await create("replace", { step: "0" });
    const next = await client.replace<ConfigMap>(configMaps, { ...read, data: { step: "1" } });
    expect(next.data).toEqual({ step: "1" });
    const conflict = await rejectionOf(client.replace<ConfigMap>(configMaps, { ...read, data: { step: "2" } }));
    expect(conflict).toSatisfy(isConflict);
    expect(conflict).not.toSatisfy(isAlreadyExists);
    expect(conflict).toMatchObject({ reason: "Conflict", status: { details: { kind: "configmaps" } } });
  });

  it("merge-patch: null removes, a stale resourceVersion conflicts", async () => {
    const { metadata } = await create("merge", { keep: "1", drop: "2" });
    const patched = await client.mergePatch<ConfigMap>(configMaps, metadata, { data: { drop: null } });
    expect(patched.data).toEqual({ keep: "1" });
    const { resourceVersion } = metadata;
    const stale = { metadata: { resourceVersion }, data: { keep: "3" } };
    expect(await rejectionOf(client.mergePatch(configMaps, metadata, stale))).toSatisfy(isConflict);
  });

  it("JSON-patch: a failed test is invalid and changes nothing", async () => {
    const { metadata } = await create("json", { a: "1" });
    const test = { op: "test", path: "/data/a", value: "2" };
    const replace = { op: "replace", path: "/data/a", value: "3" };
    expect(await rejectionOf(client.jsonPatch(configMaps, metadata, [test, replace]))).toSatisfy(isInvalid);
    const patched = await client.jsonPatch<ConfigMap>(configMaps, metadata, [{ ...test, value: "1" }, replace]);
    expect(patched.data).toEqual({ a: "3" });
  });

  it("R17: the status subresource takes the status and nothing else", async () => {
    const labels = { app: "x" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "c", image: "i" }] } };
    const spec = { replicas: 0, selector: { matchLabels: labels }, template };
    const metadata = { namespace, name: "with-status" };
    await client.create<Deployment>(deployments, { metadata, spec, status: {} });
    const patch = { status: { observedGeneration: 1 }, spec: { replicas: 7 } };
    const patched = await client.mergePatch<Deployment>(deployments, metadata, patch, { subresource: "status" });
    expect(patched).toMatchObject({ status: { observedGeneration: 1 }, spec: { replicas: 0 } });
  });

  it("delete the object that was meant, and no namesake", async () => {
    const { metadata } = await create("delete");
    const uid = "00000000-0000-0000-0000-000000000000";
    expect(await rejectionOf(client.delete(configMaps, metadata, { uid }))).toSatisfy(isConflict);
    const stale = { resourceVersion: "1" };
    expect(await rejectionOf(client.delete(configMaps, metadata, stale))).toSatisfy(isConflict);
    await client.delete(configMaps, metadata, { uid: metadata.uid, propagationPolicy: "Background" });
    expect(await rejectionOf(client.delete(configMaps, metadata))).toSatisfy(isNotFound);
  });

  it("refuse what would hit a whole collection", async () => {
    await create("survivor");
    await expect(client.delete(configMaps, { namespace, name: "" })).rejects.toThrow("is no name");
    await expect(client.create(configMaps, { metadata: { name: "homeless" } })).rejects.toThrow("needs a namespace");
    expect(await client.get(configMaps, { namespace, name: "survivor" })).toMatchObject({ kind: "ConfigMap" });
  });
});

describe("refusals", () => {
  it("404: the object is not there", async () => {
    const ref = { namespace, name: "absent" };
    expect(await rejectionOf(client.get(configMaps, ref))).toSatisfy(isNotFound);
    expect(await rejectionOf(client.mergePatch(configMaps, ref, {}))).toSatisfy(isNotFound);
  });

  it("409 AlreadyExists: the name is taken", async () => {
    await create("taken");
    expect(await rejectionOf(create("taken"))).toSatisfy(isAlreadyExists);
  });

  it("422 Invalid: names the fields", async () => {
    const error = await rejectionOf(create("Not A Name"));
    expect(error).toSatisfy(isInvalid);
    expect(error).toMatchObject({ status: { details: { causes: [{ field: "metadata.name" }] } } });
  });

  it("403: the role does not allow it; 401: nobody knows this token", async () => {
    const controlPlane = sharedControlPlane();
    await kubectlOk(controlPlane.kubectl, ["create", "serviceaccount", "nobody", "-n", namespace]);
    const path = await controlPlane.serviceAccountKubeconfig({ namespace, name: "nobody" });
    const kubeConfig = loadKubeConfig({ path });
    const nobody = untilTestEnds(transportOf(kubeConfig));
    expect(await rejectionOf(new HttpKubeClient(nobody).list(configMaps, { namespace }))).toSatisfy(isForbidden);
    kubeConfig.users = kubeConfig.users.map((user) => ({ ...user, token: "forged" }));
    const forged = untilTestEnds(transportOf(kubeConfig));
    expect(await rejectionOf(new HttpKubeClient(forged).list(configMaps, { namespace }))).toMatchObject({
      code: 401,
      reason: "Unauthorized",
    });
  });
});
