// What is not ours stays as it is: projects that were there before, other people's, and those that another resource manages.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import type { SimulatedProject } from "../support/clouds/simulator.ts";
import {
  accountManifests,
  createStand,
  projectManifest,
  type Resource,
  type Stand,
} from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("ownership");
  await stand.apply(...accountManifests(stand.simulator));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

async function inRegistry(name: string): Promise<SimulatedProject[]> {
  const projects = await stand.simulator.projects();
  return projects.filter((project) => project.name === name);
}

/** Somebody makes a project in the cloud, without Yunfan. */
async function somebodyMakes(name: string, fields: object = {}): Promise<SimulatedProject> {
  return (await stand.simulator.behindOurBack("POST", "projects", { name, ...fields })) as SimulatedProject;
}

async function deleteAndWait(name: string): Promise<void> {
  await stand.remove(name);
  await stand.gone(name);
}

describe.concurrent("a project of that name which is there already", () => {
  it.for([
    { title: "our own", name: "ours", fields: {}, says: (id: string) => `id ${id}. .*spec.externalId` },
    {
      title: "somebody's public one",
      name: "public",
      fields: { owner: "neighbour", public: true },
      says: () => "somebody else's project. Choose another spec.cloudName",
    },
    {
      title: "somebody's private one, which no list shows",
      name: "hidden",
      fields: { owner: "neighbour" },
      says: () => "somebody else's project. Choose another spec.cloudName",
    },
  ])("is never touched, and the resource says what to do: $title", async ({ name, fields, says }, { expect }) => {
    const made = await somebodyMakes(name, fields);
    const resource = `registryproject/${name}`;
    await stand.apply(projectManifest(name, { visibility: "Public" }));
    const ready = await stand.reaches(resource, "AlreadyExists");
    expect(ready.message).toMatch(new RegExp(says(made.id)));
    await stand.visited(resource);
    const { status } = await stand.until(resource, ({ status: { operation } }) => operation === undefined);
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: "Stalled", reason: "AlreadyExists" }));
    expect(status.externalId).toBeUndefined();

    await deleteAndWait(resource);
    expect(await inRegistry(name)).toEqual([made]);
  });

  it("is not held against the resource once it is gone", async ({ expect }) => {
    const made = await somebodyMakes("passing");
    await stand.apply(projectManifest("passing"));
    await stand.reaches("registryproject/passing", "AlreadyExists");
    await stand.simulator.behindOurBack("DELETE", `projects/${made.id}`);
    await stand.reaches("registryproject/passing", "Available");
    expect(await inRegistry("passing")).toHaveLength(1);
  });
});

describe.concurrent("adoption by externalId", () => {
  it("manages the project, and by default leaves it at the end", async ({ expect }) => {
    const made = await somebodyMakes("adopted");
    const resource = "registryproject/adopter";
    await stand.apply(projectManifest("adopter", { externalId: made.id, visibility: "Public" }));
    await stand.reaches(resource, "Available");
    expect(stand.seen(resource)?.status).toMatchObject({
      origin: "Adopted",
      externalId: made.id,
      cloudName: "adopted",
    });
    expect(await inRegistry("adopted")).toMatchObject([{ id: made.id, public: true }]);
    await deleteAndWait(resource);
    expect(await inRegistry("adopted")).toMatchObject([{ id: made.id, public: true }]);
    expect(await inRegistry("adopter")).toEqual([]);
  });

  it("deletes the project at the end where deletionPolicy says so", async ({ expect }) => {
    const made = await somebodyMakes("adopted-for-good");
    const resource = "registryproject/adopter-for-good";
    await stand.apply(projectManifest("adopter-for-good", { externalId: made.id, deletionPolicy: "Delete" }));
    await stand.reaches(resource, "Available");
    await deleteAndWait(resource);
    expect(await inRegistry("adopted-for-good")).toEqual([]);
  });

  it.for([
    { title: "public", name: "their-public", fields: { owner: "neighbour", public: true } },
    { title: "private", name: "their-private", fields: { owner: "neighbour" } },
  ])("is refused for somebody else's project, which stays as it is: $title", async ({ name, fields }, { expect }) => {
    const made = await somebodyMakes(name, fields);
    const resource = `registryproject/${name}`;
    await stand.apply(projectManifest(name, { externalId: made.id, deletionPolicy: "Delete" }));
    const { message } = await stand.reaches(resource, "NotOurs");
    expect(message).toContain("spec.externalId");
    await deleteAndWait(resource);
    expect(await inRegistry(name)).toEqual([made]);
  });

  it("never creates: of an id that is not there it says that it is missing", async ({ expect }) => {
    await stand.apply(projectManifest("nowhere", { externalId: "987654" }));
    const { message } = await stand.reaches("registryproject/nowhere", "ExternalResourceMissing");
    expect(message).toContain("987654");
    expect(await inRegistry("nowhere")).toEqual([]);
  });
});

