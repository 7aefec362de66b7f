// Alarms: posted one by one, listed newest first or not, with a total or something like it, and pruned.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import type { BcsClient } from "./test-support.ts";
import { startTestBed } from "./test-support.ts";

/** As bcs-health posts them; `at` is Unix seconds. */
function alarm(source: string, at: number, more: Record<string, unknown> = {}) {
  return {
    clusterId: "c1",
    namespace: "n1",
    message: "it hurts",
    source,
    module: "bcs-health",
    type: "rtx|weixin",
    receivedTime: at,
    data: { event: { uuid: "1" } },
    ...more,
  };
}

const post = (client: BcsClient, body: unknown) => client.data("/alarms", { method: "POST", body });

async function sources(client: BcsClient, query = ""): Promise<string[]> {
  return (await client.rows(`/alarms${query}`)).map(({ source }) => String(source));
}

describe.each(DIALECT_NAMES)("alarms in %s", (dialect) => {
  test("are shown with all that the document shows, and their data", async () => {
    const { client } = await startTestBed({ dialect, zoneMinutes: 480 });
    await post(client, alarm("s1", 1_509_423_130));
    const isText = dialect !== "V2026";
    expect(await client.envelope("/alarms")).toEqual({
      result: true,
      code: 0,
      message: "Success",
      data: [
        {
          ...alarm("s1", 0),
          _id: expect.stringMatching(/^[0-9a-f]{24}$/),
          createTime: isText ? "2026-01-02 11:04:05" : "2026-01-02T11:04:05.678+08:00",
          receivedTime: isText ? "2017-10-31 12:12:10" : "2017-10-31T12:12:10+08:00",
        },
      ],
      total: 1,
    });
  });

  test("are one more each time", async () => {
    const { client } = await startTestBed({ dialect });
    await post(client, alarm("s1", 1));
    await post(client, alarm("s1", 1));
    expect(await sources(client)).toEqual(["s1", "s1"]);
  });

  test.each([
    ["clusterId", "c1", "c2"],
    ["namespace", "n1", "n2"],
    ["source", "s1", "s2"],
    ["module", "bcs-health", "bcs"],
    ["type", encodeURIComponent("rtx|weixin"), "sms"],
  ])("are filtered by %s: %s, not %s, and by any of several", async (name, hit, miss) => {
    const { client } = await startTestBed({ dialect });
    await post(client, alarm("s1", 1));
    expect(await sources(client, `?${name}=${hit}`)).toEqual(["s1"]);
    expect(await sources(client, `?${name}=${miss}`)).toEqual([]);
    expect(await sources(client, `?${name}=${miss},${hit}`)).toEqual(["s1"]);
  });

  test("are filtered by any part of the type, or by all of it", async () => {
    const { client } = await startTestBed({ dialect });
    await post(client, alarm("s1", 1));
    expect(await sources(client, "?type=weixin")).toEqual(dialect === "Reference" ? [] : ["s1"]);
  });

  test("are filtered by time", async () => {
    const { client } = await startTestBed({ dialect });
    for (const at of [10, 20, 30, 40]) await post(client, alarm(`s${at}`, at));
    const found = (await sources(client, "?timeBegin=20&timeEnd=40")).sort();
    expect(found).toEqual(dialect === "Reference" ? ["s20", "s30", "s40"] : ["s30"]);
  });

  test("are read page by page, newest first or in no order, with what total counts", async () => {
    const { client } = await startTestBed({ dialect });
    const posted = Array.from({ length: 25 }, (_, index) => `s${String(25 - index).padStart(2, "0")}`);
    for (const [index, source] of posted.toReversed().entries()) await post(client, alarm(source, index + 1));
    const pages = [
      await client.envelope("/alarms?length=10"),
      await client.envelope("/alarms?offset=10&length=10"),
      await client.envelope("/alarms?offset=20&length=10"),
    ];
    const found = pages.flatMap(({ data }) => (data as { source: string }[]).map(({ source }) => source));
    expect(pages.map(({ total }) => total)).toEqual(dialect === "V2026" ? [10, 10, 5] : [25, 25, 25]);
    expect(JSON.stringify(found) === JSON.stringify(posted)).toBe(dialect === "V2019");
    expect(found.sort().reverse()).toEqual(posted);
  });

  test("fail where a field has the wrong type, or a time that can't be printed", async () => {
    const { client } = await startTestBed({ dialect });
    const code = dialect === "Reference" ? 10_003 : 1_405_080;
    for (const receivedTime of ["now", 1.5, 253_402_300_800, -1]) {
      expect(await client.code("/alarms", { method: "POST", body: alarm("s1", 1, { receivedTime }) })).toBe(code);
    }
    expect((await client.state())["alarms"]).toEqual([]);
  });

  test("are kept up to the cap of a cluster, the newest, and pruned by age", async () => {
    const { client, clock } = await startTestBed({ dialect, alarmCap: 2, maxAgeDays: 1 });
    for (const source of ["s1", "s2", "s3"]) await post(client, alarm(source, 1));
    expect((await sources(client)).sort()).toEqual(["s2", "s3"]);
    clock.advance(86_400_001);
    expect(await sources(client)).toEqual([]);
  });
});
