// Dynamic data: what the suite asks of records.
import { expect } from "vitest";
import type { BoundPlace, RecordKey } from "../../src/cloud/facets/inventory.ts";
import { CLUSTER, HOUR_S, permit, recordKey, type InventorySubject } from "./inventory-subject.ts";
import { never } from "./stand.ts";
import type { Case } from "./suite.ts";

const OWNED = { path: ["data", "yunfan", "owner"], value: "ours" };

function owned(owner: string): { yunfan: { owner: string } } {
  return { yunfan: { owner } };
}

function clusterKey(name: string): RecordKey {
  return { clusterId: CLUSTER, type: "YunfanCluster", name };
}

const see = ({ name, namespace }: RecordKey): string => `${namespace ?? "-"}/${name}`;

export const recordCases: readonly Case<InventorySubject>[] = [
  {
    title: "a record of a namespace is put, read, overwritten, listed and removed (calls 1, 2, 3, 4, 11)",
    async run({ facet: { records } }) {
      const key = recordKey("a.b");
      expect(await records.get(key, never)).toBe("Absent");
      await records.put(key, { n: 1, "a.b": "x" }, permit);
      await records.put(key, { n: 2, "a.b": "x" }, permit);
      await records.put(recordKey("c", "other"), {}, permit);
      expect(await records.get(key, never)).toEqual({ ...key, data: { n: 2, "a.b": "x" } });
      const scope = { clusterId: CLUSTER, type: "YunfanThing" };
      expect((await records.list({ ...scope, of: { namespace: "team" } }, { see }, never)).items).toEqual(["team/a.b"]);
      expect((await records.list({ ...scope, of: "All" }, { see }, never)).items.toSorted()).toEqual([
        "other/c",
        "team/a.b",
      ]);
      await records.remove(key, permit);
      await records.remove(key, permit);
      expect(await records.get(key, never)).toBe("Absent");
    },
  },
  {
    title: "whole numbers of 64 bits are read as the store has them (calls 1, 2, 11)",
    async run({ facet: { records } }) {
      const key = recordKey("large");
      const data = { id: 9_007_199_254_740_993n, list: [-9_223_372_036_854_775_808n], small: 7 };
      await records.put(key, data, permit);
      const found = await records.get(key, never);
      // Stores of 2019 keep doubles.
      const doubled = { id: 9_007_199_254_740_992n, list: [-9_223_372_036_854_776_000n], small: 7 };
      expect([data, doubled]).toContainEqual(found === "Absent" ? found : found.data);
      const scope = { clusterId: CLUSTER, type: "YunfanThing", of: "All" } as const;
      const { items } = await records.list(scope, { see: (record) => record.data }, never);
      expect(items).toEqual([found === "Absent" ? found : found.data]);
    },
  },
  {
    title: "a record of the cluster class is put, read, listed and removed (calls 6, 7, 8, 9)",
    async run({ facet: { records } }) {
      const key = clusterKey("team.prod");
      expect(await records.get(key, never)).toBe("Absent");
      await records.put(key, { n: 1 }, permit);
      expect(await records.get(key, never)).toEqual({ ...key, data: { n: 1 } });
      const scope = { clusterId: CLUSTER, type: "YunfanCluster", of: "Cluster" } as const;
      expect((await records.list(scope, { see }, never)).items).toEqual(["-/team.prod"]);
      await records.remove(key, permit);
      await records.remove(key, permit);
      expect((await records.list(scope, { see }, never)).items).toEqual([]);
    },
  },
  {
    title: "lists show what was asked for and no other member (calls 4, 9, 11)",
    async run({ facet: { records } }) {
      for (const [name, owner] of [
        ["a", "ours"],
        ["b", "theirs"],
      ] as const) {
        await records.put(recordKey(name), { ...owned(owner), more: "x" }, permit);
        await records.put(clusterKey(name), { ...owned(owner), more: "x" }, permit);
      }
      const scopes = [
        { clusterId: CLUSTER, type: "YunfanThing", of: "All" },
        { clusterId: CLUSTER, type: "YunfanThing", of: { namespace: "team" } },
        { clusterId: CLUSTER, type: "YunfanCluster", of: "Cluster" },
      ] as const;
      for (const scope of scopes) {
        const fields = [["data", "yunfan", "owner"]];
        const listed = await records.list(
          scope,
          { where: [OWNED], fields, see: ({ name, data }) => [name, data] },
          never,
        );
        expect(listed.items).toEqual([["a", owned("ours")]]);
      }
    },
  },
  {
    title: "a long list is read to its end, each record once (call 11)",
    async run({ facet: { records }, sample, stand }) {
      const names = Array.from({ length: 1_203 }, (_, at) => `n${at}`);
      for (let at = 0; at < names.length; at += 100) {
        await Promise.all(
          names.slice(at, at + 100).map((resourceName) =>
            sample.plant(stand.console, "records", {
              clusterId: CLUSTER,
              namespace: "team",
              resourceType: "YunfanThing",
              resourceName,
            }),
          ),
        );
      }
      const listed = await records.list({ clusterId: CLUSTER, type: "YunfanThing", of: "All" }, { see }, never);
      expect(listed.items.toSorted()).toEqual(names.map((name) => `team/${name}`).toSorted());
    },
  },
  {
    title: "batches are bounded and conditional where the server reads the bound (calls 5, 10, 12)",
    async run({ facet: { records } }) {
      const nowS = Math.floor(Date.now() / 1000);
      const scopes = [
        { key: recordKey, of: "All", type: "YunfanThing" },
        { key: recordKey, of: { namespace: "team" }, type: "YunfanThing" },
        { key: clusterKey, of: "Cluster", type: "YunfanCluster" },
      ] as const;
      for (const { key, of, type } of scopes) {
        const scope = { clusterId: CLUSTER, type, of };
        const left = async (before: number, boundIn: BoundPlace): Promise<readonly string[]> => {
          await records.put(key("mine"), owned("ours"), permit);
          await records.put(key("other"), owned("theirs"), permit);
          await records.removeBatch(scope, { where: [OWNED], before, boundIn }, permit);
          return (await records.list(scope, { see: ({ name }) => name }, never)).items.toSorted();
        };
        const places = ["Body", "Query"] as const;
        const safe = [];
        for (const place of places) {
          const early = await left(1_000_000_000, place);
          const late = await left(nowS + 24 * HOUR_S, place);
          if (early.length === 2 && late.join() === "other") safe.push(place);
        }
        expect(safe).toHaveLength(1);
      }
    },
  },
];
