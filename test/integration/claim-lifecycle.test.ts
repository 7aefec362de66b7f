// A CloudVolumeClaim on CCE from kubectl apply to kubectl delete: real API server, which is the cluster's too, real operator, real HTTP to
// the simulator.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { conditionOf } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { createClaimsStand, type ClaimsStand } from "../support/environment/volume-claims.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000, maxConcurrency: 20 });

let stand: ClaimsStand;

beforeAll(async () => {
  stand = await createClaimsStand("claim-life");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const SECONDS = { timeout: 40_000 };

describe.concurrent("a CloudVolumeClaim of storage that exists", () => {
  it.for([
    { name: "bound", route: "Kubeconfig" },
    { name: "gated", route: "Gateway" },
  ])(
    "is made once, bound, and deleted without its storage, by the route $route",
    async ({ name, route }, { expect }) => {
      const home = await stand.claimsHome(name, { spec: { manifests: { route } } });
      const volumeId = await home.storage();
      await stand.apply(home.manifest(volumeId));
      await stand.reaches(`cloudvolumeclaim/${name}`, "Available");
      const { metadata, status } = (await stand.read(`cloudvolumeclaim/${name}`))!;
      const claim = (await home.claim(name))!;
      expect(claim).toMatchObject({
        metadata: { uid: status.externalId, labels: { "yunfan.dev/nonce": `${metadata.uid}-1` } },
        spec: { accessModes: ["ReadWriteMany"] },
        status: { phase: "Bound" },
      });
      expect(status).toMatchObject({
        origin: "Created",
        cloudName: `${home.inside}/${name}`,
        claimPhase: "Bound",
        volumeName: claim.spec.volumeName,
        capacity: "10Gi",
      });
      expect(status.operation).toBeUndefined();
      const says = Object.fromEntries((status.conditions ?? []).map(({ type, reason }) => [type, reason]));
      expect(says).toEqual({ Ready: "Available", Bound: "Bound", UpToDate: "InSync" });
      expect(await home.volumes()).toMatchObject([{ id: volumeId, claimId: claim.metadata.uid }]);
      await stand.kubectl(["delete", `cloudvolumeclaim/${name}`, "--timeout=60s"]);
      expect(await home.claims()).toEqual([]);
      await expect.poll(() => home.volumes(), SECONDS).toMatchObject([{ id: volumeId, claimId: "" }]);
      expect(await home.writes()).toEqual(["POST", "DELETE"]);
    },
  );

  it("waits for the pods that use it, names them, and keeps its storage unless that is confirmed", async ({
    expect,
  }) => {
    const home = await stand.claimsHome("erased");
    const volumeId = await home.storage();
    await stand.apply(home.manifest(volumeId, { contentsOnDelete: "Delete" }));
    await stand.reaches("cloudvolumeclaim/erased", "Available");
    await home.pod("reader", "erased");
    await stand.kubectl(["delete", "cloudvolumeclaim/erased", "--wait=false"]);
    await stand.reaches("cloudvolumeclaim/erased", "EraseNotConfirmed");
    await stand.kubectl(["annotate", "cloudvolumeclaim/erased", "yunfan.dev/erase=another-disk"]);
    await stand.lookAgain("cloudvolumeclaim/erased");
    expect(await home.writes()).toEqual(["POST"]);
    await stand.kubectl(["annotate", "--overwrite", "cloudvolumeclaim/erased", `yunfan.dev/erase=${volumeId}`]);
    const held = await stand.reaches("cloudvolumeclaim/erased", "ClaimInUse");
    expect(held.message).toContain("Pod reader");
    expect(await home.writes()).toEqual(["POST"]);
    await home.colleague("delete", "pod", "reader", "--grace-period=0", "--force");
    await stand.kubectl(["wait", "--for=delete", "cloudvolumeclaim/erased", "--timeout=60s"]);
    expect(await home.writes()).toEqual(["POST", "DELETE"]);
    await expect.poll(() => home.volumes(), SECONDS).toEqual([]);
  });

  it("is alone in claiming it, and leaves it alone where another one came first", async ({ expect }) => {
    const home = await stand.claimsHome("shared");
    const volumeId = await home.storage();
    await stand.apply(home.manifest(volumeId));
    await stand.reaches("cloudvolumeclaim/shared", "Available");
    await stand.apply(home.manifest(volumeId, { contentsOnDelete: "Delete" }, { name: "shared-second" }));
    await stand.reaches("cloudvolumeclaim/shared-second", "ExternalIdConflict");
    await stand.kubectl(["delete", "cloudvolumeclaim/shared-second", "--timeout=30s"]);
    expect(await home.writes()).toEqual(["POST"]);
    expect(await home.volumes()).toHaveLength(1);
  });

  it("says what it waits for while its storage is not there, and is bound when it comes", async ({ expect }) => {
    const home = await stand.claimsHome("early");
    await stand.apply(home.manifest("files-bucket", { huawei: { volumeId: "files-bucket", storageType: "obs" } }));
    await stand.reaches("cloudvolumeclaim/early", "ClaimPending");
    expect(conditionOf((await stand.read("cloudvolumeclaim/early"))!, "Bound")).toMatchObject({
      status: "False",
      reason: "ClaimPending",
    });
    await home.storage("files-bucket", "obs");
    await stand.reaches("cloudvolumeclaim/early", "Available");
    expect(await home.writes()).toEqual(["POST"]);
  });

  it("waits for its namespace, which is not in the cluster yet", async ({ expect }) => {
    const home = await stand.claimsHome("nowhere");
    const targetNamespace = `${home.inside}-later`;
    await stand.apply(home.manifest(await home.storage(), { targetNamespace }));
    const waiting = await stand.reaches("cloudvolumeclaim/nowhere", "NamespaceNotFound");
    expect(waiting.message).toContain("spec.targetNamespace");
    expect(await home.writes()).toEqual([]);
    await home.colleague("create", "namespace", targetNamespace);
    await stand.reaches("cloudvolumeclaim/nowhere", "Available");
  });
});

describe.concurrent("a claim in the cluster", () => {
  it("of that name that somebody else made is refused with its id, and adopted by it without a write", async ({
    expect,
  }) => {
    const home = await stand.claimsHome("adopted");
    await stand.apply(home.manifest(await home.storage("theirs"), {}, { name: "first" }));
    await stand.reaches("cloudvolumeclaim/first", "Available");
    const { status } = (await stand.read("cloudvolumeclaim/first"))!;
    await stand.kubectl(["annotate", "cloudvolumeclaim/first", `yunfan.dev/force-orphan=${status.externalId}`]);
    await stand.kubectl(["delete", "cloudvolumeclaim/first", "--timeout=30s"]);
    const another = home.manifest(await home.storage("ours"), { cloudName: "first" }, { name: "second" });
    await stand.apply(another);
    const refused = await stand.reaches("cloudvolumeclaim/second", "AlreadyExists");
    expect(refused.message).toContain(status.externalId);
    await stand.kubectl(["delete", "cloudvolumeclaim/second", "--timeout=30s"]);
    await stand.apply(home.manifest(undefined, { externalId: status.externalId }));
    await stand.reaches("cloudvolumeclaim/adopted", "Available");
    expect((await stand.read("cloudvolumeclaim/adopted"))!.status).toMatchObject({
      origin: "Adopted",
      cloudName: `${home.inside}/first`,
    });
    await stand.kubectl(["delete", "cloudvolumeclaim/adopted", "--timeout=30s"]);
    expect(await home.claims()).toMatchObject([{ metadata: { name: "first", uid: status.externalId } }]);
    expect(await home.writes()).toEqual(["POST"]);
  });

  it("that is gone, or another one of its name, is a loss until that is confirmed", async ({ expect }) => {
    const home = await stand.claimsHome("lost");
    await stand.apply(home.manifest(await home.storage()));
    await stand.reaches("cloudvolumeclaim/lost", "Available");
    const { status } = (await stand.read("cloudvolumeclaim/lost"))!;
    await home.colleague("delete", "pvc", "lost", "--wait=false");
    await stand.reaches("cloudvolumeclaim/lost", "ExternalResourceMissing");
    await home.theirs("lost");
    await stand.kubectl(["annotate", "cloudvolumeclaim/lost", `yunfan.dev/recreate=${status.externalId}`]);
    await stand.reaches("cloudvolumeclaim/lost", "AlreadyExists");
    await home.colleague("delete", "pvc", "lost", "--wait=false");
    await home.colleague("patch", "pvc", "lost", "--type=merge", "-p", '{"metadata":{"finalizers":null}}');
    await stand.reaches("cloudvolumeclaim/lost", "Available");
    expect((await home.claim("lost"))?.metadata.uid).not.toBe(status.externalId);
    expect(await home.writes()).toEqual(["POST", "POST"]);
  });

  it("that somebody made under the name of ours is not deleted with the resource", async ({ expect }) => {
    const home = await stand.claimsHome("kept");
    const volumeId = await home.storage();
    await stand.apply(home.manifest(volumeId));
    await stand.reaches("cloudvolumeclaim/kept", "Available");
    await home.colleague("delete", "pvc", "kept", "--wait=false");
    await expect.poll(() => home.claims(), SECONDS).toEqual([]);
    await home.theirs("kept");
    await stand.kubectl(["delete", "cloudvolumeclaim/kept", "--timeout=60s"]);
    expect(await home.claims()).toMatchObject([{ metadata: { name: "kept" } }]);
    expect(await home.writes()).toEqual(["POST"]);
  });

  it("whose volume is gone is a loss, and says so", async ({ expect }) => {
    const home = await stand.claimsHome("gone");
    await stand.apply(home.manifest(await home.storage()));
    await stand.reaches("cloudvolumeclaim/gone", "Available");
    const { volumeName = "" } = (await home.claim("gone"))!.spec;
    await home.colleague("delete", "pv", volumeName, "--wait=false");
    await home.colleague("patch", "pv", volumeName, "--type=merge", "-p", '{"metadata":{"finalizers":null}}');
    await stand.reaches("cloudvolumeclaim/gone", "ExternalResourceMissing");
    expect(conditionOf((await stand.read("cloudvolumeclaim/gone"))!, "Bound")).toMatchObject({
      status: "False",
      reason: "VolumeLost",
    });
    await stand.lookAgain("cloudvolumeclaim/gone");
    expect(await home.writes()).toEqual(["POST"]);
  });
});

describe.concurrent("a cluster", () => {
  it("that sleeps has its claims wait, and one that is deleted waits for them", async ({ expect }) => {
    const home = await stand.claimsHome("asleep");
    await stand.apply(home.manifest(await home.storage()));
    await stand.reaches("cloudvolumeclaim/asleep", "Available");
    await stand.kubectl([
      "patch",
      "managedcluster/asleep",
      "--type=merge",
      "-p",
      '{"spec":{"powerState":"Hibernated"}}',
    ]);
    await stand.reaches("cloudvolumeclaim/asleep", "ClusterHibernated");
    await stand.kubectl(["patch", "managedcluster/asleep", "--type=merge", "-p", '{"spec":{"powerState":"Running"}}']);
    await stand.reaches("cloudvolumeclaim/asleep", "Available");
    await stand.kubectl(["delete", "managedcluster/asleep", "--wait=false"]);
    const held = await stand.reaches("managedcluster/asleep", "DeletionHeld");
    expect(held.message).toContain("CloudVolumeClaim");
    await stand.kubectl(["delete", "cloudvolumeclaim/asleep", "--timeout=60s"]);
    await stand.kubectl(["wait", "--for=delete", "managedcluster/asleep", "--timeout=60s"]);
    expect(await home.writes()).toEqual(["POST", "DELETE"]);
  });

  it("that the cloud has lost takes its claims along, once they are deleted", async ({ expect }) => {
    const home = await stand.claimsHome("vanished", { spec: { manifests: { route: "Gateway" } } });
    await stand.apply(home.manifest(await home.storage()));
    await stand.reaches("cloudvolumeclaim/vanished", "Available");
    await home.cloud.behindOurBack("DELETE", `clusters/${home.clusterId}`);
    await stand.reaches("managedcluster/vanished", "ExternalResourceMissing");
    await stand.kubectl(["delete", "cloudvolumeclaim/vanished", "--timeout=60s"]);
    expect(await home.writes()).toEqual(["POST"]);
  });
});

itStaysClean(() => stand);
