// What a deletion waits for, and that nobody else's work goes with a cluster.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  clusterManifest,
  createHuaweiStand,
  type HuaweiSimulator,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-del");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** A cloud, an account and a cluster in it, all of one name; resolves when the cluster is there. */
async function cloudWith(name: string, spec: object = {}): Promise<HuaweiSimulator> {
  const cloud = await stand.cloud(name, {}, clusterManifest(name, { accountRef: { name }, ...spec }));
  await stand.reaches(`managedcluster/${name}`, "Available");
  return cloud;
}

async function deletions(cloud: HuaweiSimulator): Promise<number> {
  return (await cloud.requests()).filter(({ method }) => method === "DELETE").length;
}

describe.concurrent("the deletion of a cluster", () => {
  it("that is protected is held until the protection is off", async ({ expect }) => {
    const cloud = await cloudWith("guarded", { deletionProtection: true });
    const resource = "managedcluster/guarded";
    await stand.remove(resource);
    const ready = await stand.reaches(resource, "DeletionHeld");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(/spec\.deletionProtection is true\. Set it to false.*yunfan\.dev\/force-orphan/),
    });
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "DeletionHeld" });
    expect(await deletions(cloud)).toBe(0);
    const secret = await stand.kubectl(["get", "secret", "guarded-kubeconfig"]);
    expect(secret.code).toBe(0);

    await stand.edit(resource, { spec: { deletionProtection: false } });
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
  });

  it("that is protected ends with the cluster left in the cloud when it is cut loose by its id", async ({ expect }) => {
    const cloud = await cloudWith("cut-loose", { deletionProtection: true });
    const resource = "managedcluster/cut-loose";
    await stand.remove(resource);
    await stand.reaches(resource, "DeletionHeld");
    await stand.annotate(resource, { "yunfan.dev/force-orphan": stand.seen(resource)!.status.externalId! });
    await stand.gone(resource);
    expect(await cloud.clusters()).toMatchObject([{ phase: "Available" }]);
    expect(await deletions(cloud)).toBe(0);
  });

  it("that sleeps says what it needs, and goes on when that is declared", async ({ expect }) => {
    const cloud = await cloudWith("dormant");
    const resource = "managedcluster/dormant";
    await stand.edit(resource, { spec: { powerState: "Hibernated" } });
    await stand.reaches(resource, "Hibernated");
    await stand.remove(resource);
    const ready = await stand.reaches(resource, "ClusterHibernated");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(/the cloud deletes no cluster that sleeps\. Set spec\.powerState to Running/),
    });
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "ClusterHibernated" });
    expect(await deletions(cloud)).toBe(0);

    await stand.edit(resource, { spec: { powerState: "Running" } });
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
    const writes = (await cloud.effects()).map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
    expect(writes.slice(1, 3)).toEqual(["POST hibernate", "POST awake"]);
    expect(writes.slice(3)).toMatchObject([expect.stringMatching(/^DELETE /)]);
  });

  it("that the cloud is resizing waits for the end of it", async ({ expect }) => {
    const cloud = await cloudWith("drowsy");
    const resource = "managedcluster/drowsy";
    const { externalId } = stand.seen(resource)!.status;
    await cloud.behindOurBack("PATCH", `clusters/${externalId}`, { phase: "ScalingUp" });
    await stand.remove(resource);
    const { message } = await stand.reaches(resource, "Deleting");
    expect(message).toContain("The cluster is ScalingUp; it is deleted when that is over");
    await stand.visited(resource, 2);
    expect(await deletions(cloud)).toBe(0);
    await cloud.behindOurBack("PATCH", `clusters/${externalId}`, { phase: "Available" });
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
  });

  it("with a pool that nobody declared is held, names it, and goes on when the pool is gone", async ({ expect }) => {
    const cloud = await cloudWith("inhabited");
    const resource = "managedcluster/inhabited";
    const { externalId: clusterId } = stand.seen(resource)!.status;
    const pool = { clusterId, name: "by-hand", initialNodeCount: 2 };
    const { id } = (await cloud.behindOurBack("POST", "nodepools", pool)) as { id: string };
    await stand.remove(resource);
    const ready = await stand.reaches(resource, "DeletionHeld");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(/no resource declares are in the cluster: by-hand\. .*adopt them with a NodePool/),
    });
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "DeletionHeld" });
    expect(await deletions(cloud)).toBe(0);

    await cloud.behindOurBack("DELETE", `nodepools/${id}`);
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
  });

  it("is held by a pool that nobody declared, though one list of pools is empty", async ({ expect }) => {
    const cloud = await cloudWith("glimpsed");
    const resource = "managedcluster/glimpsed";
    const { externalId: clusterId } = stand.seen(resource)!.status;
    await cloud.behindOurBack("POST", "nodepools", { clusterId, name: "by-hand", initialNodeCount: 0 });
    await cloud.setFaults([{ action: "EmptyList", path: "/nodepools$", times: 1 }]);
    await stand.remove(resource);
    expect((await stand.reaches(resource, "DeletionHeld")).message).toContain("by-hand");
    expect((await cloud.requests()).filter(({ fault }) => fault === "EmptyList")).toHaveLength(1);
    expect(await deletions(cloud)).toBe(0);
    await stand.annotate(resource, { "yunfan.dev/force-orphan": stand.seen(resource)!.status.externalId! });
    await stand.gone(resource);
  });

  it("by deletionPolicy Orphan leaves it, and only its kubeconfig goes", async ({ expect }) => {
    const cloud = await cloudWith("orphan", { deletionPolicy: "Orphan" });
    await stand.remove("managedcluster/orphan");
    await stand.gone("managedcluster/orphan");
    expect(await cloud.clusters()).toMatchObject([{ name: "orphan", phase: "Available" }]);
    expect(await deletions(cloud)).toBe(0);
    expect(await stand.kubectl(["get", "secret", "orphan-kubeconfig"])).toMatchObject({ code: 1 });
  });

  it("is held back by the annotation paused, and goes on without it", async ({ expect }) => {
    const cloud = await cloudWith("halted");
    const resource = "managedcluster/halted";
    await stand.annotate(resource, { "yunfan.dev/paused": "true" });
    await stand.until(resource, ({ status: { conditions = [] } }) => conditions.some(({ type }) => type === "Paused"));
    await stand.remove(resource);
    await cloudWith("halted-marker");
    expect(await deletions(cloud)).toBe(0);
    await stand.annotate(resource, { "yunfan.dev/paused": null });
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
  });

  it("whose account is gone waits for it, and says how to let go", async ({ expect }) => {
    const cloud = await cloudWith("bereft");
    const resource = "managedcluster/bereft";
    await stand.remove("cloudaccount/bereft");
    const held = await stand.reaches("cloudaccount/bereft", "DeletionHeld");
    expect(held.message).toContain(`ManagedCluster ${stand.namespace}/bereft`);
    await kubectlOk(stand.kubectl, ["delete", "secret", "bereft-credentials"]);
    await stand.remove(resource);
    const { message } = await stand.reaches(resource, "AccountNotReady");
    expect(message).toContain(`yunfan.dev/force-orphan: "${stand.seen(resource)!.status.externalId}"`);
    expect(await cloud.clusters()).toHaveLength(1);
    await stand.annotate(resource, { "yunfan.dev/force-orphan": stand.seen(resource)!.status.externalId! });
    await stand.gone(resource);
    await stand.gone("cloudaccount/bereft");
    expect(await cloud.clusters()).toHaveLength(1);
  });
});

itStaysClean(() => stand);
