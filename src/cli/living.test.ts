// Whatever ends after its account, cluster or set has gone leaves no series behind.
import { expect, it } from "vitest";
import { Metrics } from "../runtime/metrics/metrics.ts";
import type { Informers } from "./informers.ts";
import { ofLiving } from "./living.ts";

const LABELS = /ns\/one|manifestset="one"/;

function build() {
  const metrics = new Metrics();
  const there = new Set(["ns/one"]);
  const informer = { store: { get: (key: string) => (there.has(key) ? { key } : undefined) } };
  const kinds = new Map([["ManifestSet", informer]]);
  const living = ofLiving(metrics, { accounts: informer, clusters: informer, kinds } as unknown as Informers);
  const series = async (): Promise<readonly string[]> =>
    (await metrics.scrape()).text.split("\n").filter((line) => LABELS.test(line));
  return { metrics, there, living, series };
}

const account = { account: "ns/one" };
const ends = {
  "a request to a cloud": ({ cloud }) =>
    cloud.requested({ ...account, cloud: "CtyunCCI", operation: "CreateProject", code: "<error>" }),
  "a wait for the budget": ({ cloud }) => cloud.observeWait({ ...account, class: "reads" }, 1),
  "a budget": ({ cloud }) => cloud.setLimit({ ...account, class: "writes" }, 60),
  "a request to a target": ({ target }) => target.requested({ target: "ns/one", verb: "GET", code: "<error>" }),
  "a look at what workloads use": ({ workload }) =>
    workload.used("ns/one", [{ targetNamespace: "web", kind: "Deployment", workload: "web", cpuCores: 1 }]),
} satisfies Record<string, (living: ReturnType<typeof ofLiving>) => void>;

it.each(Object.entries(ends))(
  "%s has a series while its subject is there, and none when it ends after that",
  async (_, end) => {
    const { metrics, there, living, series } = build();
    end(living);
    expect(await series()).not.toEqual([]);
    there.delete("ns/one");
    metrics.cloud.forget("ns/one");
    metrics.target.forget("ns/one");
    metrics.workload.used("ns/one", []);
    end(living);
    expect(await series()).toEqual([]);
  },
);
