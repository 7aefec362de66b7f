import { describe, expect, it } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { News } from "./signal.ts";

const never = new AbortController().signal;

describe("News", () => {
  it("wakes who waits, at once", async () => {
    const [news, clock] = [new News(), new FakeClock()];
    const waiting = news.wait({ clock, ms: 1000, signal: never });

    news.raise();

    expect(await waiting).toBe(true);
    expect(news.pending).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it("keeps what was raised while nobody waited, once", async () => {
    const [news, clock] = [new News(), new FakeClock()];
    news.raise();
    news.raise();

    expect(await news.wait({ clock, ms: 1000, signal: never })).toBe(true);
    const second = news.wait({ clock, ms: 1000, signal: never });
    await clock.advance(1000);
    expect(await second).toBe(false);
  });

  it("forgets what was cleared", async () => {
    const [news, clock] = [new News(), new FakeClock()];
    news.raise();
    news.clear();

    const waiting = news.wait({ clock, ms: 1, signal: never });
    await clock.advance(1);

    expect(await waiting).toBe(false);
  });

  it("rejects with the signal's reason, and leaves no timer behind", async () => {
    const [news, clock, stop] = [new News(), new FakeClock(), new AbortController()];
    const waiting = news.wait({ clock, ms: 1000, signal: stop.signal });

    stop.abort(new Error("Stopped"));

    await expect(waiting).rejects.toThrow("Stopped");
    await expect(news.wait({ clock, ms: 1000, signal: stop.signal })).rejects.toThrow("Stopped");
    expect(clock.pending).toBe(0);
  });
});
