// Watch data: nodes in ZooKeeper, with its names, empty nodes and broken connections.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import { extra, startTestBed } from "./test-support.ts";

const NODES = "/k8s/watch/clusters/c1/namespaces/n1/thing";
const OTHERS = NODES.replace("/n1/", "/n2/");

describe.each(DIALECT_NAMES)("watch data in %s", (dialect) => {
  const isReference = dialect === "Reference";

  test("is the bare value, the last that was put", async () => {
    const { client } = await startTestBed({ dialect, choices: { watchStamp: "None" } });
    await client.put(`${NODES}/x`, { a: 1 });
    await client.put(`${NODES}/x`, { a: 2 });
    expect(await client.data(`${NODES}/x`)).toEqual({ a: 2 });
    expect((await client.state())["watches"]).toMatchObject([
      { name: "x", clusterId: "c1", namespace: "n1", resourceType: "thing", resourceName: "x", data: { a: 2 } },
    ]);
  });

  test("goes when it is deleted", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(`${NODES}/x`, { a: 1 });
    await client.remove(`${NODES}/x`);
    expect((await client.state())["watches"]).toEqual([]);
  });

  test("that is not there fails a read, which leaves an empty node in V2019 alone", async () => {
    const { client } = await startTestBed({ dialect });
    const codes = [await client.code(`${NODES}/x`), await client.code(`${NODES}/x`)];
    expect(codes).toEqual(isReference ? [10_004, 10_004] : [1_405_083, 1_405_083]);
    const { watches } = await client.state();
    expect(watches).toHaveLength(dialect === "V2019" ? 1 : 0);
    expect(await client.data(NODES)).toEqual(dialect === "V2019" ? ["n1.x"] : []);
  });

  test("is listed as values, or as names of all namespaces or of one", async () => {
    const { client } = await startTestBed({ dialect });
    await client.put(`${NODES}/x`, { a: 1 });
    await client.put(`${OTHERS}/y`, { a: 2 });
    await client.put(`${NODES.replace("/thing", "/other")}/z`, { a: 3 });
    const listed = (await client.data(NODES)) as string[];
    const expected = { Reference: [{ a: 1 }], V2019: ["n1.x", "n2.y"], V2026: ["n1.x"] };
    expect(listed.sort()).toEqual(expected[dialect]);
  });
});

describe("watch data that is no object", () => {
  test.each([
    ["text", "text"],
    ["a list", [1]],
    ["a number", 1],
  ])("is taken in Reference: %s", async (_what, data) => {
    const { client } = await startTestBed();
    await client.put(`${NODES}/x`, data);
    expect(await client.data(`${NODES}/x`)).toEqual(data);
    expect(await client.data(NODES)).toEqual([data]);
  });

  test("breaks the connection in V2019", async () => {
    const { client } = await startTestBed({ dialect: "V2019" });
    await expect(client.put(`${NODES}/x`, "text")).rejects.toThrow("other side closed");
    expect((await client.state())["watches"]).toEqual([]);
  });

  test("fails in V2026", async () => {
    const { client } = await startTestBed({ dialect: "V2026" });
    expect(await client.code(`${NODES}/x`, { method: "PUT", body: { data: "text" } })).toBe(1_405_080);
  });
});

test("a list of values is selected by extra and field, which look into the values", async () => {
  const { client } = await startTestBed();
  await client.put(`${NODES}/x`, { owner: "me", secret: 1 });
  await client.put(`${NODES}/y`, { owner: "you" });
  expect(await client.data(`${NODES}?extra=${extra({ owner: "me" })}&field=owner`)).toEqual([{ owner: "me" }]);
  expect(await client.data(`${NODES}?extra=${extra({ "data.owner": "you" })}`)).toEqual([{ owner: "you" }]);
});

test("an empty node is filled by a put, and named in lists until it is deleted", async () => {
  const { client } = await startTestBed({ dialect: "V2019" });
  await client.code(`${NODES}/x`);
  await client.put(`${NODES}/x`, { a: 1 });
  expect(await client.data(`${NODES}/x`)).toEqual({ a: 1 });
  await client.code(`${NODES}/y`);
  await client.remove(`${NODES}/y`);
  expect(await client.data(NODES)).toEqual(["n1.x"]);
});
