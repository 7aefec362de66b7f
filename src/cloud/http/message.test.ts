import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { presentable, redactor } from "./message.ts";

const nothing = redactor([]);

describe("what a cloud said", () => {
  test("becomes one line without control and invisible characters", () => {
    expect(presentable("  first\r\n\tsecond\u0000\u202Ethird\u200B ", nothing)).toBe("first second third");
  });

  test("ends without a full stop, so that advice may follow", () => {
    expect(presentable(" illegal characters! ", nothing)).toBe("illegal characters");
    expect(presentable("名称不合法。", nothing)).toBe("名称不合法");
  });

  test("is cut to about 200 characters, never inside one", () => {
    const line = presentable("云".repeat(150) + "😀".repeat(150), nothing);
    expect(Array.from(line)).toHaveLength(201);
    expect(line.endsWith("😀…")).toBe(true);
    expect(line.isWellFormed()).toBe(true);
  });

  test("may be as long as an answer can be", () => {
    expect(presentable(". x".repeat(5_000_000), redactor(["secret"]))).toBe(`${". x".repeat(70).slice(0, 200)}…`);
  });

  test("is the same however often it is said: no time stamps, no request ids", () => {
    const said = (time: string, id: string, hex: string, unix: string): string =>
      presentable(`refused at ${time}, request ${id} ${hex}, expired ${unix}`, nothing);
    expect(said("2026-11-21T02:39:55.123Z", "0c8f3d0e-8a3b-4a43-9a08-1f4b1b6a7c10", "a".repeat(32), "1763692795")).toBe(
      said("2026-11-22 10:00:00 +0800", "ffffffff-8a3b-4a43-9a08-1f4b1b6a7c10", "b".repeat(32), "1763692796123"),
    );
  });

  test("keeps what a person needs: names, small numbers and digests", () => {
    const text = `project team-a holds 12 images of sha256:${"0f".repeat(32)}`;
    expect(presentable(text, nothing)).toBe(text);
  });
});

describe("redaction", () => {
  test("hides a secret in the forms in which it is echoed", () => {
    const secret = 'p"ss/w+rd';
    const echoes = [secret, encodeURIComponent(secret), JSON.stringify(secret), Buffer.from(secret).toString("base64")];
    const line = presentable(echoes.join(" | "), redactor([secret]));
    expect(line).toBe('[redacted] | [redacted] | "[redacted]" | [redacted]');
  });

  test("hides the longer of two secrets where one begins the other", () => {
    expect(redactor(["abc", "abcdef"])("abcdef abc")).toBe("[redacted] [redacted]");
  });

  test("hides what the cut would have split", () => {
    const secret = "s".repeat(40);
    expect(presentable("x".repeat(190) + secret, redactor([secret]))).not.toContain("sss");
  });

  test("leaves no secret in any text, and an empty one hides nothing", () => {
    const secret = fc.string({ minLength: 12, maxLength: 40 });
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, value, after) => {
        expect(presentable(before + value + after, redactor([value, ""]))).not.toContain(value);
      }),
    );
    expect(redactor([""])("text")).toBe("text");
  });
});
