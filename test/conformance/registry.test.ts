// The registry facet: what the suite asks of it beside the cases of every collection.
import { grantWrite } from "../../src/cloud/permit.ts";
import { describe, expect } from "vitest";
import type { CloudSession } from "../../src/cloud/contract.ts";
import type { RegistryFacet, RegistryProject } from "../../src/cloud/facets/registry.ts";
import { CLOUDS } from "./clouds/index.ts";
import { collectionCases, markCases } from "./collection.ts";
import { outcomeCases } from "./outcomes.ts";
import { failureOf, needed, runFacet } from "./suite.ts";
import type { Case, RegistrySample } from "./suite.ts";
import { never, startStand, type Stand } from "./stand.ts";
import { access, attempts, firstName, make, namesakes, NONCE, plant, shown, type Subject } from "./subject.ts";

interface RegistrySubject extends Subject<RegistryProject> {
  readonly facet: RegistryFacet;
  readonly sample: RegistrySample;
}

async function plantForeign({ sample, stand }: RegistrySubject, project: { name: string; isPublic: boolean }) {
  const foreign = needed(sample.plantForeign, "plantForeign of the sample");
  return foreign(stand.console, project);
}

/** A project of ours with one image of one tag. */
async function makeWithImage(subject: RegistrySubject, repository: string): Promise<RegistryProject> {
  const push = needed(subject.sample.push, "push of the sample");
  const project = await make(subject);
  await push(subject.stand.console, { project: project.name, repository, tag: "v1" });
  return project;
}

const cases: readonly Case<RegistrySubject>[] = [
  {
    title: "shows a project as it was asked for, empty and ours",
    async run(subject) {
      const project = await make(subject);
      expect(project).toMatchObject({ visibility: "Private", mine: true, repositoryCount: 0 });
      expect(Math.abs(project.createdAtMs - Date.now()), "age, ms").toBeLessThan(60_000);
      expect(await subject.facet.listRepositories(project.id, never)).toEqual([]);
    },
  },
  {
    title: "changes the visibility, the same one twice too",
    async run(subject) {
      const { id } = await make(subject);
      for (const visibility of ["Public", "Public", "Private"] as const) {
        await subject.facet.setVisibility(id, visibility, grantWrite(never));
        expect(await shown(subject, id)).toMatchObject({ visibility });
      }
      const { unknownId } = subject.stand.cloud;
      expect((await failureOf(subject.facet.setVisibility(unknownId, "Public", grantWrite(never)))).kind).toBe(
        "NotFound",
      );
    },
  },
  {
    title: "shows somebody else's public project as theirs, bearing no mark and not to be removed",
    async run(subject) {
      const { own } = attempts();
      const name = firstName(subject);
      const id = await plantForeign(subject, { name, isPublic: true });
      const { items } = access(subject);
      const list = await items.list(never);
      const theirs = list.items.find((project) => project.id === id)!;
      expect(theirs).toMatchObject({ name, mine: false });
      expect(items.bearsMark(theirs, own, list.clockSkewMs)).toBe(false);
      expect(["Forbidden", "NotFound"]).toContain((await failureOf(items.remove(id, grantWrite(never)))).kind);
      expect(await shown(subject, id)).toMatchObject({ id });
    },
  },
  {
    title: "keeps somebody else's private project from the list, and tells it from an absent one",
    async run(subject) {
      const id = await plantForeign(subject, { name: firstName(subject), isPublic: false });
      expect(await namesakes(subject, firstName(subject))).toEqual([]);
      expect(await access(subject).items.look(id, never)).toBe("Forbidden");
      expect((await failureOf(access(subject).create(firstName(subject), NONCE, never))).kind).toBe("AlreadyExists");
    },
  },
  {
    title: "shows what a project holds, with slashes in the names",
    async run(subject) {
      const { facet } = subject;
      const { id, name } = await makeWithImage(subject, "deep/er");
      expect(await facet.listRepositories(id, never)).toMatchObject([{ name: "deep/er", tagCount: 1 }]);
      const contents = await facet.listContents?.(never);
      if (contents) expect(contents.get(id)).toEqual(await facet.listRepositories(id, never));
      expect(await shown(subject, id)).toMatchObject({ repositoryCount: 1 });
      const tags = await facet.listTags(name, "deep/er", never);
      expect(tags).toMatchObject([{ name: "v1" }]);
      expect(tags[0]?.digest ?? "sha256:untold").toMatch(/^sha256:/);
      expect((await failureOf(facet.listTags(name, "nowhere", never))).kind).toBe("NotFound");
    },
  },
  {
    title: "removes no project that holds images, and removes it once they are deleted",
    async run(subject) {
      const { facet } = subject;
      const project = await makeWithImage(subject, "app");
      expect((await failureOf(facet.remove(project.id, grantWrite(never)))).kind).toBe("NotEmpty");
      await facet.deleteRepository(project, "app", grantWrite(never));
      await facet.deleteRepository(project, "app", grantWrite(never));
      expect(await facet.listRepositories(project.id, never)).toEqual([]);
      await facet.remove(project.id, grantWrite(never));
      expect(await namesakes(subject, project.name)).toEqual([]);
    },
  },
  {
    title: "knows nothing of the contents of a project that is gone",
    async run(subject) {
      const id = await plant(subject, firstName(subject));
      await subject.facet.remove(id, grantWrite(never));
      expect(await subject.facet.listRepositories(id, never)).toBe("Absent");
    },
  },
  {
    title: "hands out the pull credentials that the options mean",
    async run({ facet, sample }) {
      const { known, unknown } = needed(sample.pullOptions, "options of pull credentials of the sample");
      const credentials = await facet.pullCredentials(known, never);
      expect(credentials.registry, "host and port, no scheme").toMatch(/^[a-z0-9.-]+(?::\d+)?$/i);
      expect(credentials.username).not.toBe("");
      expect(credentials.password).not.toBe("");
      expect((await failureOf(facet.pullCredentials(unknown, never))).kind).toBe("NotFound");
    },
  },
];

function subjectOf(stand: Stand, sample: RegistrySample): RegistrySubject {
  const facetOf = ({ registry }: CloudSession): RegistryFacet => needed(registry, "the registry facet");
  return {
    stand,
    sample,
    clusterId: "",
    facet: facetOf(stand.session),
    via: (session) => ({
      items: facetOf(session),
      create: (name, nonce, signal) =>
        facetOf(session).create({ name, nonce, visibility: "Private" }, grantWrite(signal)),
    }),
    isSettled: () => true,
  };
}

describe.each(CLOUDS)("$name", (cloud) => {
  runFacet(cloud, "registry", {
    cases: [...collectionCases, ...markCases, ...outcomeCases, ...cases],
    start: async (sample, rules) => {
      const stand = await startStand(cloud, rules);
      return subjectOf(stand, sample);
    },
  });
});
