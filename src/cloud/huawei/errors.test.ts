import { describe, expect, test } from "vitest";
import type { CloudErrorKind } from "../errors.ts";
import type { HttpAnswer } from "../http/answer.ts";
import { redactor } from "../http/message.ts";
import { errorOf, isNothingToScale, type Operation } from "./errors.ts";

const nothing = redactor([]);

function answer(status: number, body: unknown = "", headers: Record<string, string> = {}): HttpAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, headers: new Map(Object.entries(headers)), body: text, arrivedAtMs: 0 };
}

/** The shape of CCE (7.4). */
function cce(code: string, text = "Said no."): object {
  return { error_code: code, error_msg: text };
}

describe("the four shapes", () => {
  test.each<[string, object, string]>([
    ["CCE and the gateway", { error_msg: "The format of message is error", error_code: "AS.0001" }, "AS.0001: The f"],
    ["newer CCE", { errorCode: "CCE.01400001", errorMessage: "Invalid request." }, "CCE.01400001: Invalid request"],
    ["add-ons", { code: "SVCSTG.CCE-ADDONMGR.500", message: "internal" }, "SVCSTG.CCE-ADDONMGR.500: internal"],
    ["IAM", { error: { message: "Not you.", code: 401, title: "Unauthorized" } }, "401: Not you"],
    ["a code with the reference's spaces", { code: "SVCSTG.CCE- ADDONMGR. 4000003" }, "SVCSTG.CCE-ADDONMGR.4000003"],
    ["a code that is a number", { code: 17, message: "odd" }, "17: odd"],
    ["none of them", { detail: "odd" }, "418"],
  ])("of %s", (_whose, body, said) => {
    const error = errorOf("GetCluster", answer(418, body), nothing);
    expect(error.message).toContain(`GetCluster was answered ${said}`);
    expect(error.codes).toEqual([said.split(":")[0]]);
  });

  // As today's add-on manager answers: the general sentence first, the reason elsewhere.
  const several = (reason: string, general = "Invalid request.") => ({
    kind: "Status",
    code: 400,
    errorCode: "CCE.03400001",
    errorMessage: general,
    error: { message: reason, code: "SVCSTG.CCE-ADDONMGR.4000002" },
    message: reason,
    reason: "BadRequest",
  });

  test("in one body are all shown", () => {
    expect(errorOf("InstallAddon", answer(400, several("custom values are not defined")), nothing)).toMatchObject({
      codes: ["CCE.03400001", "SVCSTG.CCE-ADDONMGR.4000002"],
      message:
        "InstallAddon was answered CCE.03400001, SVCSTG.CCE-ADDONMGR.4000002: Invalid request: custom values are not defined",
    });
  });

  test.each<[Operation, number, object, CloudErrorKind]>([
    // The reason.
    ["InstallAddon", 403, several("The quota of add-ons is used up", "Forbidden."), "QuotaExceeded"],
    ["CreateCluster", 403, { ...cce("X.1", "Forbidden."), reason: "配额不足 (clusters)" }, "QuotaExceeded"],
    ["CreateCluster", 400, { ...cce("X.1", "Bad."), error: "metadata.name is odd" }, "NameRefused"],
    // The second code.
    ["UpdateCluster", 400, { ...cce("CCE.01400001"), errorCode: "CCE.01400024" }, "Busy"],
    ["GetAddon", 400, { errorCode: "CCE.03400001", error: { code: "SVC.1.4040204" } }, "Rejected"],
    ["GetAddon", 400, { errorCode: "CCE.03400001", error: { code: "CCE.4040204" } }, "NotFound"],
    ["GetAddon", 404, { errorCode: "CCE.03404001", error: { code: "CCE.404" } }, "NotFound"],
    // One that contradicts.
    ["GetCluster", 404, { ...cce("CCE.01404001"), code: "APIGW.0101" }, "Unavailable"],
    ["GetCluster", 404, { ...cce("CCE.01404001"), code: "CCE.01409002" }, "Busy"],
  ])("in one body are all heard: %s %i %j is %s", (operation, status, body, kind) => {
    expect(errorOf(operation, answer(status, body), nothing).kind).toBe(kind);
  });

  test("that there is nothing to scale is heard in every voice", () => {
    const nothingToScale = cce("CCE_CM.0004", "No scale task needed with desired node count 1");
    const body = { errorCode: "CCE.03400001", errorMessage: "Invalid request.", ...nothingToScale };
    expect(isNothingToScale(errorOf("UpdateNodePool", answer(400, body), nothing))).toBe(true);
  });

  test("else the text as it is, and never a web page", () => {
    expect(errorOf("GetCluster", answer(400, "plain words"), nothing).message).toContain("400: plain words");
    expect(errorOf("GetCluster", answer(502, "<html><p>x"), nothing).message).toContain("502: a web page");
  });
});

