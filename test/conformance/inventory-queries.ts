// query-k8s and query-mesos: every kind and every documented filter.
import { expect } from "vitest";
import { queryKindOf, resourcesOf, type Environment, type InventoryResource } from "../../src/cloud/bcs/query-kinds.ts";
import { CLUSTER, type InventorySubject } from "./inventory-subject.ts";
import { never } from "./stand.ts";
import { failureOf, type Case } from "./suite.ts";

export const queryCases: readonly Case<InventorySubject>[] = [
  {
    title:
      "every resource of k8s is found by every filter, and only by what fits (calls 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33)",
    run: (subject) => everyFilterOf(subject, "K8s"),
  },
  {
    title:
      "every resource of mesos is found by every filter, and only by what fits (calls 13, 14, 15, 16, 17, 18, 19, 20)",
    run: (subject) => everyFilterOf(subject, "Mesos"),
  },
  {
    title: "values of Secrets do not travel where they are not asked for (call 26)",
    async run({ facet, sample, stand }) {
      const data = { metadata: { name: "s" }, data: { password: "aHVzaC1odXNo" } };
      const key = { clusterId: CLUSTER, namespace: "team", resourceType: "Secret", resourceName: "s" };
      await sample.plant(stand.console, "records", { ...key, data });
      const question = { environment: "K8s", resource: "Secret", clusterId: CLUSTER, filters: {} } as const;
      const { items } = await facet.query({ ...question, fields: [["data", "metadata", "name"]] }, never);
      expect(items).toMatchObject([{ namespace: "team", name: "s" }]);
      expect(JSON.stringify(items)).not.toContain("aHVzaC1odXNo");
    },
  },
];

/** Of a list of names there is nothing to report but something in that namespace. */
const NAMED = { type: "application", namespace: "n1", data: {}, filters: {} };

async function everyFilterOf(subject: InventorySubject, environment: Environment): Promise<void> {
  for (const resource of resourcesOf(environment)) await everyFilter(subject, { environment, resource });
}

async function everyFilter({ facet, sample, stand }: InventorySubject, asked: InventoryResource): Promise<void> {
  const { environment, resource } = asked;
  const { type, namespace, data, filters } = sample.samples[environment][resource.toLowerCase()] ?? NAMED;
  const record = { clusterId: CLUSTER, namespace, resourceType: type, data };
  await sample.plant(stand.console, "records", { ...record, resourceName: "x" });
  await sample.plant(stand.console, "records", { ...record, clusterId: "BCS-K8S-40002", resourceName: "x" });
  const fields = [["data", "metadata", "name"]];
  const find = async (by: Readonly<Record<string, readonly string[]>>): Promise<number> =>
    (await facet.query({ ...asked, clusterId: CLUSTER, fields, filters: by }, never)).items.length;
  const found = new Map([["", await find({})]]);
  for (const [name, [hit, miss]] of Object.entries(filters)) {
    found.set(`${name}, a hit`, await find({ [name]: [hit] }));
    found.set(`${name}, a miss`, await find({ [name]: [miss] }));
    const isOne = /Begin$|End$|^isIn/.test(name);
    if (!isOne) found.set(`${name}, a miss or a hit`, await find({ [name]: [miss, hit] }));
  }
  expect({ resource, found }).toEqual({
    resource,
    found: new Map([...found.keys()].map((what) => [what, what.endsWith("a miss") ? 0 : 1])),
  });
  const known = Object.keys(queryKindOf(asked)?.filters ?? {});
  expect({ resource, filters: Object.keys(filters).toSorted() }).toEqual({ resource, filters: known.toSorted() });
  expect((await failureOf(find({ nobodyKnows: ["1"] }))).kind).toBe("Rejected");
}
