// The API server is away for 20 s under load, twice: the long form of test/integration/outage.test.ts.
import { describe, it } from "vitest";
import { createOutpost, surviveOutages } from "../../support/outage.ts";
import { untilTestEnds } from "../../support/transports.ts";

describe("an operator without election", () => {
  it("R21: goes on in the same process when the API server was away for 20 s, twice, and misses nothing", async () => {
    const outpost = untilTestEnds(await createOutpost());
    await outpost.installCrds();
    await outpost.operator.ready;
    await surviveOutages(outpost, { times: 2, outageMs: 20_000, recovery: "Awaited" });
  });
});
