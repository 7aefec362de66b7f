// Signing in with a name and a password, as a session does it.
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { json } from "../../../test/support/clouds/scripted-server.ts";
import { issueToken, startScriptedHuawei, USER_LOGIN } from "../../../test/support/clouds/huawei/scripted.ts";
import { DAY_MS, quotas, refusal, signIn as start } from "../../../test/support/clouds/huawei/sign-in.ts";
import { grantWrite } from "../permit.ts";

const never = new AbortController().signal;

describe("a login", () => {
  test("is what the reference shows (3.1), in the project's scope", async () => {
    const { session, server } = await start();
    await session.verify(never);
    expect(server.seen[0]).toMatchObject({ method: "POST", url: "/v3/auth/tokens" });
    expect(server.seen[0]?.headers["content-type"]).toBe("application/json");
    expect(server.seen[0]?.headers["x-auth-token"]).toBeUndefined();
    expect(JSON.parse(server.seen[0]!.body)).toEqual({
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: "operator", password: "Pa55-word!", domain: { name: "team" } } },
        },
        scope: { project: { id: "p-1" } },
      },
    });
    expect(server.seen[1]).toMatchObject({ method: "GET", url: "/api/v3/projects/p-1/quotas" });
    expect(server.seen[1]?.headers["x-auth-token"]).toBe("token-1");
  });

  test("tells the project's id where only its name is known", async () => {
    const { session, server, token, targets } = await start({ projectName: "cn-north-4" });
    token.projectId = "p-9";
    await session.verify(never);
    expect(server.seen[0]?.body).toContain('"scope":{"project":{"name":"cn-north-4"}}');
    expect(targets()).toEqual(["POST /v3/auth/tokens", "GET /api/v3/projects/p-9/quotas"]);
  });

  test("is one for all who ask at once, and serves them for long", async () => {
    const { session, clock, logins, used } = await start();
    await Promise.all([session.verify(never), session.verify(never), session.verify(never)]);
    await clock.advance(DAY_MS - 400_000);
    await session.verify(never);
    expect(logins()).toBe(1);
    expect(used()).toEqual(["token-1", "token-1", "token-1", "token-1"]);
  });

  test("may be given up by one who waits for it, and goes on for the others", async () => {
    const { session, server, logins } = await start();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const usual = server.answer;
    server.answer = (request, response) => {
      ask();
      void released.then(() => usual(request, response));
    };
    const abort = new AbortController();
    const reason = new Error("enough");
    const first = session.verify(abort.signal);
    const second = session.verify(never);
    await asked;
    abort.abort(reason);
    await expect(first).rejects.toBe(reason);
    release();
    await second;
    expect(logins()).toBe(1);
  });

  test("yields tokens that are longer than Node's limit for a whole head", async () => {
    const { session, server, used } = await start();
    const long = "t".repeat(12_000);
    server.answer = ({ url }, response) => {
      if (url !== "/v3/auth/tokens") return json(response, 200, quotas);
      // The test's server takes no more than 16 KiB, so the rest of that is not in the token itself.
      response.setHeader("x-iam-trace-id", "i".repeat(8_000));
      return issueToken(response, { value: long, issuedAtMs: 0, lifetimeMs: DAY_MS });
    };
    await session.verify(never);
    expect(used()).toEqual([long]);
  });
});

