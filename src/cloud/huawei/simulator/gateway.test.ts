// IAM and the gateway over the wire: tokens and their end, AK/SK, the project, too many writes, and who words the refusal.
import { describe, expect, test } from "vitest";
import { HISTORY_MS } from "../../simulation/store.ts";
import type { Bed } from "./test-support.ts";
import { CLUSTERS, clusterBody, KEYS, MINUTE, PROJECT, startTestBed, USER } from "./test-support.ts";

interface Login {
  name?: string;
  password?: string;
  domain?: string;
  scope?: unknown;
}

function login({ name = USER.username, password = USER.password, domain = USER.domain, scope }: Login = {}): unknown {
  const user = { name, password, domain: { name: domain } };
  return { auth: { identity: { methods: ["password"], password: { user } }, scope } };
}

const OURS = { project: { name: "region-1" } };

async function tokenFor({ client }: Bed, scope: unknown = OURS): Promise<string> {
  const answer = await client.send("/v3/auth/tokens", { method: "POST", body: login({ scope }) });
  expect(answer.status).toBe(201);
  return String(answer.headers["x-subject-token"]);
}

describe("a token", () => {
  test.each([OURS, { project: { id: PROJECT } }])("for the project %j opens its resources", async (scope) => {
    const bed = await startTestBed();
    const token = await tokenFor(bed, scope);
    expect((await bed.client.send(CLUSTERS, { headers: { "x-auth-token": token } })).status).toBe(200);
  });

  test("says when it ends, and is refused from then on in the gateway's words", async () => {
    const bed = await startTestBed({ tokenTtl: 30, speed: 1000 });
    const answer = await bed.client.send("/v3/auth/tokens", { method: "POST", body: login({ scope: OURS }) });
    expect(answer.json()).toMatchObject({
      token: { expires_at: "2026-01-02T03:04:35.678000Z", project: { id: PROJECT, name: "region-1" } },
    });
    const headers = { "x-auth-token": String(answer.headers["x-subject-token"]) };
    bed.clock.advance(29_999);
    expect((await bed.client.send(CLUSTERS, { headers })).status).toBe(200);
    bed.clock.advance(1);
    expect((await bed.client.send(CLUSTERS, { headers })).json()).toEqual({
      error_code: "APIGW.0301",
      error_msg: expect.stringContaining("token expires"),
    });
    const renewed = { "x-auth-token": await tokenFor(bed) };
    expect((await bed.client.send(CLUSTERS, { headers: renewed })).status).toBe(200);
  });

  test("ends when a colleague changes the user's password, and only the new one gets another", async () => {
    const bed = await startTestBed();
    const headers = { "x-auth-token": await tokenFor(bed) };
    const user = { method: "PATCH", body: { password: "Next-1234" } };
    expect((await bed.client.send("/_simulator/users/nobody", user)).status).toBe(404);
    expect((await bed.client.send("/_simulator/users/operator", { ...user, body: { name: "x" } })).status).toBe(400);
    expect((await bed.client.send(CLUSTERS, { headers })).status).toBe(200);

    expect((await bed.client.send(`/_simulator/users/${USER.username}`, user)).json()).toEqual({
      id: USER.username,
      locked: false,
    });

    expect(await bed.client.refusal(CLUSTERS, { headers })).toEqual([401, "APIGW.0301"]);
    const statusOf = async (password: string): Promise<number> =>
      (await bed.client.send("/v3/auth/tokens", { method: "POST", body: login({ password, scope: OURS }) })).status;
    expect([await statusOf(USER.password), await statusOf("Next-1234")]).toEqual([401, 201]);
  });

  test("of nobody is refused", async () => {
    const { client } = await startTestBed();
    expect(await client.refusal(CLUSTERS, { headers: { "x-auth-token": "made-up" } })).toEqual([401, "APIGW.0301"]);
  });

  test("without a project reads the projects, and nothing in them", async () => {
    const bed = await startTestBed();
    const headers = { "x-auth-token": await tokenFor(bed, { domain: { name: USER.domain } }) };
    expect((await bed.client.send("/v3/auth/projects?name=region-1", { headers })).json()).toMatchObject({
      projects: [{ id: PROJECT, name: "region-1" }],
    });
    expect(await bed.client.refusal(CLUSTERS, { headers })).toEqual([401, "APIGW.0307"]);
  });

  test.each<[string, Login]>([
    ["a wrong password", { password: "Wrong-1234" }],
    ["another user", { name: "root" }],
    ["another account", { domain: "other" }],
    ["a project that is not the account's", { scope: { project: { name: "region-2" } } }],
    ["a project id that is not the account's", { scope: { project: { id: "x", name: "region-1" } } }],
  ])("is not issued for %s, in IAM's words", async (_, wrong) => {
    const { client } = await startTestBed();
    const answer = await client.send("/v3/auth/tokens", { method: "POST", body: login(wrong) });
    expect([answer.status, answer.headers["x-subject-token"]]).toEqual([401, undefined]);
    expect(answer.json()).toEqual({ error: { code: 401, title: "Unauthorized", message: expect.any(String) } });
    expect(answer.text).not.toContain(USER.password);
  });

  test("is not issued where the simulator was started with keys alone, or for a body that is none", async () => {
    const { client } = await startTestBed({ username: undefined, password: undefined });
    expect((await client.send("/v3/auth/tokens", { method: "POST", body: login() })).status).toBe(401);
    expect((await client.send("/v3/auth/tokens", { method: "POST", body: "{" })).json()).toMatchObject({
      error: { code: 400, title: "Bad Request" },
    });
  });

  test("for any account where none was set", async () => {
    const { client } = await startTestBed({ domain: undefined });
    const answer = await client.send("/v3/auth/tokens", { method: "POST", body: login({ domain: "any" }) });
    expect(answer.status).toBe(201);
  });
});

