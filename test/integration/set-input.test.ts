// Sets that can't be applied: what can be known beforehand is said before anything is written, what the target says holds its wave.
import { describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  configMap,
  isWrite,
  type Json,
  setManifest,
  targetShows,
  useSetStand,
} from "../support/environment/manifest-sets.ts";
import { rejectionOf } from "../support/environment/rejection.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useSetStand("set-input");
const INLINE_VALUE = "secret-value";
const LABELLED = { labels: { "yunfan.dev/manifests": "true" } };

interface Case {
  /** Beside one good ConfigMap. */
  readonly spec: object;
  readonly beside?: readonly object[];
  readonly reason: string;
  readonly says: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  twice: {
    spec: { manifests: [configMap("good"), configMap("good")] },
    reason: "DuplicateObject",
    says: ["spec.manifests[0]", "spec.manifests[1]", "ConfigMap"],
  },
  nameless: {
    spec: {
      manifests: [configMap("good")],
      manifestsFrom: [{ kind: "ConfigMap", name: "nameless", key: "a.yaml" }],
    },
    beside: [configMap("nameless", { "a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n" }, LABELLED)],
    reason: "ManifestInvalid",
    says: ["a.yaml", "metadata.name"],
  },
  garbled: {
    spec: { manifests: [configMap("good")], manifestsFrom: [{ kind: "ConfigMap", name: "garbled" }] },
    beside: [configMap("garbled", { "a.yaml": "a: b: c" }, LABELLED)],
    reason: "ManifestInvalid",
    says: ["a.yaml"],
  },
  "no-source": {
    spec: { manifests: [configMap("good")], manifestsFrom: [{ kind: "ConfigMap", name: "nowhere" }] },
    reason: "SourceNotFound",
    says: ["ConfigMap", "nowhere"],
  },
  "no-copy": {
    spec: { manifests: [configMap("good")], copies: [{ kind: "Secret", name: "nowhere" }] },
    reason: "SourceNotFound",
    says: ["Secret", "nowhere"],
  },
  unlabelled: {
    spec: { manifests: [configMap("good")], manifestsFrom: [{ kind: "ConfigMap", name: "unlabelled" }] },
    beside: [configMap("unlabelled", { "a.yaml": "{}" })],
    reason: "SourceNotAllowed",
    says: ["unlabelled", "yunfan.dev/manifests"],
  },
  inline: {
    spec: {
      manifests: [
        configMap("good"),
        {
          apiVersion: "v1",
          kind: "Secret",
          metadata: { name: "s" },
          data: { a: Buffer.from(INLINE_VALUE).toString("base64") },
        },
      ],
    },
    reason: "SecretInline",
    says: ["spec.manifests[1]", "spec.copies"],
  },
  wave: {
    spec: { manifests: [configMap("good"), configMap("late", {}, { annotations: { "yunfan.dev/wave": "soon" } })] },
    reason: "ManifestInvalid",
    says: ["spec.manifests[1]", "yunfan.dev/wave"],
  },
};

describe.concurrent("before any write it is said of a set", () => {
  it.for(Object.entries(CASES))("%s", async ([name, { spec, beside = [], reason, says }], { expect }) => {
    const stand = theStand();
    stand.secrets.add(INLINE_VALUE);
    const namespace = await stand.target.namespace(name);
    await stand.apply(...beside, setManifest(name, { targetNamespace: namespace, ...spec }));
    const { message } = await stand.reaches(`manifestset/${name}`, reason);
    for (const words of says) expect(message).toContain(words);
    expect((await stand.requestsIn(namespace)).filter(isWrite)).toEqual([]);
  });

  it("at admission that it names no place or two", async ({ expect }) => {
    const stand = theStand();
    const refused = async (spec: object): Promise<string> =>
      String(await rejectionOf(stand.apply(setManifest("refused", { manifests: [], ...spec }))));
    expect(await refused({ clusterRef: null })).toContain("exactly one of clusterRef and accountRef");
    expect(await refused({ accountRef: { name: "huawei" } })).toContain("exactly one of clusterRef and accountRef");
  });
});

