// Namespaces of EasyStack ECNS as ManagedNamespaces: their life, quota and users, strangers, and one that is made again behind our back.
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  clusterManifest,
  createEasyStackStand,
  namespaceManifest,
  USER_ID,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

const CLUSTERS = {
  clusters: [
    { name: "eks-1", type: "EKS" },
    { name: "eos-1", type: "EOS" },
  ],
} as const;

let stand: EasyStackStand;
let cloud: EasyStackSimulator;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-namespaces");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  cloud = await stand.cloud("easystack", CLUSTERS);
  await stand.apply(clusterManifest("eks-1"), clusterManifest("eos-1"));
  await stand.reaches("managedcluster/eks-1", "Available");
  await stand.reaches("managedcluster/eos-1", "Available");
});
afterAll(() => stand[Symbol.asyncDispose]());

const ref = (name: string): string => `managednamespace/${name}`;
async function there(name: string, cluster = "eks-1") {
  return (await cloud.list("namespaces")).find(({ id }) => id === `${cluster}/${name}`);
}
async function make(name: string, spec: object = {}): Promise<void> {
  await stand.apply(namespaceManifest(name, spec));
  await stand.reaches(ref(name), "Available");
}
const writesOn = async (name: string) =>
  (await cloud.effects()).filter(
    ({ path, userAgent }) => path.includes(`/ns/${name}/`) && userAgent.startsWith("yunfan/"),
  );
const changed = (name: string, change: object) => cloud.behindOurBack("PATCH", `namespaces/eks-1%2F${name}`, change);
const becomes = (name: string, what: object): Promise<void> =>
  vi.waitFor(
    async () => {
      const shown: object = (await there(name)) ?? {};
      const differs = Object.entries(what).filter(
        ([field, value]) => !isDeepStrictEqual(Reflect.get(shown, field), value),
      );
      if (differs.length > 0) throw new Error(`${JSON.stringify(differs)} in ${JSON.stringify(shown)}`);
    },
    { timeout: 30_000, interval: 100 },
  );

