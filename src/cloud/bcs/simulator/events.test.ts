// Events: put one by one, listed newest first or not, unique or not, from a replica or not, and pruned.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import type { BcsClient } from "./test-support.ts";
import { extra, startTestBed } from "./test-support.ts";

/** As a reporter puts them; `at` is Unix seconds. */
function event(id: string, at: number, more: Record<string, unknown> = {}) {
  return {
    id,
    env: "k8s",
    kind: "Pod",
    level: "warning",
    component: "kubelet",
    type: "Killing",
    describe: "killing itself",
    clusterId: "c1",
    eventTime: at,
    extraInfo: { namespace: "n1", name: "p1", kind: "Pod" },
    data: { metadata: { namespace: "n1", name: `${id}.1`, resourceVersion: "1" } },
    ...more,
  };
}

const put = (client: BcsClient, body: unknown) => client.data("/events", { method: "PUT", body });

async function ids(client: BcsClient, query = ""): Promise<string[]> {
  return (await client.rows(`/events?clusterId=c1${query}`)).map(({ id }) => String(id));
}

describe.each(DIALECT_NAMES)("events in %s", (dialect) => {
  test("are shown with all that the document shows", async () => {
    const { client } = await startTestBed({ dialect, zoneMinutes: 0 });
    await put(client, event("e1", 1_509_423_130));
    const isText = dialect !== "V2026";
    const { eventTime: _eventTime, ...shown } = event("e1", 0);
    expect(await client.envelope("/events?clusterId=c1")).toEqual({
      result: true,
      code: 0,
      message: "Success",
      data: [
        {
          ...shown,
          _id: expect.stringMatching(/^[0-9a-f]{24}$/),
          createTime: isText ? "2026-01-02 03:04:05" : "2026-01-02T03:04:05.678Z",
          eventTime: isText ? "2017-10-31 04:12:10" : "2017-10-31T04:12:10Z",
        },
      ],
      ...(dialect !== "Reference" && { total: 1 }),
    });
  });

  test.each([
    ["env", "k8s", "mesos"],
    ["kind", "Pod", "pod"],
    ["level", "warning", "Warning"],
    ["component", "kubelet", "scheduler"],
    ["type", "Killing", "Kill"],
    ["extraInfo.name", "p1", "p2"],
    ["extraInfo.namespace", "n1", "n2"],
  ])("are filtered by %s: %s, not %s, and by any of several", async (name, hit, miss) => {
    const { client } = await startTestBed({ dialect });
    await put(client, event("e1", 1));
    expect(await ids(client, `&${name}=${hit}`)).toEqual(["e1"]);
    expect(await ids(client, `&${name}=${miss}`)).toEqual([]);
    expect(await ids(client, `&${name}=${miss},${hit}`)).toEqual(["e1"]);
  });

  test("are filtered by cluster, one or several", async () => {
    const { client } = await startTestBed({ dialect });
    for (const clusterId of ["c1", "c2", "c3"]) await put(client, event(clusterId, 1, { clusterId }));
    const clusters = async (query: string) =>
      (await client.rows(`/events?${query}`)).map(({ id }) => String(id)).sort();
    expect(await clusters("clusterId=c2")).toEqual(["c2"]);
    expect(await clusters("clusterId=c3,c1")).toEqual(["c1", "c3"]);
  });

  test("are filtered by time", async () => {
    const { client } = await startTestBed({ dialect });
    for (const at of [10, 20, 30, 40]) await put(client, event(`e${at}`, at));
    const found = (await ids(client, "&timeBegin=20&timeEnd=40")).sort();
    expect(found).toEqual(dialect === "Reference" ? ["e20", "e30", "e40"] : ["e30"]);
  });

  test("are read page by page", async () => {
    const { client } = await startTestBed({ dialect });
    for (let at = 1; at <= 25; at += 1) await put(client, event(`e${String(at).padStart(2, "0")}`, at));
    const pages = [
      await ids(client, "&length=10"),
      await ids(client, "&offset=10&length=10"),
      await ids(client, "&offset=20&length=10"),
    ];
    const newestFirst = Array.from({ length: 25 }, (_, index) => `e${String(25 - index).padStart(2, "0")}`);
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
    const isNewestFirst = JSON.stringify(pages.flat()) === JSON.stringify(newestFirst);
    expect(isNewestFirst).toBe(dialect !== "Reference");
    expect(pages.flat().sort()).toEqual(newestFirst.toReversed());
    expect(await ids(client)).toHaveLength(25);
  });

  test("fail where a field has the wrong type", async () => {
    const { client } = await startTestBed({ dialect });
    const code = dialect === "Reference" ? 10_003 : 1_405_080;
    for (const wrong of [{ eventTime: "now" }, { level: 1 }, { extraInfo: [] }]) {
      expect(await client.code("/events", { method: "PUT", body: event("e1", 1, wrong) })).toBe(code);
    }
    expect((await client.state())["events"]).toEqual([]);
  });

  test("are kept up to the cap of a cluster, the newest", async () => {
    const { client } = await startTestBed({ dialect, eventCap: 3 });
    for (let at = 1; at <= 5; at += 1) await put(client, event(`e${at}`, 10 - at));
    await put(client, event("other", 1, { clusterId: "c2" }));
    expect((await ids(client)).sort()).toEqual(["e3", "e4", "e5"]);
    expect((await client.state())["events"]).toHaveLength(4);
  });

  test("are pruned by age", async () => {
    const { client, clock } = await startTestBed({ dialect, maxAgeDays: 1 });
    await put(client, event("old", 1));
    clock.advance(86_400_000);
    await put(client, event("new", 1));
    clock.advance(1);
    expect(await ids(client)).toEqual(["new"]);
  });
});

