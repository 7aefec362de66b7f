// An account of Huawei, opened: which credentials, hosts, projects and budgets its requests use.
import { describe, expect, onTestFinished, test } from "vitest";
import { json } from "../../../test/support/clouds/scripted-server.ts";
import { ACCESS_KEY, startScriptedHuawei, USER_LOGIN } from "../../../test/support/clouds/huawei/scripted.ts";
import type { ScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { Fence } from "../../lib/fence.ts";
import { withRequester } from "../budget/budget.ts";
import type { AccountSettings, Credentials } from "../contract.ts";
import { grantWrite } from "../permit.ts";
import { huawei } from "./index.ts";

const never = new AbortController().signal;
const quotas = { quotas: [{ quotaKey: "cluster", quotaLimit: 20, used: 13, unit: "count" }] };

async function start(): Promise<ScriptedHuawei> {
  const cloud = await startScriptedHuawei();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  cloud.answer(200, quotas);
  return cloud;
}

describe("opening an account", () => {
  test.each<[string, Partial<AccountSettings>, Credentials, string]>([
    ["without keys", {}, {}, "CredentialsMalformed"],
    ["with a key and a login", {}, { ...ACCESS_KEY, ...USER_LOGIN }, "AmbiguousCredentials"],
    ["without endpoint and region", { endpoint: undefined }, ACCESS_KEY, "EndpointRequired"],
    ["over plain http by mistake", { tls: { mode: "Verify" } }, ACCESS_KEY, "Rejected"],
    ["without a project", { providerOptions: {} }, ACCESS_KEY, "Rejected"],
    ["with two projects", { providerOptions: { projectId: "a", projectName: "b" } }, ACCESS_KEY, "Rejected"],
    ["with options nobody knows", { providerOptions: { project: "a" } }, ACCESS_KEY, "Rejected"],
  ])("%s is refused", async (_how, settings, credentials, kind) => {
    const { open } = await start();
    expect(() => open({ settings, credentials })).toThrow(expect.objectContaining({ name: "CloudError", kind }));
  });

  test("offers the facets that it lists, and asks nothing", async () => {
    const { open, server } = await start();
    const { session } = open();
    for (const facet of huawei.facets) expect(session[facet]).toBeDefined();
    expect(server.seen).toEqual([]);
  });
});

describe("an open account", () => {
  test("is verified by one signed read of its project, below the endpoint's own path, and counted", async () => {
    const { open, server } = await start();
    const counted: unknown[] = [];
    const settings = { endpoint: `${server.origin}/gate/` };
    const { session } = open({ settings, deps: { onRequest: (request) => counted.push(request) } });
    await session.verify(never);
    expect(server.seen).toMatchObject([{ method: "GET", url: "/gate/api/v3/projects/p-1/quotas", body: "" }]);
    expect(server.seen[0]?.headers).toMatchObject({
      "content-type": "application/json",
      "x-project-id": "p-1",
      "x-sdk-date": "20260101T120000Z",
      "user-agent": "yunfan/test",
      authorization: expect.stringMatching(
        /^SDK-HMAC-SHA256 Access=AK-0123456789, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=\w{64}$/,
      ),
    });
    expect(counted).toEqual([{ operation: "Verify", code: 200 }]);
  });

  test("with a key is refused once, without a second try, and shows no key", async () => {
    const { open, answer, server } = await start();
    const { session } = open();
    answer(401, {
      error_code: "APIGW.0301",
      error_msg: `verify ${ACCESS_KEY.accessKey} ${ACCESS_KEY.secretKey} failed`,
    });
    await expect(session.verify(never)).rejects.toMatchObject({
      kind: "Unauthenticated",
      message: "Verify was answered APIGW.0301: verify [redacted] [redacted] failed",
    });
    expect(server.seen).toHaveLength(1);
  });

  test("is not verified by what is no CCE", async () => {
    const { open, server, answer } = await start();
    const { session } = open();
    server.answer = (_request, response) => response.end("<html>Sign in</html>");
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Unavailable" });
    answer(404, { error_code: "APIGW.0101", error_msg: "no such API" });
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Rejected" });
    answer(200, { something: "else" });
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Unavailable" });
  });

  test("asks the fence for writes only", async () => {
    const { open, server } = await start();
    const shut: Fence = { remainingMs: () => 0 };
    const { session, clusters } = open({ deps: { fence: shut } });
    await session.verify(never);
    await expect(clusters.power.wake("c-1", grantWrite(never))).rejects.toThrow("no longer writes");
    expect(server.seen).toHaveLength(1);
  });
});

describe("the project", () => {
  const projects = {
    projects: [
      { id: "p-7", name: "cn-north-4_team", enabled: true },
      { id: "p-8", name: "cn-north-4", enabled: true },
    ],
    links: { next: null },
  };

  test.each([
    ["by its name", { providerOptions: { projectName: "cn-north-4" } }],
    ["by the region's name", { providerOptions: {}, region: "cn-north-4" }],
  ])("is looked up %s, once for all who ask", async (_how, settings) => {
    const { open, server, targets } = await start();
    server.answer = ({ url }, response) => json(response, 200, url.startsWith("/v3/") ? projects : quotas);
    const { session } = open({ settings });
    await Promise.all([session.verify(never), session.verify(never)]);
    await session.verify(never);
    expect(targets()).toEqual([
      "GET /v3/auth/projects?name=cn-north-4",
      ...Array.from({ length: 3 }, () => "GET /api/v3/projects/p-8/quotas"),
    ]);
    expect(server.seen[0]?.headers["x-project-id"]).toBeUndefined();
    expect(server.seen[0]?.headers.authorization).toContain("SignedHeaders=content-type;host;x-sdk-date");
  });

  test.each<[string, unknown[]]>([
    ["no project named", []],
    ["several projects named", [projects.projects[1], { id: "p-9", name: "cn-north-4" }]],
  ])("is not guessed where there is %s so", async (words, found) => {
    const { open, answer } = await start();
    answer(200, { projects: found });
    const { session } = open({ settings: { providerOptions: { projectName: "cn-north-4" } } });
    await expect(session.verify(never)).rejects.toMatchObject({
      kind: "Rejected",
      message: expect.stringContaining(words),
      advice: expect.stringContaining("spec.huawei.projectId"),
    });
  });

  test("whose id fits into no header is told as such, not as a connection that fails", async () => {
    const { open, answer, targets } = await start();
    answer(200, { projects: [{ id: "ｐ-1", name: "cn-north-4" }] });
    const { session } = open({ settings: { providerOptions: { projectName: "cn-north-4" } } });
    await expect(session.verify(never)).rejects.toMatchObject({
      kind: "Rejected",
      message: expect.stringContaining("header x-project-id"),
    });
    expect(targets()).toHaveLength(1);
  });

  test("is looked up again after a failure", async () => {
    const { open, server, answer } = await start();
    const { session } = open({ settings: { providerOptions: { projectName: "cn-north-4" } } });
    answer(503, {});
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Unavailable" });
    server.answer = ({ url }, response) => json(response, 200, url.startsWith("/v3/") ? projects : quotas);
    await session.verify(never);
  });
});

describe("the budget", () => {
  const budget = { settings: { requestBudget: {} } };

  test("allows ten writes a minute unless the account says otherwise", async () => {
    const { open, server, clock } = await start();
    const { clusters } = open(budget);
    await clusters.power.wake("c-1", grantWrite(never));
    const next = clusters.power.wake("c-1", grantWrite(never));
    await clock.advance(5_900);
    expect(server.seen).toHaveLength(1);
    await clock.advance(200);
    await next;
    expect(server.seen).toHaveLength(2);
  });

  test("slows down when the cloud says that it is too much, and not when a thing is locked", async () => {
    const { open, server, clock, answer } = await start();
    const { session } = open(budget);
    answer(429, { error_code: "CCE.01429002", error_msg: "locked" }, { "retry-after": "40" });
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Busy" });
    answer(429, { error_code: "APIGW.0308", error_msg: "slow down" }, { "retry-after": "40" });
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Throttled", retryAfterMs: 40_000 });
    answer(200, quotas);
    const next = session.verify(never);
    await clock.advance(39_999);
    expect(server.seen).toHaveLength(2);
    await clock.advance(200);
    await next;
  });

  test("keeps a turn for a write, with all at hand that it needs", async () => {
    const { open, server, clock } = await start();
    const { session, clusters } = open({ ...budget, credentials: USER_LOGIN });
    server.answer = ({ url }, response) => {
      if (url === "/v3/auth/tokens") response.setHeader("x-subject-token", "token");
      json(response, 200, {});
    };
    await clusters.power.wake("c-1", grantWrite(never));
    const created = withRequester({ key: "ManagedCluster/team/a" }, async () => {
      using _turn = await session.reserveWrite(never);
      const before = clock.monotonic();
      await clusters.power.wake("c-2", grantWrite(never));
      return clock.monotonic() - before;
    });
    await clock.advance(6_000);
    expect(await created).toBe(0);
  });

  test("gets a turn back that can't be used because nobody is signed in", async () => {
    const { open, server, clock, answer } = await start();
    const { session, clusters } = open({ ...budget, credentials: USER_LOGIN });
    answer(503, {});
    await withRequester({ key: "ManagedCluster/team/a" }, async () => {
      await expect(session.reserveWrite(never)).rejects.toMatchObject({ kind: "Unavailable" });
    });
    server.answer = ({ url }, response) => {
      if (url === "/v3/auth/tokens") response.setHeader("x-subject-token", "token");
      json(response, 200, {});
    };
    await clock.advance(5_000);
    await clusters.power.wake("c-1", grantWrite(never));
  });
});
