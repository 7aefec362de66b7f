// Stores, and proxies before them, that do not heed what a batch deletion asks for: whatever they do, nobody else's record goes, and
// nothing of the sink's stays.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import { createBcsStand, sinkManifest, type BcsSimulator, type BcsStand } from "../support/clouds/bcs/environment.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 180_000, maxConcurrency: 4 });

const PROJECTS = 12;
const FOREIGN = 1_000;
const AN_HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString();

let stand: BcsStand;

beforeAll(async () => {
  stand = await createBcsStand("unsafe-stores");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  const names = Array.from({ length: PROJECTS }, (_, at) => `p${at}`);
  await stand.apply(...names.map((name) => projectManifest(name, { driftIntervalSeconds: 3_600 })));
});
afterAll(() => stand[Symbol.asyncDispose]());

const STORES = DIALECT_NAMES.flatMap((dialect) =>
  [false, true].flatMap((dropDeleteBodies) =>
    [false, true].map((ignoreExtra) => ({
      dialect,
      dropDeleteBodies,
      ignoreExtra,
      isSafe: !ignoreExtra && !(dropDeleteBodies && dialect !== "Reference"),
      name: [dialect.toLowerCase(), dropDeleteBodies && "drops", ignoreExtra && "ignores"].filter(Boolean).join("-"),
    })),
  ),
);

/** Of other sinks and of others altogether, in the same types, namespaces and clusters, written long ago. */
async function plantForeign(store: BcsSimulator): Promise<void> {
  const types = ["YunfanRegistryProject", "YunfanCloudAccount", "YunfanNodePool", "Pod"];
  const planted = Array.from({ length: FOREIGN }, (_, at) => ({
    clusterId: "BCS-K8S-00001",
    namespace: at % 2 === 0 ? stand.namespace : "elsewhere",
    resourceType: types[at % 4],
    resourceName: `foreign-${at}`,
    updatedAt: AN_HOUR_AGO,
    data: at % 3 === 0 ? { yunfan: { owner: `owner-${at}`, hash: "x" } } : { text: `${at}` },
  }));
  for (let at = 0; at < FOREIGN; at += 50) {
    await Promise.all(planted.slice(at, at + 50).map((record) => store.behindOurBack("POST", "records", record)));
  }
}

describe.concurrent("a store that is", () => {
  it.for(STORES)("$name loses nobody else's record, and all of the sink's own", async (store, { expect }) => {
    const { name, isSafe, ...options } = store;
    const simulator = await stand.cloud(name, options);
    const recordsOf = async (ours: boolean): Promise<{ id: string; resourceType: string }[]> =>
      (await simulator.store()).records.filter(({ resourceName }) => resourceName.startsWith("foreign-") !== ours);
    await plantForeign(simulator);
    const before = await recordsOf(false);
    await stand.apply(sinkManifest(name, { accountRef: { name }, kinds: ["RegistryProject"] }));
    const sink = `inventorysink/${name}`;
    await stand.reaches(sink, "Reported");
    const ours = (await recordsOf(true)).filter(({ resourceType }) => resourceType === "YunfanRegistryProject");
    expect(ours).toHaveLength(PROJECTS);
    const condition = stand.seen(sink)!.status.conditions!.find(({ type }) => type === "BatchDeleteSafe");
    expect(condition).toMatchObject(
      isSafe ? { status: "True", reason: "Proved" } : { status: "False", reason: "BatchDeleteRefused" },
    );
    // So old that a batch takes them.
    await Promise.all(
      ours.map(({ id }) => simulator.behindOurBack("PATCH", `records/${id}`, { updatedAt: AN_HOUR_AGO })),
    );
    await stand.remove(sink);
    await stand.gone(sink);
    expect(await recordsOf(true)).toEqual([]);
    expect(await recordsOf(false)).toEqual(before);
    const batches = (await simulator.requests()).filter(
      ({ method, path }) => method === "DELETE" && path.endsWith("/YunfanRegistryProject"),
    );
    expect(batches.length > 0).toBe(isSafe);
  });
});

itStaysClean(() => stand);
