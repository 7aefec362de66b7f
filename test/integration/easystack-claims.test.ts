// Claims in clusters of EasyStack ECNS as CloudVolumeClaims, with a real API server behind the simulator: their life, growth, what becomes
// of their volumes, who uses them, and strangers of their names.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk, sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  clusterClaimManifest,
  clusterManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

/** No other file has it: clusters of that name share namespaces of the API server behind. */
const CLUSTER = `c${randomBytes(4).toString("hex")}`;
const SECONDS = { timeout: 60_000 };

let stand: EasyStackStand;

beforeAll(async () => {
  const clusters = [{ name: CLUSTER, type: "EKS" as const }];
  const kubeconfig = sharedControlPlane().kubeconfigPath;
  stand = await createEasyStackStand("easystack-claims", { kubeconfig, clusters });
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(CLUSTER));
  await stand.reaches(`managedcluster/${CLUSTER}`, "Available");
  await Promise.all([
    create(storageClass("kept", { reclaimPolicy: "Retain" })),
    create(storageClass("late", { volumeBindingMode: "WaitForFirstConsumer" })),
  ]);
});
afterAll(() => stand[Symbol.asyncDispose]());

const { kubectl } = sharedControlPlane();
const inside = (...args: readonly string[]): Promise<string> => kubectlOk(kubectl, args);

async function create(object: object): Promise<void> {
  await kubectlOk(kubectl, ["create", "-f", "-"], JSON.stringify(object));
}

function storageClass(name: string, more: object): object {
  const common = { reclaimPolicy: "Delete", volumeBindingMode: "Immediate", allowVolumeExpansion: true };
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: `${CLUSTER}--${name}` },
    provisioner: "cinder.csi.openstack.org",
    ...common,
    ...more,
  };
}

/** A namespace that no other test has; its name in the API server behind. */
async function namespace(name: string): Promise<string> {
  await stand.simulator.behindOurBack("POST", "namespaces", { cluster: CLUSTER, name });
  const real = `${CLUSTER}--${name}`;
  await vi.waitFor(() => inside("get", "namespace", real), 20_000);
  // No controller makes it here.
  await create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: real } });
  return real;
}

const manifest = (name: string, spec: object = {}): object =>
  clusterClaimManifest(name, CLUSTER, { targetNamespace: name, ...spec });

interface Found {
  readonly metadata: { readonly uid: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: { readonly phase?: string };
}

/** Undefined where it is not there. */
async function found(...args: readonly string[]): Promise<Found | undefined> {
  const text = await inside("get", ...args, "--ignore-not-found", "-o", "json");
  return text === "" ? undefined : (JSON.parse(text) as Found);
}

const claimOf = (name: string): Promise<Found | undefined> => found("pvc", name, "-n", `${CLUSTER}--${name}`);
const volumeOf = (name: string): Promise<Found | undefined> => found("pv", `${CLUSTER}--${name}`);

async function made(name: string, spec: object = {}): Promise<{ readonly uid: string; readonly volume: string }> {
  await namespace(name);
  await stand.apply(manifest(name, spec));
  await stand.reaches(`cloudvolumeclaim/${name}`, "Available");
  const { status } = (await stand.read(`cloudvolumeclaim/${name}`))!;
  return { uid: status.externalId ?? "", volume: String(status["volumeName"]) };
}

async function pod(name: string, claim: string): Promise<void> {
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName: claim } }];
  const spec = { automountServiceAccountToken: false, containers: [{ name: "main", image: "busybox" }], volumes };
  await create({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: `${CLUSTER}--${claim}` }, spec });
}

/** Writes that name one of these, as the simulator logged them. */
async function writesOn(...names: readonly string[]): Promise<readonly string[]> {
  return (await stand.simulator.effects())
    .filter(({ method, path }) => method !== "GET" && names.some((name) => path.includes(`/${name}/`)))
    .map(({ method, path }) => `${method} ${path.replace("/api/ecns/eks", "").split("?")[0]}`);
}

const says = async (name: string) => {
  const { status } = (await stand.read(`cloudvolumeclaim/${name}`))!;
  return Object.fromEntries((status.conditions ?? []).map(({ type, reason }) => [type, reason]));
};