describe.concurrent("a namespace", () => {
  it("is made with quota, policy, users and roles in one request, and deleted (calls 7, 9, 10, 12, 16)", async ({
    expect,
  }) => {
    await make("life", {
      quota: { pods: 20, cpuCores: 8 },
      easystack: { psp: "Limited", access: "ListedUsers", users: ["u-dev"], roles: ["Developer"] },
    });
    expect(await there("life")).toMatchObject({
      psp: "Limited",
      quota: { pods: 20, cpu: 8, memory: -1 },
      users: [USER_ID, "u-dev"].toSorted(),
      roles: ["Developer"],
    });
    expect(await writesOn("life")).toEqual([]);
    const { status } = (await stand.read(ref("life")))!;
    expect(status).toMatchObject({
      externalId: "eks-1/life",
      cloudName: "life",
      cloudPhase: "Active",
      origin: "Created",
      incarnation: `${String((await there("life"))?.["createdAt"]).slice(0, 19)}Z`,
      quota: { limits: { pods: 20, cpuCores: 8, memoryGiB: -1 }, used: { pods: 0 } },
      easystack: { psp: "Limited", roles: ["Developer"] },
    });
    await stand.remove(ref("life"));
    await stand.gone(ref("life"));
    expect(await there("life")).toBeUndefined();
  });

  it.for([
    ["pods", "pods"],
    ["cpuCores", "cpu"],
    ["memoryGiB", "memory"],
    ["storageGiB", "storage"],
    ["deployments", "deployments"],
    ["statefulSets", "statefulsets"],
    ["jobs", "jobs"],
    ["cronJobs", "cronjobs"],
    ["persistentVolumeClaims", "persistentvolumeclaims"],
    ["configMaps", "configmaps"],
    ["services", "services"],
    ["loadBalancers", "loadbalancers"],
    ["secrets", "secrets"],
    ["ingresses", "ingress"],
  ] as const)("has its limit of %s set and healed; others' limits are kept", async ([field, wire], { expect }) => {
    const name = `quota-${wire}`;
    await make(name, { quota: { [field]: 7 } });
    const other = wire === "pods" ? "secrets" : "pods";
    await changed(name, { quota: { [wire]: 3, [other]: 55 } });
    await vi.waitFor(
      async () => expect(await there(name)).toMatchObject({ quota: { [wire]: 7, [other]: 55 } }),
      30_000,
    );
    await stand.edit(ref(name), { spec: { quota: { [field]: -1 } } });
    await vi.waitFor(
      async () => expect(await there(name)).toMatchObject({ quota: { [wire]: -1, [other]: 55 } }),
      30_000,
    );
  });

  it("refuses a limit below what is in use, and sets it where that is asked for (call 15)", async ({ expect }) => {
    await make("below", { quota: { pods: 10 } });
    await changed("below", { used: { pods: 8 } });
    await stand.edit(ref("below"), { spec: { quota: { pods: 5 } } });
    expect(await stand.reaches(ref("below"), "QuotaBelowUsage")).toMatchObject({
      message: expect.stringContaining("spec.quota.pods is 5, and 8 are in use"),
    });
    expect(await there("below")).toMatchObject({ quota: { pods: 10 } });
    await stand.edit(ref("below"), { spec: { quotaBelowUsage: "Apply" } });
    await stand.reaches(ref("below"), "Available");
    expect(await there("below")).toMatchObject({ quota: { pods: 5 } });
    await stand.until(ref("below"), ({ status }) =>
      Boolean(status.conditions?.some(({ type, reason }) => type === "QuotaAvailable" && reason === "QuotaAlmostUsed")),
    );
  });

  it("lets in whom the spec lists, whole, and our own user; or everybody (call 14)", async ({ expect }) => {
    await make("users", { easystack: { access: "ListedUsers", users: ["u-dev"] } });
    const listed = [USER_ID, "u-dev"].toSorted();
    await changed("users", { users: ["u-dev", "u-guest"] });
    await becomes("users", { users: listed });
    await expect(
      stand.edit(ref("users"), { spec: { easystack: { access: "ListedUsers", users: [] } } }),
    ).rejects.toThrow(/ListedUsers needs at least one of users/);
    await stand.edit(ref("users"), { spec: { easystack: { access: "AllUsers", users: null } } });
    await becomes("users", { users: [] });
  });

  it("has its security policy set both ways, and none where none is declared (call 13)", async ({ expect }) => {
    await make("policy", { easystack: { psp: "Limited" } });
    await changed("policy", { psp: "Unlimited" });
    await becomes("policy", { psp: "Limited" });
    await stand.edit(ref("policy"), { spec: { easystack: { psp: "Unlimited" } } });
    await becomes("policy", { psp: "Unlimited" });
    await make("untouched");
    await changed("untouched", { psp: "Unlimited", users: ["u-guest"] });
    await stand.visited(ref("untouched"), 2);
    expect(await there("untouched")).toMatchObject({ psp: "Unlimited", users: ["u-guest"] });
  });

  it("is observed without a write", async ({ expect }) => {
    await cloud.behindOurBack("POST", "namespaces", { cluster: "eks-1", name: "observed" });
    await stand.apply(
      namespaceManifest("observed", { externalId: "eks-1/observed", managementPolicy: "Observe", quota: { pods: 3 } }),
    );
    await stand.reaches(ref("observed"), "Available");
    await stand.remove(ref("observed"));
    await stand.gone(ref("observed"));
    expect(await there("observed")).toBeDefined();
    expect(await writesOn("observed")).toEqual([]);
  });

  it("keeps its roles for good", async ({ expect }) => {
    await make("roles", { easystack: { roles: ["Visitor", "Developer"] } });
    await expect(stand.edit(ref("roles"), { spec: { easystack: { roles: ["Visitor"] } } })).rejects.toThrow(
      /roles is immutable/,
    );
    await expect(stand.edit(ref("roles"), { spec: { easystack: null } })).rejects.toThrow(/roles is immutable/);
  });

  it("of a sort is for clusters of type EOS alone, which need one", async ({ expect }) => {
    await stand.apply(namespaceManifest("sort", { easystack: { businessType: "Normal" } }));
    expect(await stand.reaches(ref("sort"), "Rejected")).toMatchObject({ message: expect.stringMatching(/type EKS/) });
    await stand.apply(namespaceManifest("sortless", { clusterRef: { name: "eos-1" } }));
    expect(await stand.reaches(ref("sortless"), "Rejected")).toMatchObject({ message: expect.stringMatching(/EOS/) });
    await make("hybrid", { clusterRef: { name: "eos-1" }, easystack: { businessType: "HybridOrchestration" } });
    expect(await there("hybrid", "eos-1")).toMatchObject({ businessType: "HybridOrchestration" });
  });
});

