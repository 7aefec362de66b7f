// Killed at random while it reports to an inventory that fails: one dialect, a few kills. The long form has all dialects and 200 kills.
import { expect, it } from "vitest";
import { killWhileReporting } from "../support/chaos/inventory-kills.ts";

it("reports everything once though it is killed at random and the store fails", async () => {
  const options = { seed: 16, dialect: "V2019", resources: 12, kills: 6, longestLifeMs: 2_500 } as const;
  expect(await killWhileReporting(options)).toBe(6);
}, 300_000);
