// Looking out for what no watch shows, on the real API server: who is woken, by what, and what it costs.
import { afterEach, beforeEach, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { goLive, type Live } from "../../../test/support/apiserver/live-projects.ts";
import type { KubeObject } from "../../kube/types.ts";
import { SECRETS } from "../cloudaccount/credentials.ts";
import { NAMESPACES } from "./live-metadata.ts";
import { Lookout, LOOKOUT_MS, type Awaited } from "./lookout.ts";

let live: Live;
let clock: FakeClock;
let stop: AbortController;
let lookout: Lookout;
let waiting: Set<string>;

beforeEach(async () => {
  live = await goLive("lookout");
  clock = new FakeClock();
  stop = new AbortController();
  lookout = new Lookout({ client: live.client, clock, stop: stop.signal });
  waiting = new Set();
});
afterEach(async () => {
  stop.abort();
  await live[Symbol.asyncDispose]();
});

const at = (name: string) => ({ namespace: live.namespace, name });

const make = (name: string): Promise<KubeObject> => live.others.create(SECRETS, { metadata: at(name) });

const label = (name: string): Promise<KubeObject> =>
  live.others.mergePatch(SECRETS, at(name), { metadata: { labels: { changed: "yes" } } });

function secret(name: string, seen: Awaited["seen"], until: Awaited["until"] = "Replaced"): Awaited {
  return { type: SECRETS, ref: at(name), seen, until };
}

function waits(waiter: string, ...awaited: readonly Awaited[]): void {
  waiting.add(waiter);
  lookout.set(waiter, { awaited, wake: () => void waiting.delete(waiter) });
}

/** One look, to its end: who waits still, and how many requests it took. */
async function look(): Promise<{ waiting: readonly string[]; requests: number }> {
  const requests = await live.requestsOf(async () => {
    await clock.advance(LOOKOUT_MS);
    await expect.poll(() => clock.pending === (waiting.size > 0 ? 1 : 0)).toBe(true);
  });
  return { waiting: [...waiting], requests: requests.length };
}

const afterLook = async (): Promise<readonly string[]> => (await look()).waiting;

it("Wakes who waits for something when it is there, once, and looks no more", async () => {
  waits("a", secret("late", "Absent"));
  expect(await look()).toEqual({ waiting: ["a"], requests: 1 });
  await make("late");
  expect(await look()).toEqual({ waiting: [], requests: 1 });
  expect(clock.pending).toBe(0);
});

it("Asks once for all who wait for the same", async () => {
  for (const name of ["a", "b", "c"]) waits(name, secret("shared", "Absent"));
  waits("d", secret("other", "Absent"), secret("shared", "Absent"));
  expect(await look()).toEqual({ waiting: ["a", "b", "c", "d"], requests: 2 });
  await make("other");
  expect(await afterLook()).toEqual(["a", "b", "c"]);
  await make("shared");
  expect(await look()).toEqual({ waiting: [], requests: 1 });
});

it("Wakes who waits for another one when it is gone or made anew, not when it changes", async () => {
  const seen = await make("theirs");
  waits("a", secret("theirs", seen));
  await label("theirs");
  expect(await afterLook()).toEqual(["a"]);
  await live.others.delete(SECRETS, at("theirs"));
  await make("theirs");
  expect(await afterLook()).toEqual([]);
});

it("Wakes who waits for a change when it changes", async () => {
  waits("a", secret("incomplete", await make("incomplete"), "Changed"));
  expect(await afterLook()).toEqual(["a"]);
  await label("incomplete");
  expect(await afterLook()).toEqual([]);
});

it("Is not misled by what can't be read: a right that is missing, or an answer that does not come", async () => {
  waits("a", secret("late", "Absent"));
  live.proxy.inject({ method: /GET/, path: /secrets\/late/, action: "Answer", status: 403 });
  expect(await afterLook()).toEqual(["a"]);
  live.proxy.inject({ method: /GET/, path: /secrets\/late/, action: "DropBefore" });
  expect(await afterLook()).toEqual(["a"]);
  await make("late");
  expect(await afterLook()).toEqual([]);
});

it("Wakes who waits for a right when it is granted, whatever that shows", async () => {
  waits("a", { type: NAMESPACES, ref: { name: live.namespace }, seen: "Forbidden", until: "Changed" });
  live.proxy.inject({ method: /GET/, path: /namespaces/, action: "Answer", status: 403 });
  expect(await afterLook()).toEqual(["a"]);
  expect(await afterLook()).toEqual([]);
});

it("Forgets what a later visit no longer waits for, and ends with the operator", async () => {
  waits("a", secret("late", "Absent"));
  lookout.set("a", { awaited: [], wake: () => undefined });
  waiting.delete("a");
  expect(await look()).toEqual({ waiting: [], requests: 0 });
  waits("b", secret("late", "Absent"));
  stop.abort();
  expect(clock.pending).toBe(0);
});
