// Which error leads to what.
import { describe, expect, it } from "vitest";
import { KubeError, KubeUnreachableError } from "../../kube/errors.ts";
import { RefusedError, RetryableError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { FencedError } from "../../lib/fence.ts";
import { outcomeOfError, outcomeOfResult, ReconcileTimeoutError } from "./controller-outcome.ts";

const request = { method: "PUT", path: "/x" };
const described = { reason: "Reason", message: "Message" };

describe("outcomeOfResult", () => {
  it("R6: is done, or again after the given time", () => {
    expect(outcomeOfResult({})).toEqual({ kind: "Done" });
    expect(outcomeOfResult({ requeueAfterMs: 0 })).toEqual({ kind: "Again", afterMs: 0 });
  });
});

describe("outcomeOfError", () => {
  it.each([
    [new TerminalError(described), { kind: "Terminal" }],
    [new RefusedError(described), { kind: "Retry", retryAfterMs: undefined }],
    [new WaitingError({ ...described, pollAfterMs: 15_000 }), { kind: "Waiting", afterMs: 15_000 }],
    [new RetryableError(described), { kind: "Retry", retryAfterMs: undefined }],
    [new RetryableError({ ...described, retryAfterMs: 5 }), { kind: "Retry", retryAfterMs: 5 }],
    [new KubeError({ code: 500 }, request), { kind: "Retry", retryAfterMs: undefined }],
    [new KubeError({ code: 429, details: { retryAfterSeconds: 2 } }, request), { kind: "Retry", retryAfterMs: 2000 }],
    [new KubeUnreachableError(request, undefined), { kind: "Retry", retryAfterMs: undefined }],
    [new ReconcileTimeoutError(1), { kind: "Retry", retryAfterMs: undefined }],
    [new KubeError({ code: 409 }, request), { kind: "Yield" }],
    [new FencedError(), { kind: "Yield" }],
    [new TypeError("x is not a function"), { kind: "Panic" }],
    ["a string", { kind: "Panic" }],
    [undefined, { kind: "Panic" }],
  ])("R6: the class of %s decides", (error, expected) => {
    expect(outcomeOfError(error)).toEqual({ ...expected, error });
  });
});
