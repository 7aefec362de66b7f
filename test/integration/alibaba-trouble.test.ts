// A cluster and a pool on Alibaba Cloud ACK while their account is in trouble: it says in which, they keep their state, nothing reads as
// missing, nothing is written, and all goes on when it is mended.
import { afterAll, beforeAll, describe, it, vi, type ExpectStatic } from "vitest";
import {
  alibabaAccountManifests,
  clusterManifest,
  createAlibabaStand,
  poolManifest,
  type AlibabaStand,
} from "../support/clouds/alibaba/environment.ts";
import { CREDENTIALS, type SimulatorControls } from "../support/clouds/simulator.ts";
import { startWire } from "../support/clouds/wire.ts";
import { secretManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

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
  readonly says: RegExp;
  readonly begin: () => Promise<unknown>;
  readonly end: () => Promise<unknown>;
}

/** What the account says, and what the others go through meanwhile and afterwards. */
async function expectOutlived(expect: ExpectStatic, { name, cloud, reason, says, begin, end }: Trouble): Promise<void> {
  const [cluster, pool] = [`managedcluster/${name}`, `nodepool/${name}`];
  const ids = [cluster, pool].map((one) => stand.seen(one)!.status["externalId"]);
  const before = await cloud.effects();
  await begin();
  const { message } = await stand.reaches(`cloudaccount/${name}`, reason);
  expect(message).toMatch(says);
  // A wish comes up in the middle of it, and the drift interval passes.
  await stand.edit(pool, { spec: { replicas: 3 } });
  await stand.lookAgain(cluster);
  await stand.lookAgain(pool);
  expect(await cloud.effects()).toEqual(before);
  await end();
  await stand.reaches(`cloudaccount/${name}`, "Verified");
  await stand.reaches(cluster, "Available");
  await stand.until(pool, ({ status }) => status["readyReplicas"] === 3);
  await stand.reaches(pool, "Available");
  expect([cluster, pool].map((one) => stand.seen(one)!.status["externalId"])).toEqual(ids);
  const said = [cluster, pool].flatMap((one) => stand.versions(one).flatMap(({ status }) => status.conditions ?? []));
  expect(said.filter((one) => /Missing|NotFound|Lost/.test(one.reason))).toEqual([]);
  const creates = (await cloud.effects()).filter(({ method }) => method === "POST");
  expect(creates.map(({ path }) => path.replace(/c[0-9a-f]{32}/, "ID"))).toEqual([
    "/clusters",
    "/clusters/ID/nodepools",
  ]);
}

describe.concurrent("an account on ACK in trouble", () => {
  it.for([
    ["Deleted", /InvalidAccessKeyId\.NotFound/],
    ["Inactive", /InvalidAccessKeyId\.Inactive/],
  ] as const)("because its key is %s", async ([state, says], { expect }) => {
    const name = state.toLowerCase();
    const cloud = await stand.cloud(name);
    await settled(name);
    await expectOutlived(expect, {
      name,
      cloud,
      reason: "CredentialsRejected",
      says,
      begin: () => cloud.behindOurBack("PATCH", KEY, { state }),
      end: () => cloud.behindOurBack("PATCH", KEY, { state: "Active" }),
    });
  });

  it("because its secret key is wrong", async ({ expect }) => {
    const cloud = await stand.cloud("wrong");
    await settled("wrong");
    const secret = "wrong-credentials";
    await expectOutlived(expect, {
      name: "wrong",
      cloud,
      reason: "CredentialsRejected",
      says: /SignatureDoesNotMatch.*Correct secretKey/,
      begin: () => stand.apply(secretManifest(secret, { ...CREDENTIALS, secretKey: "another-secret-key" })),
      end: () => stand.apply(secretManifest(secret)),
    });
  });

  it("because its token has expired", async ({ expect }) => {
    const cloud = await stand.anotherSimulator({ securityToken: SECURITY_TOKEN });
    const stringData = { ...CREDENTIALS, securityToken: SECURITY_TOKEN };
    await stand.apply(...alibabaAccountManifests(cloud, { name: "token", stringData }));
    await settled("token");
    await expectOutlived(expect, {
      name: "token",
      cloud,
      reason: "CredentialsRejected",
      says: /InvalidSecurityToken\.Expired.*fresh temporary credentials/,
      begin: () => cloud.behindOurBack("PATCH", KEY, { state: "TokenExpired" }),
      end: () => cloud.behindOurBack("PATCH", KEY, { state: "Active" }),
    });
  });

  it("because the clock is 20 minutes off", async ({ expect }) => {
    const cloud = await stand.cloud("clock");
    await settled("clock");
    await expectOutlived(expect, {
      name: "clock",
      cloud,
      reason: "CredentialsRejected",
      says: /the operator's clock is 20 minutes behind the cloud's/,
      begin: () => cloud.behindOurBack("PATCH", "clock/gateway", { offsetSeconds: 1_200 }),
      end: () => cloud.behindOurBack("PATCH", "clock/gateway", { offsetSeconds: 0 }),
    });
  });

  it("because its region is none", async ({ expect }) => {
    const cloud = await stand.cloud("region");
    await settled("region");
    const account = "cloudaccount/region";
    await expectOutlived(expect, {
      name: "region",
      cloud,
      reason: "Rejected",
      says: /InvalidRegionId.*Correct spec\.region/,
      begin: () => stand.edit(account, { spec: { region: "cn-nowhere" } }),
      end: () => stand.edit(account, { spec: { region: "cn-hangzhou" } }),
    });
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
    // It waits for its cluster, which this tenant has not.
    await stand.reaches("nodepool/tenant", "ClusterNotReady");
    await stand.apply(secretManifest("tenant-credentials"));
    await stand.reaches("managedcluster/tenant", "Available");
    await stand.reaches("nodepool/tenant", "Available");
    expect([await own.effects(), await others.effects()]).toEqual([before, []]);
  });
});

itStaysClean(() => stand);
