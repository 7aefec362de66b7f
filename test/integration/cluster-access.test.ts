// Both ways to prove who asks: signed with an access key, and with tokens of an IAM user, which end every few seconds here.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import {
  clusterManifest,
  createHuaweiStand,
  huaweiAccountManifests,
  LOGIN,
  type HuaweiSimulator,
  type HuaweiStand,
} from "../support/clouds/huawei/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { CREDENTIALS } from "../support/clouds/simulator.ts";
import { secretManifest } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: HuaweiStand;

beforeAll(async () => {
  stand = await createHuaweiStand("cluster-access");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Less than the client takes for the least that makes sense: its tokens end unawares. */
const TOKEN_SECONDS = 3;

async function logins(cloud: HuaweiSimulator): Promise<number> {
  return (await cloud.requests()).filter(({ path }) => path === "/v3/auth/tokens").length;
}

/** A simulator and an account of that name with these credentials. */
async function accountWith(name: string, stringData: object, options: object = {}): Promise<HuaweiSimulator> {
  const cloud = await stand.anotherSimulator(options);
  await stand.apply(...huaweiAccountManifests(cloud, { name, stringData }));
  return cloud;
}

describe.concurrent("an account with", () => {
  it.for([
    { title: "an access key", name: "with-key", stringData: CREDENTIALS },
    { title: "an IAM user, whose tokens end every few seconds", name: "with-user", stringData: LOGIN },
  ])("$title makes, keeps, changes and deletes a cluster", async ({ name, stringData }, { expect }) => {
    const cloud = await accountWith(name, stringData, { tokenTtl: TOKEN_SECONDS });
    await stand.reaches(`cloudaccount/${name}`, "Verified");
    const resource = `managedcluster/${name}`;
    await stand.apply(clusterManifest(name, { accountRef: { name } }));
    await stand.reaches(resource, "Available");
    await expectCalm(stand, resource, cloud);
    await stand.edit(resource, { spec: { description: "Changed" } });
    await stand.reaches(resource, "Available");
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await cloud.clusters()).toEqual([]);
    expect(await cloud.creates()).toHaveLength(1);
    if (stringData === CREDENTIALS) expect(await logins(cloud)).toBe(0);
    else expect(await logins(cloud)).toBeGreaterThan(1);
    const reasons = stand.versions(`cloudaccount/${name}`).flatMap(({ status }) => status.conditions ?? []);
    expect(reasons.filter(({ reason }) => reason === "CredentialsRejected")).toEqual([]);
  });

  it("a wrong password tries it at once for each version of the Secret and each wish, and else slowly", async ({
    expect,
  }) => {
    const cloud = await accountWith("locked-out", { ...LOGIN, password: "Wrong-password-1" });
    const account = "cloudaccount/locked-out";
    const resource = "managedcluster/locked-out";
    await stand.apply(clusterManifest("locked-out", { accountRef: { name: "locked-out" } }));
    const ready = await stand.reaches(account, "CredentialsRejected");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(
        /Correct the keys in Secret .*\/locked-out-credentials; it is tried again as soon/,
      ),
    });
    await stand.reaches(resource, "AccountNotReady");
    await stand.visited(account, 2);
    await stand.edit(account, { metadata: { labels: { touched: "yes" } } });
    await stand.visited(account, 1);
    expect(await logins(cloud)).toBe(1);
    await expectToldOnce(expect, stand, account, { reason: "CredentialsRejected" });

    await stand.apply(secretManifest("locked-out-credentials", { ...LOGIN, password: "Wrong-password-2" }));
    await expect.poll(() => logins(cloud), { timeout: 20_000 }).toBe(2);
    await stand.visited(account, 2);
    expect(await logins(cloud)).toBe(2);
    await stand.lookAgain(account);
    await stand.visited(account, 2);
    expect(await logins(cloud)).toBe(3);

    await stand.apply(secretManifest("locked-out-credentials", LOGIN));
    await stand.reaches(account, "Verified");
    await stand.reaches(resource, "Available");
    expect(await cloud.clusters()).toHaveLength(1);
  });

  it("a wrong password that several accounts share is tried once for all of them, and once for a wish made for all", async ({
    expect,
  }) => {
    const stringData = { ...LOGIN, password: "Wrong-password-1" };
    const names = ["shared-0", "shared-1", "shared-2", "shared-3"];
    const cloud = await accountWith("shared-0", stringData);
    await stand.apply(...names.slice(1).flatMap((name) => huaweiAccountManifests(cloud, { name, stringData })));
    for (const name of names) await stand.reaches(`cloudaccount/${name}`, "CredentialsRejected");
    expect(await logins(cloud)).toBe(1);
    await Promise.all(
      names.map((name) => stand.annotate(`cloudaccount/${name}`, { "yunfan.dev/reconcile-at": "noon" })),
    );
    for (const name of names) {
      await stand.until(`cloudaccount/${name}`, ({ status }) => status["lastHandledReconcileAt"] === "noon");
    }
    expect(await logins(cloud)).toBe(2);
  });

  it("a right password that IAM has rejected once goes on when somebody asks for it", async ({ expect }) => {
    const cloud = await accountWith("mistaken", LOGIN, { tokenTtl: TOKEN_SECONDS });
    const account = "cloudaccount/mistaken";
    await stand.reaches(account, "Verified");
    await cloud.setFaults([{ method: "POST", path: "/v3/auth/tokens", action: "Status", status: 401 }]);
    await stand.reaches(account, "CredentialsRejected");
    const before = await logins(cloud);
    await stand.lookAgain(account);
    await stand.reaches(account, "Verified");
    expect(await logins(cloud)).toBeGreaterThan(before);
  });

  it("a password that was changed for a wrong one stops every write, and goes on with the right one", async ({
    expect,
  }) => {
    const cloud = await accountWith("rotated", LOGIN);
    const resource = "managedcluster/rotated";
    await stand.apply(clusterManifest("rotated", { accountRef: { name: "rotated" } }));
    await stand.reaches(resource, "Available");
    const before = await cloud.effects();
    await stand.apply(secretManifest("rotated-credentials", { ...LOGIN, password: "Wrong-password-3" }));
    await stand.reaches("cloudaccount/rotated", "CredentialsRejected");
    await stand.edit(resource, { spec: { description: "Changed" } });
    await stand.reaches(resource, "AccountNotReady");
    expect(await cloud.effects()).toEqual(before);
    await stand.apply(secretManifest("rotated-credentials", LOGIN));
    await stand.reaches(resource, "Available");
    expect(await cloud.clusters()).toMatchObject([{ description: expect.stringMatching(/^Changed \[yunfan:/) }]);
  });

  it.for([
    {
      title: "a wrong secret key",
      name: "wrong-key",
      stringData: { ...CREDENTIALS, secretKey: "not-the-right-key" },
      reason: "CredentialsRejected",
      says: /Secret .*\/wrong-key-credentials/,
    },
    {
      title: "the keys of both ways",
      name: "both-ways",
      stringData: { ...CREDENTIALS, ...LOGIN },
      reason: "AmbiguousCredentials",
      says: /keep accessKey and secretKey, or username, password, domainName/,
    },
    {
      title: "a user without a domain",
      name: "no-domain",
      stringData: { username: LOGIN.username, password: LOGIN.password },
      reason: "CredentialsIncomplete",
      says: /domainName/,
    },
    {
      title: "an access key in full-width letters",
      name: "wide-key",
      stringData: { ...CREDENTIALS, accessKey: "ｔｅｓｔ" },
      reason: "CredentialsIncomplete",
      says: /^accessKey in the credentials Secret holds a full-width letter/,
    },
    {
      title: "a password with a zero-width space",
      name: "hidden-letter",
      stringData: { ...LOGIN, password: `${LOGIN.password}\u200B` },
      reason: "CredentialsIncomplete",
      says: /^password in the credentials Secret holds an invisible character/,
    },
  ])("$title says $reason and what to do, and its clusters wait", async (bad, { expect }) => {
    const { name, stringData, reason, says } = bad;
    const cloud = await accountWith(name, stringData);
    await stand.apply(clusterManifest(name, { accountRef: { name } }));
    const ready = await stand.reaches(`cloudaccount/${name}`, reason);
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(says) });
    await stand.reaches(`managedcluster/${name}`, "AccountNotReady");
    await expectCalm(stand, `cloudaccount/${name}`, cloud);
    await expectToldOnce(expect, stand, `cloudaccount/${name}`, { reason });
    expect(await cloud.creates()).toEqual([]);
  });
});

it("no token shows in a log, an event or a status", async ({ expect }) => {
  const log = stand.operators.flatMap((operator) => operator.log);
  const texts = [...log, ...(await stand.events()), ...stand.versions()].map((item) => JSON.stringify(item));
  expect(texts.filter((text) => /MII[0-9a-f]{32}/.test(text))).toEqual([]);
});

itStaysClean(() => stand);
