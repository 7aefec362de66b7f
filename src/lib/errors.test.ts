// The three decisions that an error can carry.
import { describe, expect, it } from "vitest";
import {
  HeldError,
  messageOf,
  ReconcileError,
  RefusedError,
  requestIdOf,
  RetryableError,
  TerminalError,
  WaitingError,
} from "./errors.ts";

const described = { reason: "NotEmpty", message: "Empty it", cause: new Error("412") };

describe("ReconcileError", () => {
  it.each([
    ["TerminalError", new TerminalError(described)],
    ["WaitingError", new WaitingError({ ...described, pollAfterMs: 1000 })],
    ["HeldError", new HeldError({ ...described, pollAfterMs: 1000 })],
    ["RetryableError", new RetryableError({ ...described, retryAfterMs: 7000 })],
    ["RefusedError", new RefusedError(described)],
  ])("%s carries its name, reason, message and cause", (name, error) => {
    expect(error).toBeInstanceOf(ReconcileError);
    expect(error).toMatchObject({ ...described, name });
  });

  it("says when to look again, where the class has a say in it", () => {
    expect(new WaitingError({ ...described, pollAfterMs: 1000 }).pollAfterMs).toBe(1000);
    expect(new RetryableError({ ...described, retryAfterMs: 7000 }).retryAfterMs).toBe(7000);
    expect(new RetryableError(described).retryAfterMs).toBeUndefined();
  });

  it("has no cause where none was given", () => {
    expect(new TerminalError({ reason: "NotEmpty", message: "Empty it" })).not.toHaveProperty("cause");
  });
});

describe("requestIdOf", () => {
  it("finds the id in an error or in what caused it, and nothing where there is none", () => {
    const answered = Object.assign(new Error("403"), { requestId: "id-1" });
    const wrapped = new RetryableError({ ...described, cause: new TerminalError({ ...described, cause: answered }) });
    expect([answered, wrapped].map(requestIdOf)).toEqual(["id-1", "id-1"]);
    for (const thrown of [
      new TerminalError(described),
      Object.assign(new Error("x"), { requestId: 7 }),
      "x",
      undefined,
    ]) {
      expect(requestIdOf(thrown)).toBeUndefined();
    }
  });
});

describe("messageOf", () => {
  it("reads whatever was thrown", () => {
    expect(messageOf(new Error("broken"))).toBe("broken");
    expect(messageOf("broken")).toBe("broken");
    expect(messageOf(undefined)).toBe("undefined");
  });
});