describe("the same event put twice", () => {
  test.each(["Reference", "V2019"] as const)("is two in %s", async (dialect) => {
    const { client } = await startTestBed({ dialect });
    await put(client, event("e1", 1));
    await put(client, event("e1", 1));
    expect(await ids(client)).toEqual(["e1", "e1"]);
  });

  test("is one in V2026, and the second a silent success", async () => {
    const { client } = await startTestBed({ dialect: "V2026" });
    await put(client, event("e1", 1));
    await put(client, event("e1", 2));
    expect((await client.log()).map(({ effect }) => effect)).toEqual([true, false]);
    const data = { metadata: { namespace: "n1", name: "e1.1", resourceVersion: "2" } };
    await put(client, event("e2", 3, { data }));
    await put(client, event("e1", 4, { clusterId: "c2" }));
    expect(await ids(client)).toEqual(["e2", "e1"]);
    expect((await client.state())["events"]).toHaveLength(3);
  });
});

describe("events in V2026", () => {
  test.each([{}, { metadata: { name: "e1" } }, { metadata: { namespace: "n1", resourceVersion: "1" } }])(
    "whose data is %j break the connection, and are there",
    async (data) => {
      const { client } = await startTestBed({ dialect: "V2026" });
      await expect(put(client, event("e1", 1, { data }))).rejects.toThrow("other side closed");
      expect(await ids(client)).toEqual(["e1"]);
    },
  );

  test("whose data is no object are taken", async () => {
    const { client } = await startTestBed({ dialect: "V2026" });
    await put(client, event("e1", 1, { data: null }));
    expect(await ids(client)).toEqual(["e1"]);
  });

  test("with extra heed no other filter but the cluster", async () => {
    const { client } = await startTestBed({ dialect: "V2026" });
    await put(client, event("e1", 1));
    await put(client, event("e2", 2, { component: "yunfan" }));
    await put(client, event("e3", 3, { clusterId: "c2", component: "yunfan" }));
    const query = `&level=none&timeBegin=1000&extra=${extra({ component: "yunfan" })}`;
    expect(await ids(client, query)).toEqual(["e2"]);
  });
});

describe("a replica that lags", () => {
  test("shows events late, and everything else at once", async () => {
    const { client, clock } = await startTestBed({ dialect: "V2026", readLagMs: 5000 });
    await put(client, event("e1", 1));
    await client.put("/metric/clusters/c1/namespaces/n1/t/m", 1);
    expect(await ids(client)).toEqual([]);
    expect(await client.rows("/metric/clusters/c1")).toHaveLength(1);
    clock.advance(4999);
    expect(await ids(client)).toEqual([]);
    clock.advance(1);
    expect(await ids(client)).toEqual(["e1"]);
  });
});
