// What is not ours stays as it is: clusters that were there before, those that another resource manages, other people's accounts.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import {
  clusterManifest,
  createHuaweiStand,
  type HuaweiSimulator,
  type HuaweiStand,
  type SimulatedCluster,
} from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-own");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Somebody makes a cluster in the cloud, without Yunfan. */
async function somebodyMakes(cloud: HuaweiSimulator, name: string, fields: object = {}): Promise<SimulatedCluster> {
  return (await cloud.behindOurBack("POST", "clusters", { name, ...fields })) as SimulatedCluster;
}

async function deleteAndWait(name: string): Promise<void> {
  await stand.remove(name);
  await stand.gone(name);
}

describe.concurrent("a cluster of that name which is there already", () => {
  it.for([
    { title: "without a mark", name: "unmarked", description: "Theirs" },
    {
      title: "with the mark of another resource",
      name: "marked",
      description: "Theirs [yunfan:6f1f4f6e-0000-4000-8000-000000000001-1]",
    },
  ])("is never touched, and the resource says what to do: $title", async ({ name, description }, { expect }) => {
    const cloud = await stand.cloud(name);
    const made = await somebodyMakes(cloud, name, { description });
    const resource = `managedcluster/${name}`;
    await stand.apply(clusterManifest(name, { accountRef: { name }, description: "Ours", powerState: "Hibernated" }));
    const ready = await stand.reaches(resource, "AlreadyExists");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringContaining(
        `A cluster named ${name} exists already with id ${made.id}. To manage it, set spec.externalId to "${made.id}"`,
      ),
    });
    const { status } = stand.seen(resource)!;
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Stalled", reason: "AlreadyExists" }));
    expect(status.externalId).toBeUndefined();
    await expectCalm(stand, resource, cloud);
    await expectToldOnce(expect, stand, resource, { reason: "AlreadyExists" });
    await deleteAndWait(resource);
    expect(await cloud.clusters()).toEqual([made]);
    expect(await cloud.effects()).toEqual([]);
    expect(await cloud.creates()).toEqual([]);
  });

  it("is managed as soon as spec.externalId names it", async ({ expect }) => {
    const cloud = await stand.cloud("invited");
    const made = await somebodyMakes(cloud, "invited");
    await stand.apply(clusterManifest("invited", { accountRef: { name: "invited" } }));
    await stand.reaches("managedcluster/invited", "AlreadyExists");
    await stand.edit("managedcluster/invited", { spec: { externalId: made.id } });
    await stand.reaches("managedcluster/invited", "Available");
    expect(stand.seen("managedcluster/invited")!.status).toMatchObject({ origin: "Adopted", externalId: made.id });
    expect(await cloud.effects()).toEqual([]);
  });
});

describe.concurrent("adoption by externalId", () => {
  it("manages the cluster without a mark, publishes its kubeconfig, and by default leaves it", async ({ expect }) => {
    const cloud = await stand.cloud("adopted");
    const made = await somebodyMakes(cloud, "another-name", { description: "Theirs" });
    const resource = "managedcluster/adopter";
    const spec = { accountRef: { name: "adopted" }, externalId: made.id, description: "Ours now" };
    await stand.apply(clusterManifest("adopter", spec));
    await stand.reaches(resource, "Available");
    expect(stand.seen(resource)!.status).toMatchObject({
      origin: "Adopted",
      externalId: made.id,
      cloudName: "another-name",
      kubeconfigSecret: "adopter-kubeconfig",
    });
    expect(await cloud.clusters()).toMatchObject([{ id: made.id, description: "Ours now" }]);
    await deleteAndWait(resource);
    expect(await cloud.clusters()).toMatchObject([{ id: made.id, phase: "Available", description: "Ours now" }]);
    expect(await cloud.effects()).toMatchObject([{ method: "PUT" }]);
    expect(await stand.kubectl(["get", "secret", "adopter-kubeconfig"])).toMatchObject({ code: 1 });
  });

  it("deletes the cluster at the end where deletionPolicy says so", async ({ expect }) => {
    const cloud = await stand.cloud("for-good");
    const made = await somebodyMakes(cloud, "for-good");
    const spec = { accountRef: { name: "for-good" }, externalId: made.id, deletionPolicy: "Delete" };
    await stand.apply(clusterManifest("for-good", spec));
    await stand.reaches("managedcluster/for-good", "Available");
    await deleteAndWait("managedcluster/for-good");
    expect(await cloud.clusters()).toEqual([]);
  });

  it("never creates: of an id that is not there it says that it is missing", async ({ expect }) => {
    const cloud = await stand.cloud("nowhere");
    const externalId = "6f1f4f6e-0000-4000-8000-000000000009";
    await stand.apply(clusterManifest("nowhere", { accountRef: { name: "nowhere" }, externalId }));
    const { message } = await stand.reaches("managedcluster/nowhere", "ExternalResourceMissing");
    expect(message).toContain(externalId);
    await expectCalm(stand, "managedcluster/nowhere", cloud);
    expect(await cloud.creates()).toEqual([]);
  });
});

