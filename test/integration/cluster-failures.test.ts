// Clusters that can't be as declared: each says why and what to do, tells it once, and asks little of the cloud.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import {
  clusterManifest,
  createHuaweiStand,
  huaweiAccountManifests,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import type { Resource } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-fail");
  await stand.apply(...huaweiAccountManifests(stand.simulator));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Declares a cluster and waits until it is there; resolves with its resource. */
async function available(name: string, spec: object = {}): Promise<Resource> {
  await stand.apply(clusterManifest(name, spec));
  await stand.reaches(`managedcluster/${name}`, "Available");
  return stand.seen(`managedcluster/${name}`)!;
}

/** The POSTs of clusters of the shared simulator can't be told apart by name: each of these tests has a cloud of its own. */
function on(account: string, spec: object = {}): object {
  return clusterManifest(account, { accountRef: { name: account }, ...spec });
}

function reasonsOf(name: string): Set<string | undefined> {
  const versions = stand.versions(name);
  return new Set(versions.map(({ status }) => status.conditions?.find(({ type }) => type === "Ready")?.reason));
}

const FAILURES = ["CreatePSMCert", "CreateMasterVM", "InstallMaster"].flatMap((step) =>
  (["Unavailable", "Error"] as const).map((leaves) => ({ step, leaves, name: `${step}-${leaves}`.toLowerCase() })),
);

describe.concurrent("a create that fails half-way", () => {
  it.for(FAILURES)("at $step and leaves the cluster in $leaves", async ({ step, leaves, name }, { expect }) => {
    const cloud = await stand.cloud(name);
    await cloud.behindOurBack("POST", "plans", { clusterName: name, failAt: step, leaves });
    await stand.apply(on(name));
    const resource = `managedcluster/${name}`;
    const { message } = await stand.reaches(resource, "CreateFailed");
    const [cluster] = await cloud.clusters();
    expect(cluster!.phase).toBe(leaves);
    expect(message).toContain(`CreateCluster failed at ${step}: ${step} failed: no healthy host was found`);
    expect(message).toContain(`Cluster ${cluster!.id} stays`);
    expect(message).toContain("Delete this resource to remove it");
    const { status } = stand.seen(resource)!;
    expect(status.externalId).toBe(cluster!.id);
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Stalled", reason: "CreateFailed" }));
    // In the list an Error is masked: at no time may it be taken for a deletion.
    expect(reasonsOf(resource)).not.toContain("Deleting");
    await expectCalm(stand, resource, cloud);
    expect(await cloud.creates()).toHaveLength(1);
    await expectToldOnce(expect, stand, resource, { reason: "CreateFailed" });

    await stand.remove(resource);
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
  });

  it("and is repaired in the cloud makes the resource Ready", async ({ expect }) => {
    await stand.simulator.behindOurBack("POST", "plans", { clusterName: "repaired", failAt: "InstallMaster" });
    await stand.apply(clusterManifest("repaired"));
    await stand.reaches("managedcluster/repaired", "CreateFailed");
    const [cluster] = await stand.simulator.clusters("repaired");
    await stand.simulator.behindOurBack("PATCH", `clusters/${cluster!.id}`, { phase: "Available" });
    await stand.reaches("managedcluster/repaired", "Available");
    expect(stand.seen("managedcluster/repaired")!.status.operation).toBeUndefined();
    expect(await stand.simulator.clusters("repaired")).toHaveLength(1);
  });
});

