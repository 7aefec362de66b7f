// `yunfan inventory`, in each dialect: every kind by every documented filter; and what it says where it can't be answered. No operator.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import {
  bcsAccountManifests,
  createBcsStand,
  type BcsSimulator,
  type BcsStand,
} from "../support/clouds/bcs/environment.ts";
import { askInventory, inventoryFlags } from "../support/clouds/bcs/command.ts";
import { CASES, plantSamples } from "../support/clouds/bcs/query-cases.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000 });

const ID = "BCS-K8S-40001";

/** Those of the reference heed no paging, those of 2019 not every filter. */
describe.each(DIALECT_NAMES)("a store of dialect %s", (dialect) => {
  let stand: BcsStand;
  let store: BcsSimulator;

  beforeAll(async () => {
    stand = await createBcsStand(`command-${dialect.toLowerCase()}`, { dialect });
    store = stand.simulator;
    await stand.apply(...bcsAccountManifests(store));
    await plantSamples(store, ID);
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  it("is asked for each of the 21 kinds by each documented filter, and answers with what fits alone", async () => {
    const found = new Map<string, unknown>();
    for (const { name: asked, spec } of CASES) {
      const filters = Object.entries(spec.filters).flatMap(([filter, values]) =>
        values.flatMap((value) => ["--filter", `${filter}=${value}`]),
      );
      const args = [spec.resource.toLowerCase(), "--env", spec.environment, ...filters, "-o", "json"];
      const { out, err } = await askInventory([...args, ...inventoryFlags(`${stand.namespace}/bcs`, ID)]);
      found.set(asked, err || (JSON.parse(out) as { total: number }).total);
    }
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(CASES.map(({ name: asked, total }) => [asked, total])),
    );
    expect(await store.effects()).toEqual([]);
  });
});

describe("what can't be answered is said in one line", () => {
  let stand: BcsStand;

  beforeAll(async () => {
    stand = await createBcsStand("command-input");
    const nowhere = { url: "http://127.0.0.1:1" };
    await stand.apply(
      ...bcsAccountManifests(stand.simulator),
      ...bcsAccountManifests(stand.simulator, { name: "wrong", stringData: { token: "no-such-token" } }),
      ...bcsAccountManifests(stand.simulator, { name: "empty", stringData: { key: "x" } }),
      ...bcsAccountManifests(nowhere, { name: "nowhere" }),
    );
    await stand.simulator.behindOurBack("POST", "tokens", { token: "other-clusters", clusterIds: ["BCS-K8S-77777"] });
    await stand.apply(
      ...bcsAccountManifests(stand.simulator, { name: "limited", stringData: { token: "other-clusters" } }),
    );
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  it.each([
    ["a wrong token", "wrong", ["pod"], /token/i],
    ["a Secret without a token", "empty", ["pod"], /token/],
    ["no right on the cluster", "limited", ["pod"], /403/],
    ["a store that is not there", "nowhere", ["pod"], /127\.0\.0\.1:1/],
    ["no such account", "nobody", ["pod"], /no CloudAccount/],
    ["a filter without a value", "bcs", ["pod", "--filter", "name"], /NAME=VALUE/],
    ["a filter that a list of names has not", "bcs", ["namespace", "--env", "Mesos", "--filter", "name=x"], /none/],
    ["a limit of nothing", "bcs", ["pod", "--limit", "0"], /whole number/],
  ])("%s", async (_, account, args, words) => {
    const { out, err } = await askInventory([...args, ...inventoryFlags(`${stand.namespace}/${account}`, ID)]);
    expect(out).toBe("");
    expect(err).toMatch(words);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
    expect(err).not.toMatch(/no-such-token|other-clusters/);
  });

  it("an id with a slash", async () => {
    const { err } = await askInventory(["pod", ...inventoryFlags(`${stand.namespace}/bcs`, "BCS/1")]);
    expect(err).toMatch(/without a slash/);
  });

  itStaysClean(() => stand);
});
