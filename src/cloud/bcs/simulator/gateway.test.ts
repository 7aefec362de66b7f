// Who may call: tokens and rights at the gateway, nothing on the direct path, and what either says of a store that is gone.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import { ALL, BOTH_HEADERS, DIRECT, startTestBed, TOKEN } from "./test-support.ts";

const BEARER = { authorization: `Bearer ${TOKEN}` };
const USER_TOKEN = { "x-bcs-user-token": TOKEN };

describe("the gateway", () => {
  test.each([
    ["Reference", [200, 200]],
    ["V2019", [400, 200]],
    ["V2026", [200, 401]],
  ] as const)("of %s reads the token from the headers of its time", async (dialect, statuses) => {
    const { client } = await startTestBed({ dialect });
    const bearer = await client.call(ALL, { headers: BEARER });
    const userToken = await client.call(ALL, { headers: USER_TOKEN });
    expect([bearer.status, userToken.status]).toEqual(statuses);
  });

  test.each([
    ["Reference", 401, 401],
    ["V2019", 400, 1_405_057],
    ["V2026", 401, 401],
  ] as const)("of %s refuses a token that it does not know", async (dialect, status, code) => {
    const { client } = await startTestBed({ dialect });
    for (const headers of [{}, { authorization: "Bearer wrong", "x-bcs-user-token": "wrong" }]) {
      const answer = await client.call(ALL, { headers });
      expect([answer.status, answer.json()]).toMatchObject([status, { result: false, code }]);
    }
  });

  test.each([
    ["Reference", 403, 403],
    ["V2019", 400, 1_405_058],
    ["V2026", 403, 403],
  ] as const)("of %s refuses a cluster without right, by any path that names it", async (dialect, status, code) => {
    const { client } = await startTestBed({ dialect });
    await client.colleague("POST", "tokens", { token: "narrow", clusterIds: ["c2"] });
    const headers = { authorization: "Bearer narrow", "x-bcs-user-token": "narrow" };
    for (const path of [ALL, "/query/k8s/dynamic/clusters/c1/pod", "/metric/clusters/c1"]) {
      const answer = await client.call(path, { headers });
      expect([answer.status, answer.json()]).toMatchObject([status, { result: false, code }]);
      expect((await client.call(path.replace("c1", "c2"), { headers })).status).toBe(200);
    }
  });

  test.each(DIALECT_NAMES)("of %s asks for no right on events and alarms, but for a token", async (dialect) => {
    const { client } = await startTestBed({ dialect });
    await client.colleague("POST", "tokens", { token: "narrow", clusterIds: [] });
    const headers = { authorization: "Bearer narrow", "x-bcs-user-token": "narrow" };
    for (const path of ["/events?clusterId=c1", "/alarms?clusterId=c1"]) {
      expect((await client.call(path, { headers })).json()).toMatchObject({ result: true });
      expect((await client.call(path, { headers: {} })).status).toBeGreaterThanOrEqual(400);
    }
  });

  test("forgets a token that a colleague revokes", async () => {
    const { client } = await startTestBed();
    const [token] = (await client.state())["tokens"]!;
    await client.colleague("DELETE", `tokens/${token!.id}`);
    expect((await client.call(ALL)).status).toBe(401);
  });

  test("changes nothing when it refuses", async () => {
    const { client } = await startTestBed();
    await client.call(`${ALL.replace("all_resources", "cluster_resources")}/x`, {
      method: "PUT",
      headers: {},
      body: { data: 1 },
    });
    expect(await client.things()).toEqual([]);
    expect(await client.log()).toMatchObject([{ method: "PUT", status: 401, effect: false }]);
  });
});

describe("a store that is gone", () => {
  test.each([
    ["V2019", "NoEndpoint", 200, 1_405_052],
    ["V2019", "Unreachable", 200, 1_405_053],
    ["V2026", "NoEndpoint", 503, 503],
    ["V2026", "Unreachable", 502, 502],
    ["Reference", "NoEndpoint", 503, 503],
    ["Reference", "Unreachable", 502, 502],
  ] as const)("is what the gateway of %s reports when it is %s", async (dialect, state, status, code) => {
    const { client } = await startTestBed({ dialect });
    await client.colleague("PATCH", "gateways/gateway", { state });
    const answer = await client.call(ALL);
    expect([answer.status, answer.json()]).toMatchObject([status, { result: false, code }]);
    await client.colleague("PATCH", "gateways/gateway", { state: "Up" });
    expect(await client.rows(ALL)).toEqual([]);
  });

  test("breaks the connection on the direct path", async () => {
    const { client } = await startTestBed();
    await client.colleague("PATCH", "gateways/gateway", { state: "Unreachable" });
    await expect(client.send(`${DIRECT}${ALL}`)).rejects.toThrow("other side closed");
  });

  test("may hide behind a page for browsers, which is no JSON and HTTP 200", async () => {
    const { client } = await startTestBed();
    await client.colleague("PATCH", "gateways/gateway", { state: "WebPage" });
    const answer = await client.call(ALL);
    expect([answer.status, answer.headers["content-type"], answer.text]).toEqual([
      200,
      "text/html; charset=utf-8",
      expect.stringContaining("<html>"),
    ]);
  });
});

describe("the direct path", () => {
  test("takes any call without a token", async () => {
    const { client } = await startTestBed();
    await client.call(`${ALL.replace("all_resources", "cluster_resources")}/x`, { method: "PUT", body: { data: 1 } });
    const answer = await client.send(`${DIRECT}${ALL}`);
    expect(answer.json()).toMatchObject({ result: true, data: [{ resourceName: "x", data: 1 }] });
  });
});

test.each([`/bcsapi/v4/storage/nothing`, "/bcsapi/v5/storage/events", "/events", "/bcsstorage/v1/k8s"])(
  "a path that there is not, %s, is answered by the router, which knows no JSON",
  async (path) => {
    const { client } = await startTestBed();
    const answer = await client.send(path, { headers: BOTH_HEADERS });
    expect([answer.status, answer.text]).toEqual([404, "404: Page Not Found"]);
  },
);