describe.concurrent("in the target", () => {
  it("a missing namespace is named, and nothing of its neighbours is held", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("there");
    const missing = `missing-${Date.now()}`;
    const manifests = [configMap("lost", {}, { namespace: missing }), configMap("good")];
    await stand.apply(setManifest("missing", { targetNamespace: namespace, manifests }));
    const { message } = await stand.reaches("manifestset/missing", "NamespaceNotFound");
    expect(message).toContain(`ConfigMap ${missing}/lost`);
    await targetShows(stand, ["configmap", "good", namespace]);
    await stand.target.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: missing } });
    await stand.reaches("manifestset/missing", "Available");
  });

  it("a field that it refuses is named by its path, without the value", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("refuses");
    const ports = [{ port: 80, name: "Not_A_Port_Name" }];
    const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports } };
    await stand.apply(setManifest("refuses", { targetNamespace: namespace, manifests: [service] }));
    const { message } = await stand.reaches("manifestset/refuses", "Rejected");
    expect(message).toContain("spec.ports[0].name");
    expect(message).not.toContain("Not_A_Port_Name");
  });

  it("a field that can't be changed is named, and the object made anew only where its manifest says so", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("immutable");
    const fixed = (level: string, metadata: object = {}): Json => ({
      ...configMap("fixed", { level }, metadata),
      immutable: true,
    });
    const spec = (manifest: Json): object => ({ targetNamespace: namespace, manifests: [manifest] });
    await stand.apply(setManifest("immutable", spec(fixed("info"))));
    await stand.reaches("manifestset/immutable", "Available");
    const { uid } = (await stand.target.get("configmap", "fixed", namespace))!.metadata;
    await stand.edit("manifestset/immutable", { spec: spec(fixed("debug")) });
    const { message } = await stand.reaches("manifestset/immutable", "ImmutableField");
    expect(message).toContain("data");
    expect(message).toContain("yunfan.dev/on-immutable");
    expect((await stand.target.get("configmap", "fixed", namespace))!.metadata.uid).toBe(uid);
    const recreate = fixed("debug", { annotations: { "yunfan.dev/on-immutable": "Recreate" } });
    await stand.edit("manifestset/immutable", { spec: spec(recreate) });
    await stand.reaches("manifestset/immutable", "Available");
    const made = (await stand.target.get("configmap", "fixed", namespace))!;
    expect(made).toMatchObject({ data: { level: "debug" } });
    expect(made.metadata.uid).not.toBe(uid);
  });

  it("too many prunes at once hold, until more are allowed", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("held");
    const manifests = ["a", "b", "c", "d"].map((name) => configMap(name));
    await stand.apply(setManifest("held", { targetNamespace: namespace, manifests, maxPrunes: 2 }));
    await stand.reaches("manifestset/held", "Available");
    await stand.edit("manifestset/held", { spec: { manifests: [configMap("a")] } });
    const { message } = await stand.reaches("manifestset/held", "PruneHeld");
    expect(message).toContain("3 objects are declared no more");
    expect(await stand.target.get("configmap", "b", namespace)).toBeDefined();
    await stand.edit("manifestset/held", { spec: { maxPrunes: 3 } });
    await stand.reaches("manifestset/held", "Available");
    expect(await stand.target.get("configmap", "b", namespace)).toBeUndefined();
  });

  it("nothing is pruned while a source is missing, unlabelled or empty", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("sourced");
    const inSource = { "a.yaml": JSON.stringify(configMap("sourced")) };
    const spec = {
      targetNamespace: namespace,
      manifests: [],
      manifestsFrom: [{ kind: "ConfigMap", name: "sources" }],
    };
    await stand.apply(configMap("sources", inSource, LABELLED), setManifest("sourced", spec));
    await stand.reaches("manifestset/sourced", "Available");
    await stand.apply(configMap("sources", { "README.md": "moved" }, LABELLED));
    await stand.reaches("manifestset/sourced", "SourceEmpty");
    await stand.kubectl(["label", "configmap", "sources", "yunfan.dev/manifests-"]);
    await stand.reaches("manifestset/sourced", "SourceNotAllowed");
    await stand.kubectl(["delete", "configmap", "sources"]);
    // Of what bears no label nothing wakes a set.
    await stand.lookAgain("manifestset/sourced");
    await stand.reaches("manifestset/sourced", "SourceNotFound");
    expect(await stand.target.get("configmap", "sourced", namespace)).toBeDefined();
    await stand.apply(configMap("sources", inSource, LABELLED));
    await stand.reaches("manifestset/sourced", "Available");
  });

  it("a volume that is lost is not made anew in silence", async ({ expect }) => {
    const stand = theStand();
    const name = `lost-${Date.now()}`;
    const volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/tmp" } },
    };
    await stand.apply(setManifest("lost", { targetNamespace: "default", manifests: [volume] }));
    await stand.reaches("manifestset/lost", "Available");
    const { uid } = (await stand.target.get("persistentvolume", name))!.metadata;
    await stand.target.kubectl(
      "patch",
      "persistentvolume",
      name,
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    );
    await stand.target.kubectl("delete", "persistentvolume", name, "--wait=false");
    const { message } = await stand.reaches("manifestset/lost", "ExternalResourceMissing");
    expect(message).toContain(uid);
    await stand.annotate("manifestset/lost", { "yunfan.dev/recreate": uid });
    await stand.reaches("manifestset/lost", "Available");
  });
});

itStaysClean(theStand);
