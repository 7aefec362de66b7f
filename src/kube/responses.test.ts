import { array, assert, asyncProperty, constantFrom, integer, oneof, string } from "fast-check";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readError, retryAfterMs, splitLines } from "./responses.ts";
import type { KubeError } from "./errors.ts";

const bytesOf = (...chunks: Buffer[]): Readable => Readable.from(chunks);

function errorOf(statusCode: number, body: string, headers = {}): Promise<KubeError> {
  return readError({ statusCode, headers, body: bytesOf(Buffer.from(body)) }, { method: "GET", path: "/x" }, 0);
}

function linesOf(...chunks: Buffer[]): Promise<string[]> {
  return Array.fromAsync(splitLines(bytesOf(...chunks)));
}

describe("readError", () => {
  it("takes reason, message and details from a metav1.Status, the code from HTTP", async () => {
    const status = {
      kind: "Status",
      code: 200,
      reason: "Invalid",
      message: "no",
      details: { causes: [{ field: "f" }] },
    };
    const error = await errorOf(422, JSON.stringify(status));
    expect(error).toMatchObject({ code: 422, reason: "Invalid", message: "GET /x: 422 no" });
    expect(error.status.details).toEqual({ causes: [{ field: "f" }] });
  });

  it("makes a message of a body that is no Status, cut and on one line", async () => {
    const error = await errorOf(502, `<html>\n  <body>Bad   gateway${"!".repeat(100_000)}`);
    expect(error.status.message).toMatch(/^<html> <body>Bad gateway!+…$/);
    expect(error.status.message).toHaveLength(512);
    expect(error.reason).toBe("");
  });

  it("takes JSON that is no Status, and nothing at all, for other bodies", async () => {
    expect((await errorOf(503, '{"error":"down"}')).status.message).toBe('{"error":"down"}');
    expect((await errorOf(500, "null")).status.message).toBe("null");
    expect((await errorOf(500, "")).message).toBe("GET /x: 500 no message");
  });

  it("keeps Retry-After for the caller", async () => {
    const error = await errorOf(429, "slow down", { "retry-after": "7" });
    expect(error.status.details).toEqual({ retryAfterSeconds: 7 });
  });

  it("stops reading an endless body", async () => {
    let read = 0;
    function* endless(): Generator<Buffer, void, undefined> {
      for (;;) {
        read++;
        yield Buffer.alloc(16 * 1024, "x");
      }
    }
    const body = Readable.from(endless(), { highWaterMark: 1 });
    await readError({ statusCode: 500, headers: {}, body }, { method: "GET", path: "/x" }, 0);
    expect(read).toBeLessThan(10);
  });
});

describe("retryAfterMs", () => {
  it.each([
    ["5", 5000],
    ["0", 0],
    ["Thu, 01 Jan 1970 00:01:30 GMT", 30_000],
    ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
    ["soon", undefined],
    ["-1", undefined],
    [undefined, undefined],
  ])("reads %j, a minute after the epoch, as %j", (header, ms) => {
    expect(retryAfterMs(header, 60_000)).toBe(ms);
  });
});

describe("splitLines", () => {
  it("gives the same lines however the bytes were cut", async () => {
    const text = oneof(string(), constantFrom("云帆 ☁️⛵", "\u2028\u2029\r\u0085"));
    const values = array(text, { maxLength: 4 });
    await assert(
      asyncProperty(values, integer({ min: 1, max: 9 }), async (texts, size) => {
        const lines = texts.map((value) => JSON.stringify({ value }));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
          bytes.subarray(n * size, (n + 1) * size),
        );
        expect(await linesOf(...chunks)).toEqual(lines);
      }),
    );
  });

  it("leaves out empty lines", async () => {
    expect(await linesOf(Buffer.from("\na\n\n"), Buffer.from("\nb\n"))).toEqual(["a", "b"]);
  });

  it("tells a stream that ended within a line from one that ended", async () => {
    await expect(linesOf(Buffer.from('a\n{"half":'))).rejects.toThrow("ended within a line");
  });

  it("refuses a line that never ends", async () => {
    const chunk = Buffer.alloc(8 * 1024 * 1024, "x");
    await expect(linesOf(...Array.from({ length: 9 }, () => chunk))).rejects.toThrow("longer than");
  });

  it("takes no further chunk before the lines of the last one were taken", async () => {
    let chunks = 0;
    function* counted(): Generator<Buffer, void, undefined> {
      for (;;) yield Buffer.from(`${++chunks}\nmore\n`);
    }
    const lines = splitLines(Readable.from(counted(), { highWaterMark: 1 }));
    expect([await lines.next(), await lines.next()].map(({ value }) => value)).toEqual(["1", "more"]);
    expect(chunks).toBeLessThan(4);
    await lines.return();
  });
});
