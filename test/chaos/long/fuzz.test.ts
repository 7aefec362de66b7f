// Ten thousand clusters and pools on ACK, in both dialects, and ten thousand nodes and claims on CCE, with specs that nobody would write.
// A part of them: -t "part 3, V2026".
import { describe, expect, it } from "vitest";
import type { Dialect } from "../../support/clouds/alibaba/environment.ts";
import { fuzzAck } from "../../support/chaos/fuzz-ack.ts";
import { fuzzNodes } from "../../support/chaos/fuzz-nodes.ts";

/** Of each of two kinds. */
const SPECS = { ack: 500, nodes: 1_000 };
const PARTS = [1, 2, 3, 4, 5];

describe("an operator that is given ten thousand specs that nobody would write", () => {
  it.each(
    (["V2026", "Reference"] satisfies Dialect[]).flatMap((dialect, index) =>
      PARTS.map((part) => ({ part, dialect, seed: 400 + 10 * index + part })),
    ),
  )("says something of each, goes on, and lets each go: part $part, $dialect", async ({ dialect, seed }) => {
    await expect(fuzzAck(dialect, { seed, specs: SPECS.ack, atOnce: 50 })).resolves.toBeUndefined();
  });

  it.each(PARTS.map((part) => ({ part, seed: 420 + part })))(
    "says something of each, goes on, and lets each go: part $part, nodes and claims",
    async ({ seed }) => {
      await expect(fuzzNodes({ seed, specs: SPECS.nodes, atOnce: 50 })).resolves.toBeUndefined();
    },
  );
});
