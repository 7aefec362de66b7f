// The reflector against the real kube-apiserver: how it lists, follows, and goes on after whatever ends a watch.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { Fault } from "../../../test/support/apiserver/fault-proxy.ts";
import {
  CONFIG_MAP,
  informerSetup,
  newNamespace,
  type InformerSetup,
} from "../../../test/support/apiserver/informer-setup.ts";
import { PAGE_SIZE } from "./list-pager.ts";

const EVENTUALLY = { timeout: 10_000, interval: 10 };
const WATCH = { path: /watch=true.*resourceVersion=\d/ };
const WATCH_LIST = { path: /sendInitialEvents=true/ };

/** The API server's own way to say something within a stream that it then ends. */
const saying = (type: string, object: object): Omit<Extract<Fault, { action: "Answer" }>, "path"> => ({
  action: "Answer",
  status: 200,
  body: `${JSON.stringify({ type, object })}\n`,
});

const bookmark = (resourceVersion: string) => saying("BOOKMARK", { kind: "ConfigMap", metadata: { resourceVersion } });
const failure = (code: number) => saying("ERROR", { kind: "Status", code, message: "as the test says" });

const beyondPatience = { action: "Answer", status: 429, headers: { "retry-after": "3600" } } as const;

let setup: InformerSetup;

/** `namespace/name`s without the namespace. */
const stored = (): string[] => setup.informer.store.list().map(({ metadata }) => metadata.name);
const asked = (): string[] => setup.asked().map(({ what }) => what);

/** The version of the whole collection. */
async function currentVersion(): Promise<string> {
  const { metadata } = await setup.client.list(CONFIG_MAP, { namespace: setup.namespace, limit: 1 });
  return metadata.resourceVersion;
}

async function synced(): Promise<void> {
  setup.start();
  await setup.informer.synced;
}

/** Resets the watch, and waits until the next one that is not answered by the proxy itself is open. */
async function interrupt(): Promise<void> {
  const before = setup.counts["Watched"] ?? 0;
  setup.proxy.cutStreams();
  await expect.poll(() => setup.counts["Watched"], EVENTUALLY).toBeGreaterThan(before);
}

async function expectFollowing(): Promise<void> {
  const { metadata } = await setup.create(`news-${asked().length}`);
  await expect.poll(stored, EVENTUALLY).toContain(metadata.name);
}

beforeEach(async () => {
  setup = await informerSetup();
});

afterEach(async () => {
  await setup[Symbol.asyncDispose]();
});

describe("Reflector: listing", () => {
  it("R8: asks for the list as the beginning of a watch, swaps it in one step, and keeps the stream", async () => {
    await Promise.all(["a", "b", "c"].map(setup.create));
    const seen: string[][] = [];
    setup.informer.store.onChange(() => seen.push(stored().sort()));
    await synced();
    expect(seen).toEqual([1, 2, 3].map(() => ["a", "b", "c"]));
    await expectFollowing();
    expect(setup.asked()).toHaveLength(1);
    expect(Object.fromEntries(setup.asked()[0]!.query)).toMatchObject({
      watch: "true",
      sendInitialEvents: "true",
      resourceVersionMatch: "NotOlderThan",
      allowWatchBookmarks: "true",
    });
    expect(setup.counts).toEqual({ Watched: 1, Streamed: 1 });
  });

  it.each([422, 400])("R8: falls back to pages where the server refuses a streamed list with %i", async (status) => {
    const refusal = setup.proxy.inject({ ...WATCH_LIST, action: "Answer", status, times: 0 });
    await setup.create("a");
    await synced();
    await expectFollowing();
    expect(asked()).toEqual(["WatchList", "List", "Watch"]);
    expect(Object.fromEntries(setup.asked()[1]!.query)).toEqual({ limit: String(PAGE_SIZE) });
    setup.proxy.inject({ ...WATCH, action: "Answer", status: 410 });
    setup.proxy.cutStreams();
    await expect.poll(() => setup.counts["Paged"], EVENTUALLY).toBe(2);
    await expectFollowing();
    expect(refusal.hits).toHaveLength(1);
  });

  it("R8: reads a long list page by page, and anew in one go when the server forgets it halfway", async () => {
    const names = Array.from({ length: PAGE_SIZE + 1 }, (_, n) => `map-${n}`);
    await Promise.all(names.map(setup.create));
    setup.proxy.inject({ ...WATCH_LIST, action: "Answer", status: 422 });
    setup.proxy.inject({ path: /continue=/, action: "Answer", status: 410 });
    await synced();
    expect(new Set(stored())).toEqual(new Set(names));
    setup.proxy.inject({ ...WATCH, action: "Answer", status: 410 });
    setup.proxy.cutStreams();
    await expect.poll(() => setup.counts["Paged"], EVENTUALLY).toBe(2);
    const lists = setup.asked().filter(({ what }) => what === "List");
    const shapes = lists.map(({ query }) => [query.get("limit"), query.has("continue")]);
    expect(shapes).toEqual([
      ["500", false],
      ["500", true],
      [null, false],
      ["500", false],
      ["500", true],
    ]);
  });
});

