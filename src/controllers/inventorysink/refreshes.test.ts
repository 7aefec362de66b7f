// Rewriting: each record once an interval, spread over it.
import { expect, it } from "vitest";
import { isDue, momentMs } from "./refreshes.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

it("Over a day each of 10,000 records is due once, and no minute has three times the mean", () => {
  const keys = Array.from({ length: 10_000 }, (_, at) => momentMs(`record/c/team/YunfanNodePool/p${at}`, DAY_MS));
  const startMs = Date.UTC(2026, 0, 1, 7, 13);
  const times = new Map<number, number>();
  let busiest = 0;
  for (let at = 0; at < DAY_MS; at += MINUTE_MS) {
    const step = { fromMs: startMs + at, nowMs: startMs + at + MINUTE_MS, intervalMs: DAY_MS };
    const due = keys.flatMap((key, index) => (isDue(key, step) ? [index] : []));
    for (const index of due) times.set(index, (times.get(index) ?? 0) + 1);
    busiest = Math.max(busiest, due.length);
  }
  expect(new Set(times.values())).toEqual(new Set([1]));
  expect(times.size).toBe(10_000);
  expect(busiest).toBeLessThan((3 * 10_000) / 1_440);
});
