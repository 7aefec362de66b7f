// How old a list may be for a visit that only looks for drift.
import { describe, expect, it } from "vitest";
import { condition } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedRegistryProject } from "../../../test/support/environment/resources.ts";
import { lastTickMs } from "../lifecycle/drift-schedule.ts";
import { Observer } from "./observe.ts";

/** The process is stopped for a moment whenever it has looked at the wall clock, as a busy machine may do. */
class HaltingClock extends FakeClock {
  #haltedMs = 0;

  override now(): number {
    const now = super.now() + this.#haltedMs;
    this.#haltedMs += 20;
    return now;
  }

  override monotonic(): number {
    return super.monotonic() + this.#haltedMs;
  }
}

describe("since, for a steady resource", () => {
  const intervalMs = 10_000;
  const steady = storedRegistryProject({
    spec: { driftIntervalSeconds: intervalMs / 1_000 },
    status: { observedGeneration: 1, externalId: "7", conditions: [condition()] },
  });
  const scope = { visit: { object: steady }, driftGroup: "default/ctyun" };

  it("lets the visits of one drift tick share the list of the first, wherever the process is stopped", () => {
    const tick = lastTickMs({ nowMs: Date.UTC(2026, 0, 1), intervalMs, group: "default/ctyun" });
    const clock = new HaltingClock({ startMs: tick });
    const observer = new Observer({ clock, settleWindowMs: 0 });
    const listedAt = clock.monotonic();
    for (let visit = 0; visit < 20; visit += 1) expect(observer.since(scope)).toBeLessThanOrEqual(listedAt);
  });

  it("asks for a new list at the next tick", async () => {
    const clock = new FakeClock();
    const observer = new Observer({ clock, settleWindowMs: 0 });
    const listedAt = clock.monotonic();
    await clock.advance(2 * intervalMs);
    expect(observer.since(scope)).toBeGreaterThan(listedAt);
  });
});
