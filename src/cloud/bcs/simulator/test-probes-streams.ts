// For tests only: the choices about events, alarms, watch data and metrics, as a client sees each value.
import type { Probes } from "./test-probes.ts";
import { isInOrder, LETTERS, METRIC, METRICS, names, NODE, NODES, OTHER_NODE, outcome } from "./test-probes.ts";
import type { BcsClient } from "./test-support.ts";
import { extra } from "./test-support.ts";

/** An event of the second `at`. */
const event = (id: string, at: number, more: Record<string, unknown> = {}) => ({
  id,
  clusterId: "c1",
  level: "warning",
  eventTime: at,
  extraInfo: { kind: "Pod" },
  data: { metadata: { name: id, namespace: "n1", resourceVersion: "1" } },
  ...more,
});

const putEvent = (client: BcsClient, body: unknown) => client.data("/events", { method: "PUT", body });

export const streamProbes = {
  events: {
    async look(client) {
      await putEvent(client, event("e", 1));
      await putEvent(client, event("e", 1));
      return (await client.rows("/events")).length;
    },
    sees: { Insert: 2, Unique: 1 },
  },
  eventMetadata: {
    look: async (client) => [
      await outcome(client, "/events", event("e", 1, { data: {} })),
      (await client.rows("/events")).length,
    ],
    sees: { Optional: [0, 1], Required: ["no answer", 1] },
  },
  eventCluster: {
    look: async (client) => (await client.envelope("/events")).code,
    sees: { Optional: 0, Required: 10_006 },
  },
  eventExtra: {
    async look(client) {
      for (const id of ["e1", "e2"]) await putEvent(client, event(id, 1));
      return (await names(client, `/events?level=warning,x&kind=none&extra=${extra({ id: "e1" })}`, "id")).length;
    },
    sees: { Ignore: 0, Alone: 1 },
  },
  eventIdFilter: {
    async look(client) {
      await putEvent(client, event("e1", 1));
      return [await client.rows("/events?id=e2"), await client.rows("/events?extraInfo.kind=Node")].map(
        ({ length }) => length,
      );
    },
    sees: { Ignore: [1, 1], Honour: [0, 0] },
  },
  eventId: {
    async look(client) {
      await putEvent(client, event("e1", 1));
      return names(client, "/events", "id");
    },
    sees: { Shown: ["e1"], Hidden: [undefined] },
  },
  eventOrder: {
    async look(client) {
      for (const [index, id] of LETTERS.entries()) await putEvent(client, event(id, 100 - index));
      return isInOrder(client, "/events", "id");
    },
    sees: { NewestFirst: true, None: false },
  },
  eventTotal: {
    async look(client) {
      for (const id of ["e1", "e2"]) await putEvent(client, event(id, 1));
      return (await client.envelope("/events?length=1")).total;
    },
    sees: { Shown: 2, Hidden: undefined },
  },
  eventClusters: {
    dialect: "V2026",
    async look(client) {
      for (const at of [1, 2, 3]) {
        for (const clusterId of ["c1", "c2"]) await putEvent(client, event(`${clusterId}-${at}`, at, { clusterId }));
      }
      const found = [];
      for (const query of ["length=4", "length=2", "offset=2&length=4", ""]) {
        const { data, total } = await client.envelope(`/events?clusterId=c1,c2&${query}`);
        found.push([(data as { id: string }[]).map(({ id }) => id).sort(), total]);
      }
      return found;
    },
    sees: {
      Merged: [
        [["c1-2", "c1-3", "c2-2", "c2-3"], 6],
        [["c1-3", "c2-3"], 6],
        [["c1-1", "c1-2", "c2-1", "c2-2"], 6],
        [["c1-1", "c1-2", "c1-3", "c2-1", "c2-2", "c2-3"], 6],
      ],
      Each: [
        [["c1-1", "c1-2", "c1-3", "c2-3"], 6],
        [["c1-2", "c1-3"], 6],
        [["c1-1", "c2-1"], 6],
        [[], 6],
      ],
    },
  },
  alarmOrder: {
    async look(client) {
      for (const [index, source] of LETTERS.entries()) {
        await client.data("/alarms", { method: "POST", body: { source, receivedTime: 100 - index } });
      }
      return isInOrder(client, "/alarms", "source");
    },
    sees: { NewestFirst: true, None: false },
  },
  alarmTotal: {
    async look(client) {
      for (const source of ["a", "b"]) await client.data("/alarms", { method: "POST", body: { source } });
      return (await client.envelope("/alarms?length=1")).total;
    },
    sees: { All: 2, Rows: 1 },
  },
  alarmType: {
    async look(client) {
      await client.data("/alarms", { method: "POST", body: { source: "a", type: "rtx|sms" } });
      return names(client, "/alarms?type=sms", "source");
    },
    sees: { Equal: [], Contains: ["a"] },
  },
  watchList: {
    async look(client) {
      await client.put(NODE, { a: 1 });
      await client.put(OTHER_NODE, { a: 2 });
      return ((await client.data(NODES)) as string[]).toSorted();
    },
    sees: { Values: [{ a: 1 }], AllNames: ["n1.x", "n2.x"], Names: ["n1.x"] },
  },
  watchGetMissing: {
    look: async (client) => [await client.code(NODE), (await client.state())["watches"]?.length],
    sees: { Fail: [10_004, 0], CreateNode: [10_004, 1] },
  },
  watchData: {
    look: (client) => outcome(client, NODE, { data: "text" }),
    sees: { Any: 0, Disconnect: "no answer", Refuse: 10_003 },
  },
  watchStamp: {
    async look(client) {
      await client.put(NODE, { a: 1 });
      return client.data(NODE);
    },
    sees: { None: { a: 1 }, UpdateTime: { a: 1, updateTime: "2026-01-02T03:04:05.678Z" } },
  },
  metricList: {
    async look(client) {
      await client.put(METRIC, { a: 1 });
      const [row = {}] = (await client.data(METRICS)) as Record<string, unknown>[];
      return Object.keys(row).sort();
    },
    sees: {
      Rows: ["_id", "clusterId", "createTime", "data", "name", "namespace", "type", "updateTime"],
      Values: ["a"],
    },
  },
  metricField: {
    async look(client) {
      await client.put(METRIC, { a: 1 });
      return names(client, `${METRICS}?field=name`, "type");
    },
    sees: { Honour: [undefined], Ignore: ["t"] },
  },
} satisfies Partial<Probes>;
