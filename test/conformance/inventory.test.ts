// The inventory facet: what the suite asks of a store, in each dialect.
import { describe } from "vitest";
import { CLOUDS } from "./clouds/index.ts";
import { failureCases } from "./inventory-failures.ts";
import { queryCases } from "./inventory-queries.ts";
import { recordCases } from "./inventory-records.ts";
import { streamCases } from "./inventory-streams.ts";
import { needed, runFacet } from "./suite.ts";
import { startStand } from "./stand.ts";

describe.each(CLOUDS)("$name", (cloud) => {
  runFacet(cloud, "inventory", {
    cases: [...recordCases, ...streamCases, ...queryCases, ...failureCases],
    start: async (sample, rules) => {
      const stand = await startStand(cloud, rules);
      return { stand, sample, facet: needed(stand.session.inventory, "the inventory facet") };
    },
  });
});
