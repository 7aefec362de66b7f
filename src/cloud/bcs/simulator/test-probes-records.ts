// For tests only: the choices about the gateway, the envelope, dynamic data and queries, as a client sees each value.
import type { Probes } from "./test-probes.ts";
import { isInOrder, LETTERS, METRIC, METRICS, names, NODE, NODES, outcome, START, THING } from "./test-probes.ts";
import type { BcsClient } from "./test-support.ts";
import { ALL, CLUSTERED, namespaced, TOKEN } from "./test-support.ts";

const MISSING = { method: "DELETE" } as const;

const statusAndCode = async (client: BcsClient, headers: Record<string, string>): Promise<unknown> => {
  const { status, json } = await client.call(ALL, { headers });
  return [status, (json() as { code: number }).code];
};

export const accessProbes = {
  envelope: {
    async look(client) {
      const { data } = await client.envelope(THING, { method: "PUT", body: { data: 1 } });
      const codes = [await client.code(`${THING}2`), await client.code(THING, { method: "PUT", body: "{" })];
      return [data, ...codes, await client.code(`${ALL}?extra=%25`)];
    },
    sees: { Reference: [null, 10_004, 10_003, 10_006], Store: [{}, 1_405_087, 1_405_080, 1_405_085] },
  },
  tokenHeader: {
    look: async (client) => [
      await statusAndCode(client, { authorization: `Bearer ${TOKEN}` }),
      await statusAndCode(client, { "x-bcs-user-token": TOKEN }),
    ],
    sees: {
      Either: [
        [200, 0],
        [200, 0],
      ],
      UserToken: [
        [401, 401],
        [200, 0],
      ],
      Bearer: [
        [200, 0],
        [401, 401],
      ],
    },
  },
  tokenRefusal: {
    look: (client) => statusAndCode(client, {}),
    sees: { Status: [401, 401], Result: [400, 1_405_057] },
  },
  storeGone: {
    async look(client) {
      await client.colleague("PATCH", "gateways/gateway", { state: "Unreachable" });
      return statusAndCode(client, { authorization: `Bearer ${TOKEN}` });
    },
    sees: { Status: [502, 502], Result: [200, 1_405_053] },
  },
} satisfies Partial<Probes>;

