// The API server is away for 20 s under load, twice: the long form of test/integration/outage.test.ts.
import { describe, expect, it } from "vitest";
import { complaintsOf, createOutpost, surviveOutages } from "../../support/operator/outage.ts";
import { untilTestEnds } from "../../support/apiserver/transports.ts";

describe("an operator without election", () => {
  it("R21: goes on in the same process when the API server was away for 20 s, twice, and misses nothing", async () => {
    const outpost = untilTestEnds(await createOutpost());
    const { operator } = outpost;
    await outpost.installCrds();
    await operator.ready;
    await surviveOutages(outpost, { times: 2, outageMs: 20_000, recovery: "Awaited" });
    expect(complaintsOf(operator)).toEqual([]);
    operator.kill("SIGTERM");
    expect(await operator.ended).toEqual({ code: 0, signal: null });
  });
});
