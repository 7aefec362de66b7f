// Objects that EasyStack's forms make and can't mark (ConfigMap, Secret, claim): an operator that is killed between the form and the YAML with our
// label finds its own again, and what a stranger makes under that name it leaves alone.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { sourceSecret } from "../support/clouds/easystack/form-manifests.ts";
import { dying, living } from "../support/clouds/easystack/lives.ts";
import { configMap, targetOn, type Json, type ReachedTarget } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const PATIENTLY = { timeout: 60_000, interval: 100 };
const cluster = `n${randomBytes(4).toString("hex")}`;
const SECRET_VALUE = "value-of-a-newborn-1";
const CLAIM: Json = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data" },
  spec: {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "general",
    resources: { requests: { storage: "2Gi" } },
  },
};

let stand: EasyStackStand;
let target: ReachedTarget;

beforeAll(async () => {
  const plane = sharedControlPlane();
  target = targetOn(plane);
  const clusters = [{ name: cluster, type: "EKS" as const }];
  stand = await createEasyStackStand("easystack-newborns", { kubeconfig: plane.kubeconfigPath, clusters });
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(cluster));
  await living(stand, () => stand.reaches(`managedcluster/${cluster}`, "Available"));
});
afterAll(() => stand[Symbol.asyncDispose]());

/** An operator that dies while that request has been done and not been answered. */
function dieAt(path: string, isDone: () => Promise<boolean>): Promise<void> {
  const hold = { method: "POST", path, action: "Hold" };
  return dying(stand, [hold], () => expect.poll(isDone, PATIENTLY).toBe(true));
}

async function namespace(name: string): Promise<string> {
  await stand.simulator.behindOurBack("POST", "namespaces", { cluster, name });
  return `${cluster}--${name}`;
}

function formsSet(name: string, spec: object): object {
  return clusterSetManifest(name, cluster, { targetNamespace: name, easystack: { route: "Forms" }, ...spec });
}

/** A set that is deleted, and a Secret that its operator has made and not marked. */
async function secretOfLeaving(name: string): Promise<() => Promise<boolean>> {
  const set = `leaving-${name}`;
  const real = await namespace(set);
  const copies = [{ kind: "Secret", name }];
  await stand.apply(sourceSecret(name, "Opaque", { password: SECRET_VALUE }), formsSet(set, { copies }));
  const isThere = async (): Promise<boolean> => (await target.get("secret", name, real)) !== undefined;
  await dieAt("/kubernetes/secret/", isThere);
  await stand.remove(`manifestset/${set}`);
  return isThere;
}

describe("what a form has made and nobody has marked", () => {
  it.for<[kind: string, name: string, path: string, spec: object]>([
    ["configmap", "settings", "/kubernetes/configmap/settings/", { manifests: [configMap("settings")] }],
    ["secret", "plain", "/kubernetes/secret/", { copies: [{ kind: "Secret", name: "plain" }] }],
    ["persistentvolumeclaim", "data", "/kubernetes/pvc/data/", { manifests: [CLAIM] }],
  ])("is found again after a kill: a %s", async ([kind, name, path, spec]) => {
    const set = `killed-${name}`;
    const real = await namespace(set);
    await stand.apply(sourceSecret("plain", "Opaque", { password: SECRET_VALUE }), formsSet(set, spec));
    await dieAt(path, async () => (await target.get(kind, name, real)) !== undefined);
    const before = (await target.get(kind, name, real))!;
    expect(before.metadata.labels).toBeUndefined();
    await living(stand, () => stand.reaches(`manifestset/${set}`, "Available"));
    const after = (await target.get(kind, name, real))!;
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.labels).toHaveProperty(["yunfan.dev/manifestset-uid"]);
    const { status } = stand.seen(`manifestset/${set}`)!;
    expect(status["inventory"]).toMatchObject([{ uid: before.metadata.uid, origin: "Created" }]);
    expect(JSON.stringify(status["inventory"])).not.toContain("making");
    expect(JSON.stringify(stand.versions())).not.toContain(SECRET_VALUE);
    const made = (await stand.simulator.effects()) as readonly { method: string; path: string; place?: string }[];
    const posts = made.filter((each) => each.method === "POST" && each.place === `${cluster}/${set}`);
    expect(posts.map((each) => each.path.endsWith(path))).toEqual([true]);
  });

  it("goes with a set that is deleted right after the kill", async () => {
    const real = await namespace("leaving");
    await stand.apply(formsSet("leaving", { manifests: [configMap("settings")] }));
    const isThere = async (): Promise<boolean> => (await target.get("configmap", "settings", real)) !== undefined;
    await dieAt("/kubernetes/configmap/settings/", isThere);
    await stand.remove("manifestset/leaving");
    await living(stand, () => stand.gone("manifestset/leaving"));
    expect(await isThere()).toBe(false);
  });

  it("goes with a set that is deleted right after the kill: a secret whose source tells what it is", async () => {
    const isThere = await secretOfLeaving("kept");
    await living(stand, () => stand.gone("manifestset/leaving-kept"));
    expect(await isThere()).toBe(false);
  });

  it("is named and left by such a set where nothing tells any more what it is: a secret without a source", async () => {
    const isThere = await secretOfLeaving("lost");
    await stand.remove("secret/lost");
    await living(stand, async () => {
      await stand.gone("manifestset/leaving-lost");
      const told = async (): Promise<string> => JSON.stringify(await stand.events("manifestset/leaving-lost"));
      const left = "Secret leaving-lost/lost was made when this set was about to make it";
      await expect.poll(told, PATIENTLY).toContain(left);
    });
    expect(await isThere()).toBe(true);
  });

  it("is a stranger's where it was there before, or came between the look and the form, with the very contents", async () => {
    const real = await namespace("strangers");
    const theirs = (name: string): Promise<string> =>
      target.kubectl("create", "configmap", name, "-n", real, "--from-literal=level=info");
    const seen = async (): Promise<unknown> =>
      Promise.all(["before", "between"].map((name) => target.get("configmap", name, real)));
    await theirs("before");
    const operator = stand.operator({ flags: ["--no-leader-elect"] });
    await operator.ready;
    const path = "/kubernetes/configmap/between/";
    await stand.simulator.setFaults([{ method: "POST", path, action: "Latency", ms: 8_000 }]);
    const manifests = [configMap("before"), configMap("between")];
    await stand.apply(formsSet("strangers", { manifests }));
    const isLate = async (): Promise<boolean> =>
      (await stand.simulator.requests()).some((each) => each.fault === "Latency" && each.path.endsWith(path));
    await expect.poll(isLate, PATIENTLY).toBe(true);
    await theirs("between");
    const found = await seen();
    await stand.until("manifestset/strangers", ({ status }) => {
      const unready = (status["notReady"] ?? []) as readonly { reason: string }[];
      return unready.length === 2 && unready.every(({ reason }) => reason === "AlreadyExists");
    });
    expect(await seen()).toEqual(found);
    expect(stand.seen("manifestset/strangers")!.status["inventory"]).toBeUndefined();
    await stand.remove("manifestset/strangers");
    await stand.gone("manifestset/strangers");
    expect(await seen()).toEqual(found);
    await operator[Symbol.asyncDispose]();
  });
});
