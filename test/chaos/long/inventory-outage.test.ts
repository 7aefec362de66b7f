// A store that is away for an hour of an injected clock, in every dialect: a thousand resources change twenty times.
import { describe, expect, it } from "vitest";
import { DIALECT_NAMES } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { loseEvents, surviveOutage } from "../../support/chaos/inventory-outage.ts";

describe("an hour without the store", () => {
  it.each(DIALECT_NAMES)("leaves nothing old, lost, or there twice (%s)", async (dialect) => {
    const options = { dialect, projects: 1_000, changes: 20, events: 3_000, alarms: 50, minutesEach: 15 };
    const { puts, heapGrewMiB } = await surviveOutage(options);
    expect(puts).toBeLessThanOrEqual(1_050);
    expect(heapGrewMiB).toBeLessThan(30);
  });

  it("in which 12,000 Events are forgotten loses 2,000, and says so", async () => {
    expect(await loseEvents({ events: 12_000, lost: 2_000 })).toMatch(/^2000 Events were lost/);
  });
});
