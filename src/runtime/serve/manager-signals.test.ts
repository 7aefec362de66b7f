import { EventEmitter } from "node:events";
import { describe, expect, it, vi, type Mock } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { onSignals } from "./manager-signals.ts";

function setup(): {
  clock: FakeClock;
  source: EventEmitter;
  stop: Mock<(signal: NodeJS.Signals) => void>;
  exit: Mock<() => void>;
  remove: () => void;
} {
  const [clock, source] = [new FakeClock(), new EventEmitter()];
  const [stop, exit] = [vi.fn<(signal: NodeJS.Signals) => void>(), vi.fn<() => void>()];
  return { clock, source, stop, exit, remove: onSignals({ clock, source, stop, exit }) };
}

describe("onSignals", () => {
  it("R22: stops in an orderly way at the first signal, and exits at once at a second", async () => {
    const { clock, source, stop, exit } = setup();

    source.emit("SIGTERM", "SIGTERM");
    await clock.advance(501);
    expect(exit).not.toHaveBeenCalled();
    source.emit("SIGINT", "SIGINT");

    expect(stop).toHaveBeenCalledExactlyOnceWith("SIGTERM");
    expect(exit).toHaveBeenCalledOnce();
  });

  it("R22: takes signals within 500 ms for one", async () => {
    const { clock, source, stop, exit } = setup();

    source.emit("SIGINT", "SIGINT");
    source.emit("SIGTERM", "SIGTERM");
    await clock.advance(500);
    source.emit("SIGINT", "SIGINT");

    expect(stop).toHaveBeenCalledOnce();
    expect(exit).not.toHaveBeenCalled();
  });

  it("listens no longer once it was removed", () => {
    const { source, stop, remove } = setup();

    remove();
    source.emit("SIGTERM", "SIGTERM");

    expect(stop).not.toHaveBeenCalled();
    expect(source.listenerCount("SIGTERM") + source.listenerCount("SIGINT")).toBe(0);
  });
});
