import { describe, expect, test } from "vitest";
import { parseSchedule } from "./cron.ts";

const DAY_MS = 86_400_000;
const at = (time: string): number => Date.parse(time);

/** The times of a schedule in some days. */
function times(schedule: string, from: string, days: number, zone = "UTC"): string[] {
  const { next } = parseSchedule(schedule, zone);
  const found: string[] = [];
  for (let ms: number | undefined = at(from); found.length < 50;) {
    ms = next(ms, at(from) + days * DAY_MS - ms);
    if (ms === undefined || ms > at(from) + days * DAY_MS) return found;
    found.push(new Date(ms).toISOString().slice(0, 16));
  }
  return found;
}

describe("a schedule", () => {
  // 2026-06-06 is a Saturday.
  test.each([
    ["0 3 * * 6", ["2026-06-06T03:00", "2026-06-13T03:00"]],
    ["30 12 7,9 6 *", ["2026-06-07T12:30", "2026-06-09T12:30"]],
    ["0 0 * * 7", ["2026-06-07T00:00", "2026-06-14T00:00"]],
    ["0 9-17/4 8 * *", ["2026-06-08T09:00", "2026-06-08T13:00", "2026-06-08T17:00"]],
    ["0 0 8 * 1", ["2026-06-08T00:00"]],
    ["0 0 9 * 1", ["2026-06-08T00:00", "2026-06-09T00:00"]],
    ["15/30 0 7 * *", ["2026-06-07T00:15", "2026-06-07T00:45"]],
    ["0 0 31 2 *", []],
  ])("%s is at %j", (schedule, expected) => {
    expect(times(schedule, "2026-06-05T12:00:00Z", 9)).toEqual(expected);
  });

  test("is by the clock of its zone, also where that is put forward or back", () => {
    expect(times("0 3 * * *", "2026-06-05T12:00:00Z", 1, "Asia/Shanghai")).toEqual(["2026-06-05T19:00"]);
    expect(times("30 2 * * *", "2026-03-28T12:00:00Z", 2, "Europe/Berlin")).toEqual(["2026-03-30T00:30"]);
    expect(times("30 2 * * *", "2026-10-24T12:00:00Z", 1, "Europe/Berlin")).toEqual([
      "2026-10-25T00:30",
      "2026-10-25T01:30",
    ]);
  });

  test("tells its latest time within a window", () => {
    const { latest } = parseSchedule("0 3 * * *", "UTC");
    const three = at("2026-06-06T03:00:00Z");
    expect(latest(three + 59_999, 0)).toBe(three);
    expect(latest(three + 3_600_000, 3_600_000)).toBe(three);
    expect(latest(three + 3_660_000, 3_600_000)).toBeUndefined();
  });

  test.each([
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "5-1 * * * *",
    "*/0 * * * *",
    "x * * * *",
  ])("%s is none", (schedule) => {
    expect(() => parseSchedule(schedule, "UTC")).toThrow(/schedule/);
  });

  test("needs a zone that there is", () => {
    expect(() => parseSchedule("* * * * *", "Mars/Olympus")).toThrow(/time zone/i);
  });
});
