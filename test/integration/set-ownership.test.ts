// Whose an object is: strangers stay untouched, two sets do not share one, what is adopted is let go of again.
import { afterAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  clusterBehind,
  configMap,
  isWrite,
  setManifest,
  targetLacks,
  targetShows,
  useSetStand,
} from "../support/environment/manifest-sets.ts";
import { startTargetProxy, type TargetProxy } from "../support/environment/target-proxy.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useSetStand("set-own");
const MARK = "yunfan.dev/manifestset-uid";

const proxies: TargetProxy[] = [];

afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
});

describe.concurrent("an object of somebody else's", () => {
  it("is untouched, named, and left when the set goes; its neighbours are made", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("stranger");
    await stand.target.apply(configMap("theirs", { theirs: "1" }, { namespace }));
    const before = await stand.target.get("configmap", "theirs", namespace);
    const manifests = [configMap("theirs"), configMap("ours")];
    await stand.apply(setManifest("stranger", { targetNamespace: namespace, manifests }));
    const { message } = await stand.reaches("manifestset/stranger", "AlreadyExists");
    expect(message).toContain(`ConfigMap ${namespace}/theirs`);
    expect(message).toContain("spec.existingObjects");
    expect(await stand.target.get("configmap", "ours", namespace)).toBeDefined();
    const inventory = stand.seen("manifestset/stranger")!.status["inventory"] as { ref: string }[];
    expect(inventory.map(({ ref }) => ref)).toEqual([`/ConfigMap/${namespace}/ours`]);
    await stand.remove("manifestset/stranger");
    await stand.gone("manifestset/stranger");
    await targetLacks(stand, "configmap", "ours", namespace);
    expect(await stand.target.get("configmap", "theirs", namespace)).toEqual(before);
  });

  it.for([
    ["server-side apply", "between-served", {}],
    ["whole objects", "between-whole", { minor: "15+" }],
  ] as const)(
    "is untouched, and left when the set goes, where it appears between the look and the create, by %s",
    async ([, name, options], { expect }) => {
      const stand = theStand();
      const proxy = await startTargetProxy(stand.target.plane.kubeconfigPath, options);
      proxies.push(proxy);
      await clusterBehind(stand, name, proxy.kubeconfig);
      const namespace = await stand.target.namespace(name);
      const theirs = { ...configMap("theirs", { theirs: "1" }), metadata: { name: "theirs", namespace } };
      proxy.beforeWrite(`/namespaces/${namespace}/configmaps`, () => stand.target.apply(theirs));
      const spec = {
        clusterRef: { name },
        targetNamespace: namespace,
        manifests: [configMap("theirs"), configMap("ours")],
      };
      await stand.apply(setManifest(name, spec));
      const { message } = await stand.reaches(`manifestset/${name}`, "AlreadyExists");
      expect(message).toContain(`ConfigMap ${namespace}/theirs`);
      const untouched = { data: { theirs: "1" } };
      const found = (await stand.target.get("configmap", "theirs", namespace))!;
      expect(found).toMatchObject(untouched);
      expect(found.metadata.labels).toBeUndefined();
      await targetShows(stand, ["configmap", "ours", namespace]);
      await stand.remove(`manifestset/${name}`);
      await stand.gone(`manifestset/${name}`);
      await targetLacks(stand, "configmap", "ours", namespace);
      const left = await stand.target.get("configmap", "theirs", namespace);
      expect(left?.metadata).toMatchObject({
        uid: found.metadata.uid,
        resourceVersion: found.metadata.resourceVersion,
      });
    },
  );

  it("is adopted where the set says so, and let go of by taking the marks off alone", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("adopted");
    await stand.target.apply(
      configMap("theirs", { level: "debug", theirs: "1" }, { namespace, labels: { team: "a" } }),
    );
    const { metadata } = (await stand.target.get("configmap", "theirs", namespace))!;
    const spec = { targetNamespace: namespace, manifests: [configMap("theirs")], existingObjects: "Adopt" };
    await stand.apply(setManifest("adopted", spec));
    await stand.reaches("manifestset/adopted", "Available");
    const adopted = (await stand.target.get("configmap", "theirs", namespace))!;
    expect(adopted).toMatchObject({ data: { level: "info", theirs: "1" }, metadata: { uid: metadata.uid } });
    expect(adopted.metadata.labels).toHaveProperty([MARK]);
    expect(stand.seen("manifestset/adopted")!.status["inventory"]).toMatchObject([
      { origin: "Adopted", uid: metadata.uid },
    ]);
    await stand.remove("manifestset/adopted");
    await stand.gone("manifestset/adopted");
    const left = (await stand.target.get("configmap", "theirs", namespace))!;
    expect(left).toMatchObject({ data: adopted.data, metadata: { uid: metadata.uid, labels: { team: "a" } } });
    expect(left.metadata.labels).toEqual({ team: "a" });
    expect(left.metadata.annotations ?? {}).toEqual({});
    expect(left.metadata.managedFields?.map(({ manager }) => manager)).not.toContain("yunfan");
  });

  it("is another set's where that has marked it", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("shared");
    const spec = { targetNamespace: namespace, manifests: [configMap("one")] };
    await stand.apply(setManifest("first", spec));
    await stand.reaches("manifestset/first", "Available");
    await stand.apply(setManifest("second", { ...spec, existingObjects: "Adopt" }));
    const { message } = await stand.reaches("manifestset/second", "NameConflict");
    expect(message).toContain(`${stand.namespace}/first`);
    await stand.remove("manifestset/second");
    await stand.gone("manifestset/second");
    const { metadata } = (await stand.target.get("configmap", "one", namespace))!;
    expect(metadata.labels?.[MARK]).toBe(stand.seen("manifestset/first")!.metadata.uid);
  });
});

