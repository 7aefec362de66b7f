// The addons facet: what the suite asks of it beside the cases of every collection.
import { grantWrite } from "../../src/cloud/permit.ts";
import { describe, expect } from "vitest";
import type { CloudSession } from "../../src/cloud/contract.ts";
import type { Addon, AddonsFacet } from "../../src/cloud/facets/addons.ts";
import { CLOUDS } from "./clouds/index.ts";
import { collectionCases } from "./collection.ts";
import { outcomeCases } from "./outcomes.ts";
import { eventually, failureOf, needed, runFacet } from "./suite.ts";
import type { AddonsSample, Case } from "./suite.ts";
import { never, startStand, type Stand } from "./stand.ts";
import { attempts, firstName, makeSettled, shown, type Subject } from "./subject.ts";

interface AddonsSubject extends Subject<Addon> {
  readonly facet: AddonsFacet;
  readonly sample: AddonsSample;
}

const cases: readonly Case<AddonsSubject>[] = [
  {
    title: "shows an add-on as it was asked for, named as its template, and bearing any mark",
    async run(subject) {
      const addon = await makeSettled(subject);
      const { template, version, values } = subject.sample.request(firstName(subject));
      expect(addon).toMatchObject({ name: template, template, version, values, phase: "Available" });
      expect(subject.facet.in(subject.clusterId).bearsMark(addon, attempts().other, 0)).toBe(true);
    },
  },
  {
    title: "takes another version and other values",
    async run(subject) {
      const { facet, sample, clusterId } = subject;
      const { id } = await makeSettled(subject);
      const { version, values } = sample.change;
      await facet.update(clusterId, id, sample.change, grantWrite(never));
      await eventually(() => shown(subject, id)).toMatchObject({ id, version, values, phase: "Available" });
      const { unknownId } = subject.stand.cloud;
      expect((await failureOf(facet.update(clusterId, unknownId, sample.change, grantWrite(never)))).kind).toBe(
        "NotFound",
      );
    },
  },
  {
    title: "shows the versions of a template, the newest first, and which fit a cluster",
    async run({ facet, sample, clusterId }) {
      const name = firstName({ sample });
      const found = await facet.getTemplate(clusterId, name, never);
      const template = found === "Absent" ? expect.fail(`There is no template ${name}`) : found;
      const versions = template.versions.map(({ version }) => version);
      expect(versions.length).toBeGreaterThan(0);
      expect(versions).toEqual(versions.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true })));
      const fitting = template.versions.filter(({ fits }) => fits(sample.host)).map(({ version }) => version);
      expect(fitting).toContain(sample.request(name).version);
    },
  },
  {
    title: "a template that the cloud has not is absent",
    async run({ facet, clusterId }) {
      expect(await facet.getTemplate(clusterId, "no-such-template", never)).toBe("Absent");
    },
  },
  {
    title: "in a cluster that is not there a list is NotFound, and an add-on absent",
    async run({ facet, stand }) {
      const { unknownId } = stand.cloud;
      expect((await failureOf(facet.in(unknownId).list(never))).kind).toBe("NotFound");
      expect(await facet.in(unknownId).get(unknownId, never)).toBe("Absent");
    },
  },
];

function subjectOf(stand: Stand, sample: AddonsSample, clusterId: string): AddonsSubject {
  const facetOf = ({ addons }: CloudSession): AddonsFacet => needed(addons, "the addons facet");
  return {
    stand,
    sample,
    clusterId,
    facet: facetOf(stand.session),
    via: (session) => ({
      items: facetOf(session).in(clusterId),
      create: (name, _nonce, signal) => facetOf(session).create(clusterId, sample.request(name), grantWrite(signal)),
    }),
    isSettled: ({ phase }) => phase === "Available",
  };
}

describe.each(CLOUDS)("$name", (cloud) => {
  runFacet(cloud, "addons", {
    cases: [...collectionCases, ...outcomeCases, ...cases],
    start: async (sample, rules) => {
      const stand = await startStand(cloud, rules);
      return subjectOf(stand, sample, await sample.cluster(stand.console));
    },
  });
});
