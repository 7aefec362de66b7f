// Dynamic data: put, get, delete and list in each dialect, and what `extra`, `field` and paging make of a list.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import { ALL, CLUSTERED, extra, namespaced, startTestBed } from "./test-support.ts";

const THING = `${namespaced("n1")}/x`;

describe.each(DIALECT_NAMES)("dynamic data in %s", (dialect) => {
  const isReference = dialect === "Reference";

  test("is one record per key, whose creation time stays when it is put again", async () => {
    const { client, clock } = await startTestBed({ dialect });
    await client.put(THING, { a: 1 });
    clock.advance(1000);
    await client.put(THING, { a: 2 });
    expect((await client.state())["records"]).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{24}$/),
        name: "x",
        createdAt: "2026-01-02T03:04:05.678Z",
        updatedAt: "2026-01-02T03:04:06.678Z",
        clusterId: "c1",
        namespace: "n1",
        resourceType: "Thing",
        resourceName: "x",
        data: { a: 2 },
      },
    ]);
  });

  test("shows a record with all that the document shows, times in the server's zone", async () => {
    const { client } = await startTestBed({ dialect, zoneMinutes: -150 });
    await client.put(THING, { a: 1 });
    const time = dialect === "V2026" ? "2026-01-02T00:34:05.678-02:30" : "2026-01-02 00:34:05";
    const row = {
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      clusterId: "c1",
      namespace: "n1",
      resourceType: "Thing",
      resourceName: "x",
      data: { a: 1 },
      createTime: time,
      updateTime: time,
    };
    expect(await client.data(THING)).toEqual(isReference ? [row] : row);
    for (const list of [namespaced("n1"), ALL]) expect(await client.rows(list)).toEqual([row]);
    expect(await client.rows(CLUSTERED)).toEqual(isReference ? [] : [row]);
  });

  test("tells one cluster, namespace, type and name from another, by case too", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(THING, 1);
    for (const other of [
      THING.replace("/c1/", "/c2/"),
      THING.replace("/n1/", "/n2/"),
      THING.replace("/Thing/", "/thing/"),
      THING.replace(/x$/, "y"),
    ]) {
      expect(await client.code(other)).toBe(isReference ? 10_004 : 1_405_087);
    }
    expect(await client.rows(ALL.replace("Thing", "thing"))).toEqual([]);
  });

  test("takes any name in a path, percent-encoded", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(`${namespaced("n%2F1")}/a%20%E4%BA%91.b`, 1);
    expect(await client.things()).toEqual(["n/1/a 云.b"]);
  });

  test("is the same for mesos and for k8s", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(THING, 1);
    expect(await client.rows(ALL.replace("/k8s/", "/mesos/"))).toMatchObject([{ resourceName: "x" }]);
  });

  test("goes when it is deleted", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(THING, 1);
    await client.put(`${CLUSTERED}/c`, 1);
    await client.remove(THING);
    await client.remove(`${CLUSTERED}/c`);
    expect(await client.things()).toEqual([]);
  });

  test("fails a put whose body is no JSON object, and keeps what was there", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(THING, 1);
    for (const body of ["{", "[]", ""]) {
      expect(await client.code(THING, { method: "PUT", body })).toBe(isReference ? 10_003 : 1_405_080);
    }
    expect((await client.state())["records"]).toMatchObject([{ data: 1 }]);
  });

  test("keeps nothing of a body without data", async () => {
    const { client } = await startTestBed({ dialect });
    await client.data(THING, { method: "PUT", body: {} });
    expect((await client.state())["records"]).toMatchObject([{ data: null }]);
  });

  test("is listed by extra: every condition must hold, at any depth, in lists, with dots in keys", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(`${namespaced("n1")}/mine`, { owner: { "a.b/c": "me" }, tags: ["x", "y"], n: 1 });
    await client.put(`${namespaced("n2")}/theirs`, { owner: { "a.b/c": "you" }, tags: [{ name: "z" }] });
    const names = async (conditions: unknown) =>
      (await client.rows(`${ALL}?extra=${extra(conditions)}`)).map(({ resourceName }) => resourceName);
    expect(await names({ "data.owner.a\uff0eb/c": "me" })).toEqual(["mine"]);
    expect(await names({ "data.owner.a\uff0eb/c": "me", "data.n": 2 })).toEqual([]);
    expect(await names({ "data.tags": "y" })).toEqual(["mine"]);
    expect(await names({ "data.tags.name": "z" })).toEqual(["theirs"]);
    expect(await names({ "data.n": "1" })).toEqual([]);
    expect(await names({ "data.n": null })).toEqual(["theirs"]);
    expect(await names({ namespace: "n2" })).toEqual(["theirs"]);
  });

  test("shows only what field asks for, and the id", async () => {
    const { client } = await startTestBed({ dialect });
    const data = {
      metadata: { name: "x", labels: { "a.b": "1", c: "2" } },
      list: [{ p: 1, q: 2 }, { q: 3 }],
      secret: "s",
    };
    await client.put(THING, data);
    const field = encodeURIComponent(
      "resourceName,data.metadata.name,data.metadata.labels.a\uff0eb,data.list.p,data.none",
    );
    expect(await client.rows(`${ALL}?field=${field}`)).toEqual([
      {
        _id: expect.any(String),
        resourceName: "x",
        data: { metadata: { name: "x", labels: { "a.b": "1" } }, list: [{ p: 1 }, {}] },
      },
    ]);
    const one = await client.data(`${THING}?field=data.secret`);
    expect(JSON.stringify(one)).toMatch(/^\[?\{"_id":"\w+","data":\{"secret":"s"\}\}\]?$/);
  });

  test("never looks at extra where the store ignores it", async () => {
    const { client } = await startTestBed({ dialect, ignoreExtra: true });
    await client.put(THING, { owner: "you" });
    expect(await client.rows(`${ALL}?extra=${extra({ "data.owner": "me" })}`)).toHaveLength(1);
  });
});

