// What each thing that a cloud can say means for a resource.
import { describe, expect, it } from "vitest";
import { CloudError, type CloudErrorKind } from "../../cloud/errors.ts";
import { ReconcileError, RetryableError, TerminalError, WaitingError } from "../../lib/errors.ts";
import { reconcileErrorOf } from "./cloud-errors.ts";

type Expected = readonly [typeof TerminalError | typeof RetryableError | typeof WaitingError, string];

/** By kind, so that the compiler asks for a row when a kind is added. */
const EXPECTED: Readonly<Record<CloudErrorKind, Expected>> = {
  Rejected: [TerminalError, "Rejected"],
  NameRefused: [TerminalError, "NameRefused"],
  Unauthenticated: [RetryableError, "CredentialsRejected"],
  Forbidden: [TerminalError, "Forbidden"],
  NotFound: [RetryableError, "NotFoundInCloud"],
  NotServed: [TerminalError, "NotServed"],
  Conflict: [RetryableError, "Changed"],
  AlreadyExists: [TerminalError, "AlreadyExists"],
  NotEmpty: [TerminalError, "NotEmpty"],
  QuotaExceeded: [TerminalError, "QuotaExceeded"],
  Busy: [RetryableError, "CloudBusy"],
  Throttled: [WaitingError, "Throttled"],
  Unreachable: [RetryableError, "EndpointUnreachable"],
  Unavailable: [RetryableError, "CloudUnavailable"],
  CredentialsMalformed: [TerminalError, "CredentialsIncomplete"],
  AmbiguousCredentials: [TerminalError, "AmbiguousCredentials"],
  PlaceNotConfirmed: [RetryableError, "PlaceNotConfirmed"],
  ProjectNotFound: [TerminalError, "ProjectNotFound"],
  EndpointRequired: [TerminalError, "EndpointRequired"],
};
const kinds = Object.keys(EXPECTED) as CloudErrorKind[];

describe("reconcileErrorOf", () => {
  it.each(kinds)("gives %s its class and its reason", (kind) => {
    const [expectedClass, reason] = EXPECTED[kind];
    const error = reconcileErrorOf(new CloudError(kind, { message: "Said no" }));
    expect(error).toBeInstanceOf(expectedClass);
    expect(error.reason).toBe(reason);
    expect(error.reason).toMatch(/^[A-Z][A-Za-z]+$/);
  });

  it.each(kinds)("says what the cloud said of %s, then what to do, and keeps the cause", (kind) => {
    const cause = new CloudError(kind, { message: "CreateProject was answered 418: a teapot" });
    const error = reconcileErrorOf(cause);
    expect(error.message).toMatch(/^CreateProject was answered 418: a teapot\. [A-Z].{8,}/);
    expect(error.cause).toBe(cause);
    expect(error).toBeInstanceOf(ReconcileError);
  });

  it("gives the error's own advice instead, and none where the message is advice enough", () => {
    const answered = { message: "Verify was answered 404" };
    const advised = reconcileErrorOf(new CloudError("Rejected", { ...answered, advice: "Correct spec.endpoint" }));
    expect(advised.message).toBe("Verify was answered 404. Correct spec.endpoint");
    const complete = reconcileErrorOf(
      new CloudError("Rejected", { message: "spec.endpoint is http: use https", advice: "" }),
    );
    expect(complete.message).toBe("spec.endpoint is http: use https");
  });

  it("lets the cloud's own time to wait win wherever it is tried again", () => {
    const retried = kinds.filter((kind) => EXPECTED[kind][0] === RetryableError);
    expect(retried.length).toBeGreaterThan(0);
    for (const kind of retried) {
      const asked = reconcileErrorOf(new CloudError(kind, { message: "Later", retryAfterMs: 7000 }));
      expect(asked).toHaveProperty("retryAfterMs", 7000);
      expect(reconcileErrorOf(new CloudError(kind, { message: "Later" }))).toHaveProperty("retryAfterMs", undefined);
    }
    const throttled = (retryAfterMs?: number) =>
      reconcileErrorOf(new CloudError("Throttled", { message: "Later", retryAfterMs }));
    expect(throttled(7000)).toHaveProperty("pollAfterMs", 7000);
    expect(throttled()).toHaveProperty("pollAfterMs", 10_000);
  });
});
