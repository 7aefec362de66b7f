// A ManifestSet from kubectl apply to kubectl delete: real API server, real operator, and another real API server as its target.
import { describe, it, vi } from "vitest";
import {
  configMap,
  deployment,
  isWrite,
  setManifest,
  targetLacks,
  targetShows,
  useSetStand,
} from "../support/environment/manifest-sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useSetStand("set-life");
const SECRET_VALUE = "very-secret-database-password";

/** A Secret beside the sets, labelled so that they may read it. */
function sourceSecret(name: string, stringData: Record<string, string>): object {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels: { "yunfan.dev/manifests": "true" } },
    stringData,
  };
}

function sourceMap(name: string, data: Record<string, string>): object {
  return configMap(name, data, { labels: { "yunfan.dev/manifests": "true" } });
}

describe.concurrent("a ManifestSet", () => {
  it("makes its objects in the cluster by one write each, names them in its inventory and is Ready", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("made");
    const manifests = [configMap("settings"), configMap("more", { a: "1" })];
    await stand.apply(setManifest("made", { targetNamespace: namespace, manifests }));
    await stand.reaches("manifestset/made", "Available");
    const { metadata, status } = (await stand.read("manifestset/made"))!;
    const settings = (await stand.target.get("configmap", "settings", namespace))!;
    expect(settings).toMatchObject({
      data: { level: "info" },
      metadata: {
        labels: { "yunfan.dev/manifestset-uid": metadata.uid },
        annotations: { "yunfan.dev/manifestset": `${stand.namespace}/made` },
      },
    });
    expect(status).toMatchObject({
      objects: { declared: 2, applied: 2, ready: 2 },
      inventory: [
        { ref: `/ConfigMap/${namespace}/more`, origin: "Created" },
        { ref: `/ConfigMap/${namespace}/settings`, uid: settings.metadata.uid, origin: "Created" },
      ],
    });
    const says = Object.fromEntries((status.conditions ?? []).map(({ type, reason }) => [type, reason]));
    expect(says).toEqual({
      Ready: "Available",
      TargetReachable: "Reached",
      SourcesReady: "Complete",
      Applied: "AllApplied",
      ObjectsReady: "AllReady",
      UpToDate: "InSync",
    });
    const writes = (await stand.requestsIn(namespace)).filter(isWrite);
    expect(writes.map(({ verb, code }) => `${verb} ${code}`)).toEqual(["patch 201", "patch 201"]);
  });

  it("writes nothing while nothing changes, in the target or to its status, and at another apply of the same", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("steady");
    // What a server writes in other words: a quantity, a default that is spelt out, an empty list.
    const web = deployment("web", {
      replicas: 0,
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          hostNetwork: false,
          containers: [{ name: "web", image: "nginx", env: [], resources: { limits: { cpu: 1, memory: "1024Mi" } } }],
        },
      },
    });
    await stand.target.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    const manifest = setManifest("steady", { targetNamespace: namespace, manifests: [web, configMap("settings")] });
    await stand.apply(manifest);
    await targetShows(stand, ["deployment", "web", namespace]);
    await stand.target.kubectl(
      "patch",
      "deployment",
      "web",
      "-n",
      namespace,
      "--subresource=status",
      "--type=merge",
      "-p",
      AVAILABLE,
    );
    await stand.reaches("manifestset/steady", "Available");
    const before = await stand.read("manifestset/steady");
    const writes = (await stand.requestsIn(namespace)).filter(isWrite).length;
    await stand.apply(manifest);
    await stand.visited("manifestset/steady", 2);
    expect(await stand.read("manifestset/steady")).toEqual(before);
    expect(writes).toBe(2);
    expect((await stand.requestsIn(namespace)).filter(isWrite)).toHaveLength(writes);
  });

  it("heals drift, leaves others' fields alone, and takes out a field that is declared no more", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("healed");
    const spec = (data: Record<string, string>): object => ({
      targetNamespace: namespace,
      manifests: [configMap("settings", data)],
    });
    await stand.apply(setManifest("healed", spec({ level: "info", old: "1" })));
    await stand.reaches("manifestset/healed", "Available");
    const { uid } = (await stand.target.get("configmap", "settings", namespace))!.metadata;
    await stand.target.kubectl(
      "patch",
      "configmap",
      "settings",
      "-n",
      namespace,
      "--type=merge",
      "-p",
      '{"data":{"level":"debug","theirs":"x"}}',
    );
    const healed = await targetShows(
      stand,
      ["configmap", "settings", namespace],
      ({ data }) => data?.["level"] === "info",
    );
    expect(healed.data).toEqual({ level: "info", old: "1", theirs: "x" });
    await stand.edit("manifestset/healed", { spec: spec({ level: "warn" }) });
    const changed = await targetShows(
      stand,
      ["configmap", "settings", namespace],
      ({ data }) => data?.["level"] === "warn",
    );
    expect(changed).toMatchObject({ data: { level: "warn", theirs: "x" }, metadata: { uid } });
    expect(changed.data).not.toHaveProperty("old");
    await expect
      .poll(() => stand.events("manifestset/healed"), { timeout: 20_000 })
      .toContainEqual(
        expect.objectContaining({ reason: "Requested", message: expect.stringContaining("to heal drift") }),
      );
  });

  it("reads sources that are labelled, and follows them", async ({ expect }) => {
    const stand = theStand();
    stand.secrets.add(SECRET_VALUE);
    const namespace = await stand.target.namespace("sourced");
    const inFile = JSON.stringify(configMap("from-map", { level: "info" }));
    await stand.apply(
      sourceMap("sourced", { "app.yaml": inFile, "README.md": "not a manifest" }),
      sourceSecret("sourced", {
        "keys.yaml": `apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {password: ${SECRET_VALUE}}\n`,
      }),
      sourceSecret("copied", { password: SECRET_VALUE }),
      setManifest("sourced", {
        targetNamespace: namespace,
        manifests: [],
        manifestsFrom: [
          { kind: "ConfigMap", name: "sourced" },
          { kind: "Secret", name: "sourced", key: "keys.yaml" },
        ],
        copies: [{ kind: "Secret", name: "copied", targetName: "copy" }],
      }),
    );
    await stand.reaches("manifestset/sourced", "Available");
    const data = { password: Buffer.from(SECRET_VALUE).toString("base64") };
    expect(await stand.target.get("secret", "keys", namespace)).toMatchObject({ data });
    const copy = (await stand.target.get("secret", "copy", namespace))!;
    expect(copy).toMatchObject({ data, type: "Opaque" });
    expect(copy.metadata.labels).not.toHaveProperty(["yunfan.dev/manifests"]);
    await stand.apply(
      sourceMap("sourced", { "app.yaml": inFile.replace("info", "debug") }),
      sourceSecret("copied", { password: `${SECRET_VALUE}-2` }),
    );
    await targetShows(stand, ["configmap", "from-map", namespace], (object) => object.data?.["level"] === "debug");
    const next = Buffer.from(`${SECRET_VALUE}-2`).toString("base64");
    await targetShows(stand, ["secret", "copy", namespace], (object) => object.data?.["password"] === next);
  });

  it("prunes what is declared no more, by its UID, and not what somebody made anew meanwhile", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("pruned");
    const manifests = ["kept", "gone", "replaced"].map((name) => configMap(name));
    await stand.apply(setManifest("pruned", { targetNamespace: namespace, manifests }));
    await stand.reaches("manifestset/pruned", "Available");
    await stand.annotate("manifestset/pruned", { "yunfan.dev/paused": "true" });
    await stand.edit("manifestset/pruned", { spec: { manifests: [configMap("kept")] } });
    await stand.target.kubectl("delete", "configmap", "replaced", "-n", namespace);
    await stand.target.apply(configMap("replaced", { theirs: "1" }, { namespace }));
    await stand.annotate("manifestset/pruned", { "yunfan.dev/paused": null });
    await targetLacks(stand, "configmap", "gone", namespace);
    await stand.until("manifestset/pruned", ({ status }) => (status["inventory"] as unknown[]).length === 1);
    expect(await stand.target.get("configmap", "replaced", namespace)).toMatchObject({ data: { theirs: "1" } });
    await stand.reaches("manifestset/pruned", "Available");
  });

  it("leaves a stranger's object of that name alone, says whose turn it is, and goes on once it is renamed", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("strangers");
    await stand.target.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await stand.target.apply(configMap("settings", { theirs: "kept" }, { namespace }));
    await stand.apply(setManifest("strangers", { targetNamespace: namespace, manifests: [configMap("settings")] }));
    const stalled = await stand.reaches("manifestset/strangers", "AlreadyExists");
    expect(stalled).toMatchObject({ status: "False", message: expect.stringContaining("settings") });
    expect(await stand.target.get("configmap", "settings", namespace)).toMatchObject({ data: { theirs: "kept" } });
    await stand.edit("manifestset/strangers", { spec: { manifests: [configMap("ours")] } });
    await stand.reaches("manifestset/strangers", "Available");
    await stand.remove("manifestset/strangers");
    await stand.gone("manifestset/strangers");
    expect(await stand.target.get("configmap", "settings", namespace)).toMatchObject({ data: { theirs: "kept" } });
  });

  it("takes its objects along when it is deleted, and names what holds one", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("deleted");
    const held = configMap("held", {}, { finalizers: ["example.com/hold"] });
    await stand.apply(setManifest("deleted", { targetNamespace: namespace, manifests: [configMap("free"), held] }));
    await stand.reaches("manifestset/deleted", "Available");
    await stand.remove("manifestset/deleted");
    await targetLacks(stand, "configmap", "free", namespace);
    const waiting = await stand.until("manifestset/deleted", ({ status }) =>
      (status.conditions ?? []).some(({ message }) => message.includes("example.com/hold")),
    );
    expect(waiting.status.conditions).toContainEqual(expect.objectContaining({ type: "Ready", reason: "Deleting" }));
    await stand.target.kubectl(
      "patch",
      "configmap",
      "held",
      "-n",
      namespace,
      "--type=merge",
      "-p",
      '{"metadata":{"finalizers":null}}',
    );
    await stand.gone("manifestset/deleted");
    expect(await stand.target.get("configmap", "held", namespace)).toBeUndefined();
  });
});

/** As a controller would say it of a Deployment without pods. */
const AVAILABLE = JSON.stringify({
  status: {
    observedGeneration: 1,
    conditions: [
      { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message: "" },
    ],
  },
});

itStaysClean(theStand);
