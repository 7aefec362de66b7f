// Ten hours of an injected clock with expiring tokens, rotated passwords and a cloud that misbehaves.
import { describe, expect, it } from "vitest";
import { endure, TOKEN_TTL_SECONDS } from "../../support/chaos/endurance.ts";
import { startFleet } from "../../support/chaos/fleet.ts";
import { untilTestEnds } from "../../support/apiserver/transports.ts";

const MINUTE = 60_000;
const trial = {
  clusters: 8,
  lastsMs: 600 * MINUTE,
  rotatedEveryMs: 40 * MINUTE,
  convergesWithinMs: 30 * MINUTE,
};

describe("an operator on a cloud that misbehaves for ten hours", () => {
  it.each([
    { duplicateNames: "Refuse", seed: 201 },
    { duplicateNames: "Allow", seed: 202 },
  ] as const)(
    "comes to what is declared, with nothing made twice and nothing deleted ($duplicateNames duplicate names)",
    async ({ duplicateNames, seed }) => {
      const fleet = untilTestEnds(
        await startFleet("endurance", {
          simulator: { tokenTtl: TOKEN_TTL_SECONDS, duplicateNames },
          requestBudget: { writesPerMinute: 60 },
        }),
      );
      const tookMs = await endure(fleet, { ...trial, seed });
      expect(tookMs).toBeLessThanOrEqual(trial.convergesWithinMs);
    },
  );
});
