// Single nodes, killed at some of their write boundaries and at some random instants. The long forms have all boundaries, 20 nodes and
// 200 instants.
import { describe, expect, it } from "vitest";
import { killAtBoundaries } from "../support/chaos/kills.ts";
import { nodesCourse } from "../support/chaos/nodes-kills.ts";
import { NodesStorm } from "../support/chaos/nodes-storm.ts";
import { report } from "../support/chaos/outcome.ts";
import { weatherStorm } from "../support/chaos/storm.ts";
import { untilTestEnds } from "../support/apiserver/transports.ts";

const boundaries = { create: 1, accept: 1, reset: 1, move: 1, detach: 1, delete: 1 };
const storm = { seed: 31, names: 4, kills: 3, convergesWithinMs: 180_000 };

describe.concurrent("an operator of single nodes that is killed", () => {
  it("at write boundaries makes, erases, moves and gives back each exactly as often as was asked", async () => {
    const course = nodesCourse({ resetChangesId: true });
    const killedAt = await killAtBoundaries(course, { seed: 14, lanes: 1, boundaries });
    report(`nodes: killed at ${killedAt.length} boundaries: ${killedAt.join("; ")}`);
    // How many statuses are written on the way depends on who is faster.
    expect(killedAt.length).toBeGreaterThanOrEqual(4);
  }, 420_000);

  it("at random instants erases nothing more often than was asked, and leaves nothing behind", async () => {
    const nodes = untilTestEnds(await NodesStorm.on({ duplicateNames: "Allow" }));
    expect(await weatherStorm(nodes, storm)).toBeLessThanOrEqual(storm.convergesWithinMs);
  }, 420_000);
});
