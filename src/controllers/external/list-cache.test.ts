// One list for all who ask: what it serves, what it does not, and that nobody spoils it for the others.
import { setImmediate as settle } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { cloudProject } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import type { Listed } from "../../cloud/collection.ts";
import type { RegistryProject as Project } from "../../cloud/facets/registry.ts";
import { ListCache } from "./list-cache.ts";

const never = new AbortController().signal;

interface Asked {
  readonly signal: AbortSignal;
  answer(ids?: readonly string[]): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** A cache whose lists are answered by hand. */
function build(options: { knownIds?: () => ReadonlySet<string> } = {}) {
  const clock = new FakeClock();
  const asked: Asked[] = [];
  const list = (signal: AbortSignal): Promise<Listed<Project>> => {
    const { promise, resolve, reject } = Promise.withResolvers<Listed<Project>>();
    asked.push({
      signal,
      answer: async (ids = []) => {
        resolve({ items: ids.map((id) => cloudProject({ id, name: `project-${id}` })), clockSkewMs: 3 });
        await settle();
      },
      fail: async (error) => {
        reject(error);
        await settle();
      },
    });
    return promise;
  };
  const { signal } = new AbortController();
  const knownIds = options.knownIds ?? (() => new Set<string>());
  return { clock, asked, signal, cache: new ListCache({ list, knownIds, clock, signal }) };
}

it("takes a list that others have begun for what it is: as old as it began", async () => {
  const clock = new FakeClock();
  const asked: (number | undefined)[] = [];
  const list = (_signal: AbortSignal, since?: number): Promise<Listed<Project>> => {
    asked.push(since);
    return Promise.resolve({ items: [], clockSkewMs: 0, startedAt: since ?? Number.NaN });
  };
  const cache = new ListCache({ list, knownIds: () => new Set(), clock, signal: never });
  const before = clock.monotonic();
  await clock.advance(1_000);
  expect((await cache.observe(before, never)).startedAt).toBe(before);
  await cache.observe(before, never);
  expect(asked).toEqual([before]);
  // A second one has to be another list.
  await cache.observeTwice(before, never);
  expect(asked).toEqual([before, clock.monotonic()]);
});

describe("observe", () => {
  it("shares one list among all who ask while it is read", async () => {
    const { cache, asked } = build();
    const visits = [cache.observe(0, never), cache.observe(0, never), cache.observe(0, never)];
    await asked[0]!.answer(["7"]);
    const [first, ...others] = await Promise.all(visits);
    expect(asked).toHaveLength(1);
    expect(others.every((listing) => listing === first)).toBe(true);
  });

  it("shows projects by id and by name, and the cloud's clock", async () => {
    const { cache, asked } = build();
    const observed = cache.observe(0, never);
    await asked[0]!.answer(["7", "8"]);
    const listing = await observed;
    expect([...listing.byId.keys()]).toEqual(["7", "8"]);
    expect(listing.byName.get("project-8")).toMatchObject([{ id: "8" }]);
    expect(listing.clockSkewMs).toBe(3);
  });

  it("answers from the last list as long as that was started late enough", async () => {
    const { cache, asked, clock } = build();
    await clock.advance(100);
    const observed = cache.observe(50, never);
    await asked[0]!.answer();
    await clock.advance(10_000);
    expect(await cache.observe(100, never)).toBe(await observed);
    expect(asked).toHaveLength(1);
  });

  it("does not serve a list that was started before `since`, though it ended after", async () => {
    const { cache, asked, clock } = build();
    const early = cache.observe(0, never);
    await clock.advance(10);
    const late = cache.observe(10, never);
    await asked[0]!.answer(["7"]);
    expect((await early).byId.has("7")).toBe(true);
    expect(asked).toHaveLength(2);
    await asked[1]!.answer(["8"]);
    expect(await late).toMatchObject({ startedAt: 10, byId: new Map([["8", expect.anything()]]) });
  });

  it("passes a failure to all who wait, and starts anew for the next one", async () => {
    const { cache, asked } = build();
    const visits = Promise.allSettled([cache.observe(0, never), cache.observe(0, never)]);
    const error = new Error("out of order");
    await asked[0]!.fail(error);
    expect(await visits).toEqual(Array.from({ length: 2 }, () => ({ status: "rejected", reason: error })));
    const next = cache.observe(0, never);
    await asked[1]!.answer(["7"]);
    expect((await next).byId.has("7")).toBe(true);
  });

  it("keeps serving the last list to those it is fresh enough for when a later one fails", async () => {
    const { cache, asked, clock } = build();
    const first = cache.observe(0, never);
    await asked[0]!.answer(["7"]);
    await clock.advance(10);
    const second = Promise.allSettled([cache.observe(10, never)]);
    await asked[1]!.fail(new Error("out of order"));
    expect(await second).toMatchObject([{ status: "rejected" }]);
    expect(await cache.observe(0, never)).toBe(await first);
  });

  it("lets one who gives up go at once, while the list goes on for the others", async () => {
    const { cache, asked, signal } = build();
    const visit = new AbortController();
    const impatient = Promise.allSettled([cache.observe(0, visit.signal)]);
    const patient = cache.observe(0, never);
    const reason = new Error("deadline");
    visit.abort(reason);
    expect(await impatient).toEqual([{ status: "rejected", reason }]);
    expect(asked[0]!.signal).toBe(signal);
    await asked[0]!.answer(["7"]);
    expect((await patient).byId.has("7")).toBe(true);
  });

  it("leaves no unhandled rejection when everybody has given up on a list that fails", async () => {
    const { cache, asked } = build();
    const visit = new AbortController();
    const impatient = Promise.allSettled([cache.observe(0, visit.signal)]);
    visit.abort(new Error("deadline"));
    await impatient;
    // vitest fails the run on an unhandled rejection.
    await asked[0]!.fail(new Error("out of order"));
    const next = cache.observe(0, never);
    await asked[1]!.answer();
    expect(await next).toMatchObject({ missing: [] });
  });

  it("starts no list for one who has given up already", async () => {
    const { cache, asked } = build();
    await expect(cache.observe(0, AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
    expect(asked).toHaveLength(0);
  });
});

describe("observeTwice", () => {
  it("reads two different lists, one after the other", async () => {
    const { cache, asked } = build();
    const pair = cache.observeTwice(0, never);
    await asked[0]!.answer(["7"]);
    expect(asked).toHaveLength(2);
    await asked[1]!.answer(["8"]);
    const [first, second] = await pair;
    expect(first.byId.has("7")).toBe(true);
    expect(second.byId.has("8")).toBe(true);
  });

  it("counts no list that was started before `since`", async () => {
    const { cache, asked, clock } = build();
    const early = cache.observe(0, never);
    await clock.advance(10);
    const pair = cache.observeTwice(10, never);
    for (const index of [0, 1, 2]) await asked[index]!.answer([String(index)]);
    await early;
    const [first, second] = await pair;
    expect(first.byId.has("1")).toBe(true);
    expect(second.byId.has("2")).toBe(true);
  });

  it("is shared, and answered from the last two lists while they are fresh enough", async () => {
    const { cache, asked } = build();
    const pairs = [cache.observeTwice(0, never), cache.observeTwice(0, never)];
    await asked[0]!.answer();
    await asked[1]!.answer();
    const [pair, other] = await Promise.all(pairs);
    expect(other).toEqual(pair);
    expect(await cache.observeTwice(0, never)).toEqual(pair);
    expect(asked).toHaveLength(2);
  });
});

describe("known ids", () => {
  it("are reported when the list lacks them", async () => {
    const { cache, asked } = build({ knownIds: () => new Set(["7", "8"]) });
    const observed = cache.observe(0, never);
    await asked[0]!.answer(["8", "9"]);
    expect((await observed).missing).toEqual(["7"]);
  });

  it("are not reported when they came while the list was read", async () => {
    let known = new Set<string>();
    const { cache, asked } = build({ knownIds: () => known });
    const observed = cache.observe(0, never);
    known = new Set(["7"]);
    await asked[0]!.answer();
    expect((await observed).missing).toEqual([]);
  });

  it("are not reported when they went while the list was read", async () => {
    let known = new Set(["7"]);
    const { cache, asked } = build({ knownIds: () => known });
    const observed = cache.observe(0, never);
    known = new Set();
    await asked[0]!.answer();
    expect((await observed).missing).toEqual([]);
  });
});
