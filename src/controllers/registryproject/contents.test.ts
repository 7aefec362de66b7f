// What is said about a project that can't be deleted because it holds images.
import { describe, expect, it } from "vitest";
import { TerminalError } from "../../lib/errors.ts";
import { notEmpty } from "./contents.ts";

describe("notEmpty", () => {
  it("waits for a person and offers the three ways out", () => {
    const error = notEmpty(2);
    expect(error).toBeInstanceOf(TerminalError);
    expect(error.reason).toBe("NotEmpty");
    expect(error.message).toMatch(/2 images.*spec\.contentsOnDelete to Delete.*spec\.deletionPolicy to Orphan/);
  });

  it("counts one image as one, and none where the cloud only said that there are some", () => {
    expect(notEmpty(1).message).toContain("holds 1 image.");
    expect(notEmpty().message).toContain("still holds images.");
  });
});
