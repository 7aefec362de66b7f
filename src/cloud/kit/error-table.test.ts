import { describe, expect, test } from "vitest";
import type { CloudErrorKind } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { redactor } from "../http/message.ts";
import { errorsBy, orAbsent, type Said } from "./error-table.ts";

type Operation = "List" | "Get" | "Create" | "Delete";

const nothing = redactor([]);

function answer(status: number, body: unknown = "", headers: Record<string, string> = {}): HttpAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Map(Object.entries(headers)), body: text, arrivedAtMs: 0 };
}

const errorOf = errorsBy<Operation>({
  creates: new Set(["Create"]),
  nameless: new Set(["List", "Create"]),
  said: (json) => (typeof json === "object" && json !== null && "codes" in json ? (json as Said) : undefined),
  meaning: (operation, status, { codes }) => {
    if (codes.includes("BUSY") || status === 401) return "Busy";
    return operation === "Create" && status === 409 ? "AlreadyExists" : undefined;
  },
  isThrottled: ({ codes }) => codes.includes("SLOWER"),
  provesAbsence: ({ codes }) => !codes.includes("GATEWAY"),
  elsewhere: "Look elsewhere",
});

describe("what it means", () => {
  const table: [Operation, number, unknown, CloudErrorKind][] = [
    ["Get", 400, "", "Rejected"],
    ["Get", 401, "", "Unauthenticated"],
    ["Get", 401, { codes: ["GENERAL", "BUSY"], texts: [] }, "Unauthenticated"],
    ["Get", 403, "", "Forbidden"],
    ["Get", 404, "", "NotFound"],
    ["Get", 408, "", "Unavailable"],
    ["Delete", 409, "", "Busy"],
    ["Get", 410, "", "NotFound"],
    ["Get", 418, "", "Rejected"],
    ["Get", 429, "", "Throttled"],
    // Too many requests are too many, whatever the status.
    ["Get", 400, { codes: ["SLOWER"], texts: [] }, "Throttled"],
    ["Create", 503, { codes: ["SLOWER"], texts: [] }, "Throttled"],
    ["Get", 500, "", "Unavailable"],
    ["Get", 599, { codes: ["GENERAL", "BUSY"], texts: [] }, "Unavailable"],
    // The cloud's own table goes first.
    ["Get", 429, { codes: ["GENERAL", "BUSY"], texts: [] }, "Busy"],
    ["Create", 409, "", "AlreadyExists"],
    // Of a create only what proves that nothing was made is a refusal.
    ["Create", 400, "", "Rejected"],
    ["Create", 413, "", "Unavailable"],
    ["Create", 422, "", "Rejected"],
  ];
  test.each(table)("%s answered %i with %j is %s", (operation, status, body, kind) => {
    expect(errorOf(operation, answer(status, body), nothing)).toMatchObject({ name: "CloudError", kind });
  });

  test.each<[string, Operation, HttpAnswer, CloudErrorKind]>([
    ["a web page by its type", "Get", answer(404, "gone", { "content-type": "text/html" }), "Unavailable"],
    ["a web page by its looks", "Delete", answer(404, " <!DOCTYPE html><p>no"), "Unavailable"],
    ["the gateway's", "Get", answer(404, { codes: ["OWN", "GATEWAY"], texts: ["no such API"] }), "Unavailable"],
    ["one to what names nothing", "List", answer(404), "Rejected"],
  ])("a 404 proves nothing where it is %s", (_whose, operation, given, kind) => {
    expect(errorOf(operation, given, nothing)).toMatchObject({ kind, advice: "Look elsewhere" });
  });

  test.each([300, 301, 302, 303, 304, 307, 308])("%i is refused: redirects are not followed", (status) => {
    const given = answer(status, "", { location: "https://other.example/login?token=abc" });
    expect(errorOf("List", given, nothing)).toMatchObject({
      kind: "Rejected",
      codes: [String(status)],
      message: "List was redirected to https://other.example: redirects are not followed",
    });
    // It does not prove that nothing was made.
    expect(errorOf("Create", given, nothing).kind).toBe("Unavailable");
  });
});

describe("the message", () => {
  const told = (body: unknown) => {
    const { codes, message } = errorOf("Get", answer(422, body), nothing);
    return [codes, message];
  };

  test("has the cloud's code and words, or the status and the text as it is", () => {
    expect(told({ codes: ["BAD"], texts: ["no\n"] })).toEqual([["BAD"], "Get was answered BAD: no"]);
    expect(told({ codes: ["", "422"], texts: ["no"] })).toEqual([["422"], "Get was answered 422: no"]);
    expect(told("plain words")).toEqual([["422"], "Get was answered 422: plain words"]);
    expect(told("")).toEqual([["422"], "Get was answered 422"]);
  });

  test("has all voices that differ, each once", () => {
    const codes = ["BAD", "422", "", "SVC.7", "BAD"];
    const texts = ["Invalid request.", "no quota", "", "Invalid request", "Failed: no quota."];
    expect(told({ codes, texts })).toEqual([
      ["BAD", "SVC.7"],
      "Get was answered BAD, SVC.7: Invalid request: Failed: no quota",
    ]);
  });

  test("says how many voices there are where there are too many", () => {
    const texts = Array.from({ length: 8 }, (_, index) => `voice ${index}`);
    expect(told({ codes: [], texts })[1]).toMatch(/^Get was answered 422: voice 0: .*: voice 4: and 3 more$/);
  });

  test("is stable, on one line, cut, and without secrets, in text and code alike", () => {
    const echo = `key SECRETKEY\n at 2026-11-21T02:39:55Z ${"x".repeat(5_000)}`;
    const body = { codes: ["SECRETKEY"], texts: [echo, "also SECRETKEY"] };
    const error = errorOf("Get", answer(422, body), redactor(["SECRETKEY"]));
    expect(error.message).toMatch(
      /^Get was answered \[redacted\]: key \[redacted\] at <time> x{50,200}…: also \[redacted\]$/,
    );
    expect(error.codes).toEqual(["[redacted]"]);
  });

  test("shows no web page", () => {
    const page = answer(502, "<html><body>nginx</body></html>", { "content-type": "text/html" });
    expect(errorOf("Get", page, nothing).message).toBe("Get was answered 502: a web page");
  });
});

test("Retry-After is passed on from whatever answer has it", () => {
  expect(errorOf("Get", answer(429, "", { "retry-after": "9" }), nothing).retryAfterMs).toBe(9_000);
  expect(errorOf("Get", answer(503, "", { "retry-after": "9" }), nothing).retryAfterMs).toBe(9_000);
  expect(errorOf("Get", answer(429), nothing).retryAfterMs).toBeUndefined();
});

test("a read by id tells what is absent from what failed", async () => {
  const failing = (status: number) => orAbsent(Promise.reject(errorOf("Get", answer(status), nothing)));
  await expect(failing(404)).resolves.toBe("Absent");
  await expect(failing(403)).rejects.toMatchObject({ kind: "Forbidden" });
  await expect(orAbsent(Promise.resolve(7))).resolves.toBe(7);
});
