// A store that is away for a while of an injected clock. The long form is an hour, with a thousand resources in every dialect.
import { expect, it } from "vitest";
import { surviveOutage } from "../support/chaos/inventory-outage.ts";

it("has the newest of every record and every event once after a time without the store", async () => {
  const options = { dialect: "V2026", projects: 20, changes: 12, events: 80, alarms: 4, minutesEach: 4 } as const;
  const { puts, heapGrewMiB } = await surviveOutage(options);
  // One for each project, and some for the accounts, whose states change meanwhile.
  expect(puts).toBeLessThanOrEqual(options.projects + 20);
  expect(heapGrewMiB).toBeLessThan(30);
}, 300_000);
