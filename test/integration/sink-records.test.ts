// Records of an InventorySink, in each dialect: one per resource as it is, healed when a colleague changes one, gone with the sink, and
// nobody else's touched.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { DIALECT_NAMES } from "../../src/cloud/bcs/simulator/dialect.ts";
import { hashOf } from "../../src/controllers/inventorysink/report.ts";
import {
  sinkManifest,
  type BcsSimulator,
  type BcsStand,
  type SimulatedRecord,
} from "../support/clouds/bcs/environment.ts";
import { createWorkingStand } from "../support/clouds/bcs/stands.ts";
import { projectManifest } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000 });

const CLUSTER = "BCS-K8S-00001";
const PROJECT = "YunfanRegistryProject";

interface Data {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string; readonly labels?: Record<string, string> };
  readonly spec: Record<string, unknown>;
  readonly status: { readonly conditions: readonly { type: string; reason: string; message?: string }[] };
  readonly yunfan: { readonly owner: string; readonly sink: string; readonly hash: string };
}

/** Waits until `look` settles on what is asked for. */
const PATIENCE = { timeout: 60_000, interval: 100 };

describe.concurrent.each(DIALECT_NAMES)("in dialect %s", (dialect) => {
  let stand: BcsStand;
  let store: BcsSimulator;
  const names = Array.from({ length: 50 }, (_, at) => `p${at}`);

  beforeAll(async () => {
    stand = await createWorkingStand(`sink-${dialect.toLowerCase()}`, { dialect });
    store = stand.simulator;
    await stand.apply(sinkManifest("fleet"));
    await stand.reaches("inventorysink/fleet", "Reported");
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  async function records(type = PROJECT): Promise<readonly SimulatedRecord[]> {
    return (await store.store()).records.filter(({ resourceType }) => resourceType === type);
  }

  /** Every record as its resource is, and by the hash that stands in it. */
  async function faults(): Promise<readonly string[]> {
    const found = await records();
    const projects = stand
      .versions()
      .filter(({ kind }) => kind === "RegistryProject")
      .map(({ metadata }) => stand.seen(`registryproject/${metadata.name}`))
      .filter((one) => one !== undefined);
    const byName = new Map(projects.map((project) => [project.metadata.name, project]));
    const wrong = found.filter(({ resourceName, namespace, data }) => {
      const { metadata, spec, yunfan } = data as Data;
      const project = byName.get(resourceName);
      return (
        namespace !== stand.namespace ||
        metadata.uid !== project?.metadata.uid ||
        spec["visibility"] !== project.spec["visibility"] ||
        yunfan.hash !== hashOf(data)
      );
    });
    const missing = [...byName.keys()].filter((name) => !found.some(({ resourceName }) => resourceName === name));
    return [...wrong.map(({ resourceName }) => `wrong: ${resourceName}`), ...missing.map((name) => `missing: ${name}`)];
  }

  describe("a sink", { concurrent: false }, () => {
    it("there is one record for the account, which has no key in it", async ({ expect }) => {
      const [record, ...others] = await records("YunfanCloudAccount");
      expect(others).toEqual([]);
      expect(record).toMatchObject({ clusterId: CLUSTER, namespace: stand.namespace, resourceName: "bcs" });
      expect(record!.data).toMatchObject({
        apiVersion: "yunfan.dev/v1alpha1",
        kind: "CloudAccount",
        metadata: { name: "bcs", namespace: stand.namespace },
        spec: { provider: "TencentBCS" },
        yunfan: { owner: stand.seen("inventorysink/fleet")!.metadata.uid, sink: `${stand.namespace}/fleet` },
      });
    });

    it("50 resources that come, change and go have one record each, as they are", async ({ expect }) => {
      await stand.apply(...names.map((name) => projectManifest(name, { driftIntervalSeconds: 3_600 })));
      await expect.poll(async () => [(await records()).length, await faults()], PATIENCE).toEqual([50, []]);
      await stand.apply(
        ...names.map((name) => projectManifest(name, { driftIntervalSeconds: 3_600, visibility: "Public" })),
      );
      await expect.poll(async () => [(await records()).length, await faults()], PATIENCE).toEqual([50, []]);
      const { code } = await stand.kubectl(["delete", "registryprojects", ...names.slice(10), "--wait=false"]);
      expect(code).toBe(0);
      await expect.poll(async () => [(await records()).length, await faults()], PATIENCE).toEqual([10, []]);
    });

    it("what a colleague edits or deletes is healed at the next comparison", async ({ expect }) => {
      const [edited, deleted] = (await records()) as [SimulatedRecord, SimulatedRecord];
      await store.behindOurBack("PATCH", `records/${edited.id}`, {
        data: { ...(edited.data as Data), spec: { visibility: "Private" } },
      });
      await store.behindOurBack("DELETE", `records/${deleted.id}`);
      expect(await faults()).toHaveLength(2);
      await stand.lookAgain("inventorysink/fleet");
      await expect.poll(faults, PATIENCE).toEqual([]);
      const effects = (await store.effects()).length;
      await stand.lookAgain("inventorysink/fleet");
      await stand.lookAgain("inventorysink/fleet");
      expect((await store.effects()).length).toBe(effects);
    });

    it("somebody else's record on our key is neither overwritten nor deleted, and said", async ({ expect }) => {
      const key = { clusterId: CLUSTER, namespace: stand.namespace, resourceType: PROJECT, resourceName: "theirs" };
      const data = { yunfan: { owner: "somebody-else", sink: "far/away" }, text: "keep me" };
      const { id } = (await store.behindOurBack("POST", "records", { ...key, data })) as { id: string };
      const theirs = async (): Promise<unknown> => (await records()).find((record) => record.id === id);
      const before = await theirs();
      await stand.apply(projectManifest("theirs"));
      const ready = await stand.reaches("inventorysink/fleet", "RecordConflict");
      expect(ready.message).toMatch(/RegistryProject\/.*\/theirs.*spec\.externalId/);
      await stand.lookAgain("inventorysink/fleet");
      await stand.edit("registryproject/theirs", { spec: { visibility: "Public" } });
      await stand.lookAgain("inventorysink/fleet");
      await stand.remove("registryproject/theirs");
      await stand.gone("registryproject/theirs");
      await stand.lookAgain("inventorysink/fleet");
      await stand.reaches("inventorysink/fleet", "Reported");
      expect(await theirs()).toEqual(before);
    });

    it("the sink's deletion takes its own away, and 1,000 records of others stay byte for byte", async ({ expect }) => {
      const types = [PROJECT, "YunfanCloudAccount", "YunfanCluster", "Pod", "YunfanProbe"];
      const planted = Array.from({ length: 1_000 }, (_, at) => ({
        clusterId: CLUSTER,
        ...(types[at % 5] !== "YunfanCluster" && { namespace: at % 2 === 0 ? stand.namespace : "elsewhere" }),
        resourceType: types[at % 5],
        resourceName: `foreign-${at}`,
        data: at % 3 === 0 ? { yunfan: { owner: `owner-${at}`, hash: "x" } } : { text: `${at}` },
      }));
      for (let at = 0; at < planted.length; at += 50) {
        await Promise.all(planted.slice(at, at + 50).map((record) => store.behindOurBack("POST", "records", record)));
      }
      const foreign = async (): Promise<unknown> =>
        (await store.store()).records.filter(({ resourceName }) => resourceName.startsWith("foreign-"));
      const before = await foreign();
      await stand.remove("inventorysink/fleet");
      await stand.gone("inventorysink/fleet");
      expect(await foreign()).toEqual(before);
      const { records: left, watches, metrics } = await store.store();
      expect(left.filter(({ resourceName }) => !/^foreign-|^theirs$/.test(resourceName))).toEqual([]);
      expect([watches, metrics]).toEqual([[], []]);
    });

    itStaysClean(() => stand);
  });
});
