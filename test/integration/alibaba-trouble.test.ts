// A cluster and a pool on Alibaba Cloud ACK while their account is in trouble: it says in which, they keep their state, nothing reads as
// missing, nothing is written, and all goes on when it is mended.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  alibabaAccountManifests,
  clusterManifest,
  createAlibabaStand,
  poolManifest,
  type AlibabaStand,
} from "../support/clouds/alibaba/environment.ts";
import { CREDENTIALS, type SimulatorControls } from "../support/clouds/simulator.ts";
import { outdated, startWire } from "../support/clouds/wire.ts";
import { secretManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { readdress, SELDOM } from "../support/environment/readdressed.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

const KEY = `keys/${CREDENTIALS.accessKey}`;
const SECURITY_TOKEN = "sts-T0KEN-of-a-session";

let stand: AlibabaStand;

beforeAll(async () => {
  stand = await createAlibabaStand("alibaba-trouble");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** A cluster and a pool of that name, both as declared, on an account of that name. */
async function settled(name: string): Promise<void> {
  await stand.apply(clusterManifest(name, { accountRef: { name } }), poolManifest(name, { clusterRef: { name } }));
  await stand.reaches(`managedcluster/${name}`, "Available");
  await stand.reaches(`nodepool/${name}`, "Available");
}

interface Trouble {
  readonly name: string;
  readonly cloud: SimulatorControls;
  /** Of the account. */
  readonly reason: string;
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

/** Nothing was written in the trouble, nothing was made twice or said to be missing, and all ids are as they were. */
const UNHARMED = {
  written: 0,
  missing: [],
  creates: ["/clusters", "/clusters/ID/nodepools"],
  hasItsIds: true,
};

/** What the account says, and what its cluster and its pool go through meanwhile and afterwards. */
async function outlived({ name, cloud, reason, begin, end }: Trouble) {
  const [clusterName, pool] = [`managedcluster/${name}`, `nodepool/${name}`];
  const ids = (): unknown[] => [clusterName, pool].map((one) => stand.seen(one)!.status["externalId"]);
  const idsBefore = ids();
  const before = await cloud.effects();
  await begin();
  const { message } = await stand.reaches(`cloudaccount/${name}`, reason);
  // A wish comes up in the middle of it, and each of them is looked at.
  await stand.edit(pool, { spec: { replicas: 3 } });
  await stand.lookAgain(clusterName);
  await stand.lookAgain(pool);
  const written = (await cloud.effects()).length - before.length;
  await end();
  await stand.reaches(`cloudaccount/${name}`, "Verified");
  await stand.reaches(clusterName, "Available");
  await stand.until(pool, ({ status }) => status["readyReplicas"] === 3);
  await stand.reaches(pool, "Available");
  const said = [clusterName, pool].flatMap((one) =>
    stand.versions(one).flatMap(({ status }) => status.conditions ?? []),
  );
  const creates = (await cloud.effects()).filter(({ method }) => method === "POST");
  return {
    message,
    written,
    missing: said.filter((one) => /Missing|NotFound|Lost/.test(one.reason)),
    creates: creates.map(({ path }) => path.replace(/c[0-9a-f]{32}/, "ID")),
    hasItsIds: JSON.stringify(ids()) === JSON.stringify(idsBefore),
  };
}

describe.concurrent("an account on ACK in trouble", () => {
  it.for([
    ["Deleted", /InvalidAccessKeyId\.NotFound/],
    ["Inactive", /InvalidAccessKeyId\.Inactive/],
  ] as const)("because its key is %s", async ([state, says], { expect }) => {
    const name = state.toLowerCase();
    const cloud = await stand.cloud(name);
    await settled(name);
    const outcome = await outlived({
      name,
      cloud,
      reason: "CredentialsRejected",
      begin: () => cloud.behindOurBack("PATCH", KEY, { state }),
      end: () => cloud.behindOurBack("PATCH", KEY, { state: "Active" }),
    });
    expect(outcome).toEqual({ ...UNHARMED, message: expect.stringMatching(says) });
  });

  it("because its secret key is wrong", async ({ expect }) => {
    const cloud = await stand.cloud("wrong");
    await settled("wrong");
    const secret = "wrong-credentials";
    const outcome = await outlived({
      name: "wrong",
      cloud,
      reason: "CredentialsRejected",
      begin: () => stand.apply(secretManifest(secret, { ...CREDENTIALS, secretKey: "another-secret-key" })),
      end: () => stand.apply(secretManifest(secret)),
    });
    expect(outcome).toEqual({
      ...UNHARMED,
      message: expect.stringMatching(/SignatureDoesNotMatch.*Correct secretKey/),
    });
  });

  it("because its token has expired", async ({ expect }) => {
    const cloud = await stand.anotherSimulator({ securityToken: SECURITY_TOKEN });
    const stringData = { ...CREDENTIALS, securityToken: SECURITY_TOKEN };
    await stand.apply(...alibabaAccountManifests(cloud, { name: "token", stringData }));
    await settled("token");
    const outcome = await outlived({
      name: "token",
      cloud,
      reason: "CredentialsRejected",
      begin: () => cloud.behindOurBack("PATCH", KEY, { state: "TokenExpired" }),
      end: () => cloud.behindOurBack("PATCH", KEY, { state: "Active" }),
    });
    expect(outcome).toEqual({
      ...UNHARMED,
      message: expect.stringMatching(/InvalidSecurityToken\.Expired.*fresh temporary credentials/),
    });
  });

  it("because the clock is 20 minutes off", async ({ expect }) => {
    const cloud = await stand.cloud("clock");
    await settled("clock");
    const outcome = await outlived({
      name: "clock",
      cloud,
      reason: "CredentialsRejected",
      begin: () => cloud.behindOurBack("PATCH", "clock/gateway", { offsetSeconds: 1_200 }),
      end: () => cloud.behindOurBack("PATCH", "clock/gateway", { offsetSeconds: 0 }),
    });
    expect(outcome).toEqual({
      ...UNHARMED,
      message: expect.stringMatching(/the operator's clock is 20 minutes behind the cloud's/),
    });
  });

  it("because its region is none", async ({ expect }) => {
    const cloud = await stand.cloud("region");
    await settled("region");
    const account = "cloudaccount/region";
    const outcome = await outlived({
      name: "region",
      cloud,
      reason: "Rejected",
      begin: () => stand.edit(account, { spec: { region: "cn-nowhere" } }),
      end: () => stand.edit(account, { spec: { region: "cn-hangzhou" } }),
    });
    expect(outcome).toEqual({ ...UNHARMED, message: expect.stringMatching(/InvalidRegionId.*Correct spec\.region/) });
  });

  it("because its region is another one at the same endpoint, which it reaches", async ({ expect }) => {
    const cloud = await stand.cloud("astray", { regions: "Scoped" });
    await settled("astray");
    const before = await cloud.effects();
    await stand.edit("cloudaccount/astray", { spec: { region: "cn-beijing" } });
    await stand.reaches("managedcluster/astray", "AccountMoved");
    await stand.reaches("nodepool/astray", "AccountMoved");
    expect(await cloud.effects()).toEqual(before);
    await stand.edit("cloudaccount/astray", { spec: { region: "cn-hangzhou" } });
    await stand.reaches("managedcluster/astray", "Available");
    await stand.reaches("nodepool/astray", "Available");
    expect(await cloud.effects()).toEqual(before);
  });

  it("because its address is another now, by which the same is reached", async ({ expect }) => {
    const cloud = await stand.cloud("renamed");
    await settled("renamed");
    for (const name of ["managedcluster/renamed", "nodepool/renamed"]) await stand.edit(name, { spec: SELDOM });
    const { externalId } = stand.seen("managedcluster/renamed")!.status;
    const before = await cloud.effects();
    const point = ({ url: endpoint }: { url: string }) => stand.edit("cloudaccount/renamed", { spec: { endpoint } });
    await using _wire = await readdress(stand, {
      cloud,
      account: "cloudaccount/renamed",
      point,
      cluster: "managedcluster/renamed",
      isLook: ({ method, path }) => method === "GET" && path.endsWith(`/clusters/${externalId}`),
      members: ["nodepool/renamed"],
    });
    await point(cloud);
    expect(await cloud.effects()).toEqual(before);
  });

  it("because its keys are those of another tenant", async ({ expect }) => {
    const otherKeys = { accessKey: "other-access-key", secretKey: "other-secret-key" };
    const own = await stand.anotherSimulator();
    const others = await stand.anotherSimulator(otherKeys);
    await using gateway = await startWire((authorization) =>
      authorization.includes(otherKeys.accessKey) ? others.url : own.url,
    );
    await stand.apply(...alibabaAccountManifests(gateway, { name: "tenant" }));
    await settled("tenant");
    const before = await own.effects();
    await stand.apply(secretManifest("tenant-credentials", otherKeys));
    await stand.reaches("managedcluster/tenant", "KeysNotConfirmed");
    // That this tenant has no such cluster does not mean that it is gone.
    await stand.reaches("nodepool/tenant", "KeysNotConfirmed");
    await stand.apply(secretManifest("tenant-credentials"));
    await stand.reaches("managedcluster/tenant", "Available");
    await stand.reaches("nodepool/tenant", "Available");
    expect([await own.effects(), await others.effects()]).toEqual([before, []]);
  });
});

describe.concurrent("a pool on ACK whose nodes are listed as they were ten minutes before", () => {
  /** On an account of its own, with so many nodes, which are listed as they are now until `thaw`. */
  async function outdatedPool(name: string, replicas: number) {
    const cloud = await stand.anotherSimulator();
    const wire = await startWire(cloud.url);
    const list = outdated(wire, ({ method, path }) => method === "GET" && path.endsWith("/nodes"));
    await stand.apply(
      ...alibabaAccountManifests(wire, { name }),
      clusterManifest(name, { accountRef: { name } }),
      poolManifest(name, { clusterRef: { name }, replicas }),
    );
    await stand.reaches(`nodepool/${name}`, "Available");
    const nodes = async () => ((await cloud.state()) as { nodes: readonly { nodepoolId: string }[] }).nodes.length;
    const before = await nodes();
    list.freeze();
    return {
      ...list,
      wire,
      /** More than there were, or fewer. */
      gained: async () => (await nodes()) - before,
      want: async (count: number) => {
        await stand.edit(`nodepool/${name}`, { spec: { replicas: count } });
        await stand.until(
          `nodepool/${name}`,
          ({ status, metadata }) => status.observedGeneration === metadata.generation,
        );
      },
    };
  }

  it("removes none because of one more that is listed", async ({ expect }) => {
    const { wire, want, gained, thaw } = await outdatedPool("listed-more", 3);
    await using _wire = wire;
    await want(2);
    await expect.poll(gained, { timeout: 30_000 }).toBe(-1);
    await stand.visited("nodepool/listed-more", 2);
    await want(1);
    await stand.visited("nodepool/listed-more", 2);
    expect(await gained()).toBe(-1);
    thaw();
    await stand.reaches("nodepool/listed-more", "Available");
    expect(await gained()).toBe(-2);
  });

  it("buys and removes none because of some that are not listed", async ({ expect }) => {
    const { wire, want, gained, thaw } = await outdatedPool("listed-fewer", 1);
    await using _wire = wire;
    await want(3);
    await expect.poll(gained, { timeout: 30_000 }).toBe(2);
    await stand.visited("nodepool/listed-fewer", 2);
    await want(2);
    await stand.visited("nodepool/listed-fewer", 2);
    expect(await gained()).toBe(2);
    thaw();
    await stand.reaches("nodepool/listed-fewer", "Available");
    expect(await gained()).toBe(1);
  });
});

itStaysClean(() => stand);
