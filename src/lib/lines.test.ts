// A stream's lines, however its bytes were cut.
import { array, assert, asyncProperty, constantFrom, integer, oneof, string } from "fast-check";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { splitLines } from "./lines.ts";

function linesOf(...chunks: Buffer[]): Promise<string[]> {
  return Array.fromAsync(splitLines(Readable.from(chunks)));
}

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
