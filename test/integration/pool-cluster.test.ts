// Pools and add-ons and the cluster that they are in: they wait until it is there and awake, and hold it until they are gone.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import {
  addonManifest,
  createMembersStand,
  poolChanges,
  poolManifest,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { clusterManifest, huaweiAccountManifests } from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { expectPatience } from "../support/environment/polling.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("pool-cluster");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Both members of the home's cluster, as resources of its name. */
function membersOf(name: string): readonly [pool: string, addon: string] {
  return [`nodepool/${name}`, `managedaddon/${name}`];
}

/** Declares a pool and an add-on of the cluster's name and waits until they are there. */
async function inhabit(name: string, spec: object = {}): Promise<readonly [pool: string, addon: string]> {
  await stand.apply(poolManifest({ name }, { replicas: 1, ...spec }), addonManifest({ name }));
  await Promise.all(membersOf(name).map((member) => stand.reaches(member, "Available")));
  return membersOf(name);
}

describe.concurrent("before the cluster is there", () => {
  it("pools and add-ons wait, and are made when it is", async ({ expect }) => {
    const cloud = await stand.anotherSimulator();
    const addon = addonManifest({ name: "early" }, { template: "autoscaler" });
    await stand.apply(
      poolManifest({ name: "early" }, { replicas: 1 }),
      addon,
      ...huaweiAccountManifests(cloud, { name: "early" }),
    );
    for (const member of membersOf("early")) {
      const { status, message } = await stand.reaches(member, "ClusterNotReady");
      expect(status).toBe("False");
      expect(message).toContain(`ManagedCluster ${stand.namespace}/early (spec.clusterRef) does not exist. Create it`);
      await expectToldOnce(expect, stand, member, { type: "Normal", reason: "ClusterNotReady" });
    }
    await expectPatience(stand, { name: "nodepool/early", clock: "cloudaccount/early", cloud });
    await expectPatience(stand, { name: "managedaddon/early", clock: "cloudaccount/early", cloud });

    await stand.apply(clusterManifest("early", { accountRef: { name: "early" } }));
    await Promise.all(membersOf("early").map((member) => stand.reaches(member, "Available")));
    const { clusters, nodepools, addons } = await cloud.state();
    expect(clusters).toMatchObject([{ phase: "Available" }]);
    expect(nodepools).toMatchObject([{ name: "early", initialNodeCount: 1 }]);
    expect(addons.map(({ name }) => name).toSorted()).toEqual(["autoscaler", "coredns", "storage-driver"]);
    expect((await cloud.effects()).filter(({ method }) => method === "POST")).toHaveLength(3);
  });

  it("a pool can be deleted", async ({ expect }) => {
    await stand.apply(poolManifest({ name: "nowhere" }));
    await stand.reaches("nodepool/nowhere", "ClusterNotReady");
    await stand.remove("nodepool/nowhere");
    await stand.gone("nodepool/nowhere");
    expect(stand.versions("nodepool/nowhere").flatMap(({ status }) => status.externalId ?? [])).toEqual([]);
  });
});

describe.concurrent("the deletion of a cluster", () => {
  it("waits for its pools and add-ons, names them, and goes on when they are gone", async ({ expect }) => {
    const home = await stand.home("held", { spec: { deletionPolicy: "Delete" } });
    const [pool, addon] = await inhabit("held");
    await stand.remove("managedcluster/held");
    const { status, message } = await stand.reaches("managedcluster/held", "DeletionHeld");
    expect(status).toBe("False");
    const [inPool, inAddon] = [`NodePool ${stand.namespace}/held`, `ManagedAddon ${stand.namespace}/held`];
    expect(message).toContain(`Waiting for ${inAddon}, ${inPool}, which are in this cluster. Delete them first`);
    await expectPatience(stand, { name: "managedcluster/held", clock: pool, cloud: home.cloud });
    await expectToldOnce(expect, stand, "managedcluster/held", { type: "Normal", reason: "DeletionHeld" });
    expect((await home.cloud.requests()).filter(({ method }) => method === "DELETE")).toEqual([]);
    expect(stand.seen(pool)!.metadata.deletionTimestamp).toBeUndefined();

    await stand.remove(addon);
    await stand.gone(addon);
    await stand.lookAgain("managedcluster/held");
    expect((await stand.reaches("managedcluster/held", "DeletionHeld")).message).toContain(
      `Waiting for ${inPool}, which is in this cluster`,
    );
    await stand.remove(pool);
    await stand.gone("managedcluster/held");
    const { clusters, nodepools, nodes } = await home.cloud.state();
    expect({ clusters, nodepools, nodes }).toEqual({ clusters: [], nodepools: [], nodes: [] });
  });

  it("waits for what an adopted add-on holds too, which stays in it when its resource goes", async ({ expect }) => {
    const home = await stand.home("anyway", { spec: { deletionPolicy: "Delete" } });
    await stand.apply(addonManifest(home, { template: "coredns" }));
    await stand.reaches("managedaddon/anyway", "Available");
    await stand.remove("managedcluster/anyway");
    const { message } = await stand.reaches("managedcluster/anyway", "DeletionHeld");
    expect(message).toContain(`Waiting for ManagedAddon ${stand.namespace}/anyway`);
    await stand.remove("managedaddon/anyway");
    await stand.gone("managedaddon/anyway");
    await stand.gone("managedcluster/anyway");
    expect((await home.cloud.state()).clusters).toEqual([]);
  });

  it("lets nothing new be made in it", async ({ expect }) => {
    const home = await stand.home("closing", { spec: { deletionPolicy: "Delete" } });
    const [pool, addon] = await inhabit("closing");
    await stand.remove("managedcluster/closing");
    await stand.reaches("managedcluster/closing", "DeletionHeld");
    await stand.apply(poolManifest(home, {}, { name: "late" }));
    const { message } = await stand.reaches("nodepool/late", "ClusterNotReady");
    expect(message).toContain(`ManagedCluster ${stand.namespace}/closing is being deleted: nothing new is made in it`);
    expect(await home.cloud.pools()).toHaveLength(1);
    await Promise.all([pool, addon].map((member) => stand.remove(member)));
    await stand.gone("managedcluster/closing");
  });
});

