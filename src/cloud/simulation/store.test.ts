// The store's history: what a list from the past shows.
import { expect, test } from "vitest";
import { RequestLog } from "./request-log.ts";
import { HISTORY_MS, Store } from "./store.ts";
import { ManualClock } from "./test-support.ts";

interface Thing {
  readonly id: string;
  readonly colour: string;
}

function thingStore() {
  const clock = new ManualClock();
  const store = new Store<{ things: Thing }>(["things"], clock);
  const colours = (ageMs: number) =>
    Object.fromEntries(
      store
        .asOf(ageMs)
        .list("things")
        .map(({ id, colour }) => [id, colour]),
    );
  return { clock, store, colours };
}

test("shows what there was at each moment, whatever happened to it later", () => {
  const { clock, store, colours } = thingStore();
  store.put("things", { id: "1", colour: "red" });
  clock.advance(1000);
  store.put("things", { id: "1", colour: "blue" });
  store.put("things", { id: "2", colour: "green" });
  clock.advance(1000);
  store.remove("things", "1");
  expect(colours(0)).toEqual({ "2": "green" });
  expect(colours(500)).toEqual({ "1": "blue", "2": "green" });
  expect(colours(1500)).toEqual({ "1": "red" });
  expect(colours(2500)).toEqual({});
  expect(store.asOf(500).get("things", "1")?.colour).toBe("blue");
  expect(store.list("things")).toEqual([{ id: "2", colour: "green" }]);
});

test("forgets changes older than its history and keeps the younger ones", () => {
  const { clock, store, colours } = thingStore();
  store.put("things", { id: "old", colour: "red" });
  clock.advance(HISTORY_MS + 1);
  for (let round = 0; round < 5000; round += 1) store.put("things", { id: "new", colour: String(round) });
  clock.advance(10);
  expect(colours(HISTORY_MS)).toEqual({ old: "red" });
  expect(colours(5)).toEqual({ old: "red", new: "4999" });
});

test("grows its version with changes only, and gives no id twice", () => {
  const { store } = thingStore();
  store.remove("things", "nothing");
  expect(store.version).toBe(0);
  store.put("things", { id: store.nextId("things"), colour: "red" });
  store.remove("things", "1");
  expect(store.version).toBe(2);
  expect(store.nextId("things")).toBe("2");
});

test("the request log keeps the newest entries and their numbers", () => {
  const log = new RequestLog(new ManualClock(), 3);
  for (let count = 0; count < 25_000; count += 1) {
    log.begin({ method: "GET", path: "/", userAgent: "", fault: null });
  }
  const entries = log.entries();
  expect(entries.at(-1)?.seq).toBe(25_000);
  expect(entries.length).toBeGreaterThanOrEqual(3);
  expect(entries.length).toBeLessThan(15_000);
});