describe("AK/SK", () => {
  test("opens the project and finds its id by name, or that there is none", async () => {
    const { client } = await startTestBed();
    await client.expectStatus(200, CLUSTERS);
    const self = `${client.url}/v3/projects`;
    for (const path of ["/v3/projects", "/v3/auth/projects?name=region-1"]) {
      expect((await client.send(path)).json()).toMatchObject({
        projects: [{ id: PROJECT, links: { self: `${self}/${PROJECT}` } }],
        links: { self },
      });
    }
    expect((await client.send("/v3/auth/projects?name=other")).json()).toMatchObject({ projects: [] });
  });

  test("signs bodies byte for byte, with a charset in Content-Type too", async () => {
    const { client } = await startTestBed();
    const headers = { "content-type": "application/json;charset=utf-8" };
    const body = clusterBody("signed", { description: "说明" });
    await client.expectStatus(201, CLUSTERS, { method: "POST", headers, body });
    const tampered = await client.refusal(CLUSTERS, {
      method: "POST",
      headers: { authorization: `SDK-HMAC-SHA256 Access=${KEYS.accessKey}, SignedHeaders=x-sdk-date, Signature=0` },
      body,
    });
    expect(tampered).toEqual([401, "APIGW.0301"]);
    expect((await client.log()).map(({ status, effect }) => [status, effect])).toEqual([
      [201, true],
      [401, false],
    ]);
  });

  test("is refused where the simulator was started with a user alone", async () => {
    const { client } = await startTestBed({ accessKey: undefined, secretKey: undefined });
    expect(await client.refusal(CLUSTERS)).toEqual([401, "APIGW.0301"]);
  });

  test("does not open another project, nor a path that there is not", async () => {
    const { client } = await startTestBed();
    expect(await client.refusal("/api/v3/projects/other/clusters")).toEqual([403, "CCE.01403001"]);
    expect(await client.refusal("/api/v3/nothing")).toEqual([404, "APIGW.0101"]);
  });
});