describe.concurrent("a cluster that was Available", () => {
  it("deleted behind our back is missing, and made anew only by the annotation with its id", async ({ expect }) => {
    const cloud = await stand.cloud("lost", {}, on("lost"));
    const resource = "managedcluster/lost";
    await stand.reaches(resource, "Available");
    const [made] = await cloud.clusters();
    await cloud.behindOurBack("DELETE", `clusters/${made!.id}`);
    const { message } = await stand.reaches(resource, "ExternalResourceMissing");
    expect(message).toContain(`yunfan.dev/recreate: "${made!.id}"`);
    const usable = stand.seen(resource)!.status.conditions?.find(({ type }) => type === "ClusterAvailable");
    expect(usable).toMatchObject({ status: "False", reason: "ExternalResourceMissing" });
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "ExternalResourceMissing" });
    expect(await cloud.creates()).toHaveLength(1);

    await stand.annotate(resource, { "yunfan.dev/recreate": "another-id" });
    await stand.lookAgain(resource);
    expect(await stand.reaches(resource, "ExternalResourceMissing")).toMatchObject({ status: "False" });
    expect(await cloud.creates()).toHaveLength(1);

    await stand.annotate(resource, { "yunfan.dev/recreate": made!.id });
    await stand.reaches(resource, "Available");
    const anew = await cloud.clusters();
    expect(anew.map(({ id }) => id)).toEqual([stand.seen(resource)!.status.externalId]);
    expect(anew[0]!.description).toBe(`[yunfan:${stand.seen(resource)!.metadata.uid}-2]`);
    expect(await cloud.creates()).toHaveLength(2);
  });

  it("deleted behind our back can be deleted", async ({ expect }) => {
    const { status } = await available("lost-for-good");
    await stand.simulator.behindOurBack("DELETE", `clusters/${status.externalId}`);
    await stand.remove("managedcluster/lost-for-good");
    await stand.gone("managedcluster/lost-for-good");
    expect(await stand.simulator.clusters("lost-for-good")).toEqual([]);
  });

  it.for([
    { phase: "Error", name: "broken-error" },
    { phase: "Unavailable", name: "broken-unavailable" },
  ])("and fails later is left alone, and can be deleted: $phase", async ({ phase, name }, { expect }) => {
    const cloud = await stand.cloud(name, {}, on(name));
    const resource = `managedcluster/${name}`;
    await stand.reaches(resource, "Available");
    const [made] = await cloud.clusters();
    const change = { phase, reason: "Disaster", message: "three hosts burnt down" };
    await cloud.behindOurBack("PATCH", `clusters/${made!.id}`, change);
    const ready = await stand.reaches(resource, "ClusterFailed");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(
        new RegExp(`${made!.id} is ${phase}: Disaster: three hosts burnt down\\. Repair it in the cloud, or delete`),
      ),
    });
    expect(reasonsOf(resource)).not.toContain("Deleting");
    const usable = stand.seen(resource)!.status.conditions?.find(({ type }) => type === "ClusterAvailable");
    expect(usable).toMatchObject({ status: "False", reason: "ClusterNotAvailable" });
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "ClusterFailed" });
    expect(await cloud.creates()).toHaveLength(1);

    await stand.remove(resource);
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
  });

  it("and is being deleted by somebody in the cloud says so, and then that it is gone", async ({ expect }) => {
    const { status } = await available("taken-down");
    const resource = "managedcluster/taken-down";
    await stand.simulator.behindOurBack("PATCH", `clusters/${status.externalId}`, { phase: "Deleting" });
    const { message } = await stand.reaches(resource, "Deleting");
    expect(message).toContain("Somebody is deleting the cluster in the cloud");
    await stand.simulator.behindOurBack("DELETE", `clusters/${status.externalId}`);
    await stand.reaches(resource, "ExternalResourceMissing");
    expect(await stand.simulator.clusters("taken-down")).toEqual([]);
  });

  it("and is resized by somebody is waited for, and not written to", async ({ expect }) => {
    const cloud = await stand.cloud("resized", {}, on("resized"));
    await stand.reaches("managedcluster/resized", "Available");
    const [made] = await cloud.clusters();
    await cloud.behindOurBack("PATCH", `clusters/${made!.id}`, { phase: "Resizing" });
    await stand.edit("managedcluster/resized", { spec: { description: "Meanwhile" } });
    const { message } = await stand.reaches("managedcluster/resized", "Updating");
    expect(message).toContain("Resizing");
    await stand.lookAgain("managedcluster/resized");
    expect(await cloud.effects()).toHaveLength(1);
    await cloud.behindOurBack("PATCH", `clusters/${made!.id}`, { phase: "Available" });
    await stand.reaches("managedcluster/resized", "Available");
    expect(await cloud.clusters()).toMatchObject([{ description: expect.stringMatching(/^Meanwhile \[yunfan:/) }]);
  });
});

describe.concurrent("other jobs that fail", () => {
  it.for([
    { title: "going to sleep", name: "sleepless", failAt: "StopMaster", power: "Hibernated" },
    { title: "waking up", name: "comatose", failAt: "StartMaster", power: "Running" },
  ])("leave a cluster that says so, and is not hurried: $title", async ({ name, failAt, power }, { expect }) => {
    const cloud = await stand.cloud(name, {}, on(name));
    const resource = `managedcluster/${name}`;
    await stand.reaches(resource, "Available");
    if (power === "Running") {
      await stand.edit(resource, { spec: { powerState: "Hibernated" } });
      await stand.reaches(resource, "Hibernated");
    }
    await cloud.behindOurBack("POST", "plans", { clusterName: name, failAt });
    await stand.edit(resource, { spec: { powerState: power } });
    const { message } = await stand.reaches(resource, "ClusterFailed");
    expect(message).toContain(failAt);
    await expectCalm(stand, resource, cloud);
  });

  it("a deletion that fails half-way is tried again until the cluster is gone", async ({ expect }) => {
    const cloud = await stand.cloud("sticky", {}, on("sticky"));
    await stand.reaches("managedcluster/sticky", "Available");
    await cloud.behindOurBack("POST", "plans", { clusterName: "sticky", failAt: "DeleteMasterVM", leaves: "Error" });
    await stand.remove("managedcluster/sticky");
    await stand.gone("managedcluster/sticky");
    expect(await cloud.clusters()).toEqual([]);
    const deletes = (await cloud.effects()).filter(({ method }) => method === "DELETE");
    expect(deletes).toHaveLength(2);
  });
});

itStaysClean(() => stand);
