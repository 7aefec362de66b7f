// Watch data, metrics, events and alarms: what the suite asks of them.
import { expect } from "vitest";
import { CLUSTER, HOUR_S, permit, type InventorySubject } from "./inventory-subject.ts";
import { never } from "./stand.ts";
import type { Case } from "./suite.ts";

export const streamCases: readonly Case<InventorySubject>[] = [
  {
    title: "watch data is put, listed, read and removed (calls 38, 39, 40, 41)",
    async run({ facet: { watchData } }) {
      const scope = { clusterId: CLUSTER, namespace: "team", type: "yunfanthing" };
      const key = { ...scope, name: "a.b" };
      const data = { metadata: { name: "a.b", namespace: "team" }, n: 1 };
      expect(await watchData.list(scope, never)).toEqual([]);
      await watchData.put(key, data, permit);
      await watchData.put({ ...key, namespace: "team2", name: "c" }, data, permit);
      expect(await watchData.get(key, never)).toMatchObject(data);
      const [entry, ...others] = await watchData.list(scope, never);
      expect(others).toEqual([]);
      expect([{ name: "a.b" }, { data: expect.objectContaining(data) as object }]).toContainEqual(entry);
      await watchData.remove(key, permit);
      await watchData.remove(key, permit);
      expect(await watchData.list(scope, never)).toEqual([]);
    },
  },
  {
    title: "metrics are put, read, listed and removed (calls 42, 43, 44, 45)",
    async run({ facet: { metrics } }) {
      const key = { clusterId: CLUSTER, namespace: "team", type: "yunfan", name: "states" };
      expect(await metrics.get(key, never)).toBe("Absent");
      await metrics.put(key, { n: 1 }, permit);
      await metrics.put({ ...key, type: "other" }, { n: 2 }, permit);
      expect(await metrics.get(key, never)).toEqual({ ...key, data: { n: 1 } });
      const listed = await metrics.list({ clusterId: CLUSTER, type: "yunfan" }, never);
      expect(listed.items).toEqual([{ ...key, data: { n: 1 } }]);
      await metrics.remove(key, permit);
      await metrics.remove(key, permit);
      expect(await metrics.get(key, never)).toBe("Absent");
    },
  },
  {
    title: "events are added and found by each filter, levels in either case (calls 34, 35)",
    async run({ facet: { events }, sample, stand }) {
      const nowS = Math.floor(Date.now() / 1000);
      const event = {
        id: "uid-1",
        kind: "NodePool",
        level: "warning",
        component: "yunfan",
        type: "QuotaExceeded",
        describe: "no room",
        clusterId: CLUSTER,
        eventTimeSeconds: nowS,
        extraInfo: { namespace: "team", name: "pool", kind: "NodePool" },
        data: { metadata: { name: "pool.1", namespace: "team", resourceVersion: "7" } },
      };
      await events.add(event, permit);
      await sample.plant(stand.console, "events", { clusterId: CLUSTER, level: "Warning", component: "kubelet" });
      await sample.plant(stand.console, "events", { clusterId: "BCS-K8S-40002", component: "yunfan" });
      const ofCluster = { clusterIds: [CLUSTER] };
      const found = async (filter: object): Promise<readonly string[]> => {
        const { items, isWhole } = await events.list({ ...ofCluster, ...filter }, {}, never);
        expect(isWhole).toBe(true);
        return items.map(({ component }) => component).toSorted();
      };
      expect(await found({})).toEqual(["kubelet", "yunfan"]);
      const hits = {
        kinds: ["NodePool"],
        components: ["yunfan"],
        types: ["QuotaExceeded"],
        names: ["pool"],
        namespaces: ["team", "x"],
      };
      for (const [name, values] of Object.entries(hits)) expect(await found({ [name]: values })).toEqual(["yunfan"]);
      expect(await found({ levels: ["warning"] })).toEqual(["kubelet", "yunfan"]);
      expect(await found({ beginSeconds: nowS - 60 })).toEqual(["kubelet", "yunfan"]);
      expect(await found({ beginSeconds: nowS + HOUR_S })).toEqual([]);
      const { items } = await events.list({ ...ofCluster, components: ["yunfan"] }, {}, never);
      const { eventTimeSeconds, ...shown } = event;
      expect(items).toEqual([{ ...shown, env: "k8s", at: expect.anything() }]);
      expect(Math.abs(items[0]!.at.ms - eventTimeSeconds * 1000)).toBeLessThanOrEqual(14 * HOUR_S * 1000);
    },
  },
  {
    title: "alarms are added and found by each filter, of several clusters at once (calls 36, 37)",
    async run({ facet: { alarms }, sample, stand }) {
      const nowS = Math.floor(Date.now() / 1000);
      const alarm = {
        clusterId: CLUSTER,
        namespace: "team",
        message: "no room",
        source: "NodePool/team/pool",
        module: "yunfan",
        type: "alarm",
        receivedTimeSeconds: nowS,
        data: { event: { uuid: "u-1" } },
      };
      await alarms.add(alarm, permit);
      await sample.plant(stand.console, "alarms", { clusterId: CLUSTER, type: "rtx|weixin|sms", source: "1.2.3.4" });
      await sample.plant(stand.console, "alarms", { clusterId: "BCS-K8S-40002", module: "bcs-health" });
      const found = async (filter: object): Promise<readonly string[]> => {
        const { items } = await alarms.list({ clusterIds: [CLUSTER], ...filter }, {}, never);
        return items.map(({ module }) => module).toSorted();
      };
      expect(await found({})).toEqual(["bcs-health", "yunfan"]);
      expect(await found({ clusterIds: [CLUSTER, "BCS-K8S-40002"] })).toEqual(["bcs-health", "bcs-health", "yunfan"]);
      const hits = { namespaces: ["team"], sources: [alarm.source], modules: ["yunfan"], types: ["alarm"] };
      for (const [name, values] of Object.entries(hits)) expect(await found({ [name]: values })).toEqual(["yunfan"]);
      expect(await found({ types: ["larm"] })).toEqual([]);
      expect(await found({ beginSeconds: nowS - 60 })).toEqual(["bcs-health", "yunfan"]);
      expect(await found({ beginSeconds: nowS + HOUR_S })).toEqual([]);
      const { items } = await alarms.list({ clusterIds: [CLUSTER], modules: ["yunfan"] }, {}, never);
      const { receivedTimeSeconds, ...shown } = alarm;
      expect(items).toEqual([{ ...shown, at: expect.anything() }]);
      expect(Math.abs(items[0]!.at.ms - receivedTimeSeconds * 1000)).toBeLessThanOrEqual(14 * HOUR_S * 1000);
    },
  },
  {
    title: "whole numbers of 64 bits in what others report are read as they were written (calls 34, 36)",
    async run({ facet: { alarms, events }, sample, stand }) {
      const data = { id: largeNumber("9007199254740993") };
      await sample.plant(stand.console, "alarms", { clusterId: CLUSTER, data });
      await sample.plant(stand.console, "events", { clusterId: CLUSTER, data });
      const filter = { clusterIds: [CLUSTER] };
      const found = [await alarms.list(filter, {}, never), await events.list(filter, {}, never)];
      for (const { items } of found) expect(items).toMatchObject([{ data: { id: 9_007_199_254_740_993n } }]);
    },
  },
  {
    title: "a list that is cut short says so (calls 34, 36)",
    async run({ facet: { alarms }, sample, stand }) {
      const planted = Array.from({ length: 510 }, () => sample.plant(stand.console, "alarms", { clusterId: CLUSTER }));
      await Promise.all(planted);
      const filter = { clusterIds: [CLUSTER] };
      expect(await alarms.list(filter, { mostPages: 1 }, never)).toMatchObject({ isWhole: false });
      const whole = await alarms.list(filter, { mostPages: 3 }, never);
      expect([whole.isWhole, whole.items.length]).toEqual([true, 510]);
    },
  },
];

/** As JSON.stringify writes it; the compiler's library does not declare it yet. */
function largeNumber(digits: string): object {
  return (JSON as unknown as { rawJSON(text: string): object }).rawJSON(digits);
}
