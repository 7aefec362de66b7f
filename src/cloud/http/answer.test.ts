import { describe, expect, test } from "vitest";
import { clockSkewMs, requestIdOf, retryAfterMs, type HttpAnswer } from "./answer.ts";

const ARRIVED_MS = Date.UTC(2026, 0, 1, 12, 0, 0, 400);

function answer(headers: Record<string, string>): HttpAnswer {
  return { status: 429, headers: new Map(Object.entries(headers)), body: "", arrivedAtMs: ARRIVED_MS };
}

describe("Retry-After", () => {
  test.each([
    ["seconds", { "retry-after": "7" }, 7_000],
    ["a date, by our clock where the cloud shows none", { "retry-after": "Thu, 01 Jan 2026 12:00:10 GMT" }, 9_600],
    [
      "a date, by the cloud's clock where it shows one",
      { "retry-after": "Thu, 01 Jan 2026 10:00:10 GMT", date: "Thu, 01 Jan 2026 10:00:00 GMT" },
      10_000,
    ],
    ["a date that is over", { "retry-after": "Thu, 01 Jan 2026 11:00:00 GMT" }, 0],
    ["a year, which is cut to an hour", { "retry-after": "31536000" }, 3_600_000],
    ["nonsense", { "retry-after": "soon" }, undefined],
    ["nothing", {}, undefined],
  ])("is read: %s", (_what, headers: Record<string, string>, expected) => {
    expect(retryAfterMs(answer(headers))).toBe(expected);
  });
});

describe("the id of a request", () => {
  test.each([
    ["Huawei's", { "x-request-id": "a-1" }, "a-1"],
    ["OpenStack's", { "x-openstack-request-id": "req-1" }, "req-1"],
    ["Alibaba's", { "x-acs-request-id": "B-2" }, "B-2"],
    ["the commonest of two", { "x-acs-request-id": "B-2", "x-request-id": "a-1" }, "a-1"],
    ["one that would break a line", { "x-request-id": " a\t1\u2028 " }, "a1"],
    ["a novel", { "x-request-id": "x".repeat(5000) }, "x".repeat(128)],
    ["an empty one", { "x-request-id": " " }, undefined],
    ["none", {}, undefined],
  ])("is read: %s", (_whose, headers: Record<string, string>, expected) => {
    expect(requestIdOf(answer(headers))).toBe(expected);
  });
});

describe("the cloud's clock less ours", () => {
  test("comes from Date and errs to the low side", () => {
    expect(clockSkewMs(answer({ date: "Thu, 01 Jan 2026 12:05:00 GMT" }))).toBe(299_600);
  });

  test("is unknown without a Date that can be read", () => {
    expect(clockSkewMs(answer({}))).toBeUndefined();
    expect(clockSkewMs(answer({ date: "today" }))).toBeUndefined();
  });
});