describe.concurrent("two resources that claim one cluster", () => {
  it("by name: the older works, and the younger, its deletion included, harms nothing", async ({ expect }) => {
    const spec = { accountRef: { name: "contested" }, cloudName: "contested" };
    const cloud = await stand.cloud("contested", {}, clusterManifest("older", spec));
    await stand.reaches("managedcluster/older", "Available");
    const made = await cloud.clusters();
    await stand.apply(clusterManifest("younger", { ...spec, description: "Theirs", powerState: "Hibernated" }));
    const { message } = await stand.reaches("managedcluster/younger", "NameConflict");
    expect(message).toContain(`${stand.namespace}/older`);
    await expectCalm(stand, "managedcluster/younger", cloud);
    await expectToldOnce(expect, stand, "managedcluster/younger", { reason: "NameConflict" });
    await deleteAndWait("managedcluster/younger");
    await stand.visited("managedcluster/older");
    expect(await cloud.clusters()).toEqual(made);
    expect(await cloud.creates()).toHaveLength(1);
  });

  it.for(["Refuse", "Allow"] as const)(
    "by name and made at once: exactly one gets it, duplicate names: %s",
    async (duplicateNames, { expect }) => {
      const account = `twins-${duplicateNames.toLowerCase()}`;
      const names = ["a", "b", "c"].map((suffix) => `${account}-${suffix}`);
      // Both simulators tell the same project, in which names compete whatever the address.
      const spec = { accountRef: { name: account }, cloudName: account };
      const manifests = names.map((name) => clusterManifest(name, spec));
      const cloud = await stand.cloud(account, { duplicateNames }, ...manifests);
      const reasons = await Promise.all(
        names.map(async (name) => {
          const { status } = await stand.until(`managedcluster/${name}`, (resource) => {
            const ready = resource.status.conditions?.find(({ type }) => type === "Ready");
            return ["Available", "NameConflict"].includes(ready?.reason ?? "");
          });
          return status.conditions?.find(({ type }) => type === "Ready")?.reason;
        }),
      );
      expect(reasons.filter((reason) => reason === "Available")).toHaveLength(1);
      expect(await cloud.clusters()).toHaveLength(1);
      expect(await cloud.creates()).toHaveLength(1);
    },
  );

  it("by externalId: the older works, and the deletion of the younger harms nothing", async ({ expect }) => {
    const cloud = await stand.cloud("one-id");
    const made = await somebodyMakes(cloud, "one-id");
    const claim = { accountRef: { name: "one-id" }, externalId: made.id, deletionPolicy: "Delete" };
    await stand.apply(clusterManifest("id-first", claim));
    await stand.reaches("managedcluster/id-first", "Available");
    await stand.apply(clusterManifest("id-second", { ...claim, description: "Theirs" }));
    const { message } = await stand.reaches("managedcluster/id-second", "NameConflict");
    expect(message).toContain(`${stand.namespace}/id-first`);
    await deleteAndWait("managedcluster/id-second");
    expect(await cloud.clusters()).toEqual([made]);
  });
});

describe.concurrent("an account in another namespace", () => {
  /** In the other namespace, on an account in the first. */
  const guest = (name: string, account: string): object =>
    clusterManifest(
      name,
      { accountRef: { name: account, namespace: stand.namespace } },
      { namespace: stand.otherNamespace },
    );

  it("that does not allow ours and one that does not exist read the same", async ({ expect }) => {
    const cloud = await stand.cloud("closed");
    await stand.apply(guest("not-allowed", "closed"), guest("not-there", "absent"));
    const [notAllowed, notThere] = await Promise.all(
      ["not-allowed", "not-there"].map((name) =>
        stand.reaches(`${stand.otherNamespace}/managedcluster/${name}`, "AccountNotReady"),
      ),
    );
    expect(notAllowed!.message).toContain("spec.allowedNamespaces");
    expect(notAllowed!.message.replaceAll("/closed", "/absent")).toBe(notThere!.message);
    expect(await cloud.effects()).toEqual([]);
  });

  it("serves ours while it allows it; afterwards nothing of ours is written or deleted", async ({ expect }) => {
    const name = `${stand.otherNamespace}/managedcluster/guest`;
    const cloud = await stand.cloud("shared");
    await stand.edit("cloudaccount/shared", { spec: { allowedNamespaces: [stand.otherNamespace] } });
    await stand.apply(guest("guest", "shared"));
    await stand.reaches(name, "Available");
    await stand.edit("cloudaccount/shared", { spec: { allowedNamespaces: null } });
    await stand.reaches(name, "AccountNotReady");
    const before = await cloud.effects();
    await stand.edit(name, { spec: { description: "Ours still" } });
    await stand.remove(name);
    const { message } = await stand.reaches(name, "AccountNotReady");
    expect(message).toContain("yunfan.dev/force-orphan");
    expect(await cloud.effects()).toEqual(before);
    await stand.edit("cloudaccount/shared", { spec: { allowedNamespaces: [stand.otherNamespace] } });
    await stand.gone(name);
    expect(await cloud.clusters()).toEqual([]);
  });
});

itStaysClean(() => stand);