export const recordProbes = {
  oneRecord: {
    async look(client) {
      await client.put(THING, 1);
      return Array.isArray(await client.data(THING));
    },
    sees: { List: true, Object: false },
  },
  deleteMissing: {
    look: async (client) => [
      (await client.envelope(THING, MISSING)).code,
      (await client.envelope(METRIC, MISSING)).code,
      (await client.envelope(NODE, MISSING)).code,
    ],
    sees: { Fail: [10_005, 10_005, 10_005], Success: [0, 0, 0] },
  },
  deleteMissingMetric: {
    dialect: "V2026",
    look: async (client) => (await client.envelope(METRIC, MISSING)).code,
    sees: { Alike: 0, Missing: 1_405_087 },
  },
  batchTimes: {
    async look(client) {
      await client.put(THING, 1);
      await client.remove(`${ALL}?updateTimeEnd=${START - 60}`, { updateTimeBegin: START - 60 });
      return client.things();
    },
    sees: { Query: ["n1/x"], Body: [] },
  },
  bounds: {
    async look(client) {
      await client.data("/alarms", { method: "POST", body: { source: "s", receivedTime: 10 } });
      return names(client, "/alarms?timeBegin=10&timeEnd=10", "source");
    },
    sees: { Inclusive: ["s"], Exclusive: [] },
  },
  badExtra: {
    look: async (client) => (await client.envelope(`${ALL}?extra=%25`)).code,
    sees: { Refuse: 10_006, Ignore: 0 },
  },
  paging: {
    async look(client) {
      for (const name of ["a", "b", "c"]) await client.put(`${namespaced("n1")}/${name}`, 1);
      return names(client, `${ALL}?offset=1&limit=1`);
    },
    sees: { Ignore: ["a", "b", "c"], Honour: ["b"] },
  },
  listCap: {
    async look(client) {
      const post = (source: number) => client.colleague("POST", "alarms", { clusterId: "c1", source: String(source) });
      await Promise.all(Array.from({ length: 3001 }, (_, source) => post(source)));
      return (await client.rows("/alarms")).length;
    },
    sees: { None: 3001, "3000": 3000 },
  },
  listOrder: {
    async look(client) {
      for (const name of LETTERS) {
        await client.put(`${namespaced("n1")}/${name}`, 1);
        await client.put(METRIC.replace(/m$/, name), 1);
        await client.put(NODE.replace(/x$/, name), name);
      }
      const nodes = (await client.data(NODES)) as string[];
      return [
        await isInOrder(client, ALL, "resourceName"),
        await isInOrder(client, METRICS, "name"),
        nodes.join("") === LETTERS.join(""),
      ];
    },
    sees: { Created: [true, true, true], None: [false, false, false] },
  },
  unknownQuery: {
    async look(client) {
      await client.put(THING, { a: "1" });
      const found = [];
      for (const query of ["data.a=2,1", "data.a=2", "data.b=", "namespace=n1"]) {
        found.push((await client.rows(`${ALL}?${query}`)).length);
      }
      return found;
    },
    sees: { Ignore: [1, 1, 1, 1], Condition: [1, 0, 0, 1] },
  },
  clusterClass: {
    async look(client) {
      await client.put(THING, 1);
      return names(client, CLUSTERED);
    },
    sees: { Own: [], AnyNamespace: ["x"] },
  },
  times: {
    async look(client) {
      await client.put(THING, 1);
      return names(client, ALL, "updateTime");
    },
    sees: { Plain: ["2026-01-02 11:04:05"], Rfc3339: ["2026-01-02T11:04:05.678+08:00"] },
  },
  dataKeys: {
    async look(client) {
      const written = [];
      for (const data of [{ "a.b": 1 }, { $a: {} }, { "a.b": "1" }, { a: "1\uff0e5" }]) {
        written.push(await outcome(client, THING, { data }));
      }
      const [row] = await client.rows(ALL);
      return [...written, row?.data];
    },
    sees: { Any: [0, 0, 0, 0, { a: "1\uff0e5" }], Mongo: [10_003, 10_003, 0, 0, { a: "1.5" }] },
  },
  badFilter: {
    look: async (client) => (await client.envelope("/query/k8s/dynamic/clusters/c1/job?createTimeEnd=now")).code,
    sees: { Refuse: 10_006, Ignore: 0 },
  },
  badNumber: {
    look: async (client) => [
      (await client.envelope("/alarms?length=all")).code,
      (await client.envelope("/events?timeBegin=now")).code,
      await outcome(client, `${ALL}?updateTimeEnd=now`, undefined, "DELETE"),
    ],
    sees: { Refuse: [10_006, 10_006, 10_005], Ignore: [0, 0, 0] },
  },
  timeFilter: {
    async look(client) {
      const data = { metadata: { creationTimestamp: new Date(START * 1000).toISOString() } };
      await client.put(`${namespaced("n1").replace("Thing", "Job")}/x`, data);
      return names(client, `/query/k8s/dynamic/clusters/c1/job?createTimeBegin=${START - 60}`);
    },
    sees: { Instant: ["x"], Text: [] },
  },
  createTimeFilter: {
    async look(client) {
      const data = { metadata: { creationTimestamp: new Date(START * 1000).toISOString() } };
      for (const type of ["Pod", "EndPoints", "Job"]) {
        await client.put(`${namespaced("n1").replace("Thing", type)}/x`, data);
      }
      const found = [];
      for (const kind of ["pod", "endpoints", "job"]) {
        found.push((await client.rows(`/query/k8s/dynamic/clusters/c1/${kind}?createTimeEnd=1`)).length);
      }
      return found;
    },
    sees: { Honour: [0, 0, 0], Ignore: [1, 1, 0] },
  },
} satisfies Partial<Probes>;
