// The kit as a server, around a cloud of one collection: log, control endpoints, disconnects, closing.
import { request as rawRequest } from "node:http";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RunningSimulator } from "./definition.ts";
import { serve } from "./server.ts";
import { ManualClock, TestClient, thingCloud } from "./test-support.ts";

let clock: ManualClock;
let simulator: RunningSimulator;
let client: TestClient;

beforeEach(async () => {
  clock = new ManualClock();
  simulator = await serve({ listen: "127.0.0.1:0", cloud: thingCloud(clock), clock });
  client = new TestClient(simulator.url);
});

afterEach(async () => {
  await client.close();
  await simulator.close();
});

describe("requests", () => {
  test("are logged in order of arrival, with what they did", async () => {
    await client.send("/things?page=1", { headers: { "user-agent": "yunfan/1 (me)" } });
    await client.send("/things", { method: "POST", body: { name: "a" } });
    await client.send("/nothing", { method: "DELETE" });
    await client.send("/things", { method: "POST", body: { name: "b" }, headers: { "x-banned": "1" } });
    const time = "2026-01-02T03:04:05.678Z";
    const common = { time, userAgent: "", effect: false, fault: null };
    expect(await client.log()).toEqual([
      { ...common, seq: 1, method: "GET", path: "/things", userAgent: "yunfan/1 (me)", status: 200 },
      { ...common, seq: 2, method: "POST", path: "/things", status: 201, effect: true },
      { ...common, seq: 3, method: "DELETE", path: "/nothing", status: 404 },
      { ...common, seq: 4, method: "POST", path: "/things", status: 401 },
    ]);
  });

  test("reach the handler with the path as it came and with decoded parts", async () => {
    const { json } = await client.send("//things/a%2Fb/c%20d//e?x=%20&y");
    expect(json()).toMatchObject({
      rawUrl: "//things/a%2Fb/c%20d//e?x=%20&y",
      params: { id: "a/b" },
      query: [
        ["x", " "],
        ["y", ""],
      ],
    });
    expect((await client.log())[0]?.path).toBe("//things/a%2Fb/c%20d//e");
  });

  test("with a body that is not JSON, or of any media type, are the cloud's matter", async () => {
    const broken = await client.send("/things", {
      method: "POST",
      body: "{",
      headers: { "content-type": "application/json" },
    });
    const text = await client.send("/things", {
      method: "POST",
      body: '{"name":"a"}',
      headers: { "content-type": "text/plain" },
    });
    const none = await client.send("/things", { method: "POST", headers: { "content-type": "application/json" } });
    expect([broken.status, text.status, none.status]).toEqual([400, 201, 400]);
    expect(broken.json()).toEqual({ code: 400, message: "the body is not JSON" });
    expect(none.json()).toMatchObject({ message: expect.stringMatching(/^name: /) });
  });

  test("get a Date from the simulator's clock", async () => {
    expect((await client.send("/things")).headers["date"]).toBe("Fri, 02 Jan 2026 03:04:05 GMT");
  });

  test("that meet a bug of the simulator get a 500 that says so", async () => {
    const answer = await client.send("/boom");
    expect(answer.json()).toEqual({ code: 500, message: "a bug" });
    expect((await client.log())[0]?.status).toBe(500);
  });
});

describe("the id of a request", () => {
  test("is in every answer and in the log, where the cloud shows it", async () => {
    const stamped = await serve({
      listen: "127.0.0.1:0",
      cloud: { ...thingCloud(clock), requestIdHeader: "x-request-id" },
      clock,
    });
    const other = new TestClient(stamped.url);
    await other.faults({ method: "GET", action: "Status", status: 503 }, { method: "GET", action: "MalformedJson" });
    const answers = [];
    for (const path of ["/things", "/things", "/things", "/nothing", "/boom", "/things/%zz/x"]) {
      answers.push(await other.send(path));
    }
    const ids = answers.map(({ headers }) => String(headers["x-request-id"]));
    expect(answers.map(({ status }) => status)).toEqual([503, 200, 200, 404, 500, 400]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[0-9a-f]{32}$/)));
    // What is no path at all never gets as far as the log.
    expect((await other.log()).map(({ requestId }) => requestId)).toEqual(ids.slice(0, 5));
    await other.close();
    await stamped.close();
  });

  test("is nowhere where the cloud has no such header", async () => {
    expect((await client.send("/things")).headers).not.toHaveProperty("x-request-id");
    expect((await client.log())[0]).not.toHaveProperty("requestId");
  });
});

