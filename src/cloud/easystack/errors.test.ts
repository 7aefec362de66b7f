// What EasyStack's answers mean, in its own shape and in those of what stands before and behind it.
import { expect, test } from "vitest";
import type { CloudErrorKind } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { redactor } from "../http/message.ts";
import { errorOf, type Operation } from "./errors.ts";

const nothing = redactor([]);

function answer(status: number, body: unknown): HttpAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Map(), body: text, arrivedAtMs: 0 };
}

const error = (code: number, title: string, message = "") => ({ error: { message, code, title } });

const table: [Operation, number, unknown, CloudErrorKind][] = [
  ["GetWorkspace", 404, error(404, "Not Found"), "NotFound"],
  ["GetWorkspace", 404, { detail: "Not found." }, "Unavailable"],
  ["GetWorkspace", 404, { message: "no Route matched with those values" }, "Unavailable"],
  ["GetWorkspace", 410, "", "Unavailable"],
  ["GetQuota", 404, { code: "404 Not Found", message: "The resource could not be found." }, "Unavailable"],
  ["ListWorkspaces", 404, error(404, "Not Found"), "Rejected"],
  ["CreateWorkspace", 409, error(409, "Conflict"), "AlreadyExists"],
  ["CreateNamespace", 403, error(403, "Forbidden", "Quota exceeded"), "QuotaExceeded"],
  ["CreateNamespace", 403, error(403, "Forbidden", "no role"), "Forbidden"],
  ["CreateWorkspace", 400, error(400, "Bad Request", "the name is illegal"), "NameRefused"],
  ["DeleteWorkspace", 412, error(412, "Precondition Failed"), "NotEmpty"],
  // Voices beside the first decide too.
  [
    "CreateNamespace",
    403,
    { ...error(403, "Forbidden", "Invalid request."), message: "quota of pods exceeded" },
    "QuotaExceeded",
  ],
  [
    "CreateWorkspace",
    400,
    { ...error(400, "Bad Request", "Invalid request."), detail: "name is illegal" },
    "NameRefused",
  ],
];

test.each(table)("%s answered %i with %j is %s", (operation, status, body, kind) => {
  expect(errorOf(operation, answer(status, body), nothing).kind).toBe(kind);
});

test("all voices that differ are shown", () => {
  const body = {
    ...error(400, "Bad Request", "Invalid request."),
    message: "Invalid request.",
    detail: "cidr overlaps",
  };
  const { message } = errorOf("CreateNamespace", answer(400, body), nothing);
  expect(message).toMatch(/Invalid request\.?: cidr overlaps$/);
});
