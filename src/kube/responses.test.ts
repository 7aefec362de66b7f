import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readError, retryAfterMs } from "./responses.ts";
import type { KubeError } from "./errors.ts";

const bytesOf = (...chunks: Buffer[]): Readable => Readable.from(chunks);

function errorOf(statusCode: number, body: string, headers = {}): Promise<KubeError> {
  return readError({ statusCode, headers, body: bytesOf(Buffer.from(body)) }, { method: "GET", path: "/x" }, 0);
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