describe.concurrent("while the cluster sleeps", () => {
  it("edits wait, saying that nodes stay billed, and are made when it is awake", async ({ expect }) => {
    const home = await stand.home("asleep");
    const members = await inhabit("asleep");
    const [pool, addon] = members;
    await stand.edit("managedcluster/asleep", { spec: { powerState: "Hibernated" } });
    await stand.reaches("managedcluster/asleep", "Hibernated");
    await stand.edit(pool, { spec: { replicas: 3, labels: { workload: "general" } } });
    await stand.edit(addon, { spec: { values: { custom: { replicas: 2 } } } });
    for (const member of members) {
      const { status, message } = await stand.reaches(member, "ClusterHibernated");
      expect(status).toBe("False");
      expect(message).toContain(`ManagedCluster ${stand.namespace}/asleep sleeps, and so does every change in it`);
      expect(message).toContain("its nodes stay billed");
      expect(message).toContain("It goes on when spec.powerState of the cluster is Running again");
      await expectToldOnce(expect, stand, member, { type: "Normal", reason: "ClusterHibernated" });
    }
    await expectPatience(stand, { name: pool, clock: "managedcluster/asleep", cloud: home.cloud });
    expect(poolChanges(home)).toEqual([]);
    expect(stand.seen(pool)!.status).toMatchObject({ replicas: 1, readyReplicas: 1 });

    await stand.edit("managedcluster/asleep", { spec: { powerState: "Running" } });
    await Promise.all(members.map((member) => stand.reaches(member, "Available")));
    expect(poolChanges(home)).toMatchObject([
      { initialNodeCount: 3, nodeTemplate: { k8sTags: { workload: "general" } } },
    ]);
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ values: { custom: { replicas: 2 } } }]);
  });

  it("deletions say what they need, and go on when it is awake", async ({ expect }) => {
    const home = await stand.home("sleeping");
    const members = await inhabit("sleeping");
    await stand.edit("managedcluster/sleeping", { spec: { powerState: "Hibernated" } });
    await stand.reaches("managedcluster/sleeping", "Hibernated");
    for (const member of members) {
      await stand.remove(member);
      const { status, message } = await stand.reaches(member, "ClusterHibernated");
      expect(status).toBe("False");
      expect(message).toContain("It goes on when spec.powerState of the cluster is Running again");
      expect(message).toContain(`annotate yunfan.dev/force-orphan: "${stand.seen(member)!.status.externalId}"`);
    }
    const [pool, addon] = members;
    await expectPatience(stand, { name: pool, clock: "managedcluster/sleeping", cloud: home.cloud });
    expect((await home.cloud.requests()).filter(({ method }) => method === "DELETE")).toEqual([]);

    await stand.annotate(addon, { "yunfan.dev/force-orphan": stand.seen(addon)!.status.externalId! });
    await stand.gone(addon);
    await stand.edit("managedcluster/sleeping", { spec: { powerState: "Running" } });
    await stand.gone(pool);
    expect(await home.cloud.pools()).toEqual([]);
    expect(await home.cloud.addons("metrics-server")).toHaveLength(1);
  });

  it("its own deletion says what it needs, and wakes it for those that are in it", async ({ expect }) => {
    const home = await stand.home("drowsy", { spec: { deletionPolicy: "Delete" } });
    const members = await inhabit("drowsy");
    await stand.edit("managedcluster/drowsy", { spec: { powerState: "Hibernated" } });
    await stand.reaches("managedcluster/drowsy", "Hibernated");
    for (const resource of ["managedcluster/drowsy", ...members]) await stand.remove(resource);
    const { message } = await stand.reaches("managedcluster/drowsy", "ClusterHibernated");
    expect(message).toContain("Set spec.powerState to Running");
    expect((await home.cloud.requests()).filter(({ method }) => method === "DELETE")).toEqual([]);

    await stand.edit("managedcluster/drowsy", { spec: { powerState: "Running" } });
    await Promise.all(["managedcluster/drowsy", ...members].map((resource) => stand.gone(resource)));
    const { clusters, nodepools, addons } = await home.cloud.state();
    expect({ clusters, nodepools, addons }).toEqual({ clusters: [], nodepools: [], addons: [] });
  });

  it("a deletion that comes while it falls asleep waits for that, and wakes it", async ({ expect }) => {
    const home = await stand.home("dozing", { spec: { deletionPolicy: "Delete" }, simulator: { speed: 120 } });
    const members = await inhabit("dozing");
    await stand.edit("managedcluster/dozing", { spec: { powerState: "Hibernated" } });
    await stand.reaches("managedcluster/dozing", "Hibernating");
    await stand.edit("managedcluster/dozing", { spec: { powerState: "Running" } });
    for (const resource of ["managedcluster/dozing", ...members]) await stand.remove(resource);
    await Promise.all(["managedcluster/dozing", ...members].map((resource) => stand.gone(resource)));
    expect((await home.cloud.state()).clusters).toEqual([]);
    const verbs = (await home.cloud.effects()).map(({ path }) => path.split("/").at(-1));
    expect(verbs.filter((verb) => verb === "hibernate" || verb === "awake")).toEqual(["hibernate", "awake"]);
  });
});

