import { describe, expect, test } from "vitest";
import type { CloudErrorKind } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { redactor } from "../http/message.ts";
import { errorOf, type Operation } from "./errors.ts";

const nothing = redactor([]);

function answer(status: number, body: unknown = "", headers: Record<string, string> = {}): HttpAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Map(Object.entries(headers)), body: text, arrivedAtMs: 0 };
}

describe("the table", () => {
  const table: [Operation, number, unknown, CloudErrorKind][] = [
    ["CreateProject", 400, "project name is not in lower case or contains illegal characters", "NameRefused"],
    ["CreateProject", 400, { code: 400, message: "Project name a is illegal in length" }, "NameRefused"],
    ["CreateProject", 400, { errors: [{ code: "BAD_REQUEST", message: "invalid project_name" }] }, "NameRefused"],
    ["CreateProject", 400, "项目名称不合法", "NameRefused"],
    ["CreateProject", 400, "invalid username or hostname", "Rejected"],
    ["CreateProject", 400, "", "Rejected"],
    ["SetVisibility", 400, "project name is odd", "Rejected"],
    ["CreateProject", 401, { code: 401, message: "UnAuthorize" }, "Unauthenticated"],
    ["CreateProject", 403, "", "Forbidden"],
    ["CreateProject", 404, "", "Rejected"],
    ["ListProjects", 404, "", "Rejected"],
    ["Verify", 404, "", "Rejected"],
    ["SetVisibility", 404, "", "NotFound"],
    ["DeleteProject", 404, { code: 404, message: "project 7 not found" }, "NotFound"],
    ["DeleteProject", 410, "", "NotFound"],
    ["CreateProject", 408, "", "Unavailable"],
    ["CreateProject", 409, { errors: [{ code: "CONFLICT", message: "exists" }] }, "AlreadyExists"],
    ["DeleteProject", 409, "", "Unavailable"],
    ["DeleteProject", 412, { code: 412, message: "the project contains repositories, can not be deleted" }, "NotEmpty"],
    ["SetVisibility", 412, "", "Rejected"],
    ["CreateProject", 413, "", "Unavailable"],
    ["CreateProject", 422, "", "Rejected"],
    ["CreateProject", 429, "", "Throttled"],
    ["CreateProject", 500, "", "Unavailable"],
    ["DeleteProject", 503, "", "Unavailable"],
    ["DeleteProject", 599, "", "Unavailable"],
  ];
  test.each(table)("%s answered %i with %j is %s", (operation, status, body, kind) => {
    expect(errorOf(operation, answer(status, body), nothing).kind).toBe(kind);
  });

  test.each([300, 301, 302, 303, 304, 307, 308])("%i is refused: redirects are not followed", (status) => {
    const error = errorOf("ListProjects", answer(status, "", { location: "https://other.example/login?x=1" }), nothing);
    expect(error).toMatchObject({
      kind: "Rejected",
      code: String(status),
      message: "ListProjects was redirected to https://other.example: redirects are not followed",
    });
  });

  test("a redirect of a create does not prove that nothing was made", () => {
    expect(errorOf("CreateProject", answer(303, ""), nothing).kind).toBe("Unavailable");
  });

  test("a web page that says 404 proves nothing about a project", () => {
    for (const page of [answer(404, "gone", { "content-type": "text/html" }), answer(404, "<!DOCTYPE html><p>no")]) {
      const error = errorOf("DeleteProject", page, nothing);
      expect(error.kind).toBe("Rejected");
      expect(error.advice).toContain("spec.endpoint");
    }
  });
});

describe("the message", () => {
  test("has the cloud's code and words from both shapes of Harbor, from plain text, or the status alone", () => {
    const told = (body: unknown): [string, string] => {
      const error = errorOf("SetVisibility", answer(422, body), nothing);
      return [error.code, error.message];
    };
    expect(told({ code: 1234, message: "no" })).toEqual(["1234", "SetVisibility was answered 1234: no"]);
    expect(told({ errors: [{ code: "BAD", message: "no" }] })).toEqual(["BAD", "SetVisibility was answered BAD: no"]);
    expect(told("no\n")).toEqual(["422", "SetVisibility was answered 422: no"]);
    expect(told("")).toEqual(["422", "SetVisibility was answered 422"]);
    expect(told({ errors: [] })).toEqual(["422", "SetVisibility was answered 422"]);
    expect(told({ code: {}, message: 5 })).toEqual(["422", "SetVisibility was answered 422"]);
  });

  test("is stable, on one line, cut, and without secrets, in text and code alike", () => {
    const echo = `key SECRETKEY\n at 2026-11-21T02:39:55Z ${"x".repeat(5_000)}`;
    const error = errorOf("Verify", answer(422, { code: "SECRETKEY", message: echo }), redactor(["SECRETKEY"]));
    expect(error.message).toMatch(/^Verify was answered \[redacted\]: key \[redacted\] at <time> x{50,200}…$/);
    expect(error.code).toBe("[redacted]");
  });

  test("shows no web page", () => {
    const page = answer(502, "<html><body>nginx</body></html>", { "content-type": "text/html" });
    expect(errorOf("Verify", page, nothing).message).toBe("Verify was answered 502: a web page");
  });
});

test("Retry-After is passed on from whatever answer has it", () => {
  expect(errorOf("Verify", answer(429, "", { "retry-after": "9" }), nothing).retryAfterMs).toBe(9_000);
  expect(errorOf("Verify", answer(503, "", { "retry-after": "9" }), nothing).retryAfterMs).toBe(9_000);
  expect(errorOf("Verify", answer(429), nothing).retryAfterMs).toBeUndefined();
});

test("The id of the request is for the log: the message stays the same from one to the next", () => {
  const failed = (id: string) => errorOf("DeleteProject", answer(500, "broken", { "x-request-id": id }), nothing);
  expect([failed("1").requestId, failed("2").requestId]).toEqual(["1", "2"]);
  expect(failed("1").message).toBe(failed("2").message);
});
