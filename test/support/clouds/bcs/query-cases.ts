// Every kind of query-k8s and query-mesos, by every documented filter: what is asked of a store with one sample of each, and what it finds.
import { resourcesOf, type Environment } from "../../../../src/cloud/bcs/query-kinds.ts";
import { K8S_SAMPLES, MESOS_SAMPLES, type Sample } from "../../../../src/cloud/bcs/simulator/test-samples.ts";
import type { BcsSimulator } from "./environment.ts";

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
