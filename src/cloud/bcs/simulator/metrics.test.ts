// Metrics: one per key, an object to a GET in every dialect, queried by cluster.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import { startTestBed } from "./test-support.ts";

const METRICS = "/metric/clusters/c1";
const metric = (namespace: string, type: string, name: string): string =>
  `${METRICS}/namespaces/${namespace}/${type}/${name}`;

describe.each(DIALECT_NAMES)("metrics in %s", (dialect) => {
  const isReference = dialect === "Reference";

  test("are one per key, shown with all that the document shows", async () => {
    const { client, clock } = await startTestBed({ dialect, zoneMinutes: 0 });
    await client.put(metric("n1", "t", "m"), { a: 1 });
    clock.advance(1000);
    await client.put(metric("n1", "t", "m"), { a: 2 });
    const isText = dialect !== "V2026";
    expect(await client.data(metric("n1", "t", "m"))).toEqual({
      _id: expect.stringMatching(/^[0-9a-f]{24}$/),
      clusterId: "c1",
      namespace: "n1",
      type: "t",
      name: "m",
      data: { a: 2 },
      createTime: isText ? "2026-01-02 03:04:05" : "2026-01-02T03:04:05.678Z",
      updateTime: isText ? "2026-01-02 03:04:06" : "2026-01-02T03:04:06.678Z",
    });
    expect(await client.rows(METRICS)).toEqual([await client.data(metric("n1", "t", "m"))]);
  });

  test("that are not there fail a read", async () => {
    const { client } = await startTestBed({ dialect });
    expect(await client.code(metric("n1", "t", "m"))).toBe(isReference ? 10_004 : 1_405_087);
  });

  test("go when they are deleted", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(metric("n1", "t", "m"), 1);
    await client.remove(metric("n1", "t", "m"));
    expect((await client.state())["metrics"]).toEqual([]);
  });

  test.each(["namespace", "type", "name"])("are queried by %s, one or several", async (name) => {
    const { client } = await startTestBed({ dialect });
    for (const each of ["a", "b", "c"]) await client.put(metric(each, each, each), 1);
    const names = async (value: string) =>
      (await client.rows(`${METRICS}?${name}=${value}`)).map((row) => String(row["name"])).sort();
    expect(await names("b")).toEqual(["b"]);
    expect(await names("c,a")).toEqual(["a", "c"]);
    expect(await names("d")).toEqual([]);
    expect(await client.rows(METRICS.replace("c1", "c2"))).toEqual([]);
  });
});
