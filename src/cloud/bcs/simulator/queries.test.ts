// query-mesos and query-k8s: each kind and each documented filter in each dialect, and what servers make of the rest.
import { describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "./dialect.ts";
import { K8S_KINDS, MESOS_KINDS } from "./query-kinds.ts";
import type { BcsClient } from "./test-support.ts";
import { extra, startTestBed } from "./test-support.ts";
import { K8S_SAMPLES, MESOS_SAMPLES, type Sample } from "./test-samples.ts";

const pathOf = (env: string, kind: string): string => `/query/${env}/dynamic/clusters/c1/${kind}`;

function report(client: BcsClient, { type, namespace, data }: Sample, more: Record<string, unknown> = {}) {
  const key = { clusterId: "c1", resourceType: type, resourceName: "x", ...(namespace !== undefined && { namespace }) };
  return client.colleague("POST", "records", { ...key, data, ...more });
}

/** Documented, and not there: the servers of 2019 and 2026 ignore them. */
const IGNORED = new Set([
  "pod createTimeBegin",
  "pod createTimeEnd",
  "endpoints createTimeBegin",
  "endpoints createTimeEnd",
]);

const KINDS = [
  ...Object.entries(MESOS_SAMPLES).map(([kind, sample]) => ["mesos", kind, sample] as const),
  ...Object.entries(K8S_SAMPLES).map(([kind, sample]) => ["k8s", kind, sample] as const),
];

test("the samples have every kind and every filter that the simulator has", () => {
  const filters = (kinds: Record<string, { type: string; filters: object }>) =>
    Object.entries(kinds).map(([kind, { type, filters: all }]) => [kind, type, Object.keys(all).sort()]);
  expect(filters(MESOS_KINDS)).toEqual(filters(MESOS_SAMPLES));
  expect(filters(K8S_KINDS)).toEqual(filters(K8S_SAMPLES));
});

describe.each(DIALECT_NAMES)("in %s", (dialect) => {
  const isReference = dialect === "Reference";

  test.each(KINDS)("%s %s is shown, and found by each of its filters", async (env, kind, sample) => {
    const { client } = await startTestBed({ dialect });
    await report(client, sample);
    await report(client, sample, { resourceType: "Other" });
    await report(client, sample, { clusterId: "c2" });
    const path = pathOf(env, kind);
    expect(await client.rows(path)).toMatchObject([
      { clusterId: "c1", resourceType: sample.type, resourceName: "x", data: sample.data },
    ]);
    for (const [filter, [hit, miss]] of Object.entries(sample.filters)) {
      const found = [await client.rows(`${path}?${filter}=${hit}`), await client.rows(`${path}?${filter}=${miss}`)];
      const missed = !isReference && IGNORED.has(`${kind} ${filter}`) ? 1 : 0;
      expect([filter, ...found.map(({ length }) => length)]).toEqual([filter, 1, missed]);
    }
  });

  test("several filters must all hold, and one of several values", async () => {
    const { client } = await startTestBed({ dialect });
    await report(client, K8S_SAMPLES["pod"]!);
    const path = pathOf("k8s", "pod");
    expect(await client.rows(`${path}?name=y,x&status=Pending,Running`)).toHaveLength(1);
    expect(await client.rows(`${path}?name=x&status=Pending`)).toHaveLength(0);
  });

  test("filters that the kind does not have are ignored", async () => {
    const { client } = await startTestBed({ dialect });
    await report(client, K8S_SAMPLES["job"]!);
    expect(await client.rows(`${pathOf("k8s", "job")}?status=Running&nonsense=1`)).toHaveLength(1);
  });

  test.each([
    ["k8s", "replicaset", "replicas=many"],
    ["mesos", "application", "createTimeBegin=2017-09-13%2019:40:30"],
    ["k8s", "deployment", "createTimeEnd=2017-10-16%2007:55:54"],
  ])("a filter that can't be parsed is refused, or everything comes back: %s %s?%s", async (env, kind, filter) => {
    const { client } = await startTestBed({ dialect });
    await report(client, { ...MESOS_SAMPLES, ...K8S_SAMPLES }[kind]!, {
      resourceType: (env === "k8s" ? K8S_SAMPLES : MESOS_SAMPLES)[kind]!.type,
    });
    const { code, data } = await client.envelope(`${pathOf(env, kind)}?${filter}`);
    expect([code, data]).toMatchObject(isReference ? [10_006, []] : [0, [{ resourceName: "x" }]]);
  });

  test("extra takes lists of values; field selects", async () => {
    const { client } = await startTestBed({ dialect });
    await report(client, K8S_SAMPLES["secret"]!);
    const path = pathOf("k8s", "secret");
    expect(await client.rows(`${path}?extra=${extra({ "data.type": ["a", "Opaque"] })}`)).toHaveLength(1);
    expect(await client.rows(`${path}?extra=${extra({ "data.type": ["a", "b"] })}`)).toHaveLength(0);
    expect(await client.rows(`${path}?field=data.type,data.metadata.name`)).toEqual([
      { _id: expect.any(String), data: { type: "Opaque", metadata: { name: "x" } } },
    ]);
  });

  test("namespaces of mesos are names, each once, of what has one", async () => {
    const { client } = await startTestBed({ dialect });
    for (const namespace of ["n1", "n2", "n1"]) await report(client, MESOS_SAMPLES["application"]!, { namespace });
    await report(client, MESOS_SAMPLES["secret"]!, { namespace: "n3" });
    await report(client, MESOS_SAMPLES["ippoolstatic"]!);
    await report(client, K8S_SAMPLES["pod"]!, { namespace: "n4" });
    await report(client, MESOS_SAMPLES["service"]!, { namespace: "n5", clusterId: "c2" });
    expect(((await client.data(pathOf("mesos", "namespace"))) as string[]).sort()).toEqual(["n1", "n2", "n3"]);
  });

  test("a page is honoured where the store pages", async () => {
    const { client } = await startTestBed({ dialect });
    for (const resourceName of ["a", "b", "c"]) await report(client, K8S_SAMPLES["pod"]!, { resourceName });
    expect(await client.rows(`${pathOf("k8s", "pod")}?offset=1&limit=1`)).toHaveLength(isReference ? 3 : 1);
  });
});

describe("a bound of time on a kind of Kubernetes", () => {
  const created = Date.parse("2017-10-16T07:34:52Z") / 1000;
  const HOUR = 3600;

  test("is exact in Reference", async () => {
    const { client } = await startTestBed({ zoneMinutes: 480 });
    await report(client, K8S_SAMPLES["job"]!);
    const found = (query: string) => client.rows(`${pathOf("k8s", "job")}?${query}`);
    expect(await found(`createTimeBegin=${created - 1}&createTimeEnd=${created + 1}`)).toHaveLength(1);
    expect(await found(`createTimeBegin=${created + 1}`)).toHaveLength(0);
  });

  test.each([
    [480, 8],
    [-720, -12],
    [0, 0],
  ])("is off by the zone of a server at %i minutes: by %i hours", async (zoneMinutes, hours) => {
    for (const dialect of ["V2019", "V2026"] as const) {
      const { client } = await startTestBed({ dialect, zoneMinutes });
      await report(client, K8S_SAMPLES["job"]!);
      const found = (query: string) => client.rows(`${pathOf("k8s", "job")}?${query}`);
      const seen = created - hours * HOUR;
      expect(await found(`createTimeBegin=${seen - 1}&createTimeEnd=${seen + 1}`)).toHaveLength(1);
      expect(await found(`createTimeBegin=${seen + 1}`)).toHaveLength(0);
      expect(await found(`createTimeEnd=${seen - 1}`)).toHaveLength(0);
    }
  });
});