describe("control endpoints", () => {
  test("list the calls that the cloud offers", async () => {
    expect((await client.send("/_simulator/calls")).json()).toEqual([
      "POST /things",
      "GET /things",
      "GET /things/:id/*",
      "GET /boom",
    ]);
  });

  test("show and change what exists, without a log entry and without faults", async () => {
    await client.faults({ method: ".*", action: "Status", status: 500, times: 0 });
    expect(await client.colleague("POST", "things", { name: "a" })).toEqual({ id: "1", name: "a" });
    expect(await client.state()).toEqual({ things: [{ id: "1", name: "a" }] });
    expect(await client.log()).toEqual([]);
  });

  test.each([
    ["POST", "/_simulator/nothing", 404],
    ["PATCH", "/_simulator/things/1", 405],
    ["DELETE", "/_simulator/things/1", 405],
    ["POST", "/_simulator/things", 400],
    ["GET", "/_simulator/nothing", 404],
  ])("answer %s %s with %i", async (method, path, status) => {
    expect((await client.send(path, { method })).status).toBe(status);
  });

  test("refuse a bad fault plan with the field, and keep the one in force", async () => {
    await client.faults({ action: "Status", status: 503 });
    const body = { faults: [{ action: "Status", status: 12 }] };
    const refused = await client.send("/_simulator/faults", { method: "PUT", body });
    expect(refused.status).toBe(400);
    expect(refused.json()).toMatchObject({ field: "faults[0].status" });
    const { json } = await client.send("/_simulator/faults");
    expect(json()).toMatchObject({ seed: 1, faults: [{ status: 503, struck: 0 }] });
  });

  test("start a new plan afresh", async () => {
    await client.faults({ action: "Status", status: 503 });
    expect((await client.send("/things", { method: "POST" })).status).toBe(503);
    await client.faults({ action: "Status", status: 503 });
    expect((await client.send("/things", { method: "POST" })).status).toBe(503);
  });
});

describe("a client that goes away", () => {
  test("leaves a held request with its effect, status 0 and nothing to release", async () => {
    await client.faults({ action: "Hold" });
    const hangUp = await client.post("/things", { name: "a" });
    await vi.waitFor(async () => expect((await client.log())[0]?.effect).toBe(true));
    await hangUp();
    expect(await client.release()).toBe(0);
    expect(await client.log()).toMatchObject([{ status: 0, effect: true, fault: "Hold" }]);
    expect((await client.send("/things")).json()).toEqual(["a"]);
  });

  test("in the middle of its request does no harm", async () => {
    const half = rawRequest(`${simulator.url}/things`, { method: "POST", headers: { "content-length": "100" } });
    half.on("error", () => undefined);
    await new Promise<void>((resolve) => half.write("{", () => resolve()));
    half.destroy();
    expect((await client.send("/things")).status).toBe(200);
  });
});

describe("closing", () => {
  test("answers what is held or delayed, and then closes", async () => {
    await client.faults({ action: "Hold" }, { action: "SlowHeaders", ms: 60_000 }, { action: "Latency", ms: 60_000 });
    const sent = ["a", "b", "c"].map((name) => client.send("/things", { method: "POST", body: { name } }));
    await vi.waitFor(async () => expect(await client.log()).toHaveLength(3));
    await simulator.close();
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual([201, 201, 201]);
    await expect(client.send("/things")).rejects.toThrow(/ECONNREFUSED|other side closed/);
  });
});

describe("listen", () => {
  const start = (listen: string) => serve({ listen, cloud: thingCloud(clock), clock });

  test.each(["127.0.0.1", ":8080", "127.0.0.1:99999", "http://127.0.0.1:0", ""])("refuses %j", async (listen) => {
    await expect(start(listen)).rejects.toThrow("--listen wants HOST:PORT");
  });

  test("rejects where the port is taken", async () => {
    await expect(start(simulator.url.replace("http://", ""))).rejects.toThrow("EADDRINUSE");
  });

  test("takes localhost by name", async () => {
    const named = await start("localhost:0");
    expect(named.url).toMatch(/^http:\/\/localhost:\d+$/);
    await named.close();
  });
});

test("answers thousands of requests, all logged", async () => {
  const answers = await Promise.all(Array.from({ length: 2000 }, () => client.send("/things")));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  const log = await client.log();
  expect(log).toHaveLength(2000);
  expect(log.at(-1)?.seq).toBe(2000);
});
