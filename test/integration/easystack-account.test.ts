// Accounts on EasyStack ECNS: both ways to sign in, what their statuses tell, each wrong input with its reason and what to do, and how
// often a wrong password is sent.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { startScriptedServer, type ScriptedServer } from "../support/clouds/scripted-server.ts";
import {
  createEasyStackStand,
  easystackAccountManifests,
  LOGIN,
  PROJECT_ID,
  USER_ID,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { secretManifest } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: EasyStackStand;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-account");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const FACTS = {
  projectId: PROJECT_ID,
  projectName: "admin",
  domainName: "Default",
  administersProject: true,
  kubernetesVersions: ["v1.16.6-es", "v1.22.9-es"],
  registry: { totalGiB: 5, freePercent: 94 },
};

const ways: readonly { title: string; name: string; stringData?: object; easystack: object }[] = [
  { title: "names", name: "by-names", easystack: { projectName: "admin", projectDomainName: "Default" } },
  {
    title: "ids",
    name: "by-ids",
    stringData: { userId: USER_ID, password: LOGIN.password },
    easystack: { projectId: PROJECT_ID },
  },
  {
    title: "an id and the project's name",
    name: "by-both",
    stringData: { userId: USER_ID, password: LOGIN.password },
    easystack: { projectName: "admin" },
  },
];

describe.concurrent("an account that signs in by", () => {
  it.for(ways)(
    "$title is Ready and tells what the cloud says of it (calls 1, 3, 4, 8, 29)",
    async ({ name, stringData, easystack }, { expect }) => {
      const keystoneEndpoint = `${stand.simulator.url}/v3`;
      const spec = { easystack: { ...easystack, keystoneEndpoint } };
      await stand.apply(
        ...easystackAccountManifests(stand.simulator, { name, spec, ...(stringData && { stringData }) }),
      );
      await stand.reaches(`cloudaccount/${name}`, "Verified");
      const { status } = await stand.until(`cloudaccount/${name}`, ({ status: seen }) => Boolean(seen["easystack"]));
      expect(status["easystack"]).toEqual(FACTS);
      expect(status["location"]).toBe(`EasyStackECNS,${stand.simulator.url},project=${PROJECT_ID}`);
    },
  );

  it("a user who does not administer the project says so", async ({ expect }) => {
    await stand.cloud("no-administrator", { projectAdmin: false });
    const { status } = await stand.until("cloudaccount/no-administrator", ({ status: seen }) =>
      Boolean(seen["easystack"]),
    );
    expect(status["easystack"]).toMatchObject({ administersProject: false });
  });
});

interface BadAccount {
  readonly title: string;
  readonly name: string;
  readonly spec?: object | ((url: string) => object);
  readonly stringData?: object;
  readonly reason: string;
  readonly says: RegExp;
  readonly cure?: object;
}

const badAccounts: readonly BadAccount[] = [
  {
    title: "a wrong password",
    name: "wrong-password",
    stringData: { ...LOGIN, password: "Wrong-password-1" },
    reason: "CredentialsRejected",
    says: /GetToken was answered Unauthorized.*Secret .*\/wrong-password-credentials/,
  },
  {
    title: "a user of another department",
    name: "wrong-domain",
    stringData: { ...LOGIN, domainName: "Elsewhere" },
    reason: "CredentialsRejected",
    says: /Secret .*\/wrong-domain-credentials/,
  },
  {
    title: "a project that is none of the user's",
    name: "wrong-project",
    spec: { easystack: { projectName: "nobody-s" } },
    reason: "ProjectNotFound",
    says: /no project "nobody-s" of Default \(spec\.easystack\.projectName\)\. The user's are admin/,
    cure: { easystack: { projectName: "admin" } },
  },
  {
    title: "the id of another's project",
    name: "wrong-project-id",
    spec: { easystack: { projectId: "p-of-somebody" } },
    reason: "ProjectNotFound",
    says: /spec\.easystack\.projectId/,
  },
  {
    title: "a user's name and id side by side",
    name: "both-ways",
    stringData: { ...LOGIN, userId: USER_ID },
    reason: "AmbiguousCredentials",
    says: /username, userId: keep/,
  },
  {
    title: "no department beside the user's name",
    name: "no-domain",
    stringData: { username: LOGIN.username, password: LOGIN.password },
    reason: "CredentialsIncomplete",
    says: /missing or empty: domainName/,
  },
  {
    title: "no endpoint",
    name: "no-endpoint",
    spec: { endpoint: undefined },
    reason: "EndpointRequired",
    says: /spec\.endpoint/,
  },
  {
    title: "an endpoint where nobody answers",
    name: "no-answer",
    spec: { endpoint: "http://127.0.0.1:1" },
    reason: "EndpointUnreachable",
    says: /127\.0\.0\.1:1.*spec\.endpoint/,
  },
  {
    title: "an endpoint without ECNS",
    name: "no-ecns",
    spec: (url) => ({ endpoint: `${url}/elsewhere`, easystack: { projectName: "admin", keystoneEndpoint: url } }),
    reason: "Rejected",
    says: /not the service's own answer.*correct the endpoints/,
  },
  {
    title: "a web page for Keystone",
    name: "web-page",
    spec: () => ({ easystack: { projectName: "admin", keystoneEndpoint: page.origin } }),
    reason: "Rejected",
    says: /GetToken was answered 404: a web page.*correct the endpoints/,
  },
];