describe("what it means", () => {
  const table: [Operation, number, unknown, CloudErrorKind][] = [
    // Codes, whatever the status below 500.
    ["GetCluster", 404, cce("CCE.01404001"), "NotFound"],
    ["GetAddon", 400, { code: "SVCSTG.CCE-ADDONMGR. 4040204", message: "Addon not exist" }, "NotFound"],
    ["CreateCluster", 409, cce("CCE.01409001"), "AlreadyExists"],
    ["UpdateCluster", 409, cce("CCE.01409002"), "Busy"],
    ["UpdateNodePool", 429, cce("CCE.01429002"), "Busy"],
    ["UpdateNodePool", 429, cce("CCE.01429003"), "Busy"],
    ["DeleteCluster", 400, cce("CCE.01400024"), "Busy"],
    ["CreateNodePool", 400, cce("CCE.01400023"), "Busy"],
    ["DeleteNodePool", 403, cce("CCE.01403003"), "Busy"],
    ["HibernateCluster", 403, cce("CCE.01403006"), "Busy"],
    ["CreateCluster", 400, cce("CCE.01400007"), "QuotaExceeded"],
    ["UpdateNodePool", 400, cce("CCE.01400008"), "QuotaExceeded"],
    ["CreateCluster", 429, cce("CCE.01429004", "Insufficient account balance"), "QuotaExceeded"],
    ["GetCluster", 404, cce("CCE_CM.0003", "Resource not found"), "NotFound"],
    ["GetCluster", 400, cce("CCE_CM.0003", "Resource not found"), "Rejected"],
    ["ListClusters", 429, cce("APIGW.0308"), "Throttled"],
    ["ListClusters", 403, cce("APIGW.0308"), "Throttled"],
    ["InstallAddon", 400, { code: "SVCSTG.CCE-ADDONMGR.4030302", message: "can't support" }, "Rejected"],
    // Statuses.
    ["GetCluster", 401, cce("APIGW.0301"), "Unauthenticated"],
    ["GetToken", 401, { error: { code: 401, message: "The username or password is wrong." } }, "Unauthenticated"],
    ["GetCluster", 403, cce("CCE.01403001"), "Forbidden"],
    ["ListClusters", 429, "", "Throttled"],
    ["UpdateCluster", 409, cce("CCE.09999999"), "Busy"],
    ["GetCluster", 410, cce("X.1"), "Unavailable"],
    ["CreateCluster", 408, "", "Unavailable"],
    ["GetCluster", 500, { code: "SVCSTG.CCE-ADDONMGR.5000002" }, "Unavailable"],
    ["GetCluster", 503, cce("CCE.01404001"), "Unavailable"],
    ["UpdateCluster", 400, cce("CCE.01400001"), "Rejected"],
    // Of a create only what proves that nothing was made is a refusal.
    ["CreateCluster", 400, cce("CCE.01400001", "Invalid request."), "Rejected"],
    ["CreateCluster", 422, "", "Rejected"],
    ["CreateCluster", 413, "", "Unavailable"],
    ["CreateCluster", 302, "", "Unavailable"],
    ["GetCluster", 302, "", "Rejected"],
    ["CreateNodePool", 409, cce("X.1", "Conflict."), "AlreadyExists"],
    ["InstallAddon", 400, { code: "X.1", message: "Addon instance already exists" }, "AlreadyExists"],
    ["CreateCluster", 403, cce("X.1", "The quota of clusters is used up"), "QuotaExceeded"],
    ["CreateCluster", 400, cce("X.1", "集群配额不足"), "QuotaExceeded"],
    ["CreateCluster", 403, cce("X.1", "No right"), "Forbidden"],
    ["CreateCluster", 400, cce("X.1", "Invalid cluster name"), "NameRefused"],
    ["CreateNodePool", 400, cce("X.1", "metadata.name is odd"), "NameRefused"],
    ["CreateNodePool", 400, cce("X.1", "keypair name is unknown"), "Rejected"],
  ];
  test.each(table)("%s %i %j: %s", (operation, status, body, kind) => {
    expect(errorOf(operation, answer(status, body), nothing)).toMatchObject({ name: "CloudError", kind });
  });

  test.each<[string, Operation, HttpAnswer, CloudErrorKind]>([
    ["the gateway's", "GetCluster", answer(404, cce("APIGW.0101", "The API does not exist")), "Unavailable"],
    ["a web page", "DeleteCluster", answer(404, "gone", { "content-type": "text/html" }), "Unavailable"],
    ["a load balancer's", "GetNodePool", answer(404, "default backend - 404"), "Unavailable"],
    ["an empty one", "GetJob", answer(404), "Unavailable"],
    ["one in another shape", "GetCluster", answer(404, { detail: "Not Found" }), "Unavailable"],
    [
      "a gateway's in the cloud's shape",
      "GetCluster",
      answer(404, { code: 404, message: "page not found" }),
      "Unavailable",
    ],
    ["one to what names nothing", "ListClusters", answer(404, cce("CCE.0404")), "Rejected"],
  ])("a 404 proves nothing where it is %s", (_whose, operation, given, kind) => {
    expect(errorOf(operation, given, nothing)).toMatchObject({
      kind,
      advice: expect.stringContaining("endpoints of the account"),
    });
  });
});

test("the message is redacted and one line, and says when to come back", () => {
  const given = answer(429, cce("APIGW.0308", "too many\nfor sk-secret"), { "retry-after": "7" });
  expect(errorOf("CreateCluster", given, redactor(["sk-secret"]))).toMatchObject({
    kind: "Throttled",
    codes: ["APIGW.0308"],
    message: "CreateCluster was answered APIGW.0308: too many for [redacted]",
    retryAfterMs: 7_000,
  });
});

test("The id of the request is for the log: the message stays the same from one to the next", () => {
  const failed = (id: string) => errorOf("GetCluster", answer(500, "broken", { "x-request-id": id }), nothing);
  expect([failed("1").requestId, failed("2").requestId]).toEqual(["1", "2"]);
  expect(failed("1").message).toBe(failed("2").message);
});