describe.concurrent("an object of ours", () => {
  it("stays where the set is orphaned, without our marks", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("orphaned");
    const spec = { targetNamespace: namespace, manifests: [configMap("stays")], deletionPolicy: "Orphan" };
    await stand.apply(setManifest("orphaned", spec));
    await stand.reaches("manifestset/orphaned", "Available");
    const { uid } = (await stand.target.get("configmap", "stays", namespace))!.metadata;
    await stand.remove("manifestset/orphaned");
    await stand.gone("manifestset/orphaned");
    const left = (await stand.target.get("configmap", "stays", namespace))!;
    expect(left).toMatchObject({ data: { level: "info" }, metadata: { uid } });
    expect(left.metadata.labels ?? {}).toEqual({});
  });

  it("keeps a Namespace that the set has made, when pruned and when the set goes", async ({ expect }) => {
    const stand = theStand();
    const namespace = `kept-${Date.now()}`;
    const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    const inside = configMap("inside", {}, { namespace });
    await stand.apply(setManifest("kept", { manifests: [space, inside] }));
    await stand.reaches("manifestset/kept", "Available");
    await stand.edit("manifestset/kept", { spec: { manifests: [inside] } });
    await targetShows(stand, ["namespace", namespace], ({ metadata }) => metadata.labels?.[MARK] === undefined);
    await stand.reaches("manifestset/kept", "Available");
    await stand.remove("manifestset/kept");
    await stand.gone("manifestset/kept");
    await targetLacks(stand, "configmap", "inside", namespace);
    expect((await stand.target.get("namespace", namespace))!.metadata.deletionTimestamp).toBeUndefined();
  });

  it("has its mark put back, and is no stranger's without it", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("unmarked");
    await stand.apply(setManifest("unmarked", { targetNamespace: namespace, manifests: [configMap("one")] }));
    await stand.reaches("manifestset/unmarked", "Available");
    const { uid } = (await stand.target.get("configmap", "one", namespace))!.metadata;
    await stand.target.kubectl("label", "configmap", "one", "-n", namespace, `${MARK}-`);
    const healed = await targetShows(
      stand,
      ["configmap", "one", namespace],
      ({ metadata }) => metadata.labels?.[MARK] !== undefined,
    );
    expect(healed.metadata.uid).toBe(uid);
  });

  it("is looked at and not written with managementPolicy Observe", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("observed");
    await stand.target.apply(configMap("there", { level: "debug" }, { namespace }));
    const spec = {
      targetNamespace: namespace,
      manifests: [configMap("there")],
      managementPolicy: "Observe",
      existingObjects: "Adopt",
    };
    await stand.apply(setManifest("observed", spec));
    const { status } = await stand.until("manifestset/observed", ({ status: { conditions = [] } }) =>
      conditions.some(({ type, reason }) => type === "UpToDate" && reason === "Differs"),
    );
    const applied = (status.conditions ?? []).find(({ type }) => type === "Applied");
    expect(applied?.message).toMatch(new RegExp(`^ConfigMap ${namespace}/there differs in .*data\\.level`));
    expect((await stand.requestsIn(namespace)).filter(isWrite)).toEqual([]);
    expect(await stand.target.get("configmap", "there", namespace)).toMatchObject({ data: { level: "debug" } });
  });
});

itStaysClean(theStand);