describe.concurrent("a cluster that is gone behind its back", () => {
  it("has its pools and add-ons wait, and none is made anew but by its own annotation", async ({ expect }) => {
    const home = await stand.home("lost", { spec: { externalId: undefined, cloudName: "made" } });
    const members = await inhabit("lost");
    const [pool, addon] = members;
    const { externalId: clusterId } = stand.seen("managedcluster/lost")!.status;
    const lostIds = members.map((member) => stand.seen(member)!.status.externalId!);
    await home.cloud.behindOurBack("DELETE", `clusters/${clusterId}`);
    await stand.reaches("managedcluster/lost", "ExternalResourceMissing");
    const why = `ManagedCluster ${stand.namespace}/lost can't be worked with: ExternalResourceMissing. See its conditions`;
    for (const member of members) {
      await stand.lookAgain(member);
      expect(await stand.reaches(member, "ClusterNotReady")).toMatchObject({ status: "False", message: why });
    }
    const before = await home.cloud.effects();
    await expectPatience(stand, { name: pool, clock: "managedcluster/lost", cloud: home.cloud });

    await stand.annotate("managedcluster/lost", { "yunfan.dev/recreate": clusterId! });
    await stand.reaches("managedcluster/lost", "Available");
    for (const [index, member] of members.entries()) {
      const { message } = await stand.reaches(member, "ExternalResourceMissing");
      expect(message).toContain(`yunfan.dev/recreate: "${lostIds[index]}"`);
    }
    expect(await home.cloud.effects()).toHaveLength(before.length + 1);
    await stand.annotate(pool, { "yunfan.dev/recreate": lostIds[0]! });
    await stand.reaches(pool, "Available");
    await stand.reaches(addon, "ExternalResourceMissing");
    expect((await home.cloud.pools()).map(({ id }) => id)).toEqual([stand.seen(pool)!.status.externalId]);
  });

  it("has taken its pools and add-ons along: they can be deleted", async ({ expect }) => {
    const home = await stand.home("lost-for-good");
    const members = await inhabit("lost-for-good");
    await home.cloud.behindOurBack("DELETE", `clusters/${home.clusterId}`);
    await stand.reaches("managedcluster/lost-for-good", "ExternalResourceMissing");
    for (const member of members) {
      await stand.remove(member);
      await stand.gone(member);
    }
    expect((await home.cloud.effects()).map(({ method }) => method)).toEqual(["POST", "POST"]);
    await expectCalm(stand, "managedcluster/lost-for-good", home.cloud);
  });
});

itStaysClean(() => stand);
