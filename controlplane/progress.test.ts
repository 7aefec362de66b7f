// The progress line on a terminal and in a pipe.
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { FakeClock } from "../test/support/clock/fake-clock.ts";
import { duration, startProgress } from "./progress.ts";

const describe = (elapsedMs: number): string => `working for ${duration(elapsedMs)}`;

function shown(stream: PassThrough): string {
  return String(stream.read() ?? "");
}

test("A pipe gets a line at once and then one every 15 s", async () => {
  const clock = new FakeClock();
  const stream = new PassThrough();
  const progress = startProgress({ stream, clock, describe });
  await clock.advance(31_000);
  progress.stop("done");
  await clock.advance(60_000);
  expect(shown(stream)).toBe("working for 0 s\nworking for 15 s\nworking for 30 s\ndone\n");
});

test("A terminal gets one line that is rewritten each second and never wraps", async () => {
  const clock = new FakeClock();
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 14 });
  const progress = startProgress({ stream, clock, describe });
  await clock.advance(1_000);
  progress.stop("done");
  expect(shown(stream)).toBe("\r\u001B[2Kworking for 0\r\u001B[2Kworking for 1\r\u001B[2Kdone\n");
});

test("Durations read as a person says them", () => {
  expect([0, 59_400, 60_000, 200_000].map(duration)).toEqual(["0 s", "59 s", "1 min", "3 min 20 s"]);
});
