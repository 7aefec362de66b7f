// When what was published is replaced.
import { expect, it } from "vitest";
import { renewalOf } from "./secrets.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

it.each([
  { title: "of a year, thirty days before its end", issuedAtMs: 0, expiresAtMs: 365 * DAY, at: 335 * DAY },
  { title: "of ninety days, thirty days before its end", issuedAtMs: 0, expiresAtMs: 90 * DAY, at: 60 * DAY },
  { title: "of a day, when a third is left", issuedAtMs: 3 * DAY, expiresAtMs: 4 * DAY, at: 3 * DAY + 16 * HOUR },
  { title: "of an hour, when a third is left", issuedAtMs: 0, expiresAtMs: HOUR, at: 40 * 60_000 },
  { title: "of unknown beginning, as a long one", issuedAtMs: undefined, expiresAtMs: 100 * DAY, at: 70 * DAY },
  { title: "without an end, never", issuedAtMs: 0, expiresAtMs: undefined, at: Number.POSITIVE_INFINITY },
])("one $title", ({ issuedAtMs, expiresAtMs, at }) => {
  expect(renewalOf({ issuedAtMs, expiresAtMs })).toBe(at);
});
