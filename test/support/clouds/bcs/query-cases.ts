// Every kind of query-k8s and query-mesos, by every documented filter: what is asked of a store with one sample of each, and what it finds.
import { resourcesOf, type Environment } from "../../../../src/cloud/bcs/query-kinds.ts";
import { inventoryQuery } from "../../../../src/crds/inventoryquery/kind.ts";
import type { InventoryQuery } from "../../../../src/crds/inventoryquery/schema.ts";
import type { KubeClient } from "../../../../src/kube/client.ts";
import type { Draft } from "../../../../src/kube/types.ts";
import { K8S_SAMPLES, MESOS_SAMPLES, type Sample } from "../../../../src/cloud/bcs/simulator/test-samples.ts";
import { queryManifest, type BcsSimulator, type BcsStand } from "./environment.ts";

const SAMPLES: Readonly<Record<Environment, Readonly<Record<string, Sample>>>> = {
  K8s: K8S_SAMPLES,
  Mesos: MESOS_SAMPLES,
};
/** Namespaces of Mesos are those that anything was reported of: the others' samples are in one. */
const NAMED: Sample = { type: "application", namespace: "n1", data: {}, filters: {} };

interface Case {
  readonly name: string;
  readonly spec: {
    readonly environment: Environment;
    readonly resource: string;
    readonly filters: Readonly<Record<string, readonly string[]>>;
  };
  /** What it finds among the samples. */
  readonly total: number;
}

function sampleOf(environment: Environment, resource: string): Sample {
  return SAMPLES[environment][resource.toLowerCase()] ?? NAMED;
}

/** One that asks for all that fits, eight filters at once, and one for each filter with a value that does not fit. */
function casesOf(environment: Environment, resource: string): readonly Case[] {
  const filters = Object.entries(sampleOf(environment, resource).filters);
  const base = `${environment}-${resource}`.toLowerCase();
  const hits = Array.from({ length: Math.max(Math.ceil(filters.length / 8), 1) }, (_, at) => {
    const some = filters.slice(at * 8, at * 8 + 8).map(([name, [hit]]) => [name, [hit]] as const);
    return { name: `${base}-hit${at}`, spec: { environment, resource, filters: Object.fromEntries(some) }, total: 1 };
  });
  const misses = filters.map(([name, [, miss]], at) => ({
    name: `${base}-miss${at}`,
    // A bare y is a truth value to kubectl.
    spec: { environment, resource, filters: { [name]: [miss === "y" ? "another" : miss] } },
    total: 0,
  }));
  return [...hits, ...misses];
}

export const CASES = (["K8s", "Mesos"] as const).flatMap((environment) =>
  resourcesOf(environment).flatMap((resource) => casesOf(environment, resource)),
);

/** All that hit, and every third that misses: three that begin with 0, 1 and 2 have each of them. */
export function thirdOf(at: number): readonly Case[] {
  const misses = CASES.filter(({ total }) => total === 0);
  return [...CASES.filter(({ total }) => total > 0), ...misses.filter((_, index) => index % 3 === at)];
}

/** One of each kind, and its namesake under another cluster's id. */
export async function plantSamples(store: BcsSimulator, clusterId: string): Promise<void> {
  for (const environment of ["K8s", "Mesos"] as const) {
    for (const resource of resourcesOf(environment)) {
      const sample = sampleOf(environment, resource);
      if (sample === NAMED) continue;
      const { type, namespace, data } = sample;
      const record = { namespace, resourceType: type, resourceName: "x", data };
      await store.behindOurBack("POST", "records", { ...record, clusterId });
      await store.behindOurBack("POST", "records", { ...record, clusterId: "BCS-K8S-40002" });
    }
  }
}

/** How many each of them finds, and how many it is to find; by name. */
interface Answers {
  readonly found: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, number>>;
}

/** Asks by an InventoryQuery for each, straight at the API server: kubectl would be most of the work. They are gone afterwards. */
export async function answersOf(
  stand: BcsStand,
  kube: KubeClient,
  { cases, clusterId }: { readonly cases: readonly Case[]; readonly clusterId: string },
): Promise<Answers> {
  const { namespace } = stand;
  await Promise.all(
    cases.map(({ name, spec }) =>
      kube.create(
        inventoryQuery.type,
        queryManifest(name, { ...spec, clusterId }, { namespace }) as Draft<InventoryQuery>,
      ),
    ),
  );
  for (const { name } of cases) await stand.reaches(`inventoryquery/${name}`, "Queried");
  const found = cases.map(({ name }) => [name, stand.seen(`inventoryquery/${name}`)?.status["total"]]);
  await Promise.all(cases.map(({ name }) => kube.delete(inventoryQuery.type, { namespace, name })));
  return {
    found: Object.fromEntries(found) as Answers["found"],
    expected: Object.fromEntries(cases.map(({ name, total }) => [name, total])),
  };
}