describe("writes beyond the limit", () => {
  const write = { method: "POST", body: {} };

  test("get 429 without Retry-After until a minute of real time has passed; reads and logins are free", async () => {
    const bed = await startTestBed({ writesPerMinute: 2, speed: 1000 });
    const { client, clock } = bed;
    expect((await client.refusal(CLUSTERS, write))[0]).toBe(400);
    clock.advance(30_000);
    expect((await client.refusal(CLUSTERS, write))[0]).toBe(400);
    const refused = await client.send(CLUSTERS, write);
    expect([refused.status, refused.json(), refused.headers["retry-after"]]).toEqual([
      429,
      { error_code: "APIGW.0308", error_msg: expect.any(String) },
      undefined,
    ]);
    await client.expectStatus(200, CLUSTERS);
    await tokenFor(bed);
    clock.advance(30_000);
    expect((await client.refusal(CLUSTERS, write))[0]).toBe(400);
    expect((await client.refusal(CLUSTERS, write))[0]).toBe(429);
  });

  test("are words of the gateway for add-ons too, and a request nobody signed costs nothing", async () => {
    const { client } = await startTestBed({ writesPerMinute: 1 });
    expect((await client.refusal(CLUSTERS, { ...write, headers: { "x-auth-token": "no" } }))[0]).toBe(401);
    expect((await client.refusal(CLUSTERS, write))[0]).toBe(400);
    expect(await client.refusal("/api/v3/addons", write)).toEqual([429, "APIGW.0308"]);
  });
});

describe("an error that a fault made", () => {
  test.each([
    ["/v3/projects", { error: { code: 503, title: "Error", message: expect.any(String) } }],
    [CLUSTERS, { error_code: "APIGW.0201", error_msg: expect.any(String) }],
    ["/api/v3/addons", { error_code: "APIGW.0201", error_msg: expect.any(String) }],
  ])("has the words of the part that %s is of", async (path, body) => {
    const { client } = await startTestBed();
    await client.faults({ method: "GET", action: "Status", status: 503 });
    expect((await client.send(path)).json()).toEqual(body);
  });

  test("in lists: an empty one, and one of the past", async () => {
    const { client, clock } = await startTestBed();
    await client.available();
    clock.advance(MINUTE);
    await client.faults(
      { action: "EmptyList" },
      { action: "StaleList", ms: MINUTE + 1 },
      { action: "StaleList", ms: 1 },
    );
    const items = async () => ((await client.send(CLUSTERS)).json() as { items: unknown[] }).items.length;
    expect([await items(), await items(), await items()]).toEqual([0, 0, 1]);
    expect(HISTORY_MS).toBeGreaterThan(MINUTE);
  });

  test("of CCE in the spelling of the SDKs, where that is asked for", async () => {
    const { client } = await startTestBed({ errorStyle: "Camel" });
    expect((await client.send(`${CLUSTERS}/none`)).json()).toEqual({
      errorCode: "CCE.01404001",
      errorMessage: expect.any(String),
    });
  });

  test("says the same in general beside its reason, where that is asked for; the gateway's words stay", async () => {
    const { client } = await startTestBed({ errorStyle: "Both" });
    const cluster = await client.send(CLUSTERS, { method: "POST", body: clusterBody("x") });
    expect([cluster.status, cluster.json()]).toEqual([
      400,
      {
        errorCode: "CCE.01400001",
        errorMessage: "Invalid request.",
        message: expect.stringContaining("metadata.name"),
      },
    ]);
    const addons = await client.send("/api/v3/addontemplates?addon_template_name=none");
    const reason = "Addon template not exist: none";
    expect([addons.status, addons.json()]).toEqual([
      404,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        code: 404,
        errorCode: "CCE.03404001",
        errorMessage: "Resource not found.",
        error: { message: reason, code: "SVCSTG.CCE-ADDONMGR.404" },
        message: reason,
        reason: "NotFound",
      },
    ]);
    const nobody = { headers: { "x-auth-token": "none" } };
    expect((await client.send(CLUSTERS, nobody)).json()).toMatchObject({ error_code: "APIGW.0301" });
  });

  test("has the id of its request in X-Request-Id, as every answer", async () => {
    const { client } = await startTestBed();
    await client.faults({ method: "GET", action: "Status", status: 503 });
    const paths = [CLUSTERS, CLUSTERS, `${CLUSTERS}/none`, "/v3/projects", "/api/v3/nothing"];
    const ids = [];
    for (const path of paths) ids.push((await client.send(path)).headers["x-request-id"]);
    expect(ids).toEqual((await client.log()).map(({ requestId }) => requestId));
    expect(new Set(ids).size).toBe(paths.length);
  });
});