describe.concurrent("the deletion of a namespace", () => {
  it("waits for what is in it, and takes it along where the spec says so", async ({ expect }) => {
    await make("full");
    await changed("full", { used: { pods: 2, configmaps: 1 } });
    await stand.remove(ref("full"));
    expect(await stand.reaches(ref("full"), "NotEmpty")).toMatchObject({
      message: expect.stringContaining("2 pods, 1 configMaps"),
    });
    expect(await there("full")).toMatchObject({ cloudPhase: "Active" });
    await stand.edit(ref("full"), { spec: { contentsOnDelete: "Delete" } });
    await stand.gone(ref("full"));
    expect(await there("full")).toBeUndefined();
  });

  it("holds its cluster until it is through", async ({ expect }) => {
    await cloud.behindOurBack("POST", "clusters", { name: "eks-9" });
    await stand.apply(clusterManifest("eks-9"));
    await stand.reaches("managedcluster/eks-9", "Available");
    await make("member", { clusterRef: { name: "eks-9" } });
    await stand.remove("managedcluster/eks-9");
    await stand.reaches("managedcluster/eks-9", "DeletionHeld");
    await stand.remove(ref("member"));
    await stand.gone(ref("member"));
    await stand.gone("managedcluster/eks-9");
    expect(await there("member", "eks-9")).toBeUndefined();
  });
});

describe.concurrent("a stranger's namespace", () => {
  it.for([
    ["another project's", { projectId: "another" }, /belongs to somebody else/],
    ["ours of old", {}, /set spec\.externalId to "eks-1\/taken/],
  ] as const)("of that name is not touched: %s", async ([what, planted, says], { expect }) => {
    const name = `taken-${what.length}`;
    await cloud.behindOurBack("POST", "namespaces", { cluster: "eks-1", name, ...planted });
    await changed(name, { createdAt: "2020-01-01T00:00:00Z" });
    await stand.apply(namespaceManifest(name, { contentsOnDelete: "Delete" }));
    expect(await stand.reaches(ref(name), "AlreadyExists")).toMatchObject({ message: expect.stringMatching(says) });
    await stand.remove(ref(name));
    await stand.gone(ref(name));
    expect(await there(name)).toBeDefined();
    expect(await writesOn(name)).toEqual([]);
  });

  it("can't be adopted where it is another project's, nor from another cluster", async ({ expect }) => {
    await cloud.behindOurBack("POST", "namespaces", { cluster: "eks-1", name: "theirs", projectId: "another" });
    await stand.apply(namespaceManifest("theirs", { externalId: "eks-1/theirs" }));
    expect(await stand.reaches(ref("theirs"), "NotOurs")).toMatchObject({ status: "False" });
    await stand.apply(namespaceManifest("elsewhere", { externalId: "eos-1/default" }));
    expect(await stand.reaches(ref("elsewhere"), "Rejected")).toMatchObject({
      message: expect.stringContaining("no namespace in cluster eks-1"),
    });
  });

  it("that was made behind our back in place of ours is neither changed nor deleted", async ({ expect }) => {
    await make("again", { quota: { pods: 9 }, contentsOnDelete: "Delete" });
    await cloud.behindOurBack("DELETE", "namespaces/eks-1%2Fagain");
    await cloud.behindOurBack("POST", "namespaces", { cluster: "eks-1", name: "again" });
    await changed("again", { createdAt: "2021-01-01T00:00:00Z" });
    const before = await there("again");
    expect(await stand.reaches(ref("again"), "ExternalResourceMissing")).toMatchObject({
      message: expect.stringContaining("another one of that name"),
    });
    await stand.remove(ref("again"));
    await stand.gone(ref("again"));
    expect(await there("again")).toEqual(before);
  });
});

itStaysClean(() => stand);
