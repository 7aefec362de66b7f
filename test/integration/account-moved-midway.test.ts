// An account that is pointed elsewhere in the middle of something: nothing is written there, nothing is taken for proved there, and
// pointed back, what had begun is carried out once. For clusters, for what is in them, and for registry projects.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { clusterManifest } from "../support/clouds/huawei/environment.ts";
import {
  addonManifest,
  createMembersStand,
  isPoolChange,
  nodeManifest,
  poolChanges,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import { startWire } from "../support/clouds/wire.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { readdress, SELDOM } from "../support/environment/readdressed.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

/** Took effect, and was not answered: only a look tells. */
const LOST = { action: "DropAfter", method: "POST" };

describe("an account of clusters", () => {
  let stand: MembersStand;

  beforeAll(async () => {
    stand = await createMembersStand("moved-midway");
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  const point = ({ name }: Pick<Home, "name">, { url }: { url: string }) =>
    stand.edit(`cloudaccount/${name}`, { spec: { endpoint: url, huawei: { iamEndpoint: url } } });
  const elsewhere = () => stand.anotherSimulator();
  const isMoved = (name: string) => stand.reaches(name, "AccountMoved");

  it.concurrent("that is pointed elsewhere takes pool and add-on along, and back again nothing was written", async ({
    expect,
  }) => {
    const [home, other] = [await stand.home("both"), await elsewhere()];
    await stand.apply(poolManifest(home, { replicas: 1 }), addonManifest(home));
    await stand.reaches("nodepool/both", "Available");
    await stand.reaches("managedaddon/both", "Available");
    const before = await home.cloud.effects();
    await point(home, other);
    for (const kind of ["managedcluster", "nodepool", "managedaddon"]) await isMoved(`${kind}/both`);
    await stand.edit("nodepool/both", { spec: { replicas: 3 } });
    await stand.lookAgain("nodepool/both");
    await stand.edit("nodepool/both", { spec: { replicas: 1 } });
    await point(home, home.wire);
    for (const kind of ["managedcluster", "nodepool", "managedaddon"]) await stand.reaches(`${kind}/both`, "Available");
    expect(await home.cloud.effects()).toEqual(before);
    expect(await other.effects()).toEqual([]);
  });

  it.concurrent("in the middle of a scale-down: the next step waits for the way back", async ({ expect }) => {
    const [home, other] = [await stand.home("shrinking"), await elsewhere()];
    await stand.apply(poolManifest(home, { replicas: 4, maxRemovalsPerStep: 1 }));
    await stand.reaches("nodepool/shrinking", "Available");
    home.wire.beforeAnswer(isPoolChange, () => point(home, other));
    await stand.edit("nodepool/shrinking", { spec: { replicas: 1 } });
    await isMoved("nodepool/shrinking");
    await stand.lookAgain("nodepool/shrinking");
    expect(poolChanges(home).map(({ initialNodeCount }) => initialNodeCount)).toEqual([3]);
    await point(home, home.wire);
    await stand.reaches("nodepool/shrinking", "Available");
    expect(poolChanges(home).map(({ initialNodeCount }) => initialNodeCount)).toEqual([3, 2, 1]);
    expect(await other.effects()).toEqual([]);
  });

  it.concurrent("that got another address: pool, node and add-on go on when their cluster was found there", async ({
    expect,
  }) => {
    const home = await stand.home("renamed", { spec: SELDOM });
    await stand.apply(
      poolManifest(home, { replicas: 1, ...SELDOM }),
      nodeManifest(home, SELDOM),
      addonManifest(home, SELDOM),
    );
    const members = ["nodepool/renamed", "managednode/renamed", "managedaddon/renamed"];
    for (const member of members) await stand.reaches(member, "Available");
    const before = await home.cloud.effects();
    await using _wire = await readdress(stand, {
      cloud: home.cloud,
      account: "cloudaccount/renamed",
      point: (to) => point(home, to),
      cluster: "managedcluster/renamed",
      isLook: ({ method, path }) => method === "GET" && path.endsWith(`/clusters/${home.clusterId}`),
      members,
    });
    await point(home, home.wire);
    expect(await home.cloud.effects()).toEqual(before);
  });

  /** One more of each kind in the home, and its collection in the cloud. */
  const KINDS = [
    [
      "managedcluster",
      "clusters",
      ({ name: account }: Home, name: string) => clusterManifest(name, { accountRef: { name: account } }),
    ],
    ["nodepool", "nodepools", (home: Home, name: string) => poolManifest(home, { replicas: 1 }, { name })],
    ["managedaddon", "addons", (home: Home, name: string) => addonManifest(home, {}, { name })],
    ["managednode", "nodes", (home: Home, name: string) => nodeManifest(home, {}, { name })],
  ] as const;

  it.concurrent.for(KINDS)(
    "in the middle of a create of a %s whose outcome is unknown: there is one in the end",
    async ([kind, plural, manifest], { expect }) => {
      const [home, other] = [await stand.home(`lost-${kind}`), await elsewhere()];
      const isCreate = ({ method, path }: { method: string; path: string }) =>
        method === "POST" && path.endsWith(`/${plural}`);
      await home.cloud.setFaults([{ ...LOST, path: `/${plural}$` }]);
      home.wire.beforeRequest(isCreate, () => point(home, other));
      const name = `${kind}/${kind}-new`;
      await stand.apply(manifest(home, `${kind}-new`));
      await stand.reaches(name, "AccountMoved");
      await stand.lookAgain(name);
      expect(await other.effects()).toEqual([]);
      await point(home, home.wire);
      await stand.reaches(name, "Available");
      expect((await home.cloud.effects()).filter(isCreate)).toHaveLength(1);
      expect(await other.effects()).toEqual([]);
    },
  );

  it.concurrent.for(KINDS)(
    "in the middle of the deletion of a %s: it is proved at home alone",
    async ([kind, plural, manifest], { expect }) => {
      const [home, other] = [await stand.home(`leaving-${kind}`), await elsewhere()];
      const isDelete = ({ method, path }: { method: string; path: string }) =>
        method === "DELETE" && path.includes(`/${plural}/`);
      const name = `${kind}/${kind}-old`;
      await stand.apply(manifest(home, `${kind}-old`));
      await stand.reaches(name, "Available");
      home.wire.beforeAnswer(isDelete, async () => {
        // Or else the look that follows, still at home, may prove it.
        await home.cloud.setFaults([{ action: "Status", status: 503, method: "GET", path: `/${plural}`, times: 0 }]);
        await point(home, other);
      });
      await stand.remove(name);
      await stand.reaches(name, "AccountMoved");
      await stand.lookAgain(name);
      expect(await other.requests()).not.toContainEqual(expect.objectContaining({ method: "DELETE" }));
      await home.cloud.setFaults([]);
      await point(home, home.wire);
      await stand.gone(name);
      expect((await home.cloud.effects()).filter(isDelete)).toHaveLength(1);
      expect(await other.effects()).toEqual([]);
    },
  );

  itStaysClean(() => stand);
});

describe("an account of a registry", () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await createStand("moved-midway-registry");
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  it.concurrent("in the middle of a create whose outcome is unknown: there is one project in the end", async ({
    expect,
  }) => {
    const [registry, other] = [await stand.anotherSimulator(), await stand.anotherSimulator()];
    await using wire = await startWire(registry.url);
    await stand.apply(...accountManifests(wire, { name: "lost" }));
    await stand.reaches("cloudaccount/lost", "Verified");
    await other.behindOurBack("POST", "projects", { name: "lost", createdAt: "2026-01-01T00:00:00Z" });
    const deaf = { action: "Status", status: 503, method: "GET", times: 0 };
    wire.beforeRequest(
      ({ method }) => method === "POST",
      () => registry.setFaults([{ ...LOST, path: "projects" }, deaf]),
    );
    await stand.apply(projectManifest("lost", { accountRef: { name: "lost" } }));
    await expect.poll(() => registry.projects(), { timeout: 20_000 }).toHaveLength(1);
    await stand.edit("cloudaccount/lost", { spec: { endpoint: other.url } });
    await stand.reaches("registryproject/lost", "AccountMoved");
    await stand.lookAgain("registryproject/lost");
    expect(await other.effects()).toEqual([]);
    await registry.setFaults([]);
    await stand.edit("cloudaccount/lost", { spec: { endpoint: wire.url } });
    await stand.reaches("registryproject/lost", "Available");
    expect(await registry.projects()).toHaveLength(1);
    expect(await registry.effects()).toHaveLength(1);
    expect(await other.projects()).toHaveLength(1);
  });

  itStaysClean(() => stand);
});