let page: ScriptedServer;
beforeAll(async () => {
  page = await startScriptedServer((_request, response) => {
    response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html><title>Welcome</title>");
  });
});
afterAll(() => page[Symbol.asyncDispose]());

describe.concurrent("an account with", () => {
  it.for(badAccounts)("$title says $reason and what to do, in one event", async (bad, { expect }) => {
    const { name, spec = {}, stringData = LOGIN, reason, says, cure } = bad;
    const account = `cloudaccount/${name}`;
    const { url } = stand.simulator;
    const given = typeof spec === "function" ? spec(url) : spec;
    await stand.apply(...easystackAccountManifests(stand.simulator, { name, spec: given, stringData }));
    const ready = await stand.reaches(account, reason);
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(says) });
    await stand.lookAgain(account);
    expect(await stand.reaches(account, reason)).toEqual(ready);
    await expect
      .poll(() => stand.events(account), { timeout: 20_000 })
      .toMatchObject([{ type: "Warning", reason, count: 1 }]);
    if (cure === undefined) return;
    await stand.edit(account, { spec: cure });
    await stand.reaches(account, "Verified");
  });

  it.for([
    ["no block of its own", { easystack: null }, /needs the block easystack/],
    ["neither id nor name of the project", { easystack: {} }, /one of projectId and projectName/],
    ["both id and name of the project", { easystack: { projectId: "p", projectName: "other" } }, /give one, not both/],
    ["another cloud's block", { ctyun: {} }, /the block ctyun is for provider CtyunCCI|at most one of the blocks/],
  ] as const)("%s is refused at admission", async ([what, spec, says], { expect }) => {
    const [, account] = easystackAccountManifests(stand.simulator, { name: "refused", spec });
    await expect(stand.apply(account!), what).rejects.toThrow(says);
  });
});

describe("a password that is rotated in the cloud", () => {
  it("is tried once with the old Secret, however many ask, and is right again with the new one", async ({ expect }) => {
    const cloud = await stand.cloud("rotated", { lockAfter: 2 });
    const account = "cloudaccount/rotated";
    await cloud.behindOurBack("PATCH", `users/${LOGIN.username}`, { password: "Next-password-1" });
    await stand.reaches(account, "CredentialsRejected");
    await stand.visited(account, 2);
    expect((await cloud.logins()).filter(({ status }) => status === 401)).toHaveLength(1);
    await stand.apply(secretManifest("rotated-credentials", { ...LOGIN, password: "Next-password-1" }));
    await stand.reaches(account, "Verified");
    expect((await cloud.logins()).filter(({ status }) => status === 401)).toHaveLength(1);
  });

  it("is asked for again when a person says so", async ({ expect }) => {
    const cloud = await stand.cloud("asked");
    const account = "cloudaccount/asked";
    await cloud.behindOurBack("PATCH", `users/${LOGIN.username}`, { password: "Next-password-1" });
    await stand.reaches(account, "CredentialsRejected");
    await cloud.behindOurBack("PATCH", `users/${LOGIN.username}`, { password: LOGIN.password });
    await stand.lookAgain(account);
    expect(await stand.reaches(account, "Verified")).toMatchObject({ status: "True" });
  });
});

itStaysClean(() => stand);
