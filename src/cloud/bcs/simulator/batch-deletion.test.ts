// Batch deletion by time, with what it spares and the ways in which it takes too much.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import type { BcsClient } from "./test-support.ts";
import { ALL, CLUSTERED, extra, namespaced, startTestBed } from "./test-support.ts";

const NOON = Date.UTC(2026, 0, 1, 12) / 1000;
const MINE = `extra=${extra({ "data.owner": "me" })}`;

/** A record of `Thing`, as somebody wrote it so many seconds after noon. */
async function written(client: BcsClient, at: number, path: string, owner = "me"): Promise<void> {
  const [namespace, resourceName] = path.includes("/") ? path.split("/") : [undefined, path];
  await client.colleague("POST", "records", {
    clusterId: "c1",
    ...(namespace !== undefined && { namespace }),
    resourceType: "Thing",
    resourceName,
    data: { owner },
    updatedAt: new Date((NOON + at) * 1000).toISOString(),
  });
}

const query = (begin?: number, end?: number): string =>
  [
    ...(begin === undefined ? [] : [`updateTimeBegin=${NOON + begin}`]),
    ...(end === undefined ? [] : [`updateTimeEnd=${NOON + end}`]),
  ].join("&");

const body = (begin?: number, end?: number) => ({
  ...(begin !== undefined && { updateTimeBegin: NOON + begin }),
  ...(end !== undefined && { updateTimeEnd: NOON + end }),
});

