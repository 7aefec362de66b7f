// The clusters facet: what the suite asks of it beside the cases of every collection.
import { grantWrite } from "../../src/cloud/permit.ts";
import { describe, expect } from "vitest";
import { parse } from "yaml";
import type { CloudSession } from "../../src/cloud/contract.ts";
import type { Cluster, ClustersFacet } from "../../src/cloud/facets/clusters.ts";
import { CLOUDS } from "./clouds/index.ts";
import { collectionCases, markCases } from "./collection.ts";
import { outcomeCases } from "./outcomes.ts";
import { eventually, failureOf, needed, runFacet, type Case, type ClustersSample } from "./suite.ts";
import { never, startStand, type Stand } from "./stand.ts";
import { firstName, makeSettled, make, NONCE, plant, type Subject } from "./subject.ts";

interface ClustersSubject extends Subject<Cluster> {
  readonly facet: ClustersFacet;
  readonly sample: ClustersSample;
}

const cases: readonly Case<ClustersSubject>[] = [
  {
    title: "shows a cluster as it was asked for",
    async run(subject) {
      const cluster = await makeSettled(subject);
      const { name, description, network } = subject.sample.request(firstName(subject), NONCE);
      const shown = { name, description: cluster.description === undefined ? undefined : description };
      expect(cluster).toMatchObject({ ...shown, mark: NONCE, phase: "Available" });
      expect(cluster.network).toMatchObject(given(network));
      expect(cluster.version, "the version that the cloud chose").not.toBe("");
      expect(cluster.endpoints?.internal ?? cluster.endpoints?.external, "an address").toMatch(/^https:/);
      expect(Math.abs(cluster.createdAtMs - Date.now()), "age, ms").toBeLessThan(120_000);
    },
  },
  {
    title: "changes a description and keeps the mark",
    async run(subject) {
      const { facet } = subject;
      const setDescription = needed(facet.setDescription, "setDescription");
      const { id, mark } = await makeSettled(subject);
      for (const description of ["another text", "another text", ""]) {
        await setDescription(id, { description, mark }, grantWrite(never));
        expect(await facet.get(id, never)).toMatchObject({ description, mark: NONCE });
      }
      const { unknownId } = subject.stand.cloud;
      expect((await failureOf(setDescription(unknownId, { description: "", mark }, grantWrite(never)))).kind).toBe(
        "NotFound",
      );
    },
  },
  {
    title: "puts a cluster to sleep and wakes it up, each in its phase only",
    async run(subject) {
      const { facet } = subject;
      const { hibernate, wake } = needed(facet.power, "power");
      const { id } = await makeSettled(subject);
      const phase = async (): Promise<unknown> => ((await facet.get(id, never)) as Cluster).phase;
      expect(["Busy", "Rejected"]).toContain((await failureOf(wake(id, grantWrite(never)))).kind);
      await hibernate(id, grantWrite(never));
      await eventually(phase).toBe("Hibernated");
      expect(["Busy", "Rejected"]).toContain((await failureOf(hibernate(id, grantWrite(never)))).kind);
      await wake(id, grantWrite(never));
      await eventually(phase).toBe("Available");
      const { unknownId } = subject.stand.cloud;
      expect((await failureOf(hibernate(unknownId, grantWrite(never)))).kind).toBe("NotFound");
      expect((await failureOf(wake(unknownId, grantWrite(never)))).kind).toBe("NotFound");
    },
  },
  {
    title: "follows the job of a create to its end, and knows no other",
    async run(subject) {
      const { facet } = subject;
      const jobs = needed(subject.stand.session.jobs, "jobs");
      const { jobId } = await facet.create(subject.sample.request(firstName(subject), NONCE), grantWrite(never));
      const job = needed(jobId, "jobId of a create");
      await eventually(() => jobs.get(job, never)).toMatchObject({ id: job, phase: "Success" });
      expect(await jobs.get(subject.stand.cloud.unknownId, never)).toBe("Absent");
    },
  },
  {
    title: "counts clusters against the quota",
    async run(subject) {
      const quotas = needed(subject.facet.quotas, "quotas");
      const request = subject.sample.request(firstName(subject), NONCE);
      const [before, ...others] = await quotas(request, never);
      const made = await make(subject);
      const after = await quotas(request, never);
      expect(after).toHaveLength(1 + others.length);
      for (const { counts } of after) expect(counts(made)).toBe(true);
      expect(after[0]?.limit).toBe(before?.limit);
      if (before?.used !== undefined) expect(after[0]?.used).toBe(before.used + 1);
    },
  },
  {
    title: "hands out a kubeconfig whose current context is there",
    async run(subject) {
      const kubeconfig = needed(subject.facet.kubeconfig, "kubeconfig");
      const id = await plant(subject, firstName(subject));
      const context = subject.sample.missingContext === "Internal" ? "External" : "Internal";
      const answer = await kubeconfig(id, { context, options: {} }, never);
      const { text, expiresAtMs } = answer === "NoSuchContext" ? expect.fail(`There is no ${context} one`) : answer;
      const config = parse(text) as { "current-context": string; contexts: { name: string }[] };
      expect(config.contexts.map(({ name }) => name)).toContain(config["current-context"]);
      expect(expiresAtMs ?? Number.POSITIVE_INFINITY).toBeGreaterThan(Date.now());
    },
  },
  {
    title: "hands out no kubeconfig for an address that a cluster has not, nor of a cluster that is not there",
    async run(subject) {
      const kubeconfig = needed(subject.facet.kubeconfig, "kubeconfig");
      const missing = needed(subject.sample.missingContext, "missingContext of the sample");
      const id = await plant(subject, firstName(subject));
      expect(await kubeconfig(id, { context: missing, options: {} }, never)).toBe("NoSuchContext");
      expect(
        (await failureOf(kubeconfig(subject.stand.cloud.unknownId, { context: "Internal", options: {} }, never))).kind,
      ).toBe("NotFound");
    },
  },
];

/** Without what the cloud is to choose. */
function given(network: Cluster["network"]): Partial<Cluster["network"]> {
  return Object.fromEntries(Object.entries(network).filter(([, value]) => value !== undefined));
}

function subjectOf(stand: Stand, sample: ClustersSample): ClustersSubject {
  const facetOf = ({ clusters }: CloudSession): ClustersFacet => needed(clusters, "the clusters facet");
  return {
    stand,
    sample,
    clusterId: "",
    facet: facetOf(stand.session),
    via: (session) => ({
      items: facetOf(session),
      create: (name, nonce, signal) => facetOf(session).create(sample.request(name, nonce), grantWrite(signal)),
    }),
    isSettled: ({ phase }) => phase === "Available",
  };
}

describe.each(CLOUDS)("$name", (cloud) => {
  runFacet(cloud, "clusters", {
    cases: [...collectionCases, ...markCases, ...outcomeCases, ...cases],
    start: async (sample, rules) => {
      const stand = await startStand(cloud, rules);
      return subjectOf(stand, sample);
    },
  });
});