describe.concurrent("a claim of a class", () => {
  it("is made once with the default class, grows, and is deleted when its volume is seen to stay (calls 55, 56, 57, 83, 85)", async ({
    expect,
  }) => {
    const { uid, volume } = await made("life");
    const claim = (await claimOf("life"))!;
    expect(claim.metadata).toMatchObject({ uid, labels: { "yunfan.dev/nonce": expect.stringMatching(/-1$/) } });
    expect((await stand.read("cloudvolumeclaim/life"))!.status).toMatchObject({
      origin: "Created",
      cloudName: "life/life",
      claimPhase: "Bound",
      capacity: "10Gi",
    });
    expect(await says("life")).toEqual({ Ready: "Available", Bound: "Bound", UpToDate: "InSync" });
    await stand.apply(manifest("life", { sizeGiB: 20 }));
    await expect
      .poll(async () => (await stand.read("cloudvolumeclaim/life"))!.status["capacity"], SECONDS)
      .toBe("20Gi");
    await stand.reaches("cloudvolumeclaim/life", "Available");
    const shrunk = await stand.kubectl([
      "patch",
      "cloudvolumeclaim/life",
      "--type=merge",
      "-p",
      '{"spec":{"sizeGiB":10}}',
    ]);
    expect(shrunk.stderr).toContain("neither shrink nor be removed");
    await stand.kubectl(["delete", "cloudvolumeclaim/life", "--timeout=90s"]);
    expect(await claimOf("life")).toBeUndefined();
    await expect
      .poll(async () => (await volumeOf(volume)) ?? {}, SECONDS)
      .toMatchObject({ spec: { persistentVolumeReclaimPolicy: "Retain" }, status: { phase: "Released" } });
    expect(await writesOn("life", volume)).toEqual([
      "POST /_raw/PersistentVolumeClaim/name/life/",
      "PUT /_raw/PersistentVolumeClaim/name/life/",
      `PUT /_raw/PersistentVolume/name/${volume}/`,
      "DELETE /kubernetes/pvc/life/",
    ]);
    const events = JSON.stringify(await stand.events());
    expect(events).toContain("ResidueLeft");
    expect(events).toContain(volume);
  });

  it("takes its volume along where that is confirmed, be it of a class that keeps volumes", async ({ expect }) => {
    const { volume } = await made("erased", { storageClassName: "kept", contentsOnDelete: "Delete" });
    expect(await volumeOf(volume)).toMatchObject({ spec: { persistentVolumeReclaimPolicy: "Retain" } });
    await stand.kubectl(["delete", "cloudvolumeclaim/erased", "--wait=false"]);
    await stand.reaches("cloudvolumeclaim/erased", "EraseNotConfirmed");
    expect(await claimOf("erased")).toBeDefined();
    await stand.kubectl(["annotate", "cloudvolumeclaim/erased", `yunfan.dev/erase=${volume}`]);
    await stand.kubectl(["wait", "--for=delete", "cloudvolumeclaim/erased", "--timeout=90s"]);
    await expect.poll(() => volumeOf(volume), SECONDS).toBeUndefined();
  });

  it("is not deleted while something uses it, which is named", async ({ expect }) => {
    await made("used");
    await pod("reader", "used");
    await stand.lookAgain("cloudvolumeclaim/used");
    expect((await stand.read("cloudvolumeclaim/used"))!.status).toMatchObject({
      easystack: { mountedBy: ["Pod/reader"] },
    });
    await stand.kubectl(["delete", "cloudvolumeclaim/used", "--wait=false"]);
    const held = await stand.reaches("cloudvolumeclaim/used", "ClaimInUse");
    expect(held.message).toContain("Pod/reader");
    await inside("delete", "pod", "reader", "-n", `${CLUSTER}--used`, "--grace-period=0", "--force");
    await stand.kubectl(["wait", "--for=delete", "cloudvolumeclaim/used", "--timeout=90s"]);
    expect(await claimOf("used")).toBeUndefined();
  });

  it("that is bound at its first use is Ready before", async ({ expect }) => {
    await namespace("late");
    await stand.apply(manifest("late", { storageClassName: "late" }));
    await stand.reaches("cloudvolumeclaim/late", "WaitingForConsumer");
    expect(conditionOf((await stand.read("cloudvolumeclaim/late"))!, "Ready")).toMatchObject({ status: "True" });
    await pod("first", "late");
    await stand.reaches("cloudvolumeclaim/late", "Available");
  });

  it("is not made where the class, its size or the namespace is missing, and says so", async ({ expect }) => {
    await stand.apply(manifest("classless", { targetNamespace: "default", storageClassName: "golden" }));
    const refused = await stand.reaches("cloudvolumeclaim/classless", "Rejected");
    expect(refused.message).toMatch(/golden.*general, kept, late/);
    await stand.apply(manifest("homeless", { targetNamespace: "nowhere" }));
    await stand.reaches("cloudvolumeclaim/homeless", "NamespaceNotFound");
    const disk = { volumeId: "disk-1", storageType: "bs" };
    await stand.apply(manifest("foreign", { targetNamespace: "default", sizeGiB: undefined, huawei: disk }));
    await stand.reaches("cloudvolumeclaim/foreign", "ProviderMismatch");
    expect(await writesOn("classless", "homeless", "foreign")).toEqual([]);
  });
});

describe.concurrent("another claim of the name", () => {
  const theirs = (name: string): Promise<void> => {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    const metadata = { name, namespace: `${CLUSTER}--${name}` };
    return create({ apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec });
  };

  it("is refused with its uid, and adopted by that without a write", async ({ expect }) => {
    await namespace("theirs");
    await theirs("theirs");
    const { uid } = (await claimOf("theirs"))!.metadata;
    await stand.apply(manifest("theirs"));
    const refused = await stand.reaches("cloudvolumeclaim/theirs", "AlreadyExists");
    expect(refused.message).toContain(uid);
    await stand.kubectl(["patch", "cloudvolumeclaim/theirs", "--type=merge", "-p", `{"spec":{"externalId":"${uid}"}}`]);
    await stand.reaches("cloudvolumeclaim/theirs", "Available");
    await stand.kubectl(["delete", "cloudvolumeclaim/theirs", "--timeout=60s"]);
    expect((await claimOf("theirs"))?.metadata.uid).toBe(uid);
    // It was asked to be as large as the spec says, and nothing else.
    expect(await writesOn("theirs")).toEqual(["PUT /_raw/PersistentVolumeClaim/name/theirs/"]);
  });

  it("that takes the place of ours is a loss, and not deleted", async ({ expect }) => {
    const { uid } = await made("again");
    await inside("delete", "pvc", "again", "-n", `${CLUSTER}--again`, "--wait=false");
    await expect.poll(() => claimOf("again"), SECONDS).toBeUndefined();
    await theirs("again");
    await stand.reaches("cloudvolumeclaim/again", "ExternalResourceMissing");
    await stand.kubectl(["delete", "cloudvolumeclaim/again", "--timeout=90s"]);
    const left = await claimOf("again");
    expect(left).toBeDefined();
    expect(left?.metadata.uid).not.toBe(uid);
    expect(await writesOn("again")).toEqual(["POST /_raw/PersistentVolumeClaim/name/again/"]);
  });
});

itStaysClean(() => stand);
