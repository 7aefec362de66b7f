// When a server that lists lack is believed to be gone.
import { expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { Absences } from "./absences.ts";

const WINDOW = 120_000;

function watched() {
  const clock = new FakeClock();
  const absences = new Absences({ clock, settleWindowMs: WINDOW });
  const looking = (startedAt: number, shown: readonly string[], isWhole = true): string[] => [
    ...absences.gone("uid", { startedAt, shown: new Set(shown), isWhole }, ["i-1", "i-2"]),
  ];
  return { absences, looking };
}

it("is gone once lists have lacked it for the settle window", () => {
  const { looking } = watched();
  expect(looking(0, ["i-1"])).toEqual([]);
  expect(looking(WINDOW - 1, ["i-1"])).toEqual([]);
  expect(looking(WINDOW, ["i-1"])).toEqual(["i-2"]);
});

it("is there still where a list has shown it in between", () => {
  const { looking } = watched();
  looking(0, ["i-1"]);
  looking(WINDOW / 2, ["i-1", "i-2"]);
  expect(looking(WINDOW, ["i-1"])).toEqual([]);
});

it("is not judged by a list that the cloud's own count contradicts", () => {
  const { looking } = watched();
  looking(0, [], false);
  expect(looking(WINDOW, [], false)).toEqual([]);
  expect(looking(WINDOW + 1, [])).toEqual([]);
});

it("tells how long that takes, and forgets", () => {
  const { absences, looking } = watched();
  expect(absences.pendingMs("uid")).toBeUndefined();
  looking(0, ["i-1"]);
  expect(absences.pendingMs("uid")).toBe(WINDOW);
  absences.forget("uid");
  expect(absences.pendingMs("uid")).toBeUndefined();
});