describe("a token", () => {
  test.each([
    [DAY_MS, DAY_MS - 300_000],
    [30_000, 24_000],
  ])("that lives %i ms is renewed after %i ms", async (lifetimeMs, renewedAfterMs) => {
    const { session, clock, token, logins } = await start();
    token.lifetimeMs = lifetimeMs;
    await session.verify(never);
    await clock.advance(renewedAfterMs - 1);
    await session.verify(never);
    expect(logins()).toBe(1);
    await clock.advance(1);
    await session.verify(never);
    expect(logins()).toBe(2);
  });

  test("lives as long by the cloud's clock as by ours, whatever that shows", async () => {
    const { session, clock, server, logins } = await start();
    const usual = server.answer;
    server.answer = (request, response) => {
      if (request.url !== "/v3/auth/tokens") return usual(request, response);
      return issueToken(response, { value: "token-1", issuedAtMs: clock.now() - 7 * DAY_MS, lifetimeMs: 60_000 });
    };
    await session.verify(never);
    await clock.advance(40_000);
    await session.verify(never);
    expect(logins()).toBe(1);
  });

  test("that is refused is replaced once, and the request sent again", async () => {
    const signIn = await start();
    await signIn.session.verify(never);
    signIn.takes = (value) => value === "token-2";
    await signIn.session.verify(never);
    expect(signIn.used()).toEqual(["token-1", "token-1", "token-2"]);
    expect(signIn.logins()).toBe(2);
  });

  test("that is refused a second time fails the request, and those that follow wait before they try", async () => {
    const signIn = await start();
    const { session, clock, logins, used } = signIn;
    signIn.takes = () => false;
    const refused = { kind: "Unauthenticated", codes: ["APIGW.0301"] };
    await expect(session.verify(never)).rejects.toMatchObject(refused);
    await expect(session.verify(never)).rejects.toMatchObject(refused);
    expect([logins(), used().length]).toEqual([2, 2]);
    signIn.takes = () => true;
    await clock.advance(5_000);
    await session.verify(never);
    expect(logins()).toBe(3);
  });

  test("that several had when it was refused is replaced by one login", async () => {
    const signIn = await start();
    await signIn.session.verify(never);
    signIn.takes = (value) => value === "token-2";
    await Promise.all([signIn.session.verify(never), signIn.session.verify(never), signIn.session.verify(never)]);
    expect(signIn.logins()).toBe(2);
  });

  test("serves on where it can't be renewed yet, and no longer than it lives", async () => {
    const { session, clock, token, server, logins } = await start();
    token.lifetimeMs = 30_000;
    await session.verify(never);
    // IAM is down; CCE goes on to take what it took.
    server.answer = ({ url, headers }, response) => {
      if (url === "/v3/auth/tokens") json(response, 503, {});
      else if (headers["x-auth-token"] === "token-1") json(response, 200, quotas);
      else json(response, 401, refusal);
    };
    await clock.advance(25_000);
    await session.verify(never);
    await session.verify(never);
    expect(logins()).toBe(2);
    await clock.advance(5_000);
    await expect(session.verify(never)).rejects.toMatchObject({ kind: "Unavailable" });
  });
});

describe("IAM in trouble", () => {
  test.each<[string, number, Record<string, string>, number]>([
    ["with an error", 503, {}, 5_000],
    ["for a time", 429, { "retry-after": "40" }, 40_000],
    ["without a token", 201, {}, 5_000],
  ])("%s is not asked again at once", async (_what, status, headers, waitMs) => {
    const { session, clock, server, answer } = await start();
    const usual = server.answer;
    answer(status, {}, headers);
    await expect(session.verify(never)).rejects.toMatchObject({ name: "CloudError" });
    server.answer = usual;
    await clock.advance(waitMs - 1);
    await expect(session.verify(never)).rejects.toMatchObject({ name: "CloudError" });
    expect(server.seen).toHaveLength(1);
    await clock.advance(1);
    await session.verify(never);
  });

  test("does not outlive the session", async () => {
    const { session, server } = await start();
    server.answer = () => undefined;
    const failed = session.verify(never).catch((error: unknown) => error);
    await vi.waitFor(() => expect(server.seen).toHaveLength(1));
    await session.close();
    // What waited for the login was not sent; whoever it was tries again, with the next session.
    expect(await failed).toMatchObject({ name: "CloudError", kind: "Unreachable" });
  });
});

test("a token is no write of the account's budget, and shows in no message", async () => {
  const { open, server, clock } = await startScriptedHuawei();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const { session, clusters } = open({ credentials: USER_LOGIN, settings: { requestBudget: { writesPerMinute: 1 } } });
  server.answer = ({ url }, response) => {
    if (url !== "/v3/auth/tokens") return json(response, 400, { error_code: "X.1", error_msg: "token-abc is odd" });
    return issueToken(response, { value: "token-abc", issuedAtMs: clock.now(), lifetimeMs: DAY_MS });
  };
  const text = { description: "", mark: undefined };
  await expect(clusters.setDescription("c-1", text, grantWrite(never))).rejects.toMatchObject({
    message: "UpdateCluster was answered X.1: [redacted] is odd",
  });
  await session.close();
});
