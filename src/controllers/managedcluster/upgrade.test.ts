// What a declared version asks of a cluster, and the versions that it means.
import { expect, it } from "vitest";
import { upgradeWish } from "./upgrade.ts";
import { newestOf } from "./versions.ts";

it.each([
  { wanted: undefined, has: "1.32.1-aliyun.1", next: "1.33.3-aliyun.1", wish: "None" },
  { wanted: "1.32", has: "1.32.1-aliyun.1", next: "1.33.3-aliyun.1", wish: "None" },
  { wanted: "v1.32.1", has: "1.32.1-aliyun.1", next: "1.33.3-aliyun.1", wish: "None" },
  { wanted: "1.33", has: "1.32.1-aliyun.1", next: "1.33.3-aliyun.1", wish: "Offered" },
  { wanted: "1.34", has: "1.32.1-aliyun.1", next: "1.33.3-aliyun.1", wish: "NotOffered" },
  { wanted: "1.33", has: "1.32.1-aliyun.1", next: "", wish: "NotOffered" },
  { wanted: "1.9", has: "1.32.1-aliyun.1", next: "1.33.3-aliyun.1", wish: "Behind" },
  { wanted: "1.3", has: "1.32.1-aliyun.1", next: "1.33.3-aliyun.1", wish: "Behind" },
  { wanted: "v1.17", has: "v1.15.11-r1", next: undefined, wish: "None" },
  { wanted: "1.33", has: "", next: "1.33.3-aliyun.1", wish: "None" },
])("$wanted, of a cluster with $has and $next on offer: $wish", ({ wanted, has, next, wish }) => {
  expect(upgradeWish({ version: wanted }, { version: has, nextVersion: next })).toBe(wish);
});

it.each([
  ["1.32", "1.32.10-aliyun.1"],
  ["v1.32.9", "1.32.9-aliyun.1"],
  ["1.9", "1.9.2"],
  ["1.3", undefined],
])("the newest %s on offer is %s", (declared, newest) => {
  const offered = ["1.9.2", "1.32.9-aliyun.1", "1.32.10-aliyun.1", "1.33.1-aliyun.1"];
  expect(newestOf(offered, declared)).toBe(newest);
});
