// What no server can bring about, called as undici would call it. All else about an exchange is in http.test.ts.
import { expect, test } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { Exchange } from "./exchange.ts";

test("an exchange that is started a second time, to be sent again, is aborted instead", () => {
  const exchange = new Exchange({ clock: new FakeClock(), maxBytes: 1 });
  const aborted: string[] = [];
  const start = (name: string): void =>
    exchange.onRequestStart({
      aborted: false,
      paused: false,
      reason: null,
      abort: () => aborted.push(name),
      pause: () => undefined,
      resume: () => undefined,
    });
  start("first");
  expect(aborted).toEqual([]);
  start("second");
  expect(aborted).toEqual(["second"]);
  expect(exchange.sent).toBe(true);
});
