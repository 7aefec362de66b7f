// Single nodes, killed at every write boundary there is, and at two hundred random instants while twenty of them in three clusters come,
// are reset, move and go and the cloud misbehaves.
import { describe, expect, it } from "vitest";
import { killAtBoundaries } from "../../support/chaos/kills.ts";
import { nodesCourse } from "../../support/chaos/nodes-kills.ts";
import { NodesStorm } from "../../support/chaos/nodes-storm.ts";
import { report } from "../../support/chaos/outcome.ts";
import { weatherStorm } from "../../support/chaos/storm.ts";
import { untilTestEnds } from "../../support/apiserver/transports.ts";

const CLOUDS = [
  { duplicateNames: "Refuse", resetChangesId: false, seed: 301 },
  { duplicateNames: "Allow", resetChangesId: true, seed: 302 },
] as const;
const storm = { names: 20, kills: 200, convergesWithinMs: 600_000 };

describe("an operator of single nodes", () => {
  it.each(CLOUDS)(
    "killed at every write boundary does everything exactly as often as was asked ($duplicateNames duplicate names, another id by a reset: $resetChangesId)",
    async ({ seed, ...cloud }) => {
      const killedAt = await killAtBoundaries(nodesCourse(cloud), { seed, lanes: 2, boundaries: "All" });
      report(`nodes, ${JSON.stringify(cloud)}: killed at ${killedAt.length} boundaries`);
      expect(killedAt.length).toBeGreaterThanOrEqual(50);
    },
  );

  it.each(CLOUDS)(
    "killed at two hundred random instants erases nothing unasked ($duplicateNames duplicate names, another id by a reset: $resetChangesId)",
    async ({ seed, ...cloud }) => {
      const nodes = untilTestEnds(await NodesStorm.on(cloud));
      expect(await weatherStorm(nodes, { ...storm, seed })).toBeLessThanOrEqual(storm.convergesWithinMs);
    },
  );
});