describe.each(DIALECT_NAMES)("batch deletion in %s", (dialect) => {
  const isReference = dialect === "Reference";

  /** With the times where the dialect reads them. */
  const remove = (client: BcsClient, path: string, begin?: number, end?: number) => {
    if (!isReference) return client.remove(path, body(begin, end));
    const times = query(begin, end);
    return client.remove(times === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${times}`);
  };

  test("takes what was updated within the times", async () => {
    const { client } = await startTestBed({ dialect });
    for (const at of [-60, 0.5, 30, 59.5, 90]) await written(client, at, `n1/at${at}`);
    await remove(client, ALL, 0, 60);
    expect(await client.things()).toEqual(["n1/at-60", "n1/at90"]);
  });

  test("has an open side where a time is left out, and two without any", async () => {
    const { client } = await startTestBed({ dialect });
    for (const at of [-60, 30, 90]) await written(client, at, `n1/at${at}`);
    await remove(client, ALL, undefined, 0);
    expect(await client.things()).toEqual(["n1/at30", "n1/at90"]);
    await remove(client, ALL, 60);
    expect(await client.things()).toEqual(["n1/at30"]);
    await remove(client, ALL);
    expect(await client.things()).toEqual([]);
  });

  test("counts zero as no time", async () => {
    const { client } = await startTestBed({ dialect });
    await written(client, 0, "n1/x");
    await remove(client, ALL, -NOON, -NOON);
    expect(await client.things()).toEqual([]);
  });

  test("takes in whole seconds, or not, what is on a bound", async () => {
    const { client } = await startTestBed({ dialect });
    for (const at of [0, 0.4, 60, 60.4]) await written(client, at, `n1/at${at}`);
    await remove(client, ALL, 0, 60);
    expect(await client.things()).toEqual(isReference ? [] : ["n1/at0", "n1/at60", "n1/at60.4"]);
  });

  test("spares other owners, types, clusters and namespaces", async () => {
    const { client } = await startTestBed({ dialect });
    await written(client, 0.5, "n1/mine");
    await written(client, 0.5, "n1/theirs", "you");
    await written(client, 0.5, "n2/mine");
    await client.put(namespaced("n1").replace("/c1/", "/c2/") + "/x", { owner: "me" });
    await client.put(namespaced("n1").replace("Thing", "Other") + "/x", { owner: "me" });
    await remove(client, `${namespaced("n1")}?${MINE}`, 0, 60);
    const { records = [] } = await client.state();
    const left = records.map((record) =>
      ["clusterId", "namespace", "resourceType", "name"].map((member) => String(record[member])).join("/"),
    );
    expect(left.sort()).toEqual(["c1/n1/Other/x", "c1/n1/Thing/theirs", "c1/n2/Thing/mine", "c2/n1/Thing/x"]);
  });

  test("of the class of a cluster is about its own records, or about all", async () => {
    const { client } = await startTestBed({ dialect });
    await written(client, 0.5, "n1/x");
    await written(client, 0.5, "x");
    await remove(client, CLUSTERED, 0, 60);
    expect(await client.things()).toEqual(isReference ? ["n1/x"] : []);
  });

  test("of nothing is a success", async () => {
    const { client } = await startTestBed({ dialect });
    await remove(client, ALL, 0, 60);
    expect(await client.log()).toMatchObject([{ status: 200, effect: false }]);
  });

  test("takes effect late where the request is late, and spares what was written meanwhile", async () => {
    const { client, clock } = await startTestBed({ dialect });
    await client.put(`${namespaced("n1")}/old`, { owner: "me" });
    const now = Math.floor(clock.now() / 1000);
    await client.faults({ method: "DELETE", action: "Latency", ms: 60_000 });
    const times = { updateTimeEnd: now + 30 };
    const path = isReference ? `${ALL}?${MINE}&updateTimeEnd=${times.updateTimeEnd}` : `${ALL}?${MINE}`;
    const deletion = client.remove(path, isReference ? undefined : times);
    await expect.poll(async () => (await client.log()).length).toBe(2);
    clock.advance(59_000);
    await client.put(`${namespaced("n1")}/new`, { owner: "me" });
    clock.advance(1000);
    await deletion;
    expect(await client.things()).toEqual(["n1/new"]);
  });

  test.each([
    [false, false, ["n1/fresh", "n1/theirs"]],
    [false, true, ["n1/fresh"]],
    [true, false, isReference ? ["n1/fresh", "n1/theirs"] : ["n1/theirs"]],
    [true, true, isReference ? ["n1/fresh"] : []],
  ])("with bodies dropped (%s) and extra ignored (%s) leaves %j", async (dropDeleteBodies, ignoreExtra, left) => {
    const { client } = await startTestBed({ dialect, dropDeleteBodies, ignoreExtra });
    await written(client, 0.5, "n1/stale");
    await written(client, 0.5, "n1/theirs", "you");
    await written(client, 90, "n1/fresh");
    await remove(client, `${ALL}?${MINE}`, undefined, 60);
    expect(await client.things()).toEqual(left);
  });
});

describe("the traps of batch deletion", () => {
  test.each(["V2019", "V2026"] as const)(
    "in %s: a body that can't be read is no bound, and all goes",
    async (dialect) => {
      for (const unreadable of ["", "{", "[]", '"x"', { updateTimeEnd: "soon" }, { updateTimeEnd: 1.5 }]) {
        const { client } = await startTestBed({ dialect });
        await written(client, 90, "n1/x");
        await client.remove(ALL, unreadable);
        expect(await client.things()).toEqual([]);
      }
    },
  );

  test("in V2019: times in the query are no bound, and all goes", async () => {
    const { client } = await startTestBed({ dialect: "V2019" });
    await written(client, 90, "n1/x");
    await client.remove(`${ALL}?${query(0, 60)}`);
    expect(await client.things()).toEqual([]);
  });

  test("in V2026: times in the query are conditions that nothing meets, which is a success", async () => {
    const { client } = await startTestBed({ dialect: "V2026" });
    await written(client, 30, "n1/x");
    await client.remove(`${ALL}?${query(0, 60)}`, body(0, 60));
    expect(await client.things()).toEqual(["n1/x"]);
  });

  test("in Reference: times in the body are no bound, and all goes", async () => {
    const { client } = await startTestBed();
    await written(client, 90, "n1/x");
    await client.remove(ALL, body(0, 60));
    expect(await client.things()).toEqual([]);
  });

  test("in Reference: times that are no numbers are refused", async () => {
    const { client } = await startTestBed();
    await written(client, 90, "n1/x");
    expect(await client.code(`${ALL}?updateTimeEnd=soon`, { method: "DELETE" })).toBe(10_005);
    expect(await client.things()).toEqual(["n1/x"]);
  });

  test.each([
    ["Reference", 10_005],
    ["V2019", 0],
    ["V2026", 0],
  ] as const)("in %s: extra that can't be decoded gets %i", async (dialect, code) => {
    for (const unreadable of ["%25", "eyJhIjoxfQ", Buffer.from("[1]").toString("base64"), "bm8ganNvbg%3D%3D"]) {
      const { client } = await startTestBed({ dialect });
      await written(client, 90, "n1/x", "you");
      const answer = await client.envelope(`${ALL}?extra=${unreadable}`, { method: "DELETE" });
      expect([answer.code, await client.things()]).toEqual([code, code === 0 ? [] : ["n1/x"]]);
    }
  });
});