describe("a list that is longer than a page", () => {
  async function filled(options: Parameters<typeof startTestBed>[0]) {
    const { client } = await startTestBed(options);
    const names = Array.from({ length: 25 }, (_, index) => `x${String(index).padStart(2, "0")}`);
    for (const name of names) await client.put(`${namespaced("n1")}/${name}`, 1);
    const page = async (query: string) =>
      (await client.rows(`${ALL}${query}`)).map(({ resourceName }) => String(resourceName));
    return { names, page };
  }

  test("is whole in Reference, whatever page was asked for, in order of creation", async () => {
    const { names, page } = await filled({});
    expect(await page("?offset=10&limit=5")).toEqual(names);
  });

  test.each(["V2019", "V2026"] as const)(
    "is read page by page in %s, in no order but always the same",
    async (dialect) => {
      const { names, page } = await filled({ dialect });
      const pages = [await page("?limit=10"), await page("?offset=10&limit=10"), await page("?offset=20&limit=10")];
      expect(pages.map(({ length }) => length)).toEqual([10, 10, 5]);
      expect(pages.flat()).not.toEqual(names);
      expect(pages.flat().sort()).toEqual(names);
      expect(await page("")).toEqual(await page("?limit=0"));
    },
  );

  test.each([
    ["Reference", 3005],
    ["V2019", 3005],
    ["V2026", 3000],
  ] as const)("without a limit has in %s, of 3005 records, %i", async (dialect, length) => {
    const { client } = await startTestBed({ dialect });
    const send = (index: number) =>
      client.colleague("POST", "records", { clusterId: "c1", resourceType: "Thing", resourceName: `x${index}` });
    await Promise.all(Array.from({ length: 3005 }, (_, index) => send(index)));
    expect(await client.rows(ALL)).toHaveLength(length);
    const limited = dialect === "Reference" ? 3005 : 3002;
    expect(await client.rows(`${ALL}?limit=3002`)).toHaveLength(limited);
  });
});

describe("the class of a cluster", () => {
  test("is apart from namespaces in Reference", async () => {
    const { client } = await startTestBed();
    await client.put(`${namespaced("n1")}/x`, "theirs");
    await client.put(`${CLUSTERED}/x`, "ours");
    expect(await client.things()).toEqual(["n1/x", "x"]);
    expect(await client.rows(CLUSTERED)).toMatchObject([{ data: "ours" }]);
    await client.remove(CLUSTERED);
    expect(await client.things()).toEqual(["n1/x"]);
  });

  test.each(["V2019", "V2026"] as const)(
    "does not look at namespaces in %s, and hits their records",
    async (dialect) => {
      const { client } = await startTestBed({ dialect });
      await client.put(`${namespaced("n1")}/x`, "theirs");
      expect(await client.data(`${CLUSTERED}/x`)).toMatchObject({ namespace: "n1", data: "theirs" });
      await client.put(`${CLUSTERED}/x`, "ours");
      expect(await client.data(`${namespaced("n1")}/x`)).toMatchObject({ namespace: "n1", data: "ours" });
      await client.remove(`${CLUSTERED}/x`);
      expect(await client.things()).toEqual([]);
    },
  );
});
