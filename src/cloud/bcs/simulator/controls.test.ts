// What others do behind our back, what shows in the state, and the faults that a store knows beside everybody's.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import { ALL, namespaced, startTestBed } from "./test-support.ts";

const CREATED = "2026-01-02T03:04:05.678Z";
const RECORD = { clusterId: "c1", namespace: "n1", resourceType: "Thing", resourceName: "x" };

describe("somebody else", () => {
  test("puts, edits and deletes records, unlogged", async () => {
    const { client, clock } = await startTestBed();
    const { id } = await client.colleague("POST", "records", { ...RECORD, data: { a: 1 } });
    await client.colleague("POST", "records", { clusterId: "c1", resourceType: "Thing", resourceName: "c" });
    clock.advance(1000);
    await client.colleague("PATCH", `records/${id}`, { data: { a: 2 } });
    const updatedAt = "2026-01-02T03:04:06.678Z";
    const own = { clusterId: "c1", resourceType: "Thing", resourceName: "c", data: null };
    expect((await client.state())["records"]).toEqual([
      { id, name: "x", createdAt: CREATED, updatedAt, ...RECORD, data: { a: 2 } },
      { id: expect.any(String), name: "c", createdAt: CREATED, updatedAt: CREATED, ...own },
    ]);
    await client.colleague("DELETE", `records/${id}`);
    expect(await client.things()).toEqual(["c"]);
    expect(await client.log()).toEqual([]);
  });

  test("shares the keys of ours: a record by the same key is the same record", async () => {
    const { client } = await startTestBed();
    await client.put(`${namespaced("n1")}/x`, "ours");
    await client.colleague("POST", "records", { ...RECORD, data: "theirs", updatedAt: "2020-01-01T00:00:00+08:00" });
    expect((await client.state())["records"]).toMatchObject([
      { data: "theirs", updatedAt: "2019-12-31T16:00:00.000Z" },
    ]);
  });

  test("reports events and alarms, at any time", async () => {
    const { client } = await startTestBed();
    await client.colleague("POST", "events", { clusterId: "c1", eventId: "e1", eventTime: "2026-01-01T00:00:00Z" });
    const { id } = await client.colleague("POST", "alarms", {
      clusterId: "c1",
      source: "s",
      receivedTime: 1_509_423_130,
    });
    await client.colleague("PATCH", `alarms/${id}`, { message: "it hurts" });
    expect(await client.state()).toMatchObject({
      events: [
        {
          name: "e1",
          createdAt: CREATED,
          eventId: "e1",
          clusterId: "c1",
          kind: "",
          level: "normal",
          component: "",
          type: "",
          describe: "",
          eventTime: 1_767_225_600,
          extraInfo: { namespace: "", name: "", kind: "" },
          data: null,
        },
      ],
      alarms: [
        {
          id,
          name: "s",
          createdAt: CREATED,
          clusterId: "c1",
          namespace: "",
          message: "it hurts",
          source: "s",
          module: "bcs-health",
          type: "alarm",
          receivedTime: 1_509_423_130,
          data: null,
        },
      ],
    });
    await client.colleague("POST", "alarms", { clusterId: "c1" });
    expect((await client.state())["alarms"]).toMatchObject([{}, { receivedTime: 1_767_323_045 }]);
  });

  test("puts watch data and metrics", async () => {
    const { client } = await startTestBed();
    const watch = { clusterId: "c1", namespace: "n1", resourceType: "thing", resourceName: "x", data: { a: 1 } };
    const metric = { clusterId: "c1", namespace: "n1", type: "t", name: "m", data: { b: 1 } };
    const node = await client.colleague("POST", "watches", watch);
    const { id } = await client.colleague("POST", "metrics", metric);
    await client.colleague("PATCH", `watches/${node.id}`, { data: { a: 2 } });
    await client.colleague("PATCH", `metrics/${id}`, { data: { b: 2 } });
    expect(await client.state()).toMatchObject({
      watches: [{ ...watch, data: { a: 2 } }],
      metrics: [{ ...metric, data: { b: 2 } }],
    });
  });

  test.each([
    ["POST", "records", { ...RECORD, clusterId: "" }, 400],
    ["POST", "records", { ...RECORD, colour: "red" }, 400],
    ["POST", "records", { ...RECORD, updatedAt: "yesterday" }, 400],
    ["POST", "watches", { clusterId: "c1", resourceType: "t", resourceName: "x" }, 400],
    ["POST", "metrics", { clusterId: "c1" }, 400],
    ["POST", "events", { eventId: "e1" }, 400],
    ["POST", "alarms", { clusterId: "c1", receivedTime: "now" }, 400],
    ["POST", "tokens", { token: "test-token" }, 409],
    ["POST", "gateways", { state: "Up" }, 405],
    ["PATCH", "gateways/gateway", { state: "Down" }, 400],
    ["PATCH", "records/nothing", { data: 1 }, 404],
    ["DELETE", "alarms/nothing", undefined, 404],
  ])("is refused %s %s %j with %i", async (method, path, body, status) => {
    const { client } = await startTestBed();
    expect((await client.send(`/_simulator/${path}`, { method, body })).status).toBe(status);
  });
});