describe("Reflector: following", () => {
  it("R9: asks for bookmarks and for watches of 5 to 10 minutes at random", async () => {
    for (const [random, seconds] of [
      [0, "300"],
      [0.5, "450"],
      [1 - Number.EPSILON, "600"],
    ] as const) {
      await setup[Symbol.asyncDispose]();
      setup = await informerSetup({ random: () => random });
      await synced();
      await interrupt();
      for (const { query } of setup.asked()) {
        expect([query.get("timeoutSeconds"), query.get("allowWatchBookmarks")]).toEqual([seconds, "true"]);
      }
    }
  });

  it("R9: a bookmark moves the version on without a change, and a watch that ended goes on from it", async () => {
    await synced();
    await setup.create("a");
    await expect.poll(stored, EVENTUALLY).toEqual(["a"]);
    await newNamespace(setup.client);
    const version = await currentVersion();
    setup.proxy.inject({ ...WATCH, ...bookmark(version) });
    await interrupt();
    await expectFollowing();
    expect(asked()).toEqual(["WatchList", "Watch", "Watch"]);
    expect(setup.asked()[2]?.query.get("resourceVersion")).toBe(version);
    expect(setup.changes.filter((change) => change.endsWith(" a"))).toEqual(["Added a"]);
    expect(setup.counts).toMatchObject({ Streamed: 1, Ended: 1, Failed: 1 });
  });

  it("R9: a watch that the server ends at once and empty is an error, repeated from the same version", async () => {
    await synced();
    const empty = setup.proxy.inject({ ...WATCH, action: "Answer", status: 200, times: 3 });
    setup.proxy.cutStreams();
    await empty.reached(3);
    await expectFollowing();
    expect(new Set(setup.asked().map(({ query }) => query.get("resourceVersion"))).size).toBe(2);
    expect(setup.counts).toMatchObject({ Streamed: 1, Failed: 4 });
  });

  it.each([
    ["410 to the request", { action: "Answer", status: 410 } as const],
    ["410 within the stream", failure(410)],
    ["500 within the stream", failure(500)],
  ])("R9: lists again after %s", async (_, fault) => {
    await synced();
    setup.proxy.inject({ ...WATCH, ...fault });
    setup.proxy.cutStreams();
    await expect.poll(() => setup.counts["Streamed"], EVENTUALLY).toBe(2);
    await expectFollowing();
    expect(asked()).toEqual(["WatchList", "Watch", "WatchList"]);
  });

  it.each([
    ["429 to the request", { action: "Answer", status: 429 } as const],
    ["429 within the stream", failure(429)],
    ["429 with a Retry-After beyond all patience", beyondPatience],
    ["500 to the request", { action: "Answer", status: 500 } as const],
    ["403 to the request", { action: "Answer", status: 403 } as const],
    ["a reset", { action: "DropBefore" } as const],
    ["an answer that makes no sense", { action: "Answer", status: 200, body: "<html>\n" } as const],
  ])("R9: goes on from the same version after %s", async (_, fault) => {
    await synced();
    const injection = setup.proxy.inject({ ...WATCH, ...fault, times: 2 });
    setup.proxy.cutStreams();
    await injection.reached(2);
    await setup.create("meanwhile");
    await expectFollowing();
    expect(asked()).toEqual(["WatchList", "Watch", "Watch", "Watch"]);
    expect(stored()).toContain("meanwhile");
  });

  it("R9: waits for a refused connection to come back without listing again, and misses nothing", async () => {
    await synced();
    await setup.proxy.goDown();
    await setup.create("meanwhile");
    await expect.poll(() => setup.counts["Failed"], EVENTUALLY).toBeGreaterThan(3);
    await setup.proxy.comeUp();
    await expect.poll(stored, EVENTUALLY).toEqual(["meanwhile"]);
    expect(setup.counts["Streamed"]).toBe(1);
  });

  it("R10: notices within 70 s that a connection has died without a word", async () => {
    await setup[Symbol.asyncDispose]();
    const clock = new FakeClock();
    setup = await informerSetup({ clock });
    await synced();
    setup.proxy.stallStreams();
    await setup.create("meanwhile");
    await clock.advance(69_999);
    expect(setup.counts["Silent"]).toBeUndefined();
    await clock.advance(1);
    await expect.poll(stored, EVENTUALLY).toEqual(["meanwhile"]);
    expect(asked()).toEqual(["WatchList", "Watch"]);
    expect(setup.counts).toEqual({ Watched: 2, Streamed: 1, Silent: 1 });
  });

  it("R11: delivers what was deleted, and deleted and created again, while it could not watch", async () => {
    await Promise.all(["deleted", "recreated", "updated", "untouched"].map(setup.create));
    await synced();
    await setup.proxy.goDown();
    setup.changes.splice(0);
    await Promise.all(["deleted", "recreated"].map(setup.remove));
    await Promise.all([setup.create("recreated"), setup.create("created"), setup.update("updated")]);
    setup.proxy.inject({ ...WATCH, action: "Answer", status: 410 });
    await setup.proxy.comeUp();
    await expect.poll(() => setup.counts["Streamed"], EVENTUALLY).toBe(2);
    expect(setup.changes.filter((change) => !change.endsWith("untouched")).sort()).toEqual([
      "Added created",
      "Added recreated",
      "Deleted deleted",
      "Deleted recreated",
      "Updated updated",
    ]);
    expect(setup.changes.indexOf("Deleted recreated")).toBeLessThan(setup.changes.indexOf("Added recreated"));
  });
});
