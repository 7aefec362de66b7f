// Sinks that can't work as they are declared: refused at admission, or a reason and what to do.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { bcsAccountManifests, sinkManifest, type BcsStand } from "../support/clouds/bcs/environment.ts";
import { createWorkingStand } from "../support/clouds/bcs/stands.ts";
import { startSimulator } from "../support/clouds/simulator.ts";
import { accountManifests, projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

let stand: BcsStand;

beforeAll(async () => {
  stand = await createWorkingStand("sink-input", {}, { isPlatform: true });
});
afterAll(() => stand[Symbol.asyncDispose]());

const refusals: readonly (readonly [string, object, RegExp])[] = [
  ["an id with a slash", { clusterId: "BCS/K8S" }, /spec\.clusterId/],
  ["no cluster id", { clusterId: undefined }, /spec\.clusterId/],
  ["a kind of the inventory itself", { kinds: ["AlarmSource"] }, /spec\.kinds/],
  ["an interval of metrics that is too short", { metrics: { mode: "Enabled", intervalSeconds: 5 } }, /intervalSeconds/],
];

describe.concurrent("admission", () => {
  it.for(refusals)("refuses %s", async ([, spec, words], { expect }) => {
    await expect(stand.apply(sinkManifest("refused", spec))).rejects.toThrow(words);
  });
});

describe.concurrent("a sink", () => {
  it("of another provider's account is NotSupportedByCloud", async ({ expect }) => {
    await using ctyun = await startSimulator();
    await stand.apply(
      ...accountManifests(ctyun, { name: "registry" }),
      sinkManifest("elsewhere", { accountRef: { name: "registry" } }),
    );
    await stand.reaches("cloudaccount/registry", "Verified");
    const ready = await stand.reaches("inventorysink/elsewhere", "NotSupportedByCloud");
    expect(ready.message).toMatch(/CtyunCCI offers no inventory/);
    await stand.remove("inventorysink/elsewhere");
    await stand.gone("inventorysink/elsewhere");
    await stand.remove("cloudaccount/registry");
    await stand.gone("cloudaccount/registry");
  });

  it("without an account waits for it", async ({ expect }) => {
    await stand.apply(sinkManifest("lonely", { accountRef: { name: "nobody" } }));
    expect(await stand.reaches("inventorysink/lonely", "AccountNotReady")).toMatchObject({ status: "False" });
  });

  it("outside of the platform namespace may not reach beyond its own", async ({ expect }) => {
    const account = { name: "bcs", namespace: stand.namespace };
    await stand.edit("cloudaccount/bcs", { spec: { allowedNamespaces: [stand.otherNamespace] } });
    const metadata = { namespace: stand.otherNamespace };
    const spec = { accountRef: account, clusterId: "BCS-K8S-00002", namespaces: ["*"] };
    await stand.apply(sinkManifest("curious", spec, metadata));
    const ready = await stand.reaches(`${stand.otherNamespace}/inventorysink/curious`, "NamespaceNotAllowed");
    expect(ready.message).toMatch(/--platform-namespace/);
    const { records } = await stand.simulator.store();
    expect(records.filter(({ clusterId }) => clusterId === "BCS-K8S-00002")).toEqual([]);
  });

  it("without a right on its cluster id is Forbidden, and its account stays Ready", async ({ expect }) => {
    const store = await stand.anotherSimulator();
    await store.behindOurBack("POST", "tokens", { token: "other-clusters", clusterIds: ["BCS-K8S-77777"] });
    await stand.apply(
      ...bcsAccountManifests(store, { name: "limited", stringData: { token: "other-clusters" } }),
      sinkManifest("limited", { accountRef: { name: "limited" } }),
    );
    const ready = await stand.reaches("inventorysink/limited", "Forbidden");
    expect(ready.message).toMatch(/403/);
    await stand.lookAgain("cloudaccount/limited");
    await stand.reaches("cloudaccount/limited", "Verified");
  });

  it("that observes writes nothing and says how much differs", async ({ expect }) => {
    const store = await stand.cloud("watched");
    await stand.apply(projectManifest("observed"));
    const spec = { accountRef: { name: "watched" }, managementPolicy: "Observe", kinds: ["RegistryProject"] };
    await stand.apply(sinkManifest("observer", spec));
    await stand.reaches("inventorysink/observer", "Reported");
    const { conditions = [] } = stand.seen("inventorysink/observer")!.status;
    expect(conditions.find(({ type }) => type === "UpToDate")).toMatchObject({
      status: "False",
      reason: "Differs",
      message: expect.stringMatching(/\d+ missing/),
    });
    expect(await store.effects()).toEqual([]);
  });

  it("takes over the records of a sink that is gone, and not of one that lives", async ({ expect }) => {
    const store = await stand.cloud("moved");
    const base = { accountRef: { name: "moved" }, kinds: ["CloudAccount"] };
    await stand.apply(sinkManifest("before", { ...base, deletionPolicy: "Orphan" }));
    await stand.reaches("inventorysink/before", "Reported");
    const owner = stand.seen("inventorysink/before")!.metadata.uid;
    const owners = async (): Promise<unknown[]> =>
      (await store.store()).records.map(({ data }) => (data as { yunfan: { owner: string } }).yunfan.owner);
    await stand.apply(sinkManifest("after", { ...base, externalId: owner }));
    const conflict = await stand.reaches("inventorysink/after", "ExternalIdConflict");
    expect(conflict.message).toMatch(/inventorysink|InventorySink/i);
    await stand.remove("inventorysink/before");
    await stand.gone("inventorysink/before");
    expect(new Set(await owners())).toEqual(new Set([owner]));
    await stand.lookAgain("inventorysink/after");
    await stand.reaches("inventorysink/after", "Reported");
    expect(new Set(await owners())).toEqual(new Set([owner]));
    await stand.remove("inventorysink/after");
    await stand.gone("inventorysink/after");
    expect(await owners()).toEqual([]);
  });
});

itStaysClean(() => stand);
