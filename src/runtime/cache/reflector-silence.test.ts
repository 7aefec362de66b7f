// The reflector against the real kube-apiserver when something is missing: the end of a list, news of a watch, the right to look.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { informerSetup, type InformerSetup } from "../../../test/support/apiserver/informer-setup.ts";
import { createLogger, type Logger } from "../../lib/log.ts";

const EVENTUALLY = { timeout: 10_000, interval: 10 };
const WATCH = { path: /watch=true.*resourceVersion=\d/ };
const WATCH_LIST = { path: /sendInitialEvents=true/ };

/** What the API server says within a stream, which then ends. */
const saying = (type: string, object: object) =>
  ({ action: "Answer", status: 200, body: `${JSON.stringify({ type, object })}\n` }) as const;

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly reason?: string;
}

function logged(): { lines: Line[]; log: Logger } {
  const lines: Line[] = [];
  const log = createLogger({ level: "debug", destination: { write: (line) => lines.push(JSON.parse(line) as Line) } });
  return { lines, log };
}

let setup: InformerSetup;

const asked = (): string[] => setup.asked().map(({ what }) => what);

async function synced(): Promise<void> {
  setup.start();
  await setup.informer.synced;
}

async function expectFollowing(): Promise<void> {
  const { metadata } = await setup.create(`news-${asked().length}`);
  const stored = (): string[] => setup.informer.store.list().map((object) => object.metadata.name);
  await expect.poll(stored, EVENTUALLY).toContain(metadata.name);
}

beforeEach(async () => {
  setup = await informerSetup();
});

afterEach(async () => {
  await setup[Symbol.asyncDispose]();
});

describe("a list without its end", () => {
  it("R8: a streamed list that ends before it is complete changes nothing, and is read in pages from then on", async () => {
    const half = { metadata: { name: "half", resourceVersion: "1" } };
    const cut = setup.proxy.inject({ ...WATCH_LIST, ...saying("ADDED", half), times: 0 });
    await setup.create("a");
    await synced();
    expect(setup.changes).toEqual(["Added a"]);
    await expectFollowing();
    setup.proxy.inject({ ...WATCH, action: "Answer", status: 410 });
    setup.proxy.cutStreams();
    await expect.poll(() => setup.counts["Paged"], EVENTUALLY).toBe(2);
    await expectFollowing();
    expect(cut.hits).toHaveLength(1);
  });

  it("R8: a streamed list of which nothing more comes is read in pages after 30 s, and without a stack in the log", async () => {
    const { lines, log } = logged();
    await setup[Symbol.asyncDispose]();
    const clock = new FakeClock();
    setup = await informerSetup({ clock, log });
    await setup.create("a");
    const stalled = setup.proxy.inject({ ...WATCH_LIST, action: "Stall", times: 0 });
    setup.start();
    await stalled.reached();
    await expect.poll(() => setup.counts["Watched"], EVENTUALLY).toBe(1);
    await clock.advance(29_999);
    expect(setup.informer.hasSynced).toBe(false);
    await clock.advance(1);
    await setup.informer.synced;
    await expectFollowing();
    expect(asked()).toEqual(["WatchList", "List", "Watch"]);
    expect(lines.filter(({ level }) => level !== "debug")).toMatchObject([
      { level: "info", msg: expect.stringContaining("lists are read in pages from now on") },
    ]);
    expect(JSON.stringify(lines)).not.toContain("stack");
  });

  it("R8: a streamed list of which not even the head comes is read in pages after 30 s", async () => {
    await setup[Symbol.asyncDispose]();
    const clock = new FakeClock();
    setup = await informerSetup({ clock });
    const held = setup.proxy.inject({ ...WATCH_LIST, action: "HoldBefore", times: 0 });
    setup.start();
    await held.reached();
    await clock.advance(30_000);
    await setup.informer.synced;
    await expectFollowing();
    expect(asked()).toEqual(["WatchList", "List", "Watch"]);
  });

  it("R8: a streamed list of which the server says why it breaks it off is asked for again", async () => {
    setup.proxy.inject({ ...WATCH_LIST, ...saying("ERROR", { kind: "Status", code: 429 }) });
    await synced();
    expect(setup.counts).toEqual({ Watched: 2, Failed: 1, Streamed: 1 });
  });
});

describe("a watch without news", () => {
  it("R10: opens a watch without news anew at once, again and again, and finds nothing in that to warn of", async () => {
    const { lines, log } = logged();
    await setup[Symbol.asyncDispose]();
    const clock = new FakeClock();
    setup = await informerSetup({ clock, log });
    await synced();
    for (let silences = 1; silences <= 3; silences++) {
      setup.proxy.stallStreams();
      await clock.advance(70_000);
      await expect.poll(() => setup.counts["Watched"], EVENTUALLY).toBe(1 + silences);
    }
    await expectFollowing();
    expect(asked()).toEqual(["WatchList", "Watch", "Watch", "Watch"]);
    expect(setup.counts).toEqual({ Watched: 4, Streamed: 1, Silent: 3 });
    expect(lines.filter(({ level }) => level !== "debug")).toEqual([]);
    expect(setup.informer.status[0]?.failure).toBeUndefined();
  });
});

it("Warns of a failure once, with the server's words and no stack, and anew after it has been well", async () => {
  const { lines, log } = logged();
  await setup[Symbol.asyncDispose]();
  setup = await informerSetup({ log });
  await synced();
  const warnings = () => lines.filter(({ level }) => level === "warn");
  for (const episode of [1, 2]) {
    const refusal = setup.proxy.inject({ ...WATCH, action: "Answer", status: 403, body: "not you", times: 3 });
    setup.proxy.cutStreams();
    await refusal.reached(3);
    await expectFollowing();
    expect(warnings().filter(({ reason }) => reason?.includes("403 not you"))).toHaveLength(episode);
  }
  expect(setup.informer.status[0]).toMatchObject({ refused: false, failure: undefined });
  expect(JSON.stringify(lines)).not.toContain("stack");
});
