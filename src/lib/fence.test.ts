// The right to write.
import { describe, expect, it } from "vitest";
import { assertOpen, FencedError, openFence } from "./fence.ts";

describe("assertOpen", () => {
  it("passes while there is time left, and always without election", () => {
    expect(() => assertOpen({ remainingMs: () => 0.1 })).not.toThrow();
    expect(() => assertOpen(openFence)).not.toThrow();
  });

  it.each([0, -1, Number.NEGATIVE_INFINITY])("R20: throws FencedError when %s ms are left", (remainingMs) => {
    expect(() => assertOpen({ remainingMs: () => remainingMs })).toThrow(FencedError);
  });

  it("R20: asks the fence each time", () => {
    let remainingMs = 1;
    const fence = { remainingMs: () => remainingMs };
    expect(() => assertOpen(fence)).not.toThrow();
    remainingMs = 0;
    expect(() => assertOpen(fence)).toThrow("no longer writes");
  });
});
