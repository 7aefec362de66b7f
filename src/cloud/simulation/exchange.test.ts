// Every fault action, as a client meets it.
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { RunningSimulator } from "./definition.ts";
import { Refusal } from "./refusal.ts";
import { serve } from "./server.ts";
import type { Received } from "./test-support.ts";
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

const create = (name: string): Promise<Received> => client.send("/things", { method: "POST", body: { name } });
const names = async (): Promise<unknown> => (await client.state())["things"]?.map(({ name }) => name);
const lastLogged = async () => (await client.log()).at(-1);

test("Status answers in the cloud's error format, with Retry-After, and nothing took effect", async () => {
  await client.faults({ action: "Status", status: 429, retryAfterSeconds: 7 });
  const answer = await create("a");
  expect(answer.status).toBe(429);
  expect(answer.headers["retry-after"]).toBe("7");
  expect(answer.json()).toMatchObject({ code: 429 });
  expect(await names()).toEqual([]);
  expect(await lastLogged()).toMatchObject({ status: 429, effect: false, fault: "Status" });
});

test("Status without retryAfterSeconds sends no Retry-After", async () => {
  await client.faults({ action: "Status", status: 503 });
  expect((await create("a")).headers["retry-after"]).toBeUndefined();
});

test("DropBefore closes the connection and nothing took effect", async () => {
  await client.faults({ action: "DropBefore" });
  await expect(create("a")).rejects.toThrow("other side closed");
  expect(await names()).toEqual([]);
  expect(await lastLogged()).toMatchObject({ status: 0, effect: false, fault: "DropBefore" });
  expect((await create("a")).status).toBe(201);
});

test("DropAfter closes the connection and the write took effect", async () => {
  await client.faults({ action: "DropAfter" });
  await expect(create("a")).rejects.toThrow("other side closed");
  expect(await names()).toEqual(["a"]);
  expect(await lastLogged()).toMatchObject({ status: 0, effect: true, fault: "DropAfter" });
});

test("Hold lets the write take effect and answers on release only", async () => {
  await client.faults({ action: "Hold", times: 2 });
  const sent = Promise.all([create("a"), create("b")]);
  await vi.waitFor(async () => expect(await names()).toHaveLength(2));
  expect(await client.log()).toMatchObject([
    { status: 0, effect: true, fault: "Hold" },
    { status: 0, effect: true, fault: "Hold" },
  ]);
  expect(await client.release()).toBe(2);
  expect((await sent).map(({ status }) => status)).toEqual([201, 201]);
  expect((await client.log()).map(({ status }) => status)).toEqual([201, 201]);
  expect(await client.release()).toBe(0);
});

test("Latency makes the request late: it takes effect after the delay, even when the client gave up", async () => {
  await client.faults({ action: "Latency", ms: 2000 });
  const hangUp = await client.post("/things", { name: "late" });
  await vi.waitFor(async () => expect(await client.log()).toHaveLength(1));
  await hangUp();
  clock.advance(1999);
  expect(await names()).toEqual([]);
  clock.advance(1);
  await vi.waitFor(async () => expect(await names()).toEqual(["late"]));
  expect(await lastLogged()).toMatchObject({ status: 0, effect: true, fault: "Latency" });
});

test("Latency answers a client that waits", async () => {
  await client.faults({ action: "Latency", ms: 2000 });
  const sent = create("a");
  await vi.waitFor(async () => expect(await client.log()).toHaveLength(1));
  clock.advance(2000);
  expect((await sent).status).toBe(201);
});

test("SlowHeaders lets the write take effect at once and answers late", async () => {
  await client.faults({ action: "SlowHeaders", ms: 2000 });
  const sent = create("a");
  await vi.waitFor(async () => expect(await names()).toEqual(["a"]));
  expect(await lastLogged()).toMatchObject({ status: 0, effect: true });
  clock.advance(2000);
  expect((await sent).status).toBe(201);
  expect(await lastLogged()).toMatchObject({ status: 201, fault: "SlowHeaders" });
});

test("MalformedJson answers 200 with a broken body after the effect", async () => {
  await client.faults({ action: "MalformedJson" });
  const answer = await create("a");
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  expect(() => answer.json()).toThrow(SyntaxError);
  expect(await names()).toEqual(["a"]);
  expect(await lastLogged()).toMatchObject({ status: 200, effect: true, fault: "MalformedJson" });
});

test("EmptyList answers an empty list and leaves other requests alone", async () => {
  await client.faults({ method: ".*", action: "EmptyList" });
  await create("a");
  expect((await client.send("/things")).json()).toEqual([]);
  expect(await lastLogged()).toMatchObject({ status: 200, effect: false, fault: "EmptyList" });
  expect((await client.send("/things")).json()).toEqual(["a"]);
});

test("StaleList answers as it was so long ago, 5 s when nothing is said", async () => {
  await create("a");
  clock.advance(4000);
  await create("b");
  clock.advance(3000);
  await create("c");
  await client.faults({ action: "StaleList", ms: 1 }, { action: "StaleList" }, { action: "StaleList", ms: 600_000 });
  const seen = [];
  for (let read = 0; read < 4; read += 1) seen.push((await client.send("/things")).json());
  expect(seen).toEqual([["a", "b"], ["a"], [], ["a", "b", "c"]]);
});

test.each(["EmptyList", "StaleList"] as const)("%s does not answer whom the cloud refuses", async (action) => {
  await client.faults({ action });
  expect((await client.send("/things", { headers: { "x-banned": "1" } })).status).toBe(401);
});

test("a fault plan given at the start is in force from the first request", async () => {
  const faults = { faults: [{ action: "Status" as const, status: 502 }] };
  const faulty = await serve({ listen: "127.0.0.1:0", cloud: thingCloud(clock), clock, faults });
  const other = new TestClient(faulty.url);
  expect((await other.send("/things", { method: "POST" })).status).toBe(502);
  await other.close();
  await faulty.close();
});

test("a handler that waits says itself what it changed, in the log with whatever else its cloud says there", async () => {
  const cloud = thingCloud(clock);
  const later = async (note: boolean) => {
    await Promise.resolve();
    if (!note) throw new Refusal(418, "no tea");
    return {
      status: 200,
      text: "tea: green",
      headers: { "content-type": "text/yaml" },
      logged: { effect: true, at: 7 },
    };
  };
  const waiting = await serve({
    listen: "127.0.0.1:0",
    clock,
    cloud: {
      ...cloud,
      routes: [
        ...cloud.routes,
        { method: "PUT", path: "/tea", handle: () => later(true) },
        { method: "DELETE", path: "/tea", handle: () => later(false) },
      ],
      controls: { things: { create: () => Promise.resolve({ id: "late" }) } },
    },
  });
  const other = new TestClient(waiting.url);
  onTestFinished(async () => {
    await other.close();
    await waiting.close();
  });
  const answer = await other.send("/tea", { method: "PUT" });
  expect([answer.text, answer.headers["content-type"]]).toEqual(["tea: green", "text/yaml"]);
  expect((await other.send("/tea", { method: "DELETE" })).json()).toEqual({ code: 418, message: "no tea" });
  await other.faults({ method: "PUT", action: "DropAfter" });
  await expect(other.send("/tea", { method: "PUT" })).rejects.toThrow("other side closed");
  expect(await other.log()).toMatchObject([
    { status: 200, effect: true, at: 7 },
    { status: 418, effect: false },
    { status: 0, effect: true, at: 7, fault: "DropAfter" },
  ]);
  expect(await other.colleague("POST", "things")).toEqual({ id: "late" });
});
