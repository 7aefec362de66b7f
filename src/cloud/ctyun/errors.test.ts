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
    ["SetVisibility", 404, "", "Unavailable"],
    ["ListRepositories", 404, { code: 404, message: "page not found" }, "Unavailable"],
    ["DeleteProject", 404, { errors: [{ code: "NOT_FOUND", message: "project 7 not found" }] }, "NotFound"],
    ["DeleteProject", 404, { message: "Not found", errors: [{ message: "project 7 not found" }] }, "NotFound"],
    [
      "CreateProject",
      400,
      { code: 400, message: "Bad", errors: [{ code: "X", message: "name is odd" }] },
      "NameRefused",
    ],
    ["CreateProject", 400, { errors: [{ code: "X" }, { code: "Y", message: "name is odd" }] }, "NameRefused"],
    ["DeleteProject", 404, { code: 404, message: "project 7 not found" }, "NotFound"],
    ["DeleteProject", 410, "", "Unavailable"],
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
});

describe("the message", () => {
  test("has the cloud's code and words from both shapes of Harbor, from plain text, or the status alone", () => {
    const told = (body: unknown): [string, string] => {
      const error = errorOf("SetVisibility", answer(422, body), nothing);
      return [error.codes.join(), error.message];
    };
    expect(told({ code: 1234, message: "no" })).toEqual(["1234", "SetVisibility was answered 1234: no"]);
    expect(told({ errors: [{ code: "BAD", message: "no" }] })).toEqual(["BAD", "SetVisibility was answered BAD: no"]);
    const several = {
      code: 500,
      message: "Failed.",
      errors: [
        { code: "BAD", message: "no" },
        { code: "BAD", message: "why" },
      ],
    };
    expect(told(several)).toEqual(["500,BAD", "SetVisibility was answered 500, BAD: Failed: no: why"]);
    expect(told("no\n")).toEqual(["422", "SetVisibility was answered 422: no"]);
    expect(told("")).toEqual(["422", "SetVisibility was answered 422"]);
    expect(told({ errors: [] })).toEqual(["422", "SetVisibility was answered 422"]);
    expect(told({ code: {}, message: [5] })).toEqual(["422", "SetVisibility was answered 422"]);
  });
});

test("The id of the request is for the log: the message stays the same from one to the next", () => {
  const failed = (id: string) => errorOf("DeleteProject", answer(500, "broken", { "x-request-id": id }), nothing);
  expect([failed("1").requestId, failed("2").requestId]).toEqual(["1", "2"]);
  expect(failed("1").message).toBe(failed("2").message);
});
