// An operator without election lives through what the API server does: its kinds are not there yet, and it goes away under load.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { complaintsOf, createOutpost, surviveOutages, type Outpost } from "../support/operator/outage.ts";

const GENEROUS_MS = 180_000;

let outpost: Outpost;

beforeAll(async () => {
  outpost = await createOutpost();
});
afterAll(() => outpost?.[Symbol.asyncDispose]());

describe("an operator without election", { timeout: GENEROUS_MS }, () => {
  it("R14, R23: stays up and unready and names the kinds that the API server lacks, until they are there", async () => {
    const { operator } = outpost;
    const { port } = await operator.said("Listening");
    const probe = async (endpoint: string): Promise<{ status: number; text: string }> => {
      const response = await fetch(`http://127.0.0.1:${String(port)}/${endpoint}`);
      return { status: response.status, text: await response.text() };
    };
    await operator.said("Watching was interrupted");
    await expect
      .poll(async () => (await probe("readyz?verbose")).text, { timeout: 30_000 })
      .toMatch(/CloudAccount .*404.*RegistryProject .*404/);
    expect(await probe("readyz")).toMatchObject({ status: 500 });
    expect(await probe("healthz")).toEqual({ status: 200, text: "ok" });
    expect(operator.stdout).toEqual([]);

    await outpost.installCrds();
    await operator.ready;
    // It may be ready a moment before it has seen the last of them.
    await expect.poll(() => probe("readyz"), { timeout: 30_000 }).toEqual({ status: 200, text: "ok" });
  });

  it("R21: goes on in the same process when the API server was away under load, twice, and misses nothing", async () => {
    const { operator } = outpost;
    await surviveOutages(outpost, { times: 2, outageMs: 3500, recovery: "CutShort" });
    expect(complaintsOf(operator)).toEqual([]);
    operator.kill("SIGTERM");
    expect(await operator.ended).toEqual({ code: 0, signal: null });
  });
});
