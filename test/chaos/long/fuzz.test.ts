// Ten thousand clusters and pools on ACK with specs that nobody would write, in both dialects. A part of them: -t "part 3, V2026".
import { describe, expect, it } from "vitest";
import type { Dialect } from "../../support/clouds/alibaba/environment.ts";
import { fuzzAck } from "../../support/chaos/fuzz.ts";

/** Each of so many clusters and as many pools. */
const SPECS = 500;
const PARTS = [1, 2, 3, 4, 5];

describe("an operator that is given ten thousand specs that nobody would write", () => {
  it.each(
    (["V2026", "Reference"] satisfies Dialect[]).flatMap((dialect, index) =>
      PARTS.map((part) => ({ part, dialect, seed: 400 + 10 * index + part })),
    ),
  )("says something of each, goes on, and lets each go: part $part, $dialect", async ({ dialect, seed }) => {
    await expect(fuzzAck(dialect, { seed, specs: SPECS, atOnce: 50 })).resolves.toBeUndefined();
  });
});
