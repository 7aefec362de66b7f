// Which tags a retention lets go.
import { expect, test } from "vitest";
import type { TagOnWire } from "./registry-wire.ts";
import { surplusOf } from "./retention.ts";

const DAY_MS = 86_400_000;
const NOW_MS = Date.parse("2026-06-30T12:00:00Z");

/** Of so many days ago; each on a manifest of its own unless a size is given. */
function tag(name: string, daysAgo: number, size = 1_000 + daysAgo): TagOnWire {
  const time = new Date(NOW_MS - daysAgo * DAY_MS).toISOString().slice(0, 19);
  return { tag_name: name, creation_time: `${time}Z`, size };
}

const names = (tags: readonly TagOnWire[]): string[] => tags.map(({ tag_name: name }) => name);
const forty = Array.from({ length: 40 }, (_, index) => tag(`b${index + 2}`, index + 2));

test("all but the newest go, the oldest first", () => {
  const surplus = surplusOf(forty, { keepLatest: 10 }, NOW_MS);
  expect(names(surplus)).toEqual(names(forty.slice(10)).toReversed());
});

test("what matches stays, and so does what is young, by the latest that its time may mean", () => {
  const tags = [tag("new", 0), tag("v1.0", 400), tag("v-next", 300), tag("old", 200), tag("hour", 0.5)];
  expect(names(surplusOf(tags, { keepLatest: 1, keepMatching: ["v?.*"] }, NOW_MS))).toEqual(["v-next", "old"]);
  const zoneless = [tag("new", 0), { ...tag("edge", 1.2), creation_time: "2026-06-29 14:00:00" }];
  expect(surplusOf(zoneless, { keepLatest: 1 }, NOW_MS)).toEqual([]);
  expect(names(surplusOf(zoneless, { keepLatest: 1, minAgeHours: 12 }, NOW_MS))).toEqual(["edge"]);
});

test("a tag that may share its manifest with one that stays, stays", () => {
  const release = tag("v1", 90, 77);
  const tags = [tag("new", 2), release, { ...release, tag_name: "build-90" }, tag("build-91", 91)];
  expect(names(surplusOf(tags, { keepLatest: 1, keepMatching: ["v*"] }, NOW_MS))).toEqual(["build-91"]);
});

test("tags of one time at the border stay together", () => {
  const tags = [tag("a", 5, 1), tag("b", 5, 2), tag("c", 6, 3)];
  expect(names(surplusOf(tags, { keepLatest: 1 }, NOW_MS))).toEqual(["c"]);
});

test.each([
  ["a time that can't be read", { ...tag("odd", 50), creation_time: "yesterday" }],
  ["no size", { ...tag("odd", 50), size: Number.NaN }],
  ["a name twice", tag("b2", 50)],
])("nothing goes of a list with %s", (_what, odd) => {
  expect(surplusOf([...forty, odd], { keepLatest: 1 }, NOW_MS)).toEqual([]);
});
