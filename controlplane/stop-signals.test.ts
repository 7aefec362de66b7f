// When signals stop and when they force.
import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { FakeClock } from "../test/support/clock/fake-clock.ts";
import { onStopSignals } from "./stop-signals.ts";

function harness(): { clock: FakeClock; emitter: EventEmitter; calls: string[] } {
  const clock = new FakeClock();
  const emitter = new EventEmitter();
  const calls: string[] = [];
  onStopSignals({
    emitter,
    clock,
    stop: (signal) => calls.push(`stop ${signal}`),
    force: (signal) => calls.push(`force ${signal}`),
  });
  return { clock, emitter, calls };
}

test("Two signals within 500 ms count as one", async () => {
  const { clock, emitter, calls } = harness();
  emitter.emit("SIGINT", "SIGINT");
  await clock.advance(499);
  emitter.emit("SIGINT", "SIGINT");
  expect(calls).toEqual(["stop SIGINT"]);
});

test("A later second signal forces, whichever it is", async () => {
  const { clock, emitter, calls } = harness();
  emitter.emit("SIGTERM", "SIGTERM");
  await clock.advance(500);
  emitter.emit("SIGINT", "SIGINT");
  expect(calls).toEqual(["stop SIGTERM", "force SIGINT"]);
});