describe.each(DIALECT_NAMES)("in %s the fault", (dialect) => {
  const isReference = dialect === "Reference";
  const CALLS = [
    ["PUT", `${namespaced("n1")}/x`, isReference ? 10_003 : 1_405_082],
    ["GET", `${namespaced("n1")}/x`, isReference ? 10_004 : 1_405_083],
    ["DELETE", `${namespaced("n1")}/x`, isReference ? 10_005 : 1_405_084],
    ["GET", ALL, isReference ? 10_006 : 1_405_085],
    ["GET", "/query/mesos/dynamic/clusters/c1/application", isReference ? 10_006 : 1_405_085],
    ["PUT", "/events", isReference ? 10_003 : 1_405_082],
    ["POST", "/alarms", isReference ? 10_003 : 1_405_082],
    ["GET", "/metric/clusters/c1", isReference ? 10_006 : 1_405_085],
  ] as const;

  test("Status with 200 is a failure with the code of the operation, and has no effect", async () => {
    const { client } = await startTestBed({ dialect });
    for (const [method, path, code] of CALLS) {
      await client.faults({ method, action: "Status", status: 200 });
      const body = method === "PUT" || method === "POST" ? { data: 1 } : undefined;
      expect(await client.envelope(path, { method, body })).toMatchObject({ result: false, code });
    }
    expect((await client.log()).map(({ status, effect }) => [status, effect])).toEqual(CALLS.map(() => [200, false]));
  });

  test("Status with anything else is that status", async () => {
    const { client } = await startTestBed({ dialect });
    await client.faults({ method: "GET", action: "Status", status: 503, retryAfterSeconds: 7 });
    const { status, headers, json } = await client.call(ALL);
    expect([status, headers["retry-after"], json()]).toMatchObject([503, "7", { result: false }]);
  });

  test("EmptyList is an empty success", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(`${namespaced("n1")}/x`, 1);
    await client.colleague("POST", "alarms", { clusterId: "c1" });
    await client.faults({ action: "EmptyList", times: 2 });
    expect(await client.envelope(ALL)).toMatchObject({ result: true, data: [] });
    expect(await client.envelope("/alarms")).toMatchObject({ result: true, data: [], total: 0 });
    expect(await client.rows(ALL)).toHaveLength(1);
  });

  test("StaleList shows what was there", async () => {
    const { client, clock } = await startTestBed({ dialect });
    await client.put(`${namespaced("n1")}/x`, "old");
    clock.advance(10_000);
    await client.put(`${namespaced("n1")}/x`, "new");
    await client.faults({ action: "StaleList", ms: 5000 });
    expect(await client.rows(ALL)).toMatchObject([{ data: "old" }]);
    expect(await client.rows(ALL)).toMatchObject([{ data: "new" }]);
  });

  test("DropAfter takes effect without an answer", async () => {
    const { client } = await startTestBed({ dialect });
    await client.faults({ method: "PUT", action: "DropAfter" });
    await expect(client.put(`${namespaced("n1")}/x`, 1)).rejects.toThrow("other side closed");
    expect(await client.things()).toEqual(["n1/x"]);
  });
});