describe.concurrent("two resources that claim one project", () => {
  it("by name: the older works, and the younger, its deletion included, harms nothing", async ({ expect }) => {
    await stand.apply(projectManifest("older", { cloudName: "contested" }));
    await stand.reaches("registryproject/older", "Available");
    const [made] = await inRegistry("contested");
    await stand.apply(projectManifest("younger", { cloudName: "contested", visibility: "Public" }));
    const { message } = await stand.reaches("registryproject/younger", "NameConflict");
    expect(message).toContain(`${stand.namespace}/older`);
    await deleteAndWait("registryproject/younger");
    await stand.visited("registryproject/older");
    expect(await inRegistry("contested")).toEqual([made]);
    expect(stand.seen("registryproject/older")?.status.externalId).toBe(made?.id);
  });

  it("by name: when the older goes, the younger makes one of its own", async ({ expect }) => {
    await stand.apply(projectManifest("elder", { cloudName: "inherited" }));
    await stand.reaches("registryproject/elder", "Available");
    const [first] = await inRegistry("inherited");
    await stand.apply(projectManifest("heir", { cloudName: "inherited", driftIntervalSeconds: 3600 }));
    await stand.reaches("registryproject/heir", "NameConflict");
    await deleteAndWait("registryproject/elder");
    await stand.reaches("registryproject/heir", "Available");
    const reasons = async (): Promise<string[]> =>
      (await stand.events("registryproject/heir")).map((one) => one.reason);
    await expect.poll(reasons, { timeout: 20_000 }).toEqual(expect.arrayContaining(["NameConflict", "Available"]));
    const [second, ...others] = await inRegistry("inherited");
    expect(others).toEqual([]);
    expect(second?.id).not.toBe(first?.id);
  });

  it("by name and made at once: exactly one gets it", async ({ expect }) => {
    const twins = ["twin-a", "twin-b", "twin-c"];
    await stand.apply(...twins.map((name) => projectManifest(name, { cloudName: "twins" })));
    const settled = new Set(["Available", "NameConflict"]);
    const reasonOf = ({ status }: Resource): string =>
      status.conditions?.find(({ type }) => type === "Ready")?.reason ?? "";
    const resources = await Promise.all(
      twins.map((name) => stand.until(`registryproject/${name}`, (resource) => settled.has(reasonOf(resource)))),
    );
    const winners = resources.filter((resource) => reasonOf(resource) === "Available");
    expect(winners).toHaveLength(1);
    expect(await inRegistry("twins")).toHaveLength(1);
  });

  it.for([
    { title: "as it stands", account: "same", suffix: "" },
    { title: "written with a slash at its end", account: "slash", suffix: "/" },
  ])("by name through two accounts for one endpoint: $title", async ({ account, suffix }, { expect }) => {
    const cloudName = `shared-${account}`;
    await stand.apply(...accountManifests({ url: stand.simulator.url + suffix }, { name: account }));
    await stand.reaches(`cloudaccount/${account}`, "Verified");
    await stand.apply(projectManifest(`${account}-first`, { cloudName }));
    await stand.reaches(`registryproject/${account}-first`, "Available");
    const [made] = await inRegistry(cloudName);
    await stand.apply(projectManifest(`${account}-second`, { cloudName, accountRef: { name: account } }));
    const { message } = await stand.reaches(`registryproject/${account}-second`, "NameConflict");
    expect(message).toContain(`${stand.namespace}/${account}-first`);
    await deleteAndWait(`registryproject/${account}-second`);
    expect(await inRegistry(cloudName)).toEqual([made]);
  });

  it("by externalId: the older works, and the deletion of the younger harms nothing", async ({ expect }) => {
    const made = await somebodyMakes("one-id");
    const claim = { externalId: made.id, deletionPolicy: "Delete" };
    await stand.apply(projectManifest("id-first", claim));
    await stand.reaches("registryproject/id-first", "Available");
    await stand.apply(projectManifest("id-second", { ...claim, visibility: "Public" }));
    const { message } = await stand.reaches("registryproject/id-second", "NameConflict");
    expect(message).toContain(`${stand.namespace}/id-first`);
    await deleteAndWait("registryproject/id-second");
    expect(await inRegistry("one-id")).toEqual([made]);
  });
});

itStaysClean(() => stand);
