// Projects that can't be as declared: each says why and what to do, tells it once, and asks the cloud little.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import type { SimulatedProject } from "../support/clouds/simulator.ts";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("bad-project");
  await stand.apply(...accountManifests(stand.simulator));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

async function inRegistry(name: string): Promise<SimulatedProject[]> {
  const projects = await stand.simulator.projects();
  return projects.filter((project) => project.name === name);
}

describe.concurrent("a project", () => {
  it("whose name the cloud refuses says so, and is asked for again only when drift is due", async ({ expect }) => {
    const cloud = await stand.cloud("refusing");
    const resource = "registryproject/refused";
    await stand.apply(projectManifest("refused", { cloudName: "a--b", accountRef: { name: "refusing" } }));
    const ready = await stand.reaches(resource, "NameRefused");
    expect(ready).toMatchObject({ status: "False", message: expect.stringContaining("spec.cloudName") });
    await stand.visited(resource);
    await stand.reaches(resource, "NameRefused");
    const posts = (await cloud.requests()).filter(({ method }) => method === "POST");
    expect(posts.length).toBeGreaterThan(0);
    expect(posts.length).toBeLessThanOrEqual(3);
    expect(stand.seen(resource)?.status.operation).toBeUndefined();
  });

  it("deleted behind our back is missing, and made anew only by the annotation with its id", async ({ expect }) => {
    const resource = "registryproject/lost";
    await stand.apply(projectManifest("lost"));
    await stand.reaches(resource, "Available");
    const [made] = await inRegistry("lost");
    await stand.simulator.behindOurBack("DELETE", `projects/${made!.id}`);
    const { message } = await stand.reaches(resource, "ExternalResourceMissing");
    expect(message).toContain(`yunfan.dev/recreate: "${made!.id}"`);

    await stand.annotate(resource, { "yunfan.dev/recreate": "987654" });
    await stand.lookAgain(resource);
    expect(await stand.reaches(resource, "ExternalResourceMissing")).toMatchObject({ status: "False" });
    expect(await inRegistry("lost")).toEqual([]);

    await stand.annotate(resource, { "yunfan.dev/recreate": made!.id });
    await stand.reaches(resource, "Available");
    const [anew, ...others] = await inRegistry("lost");
    expect(others).toEqual([]);
    expect(anew?.id).not.toBe(made!.id);
    expect(stand.seen(resource)?.status.externalId).toBe(anew?.id);
  });

  it("deleted behind our back can be deleted", async ({ expect }) => {
    const resource = "registryproject/lost-for-good";
    await stand.apply(projectManifest("lost-for-good"));
    await stand.reaches(resource, "Available");
    const [made] = await inRegistry("lost-for-good");
    await stand.simulator.behindOurBack("DELETE", `projects/${made!.id}`);
    await stand.lookAgain(resource);
    await stand.reaches(resource, "ExternalResourceMissing");
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await inRegistry("lost-for-good")).toEqual([]);
  });

  it("with images is not deleted until contentsOnDelete says so", async ({ expect }) => {
    const resource = "registryproject/full";
    await stand.apply(projectManifest("full"));
    await stand.reaches(resource, "Available");
    for (const repository of ["full/api", "full/team/web"]) {
      await stand.simulator.behindOurBack("POST", "images", { repository });
    }
    await stand.remove(resource);
    const ready = await stand.reaches(resource, "NotEmpty");
    expect(ready).toMatchObject({
      status: "False",
      message: expect.stringMatching(/2 images.*spec\.contentsOnDelete/),
    });
    await stand.lookAgain(resource);
    expect(await inRegistry("full")).toHaveLength(1);

    await stand.edit(resource, { spec: { contentsOnDelete: "Delete" } });
    await stand.gone(resource);
    expect(await inRegistry("full")).toEqual([]);
  });

  it("with images is left in the cloud when the policy is changed to Orphan instead", async ({ expect }) => {
    const resource = "registryproject/kept";
    await stand.apply(projectManifest("kept"));
    await stand.reaches(resource, "Available");
    await stand.simulator.behindOurBack("POST", "images", { repository: "kept/api" });
    await stand.remove(resource);
    await stand.reaches(resource, "NotEmpty");
    await stand.edit(resource, { spec: { deletionPolicy: "Orphan" } });
    await stand.gone(resource);
    expect(await inRegistry("kept")).toHaveLength(1);
  });

  it("with pull Secrets from a namespace that the cloud does not know says which", async ({ expect }) => {
    const pullSecrets = [{ namespace: stand.namespace, name: "unknown-pull" }];
    await stand.apply(projectManifest("unknown", { ctyun: { namespace: "nowhere" }, pullSecrets }));
    const ready = await stand.reaches("registryproject/unknown", "PullCredentialsNotFound");
    expect(ready).toMatchObject({ status: "False", message: expect.stringMatching(/nowhere.*spec\.ctyun\.namespace/) });
    await stand.simulator.behindOurBack("POST", "namespaces", { name: "nowhere" });
    await stand.reaches("registryproject/unknown", "Available");
  });
});

it("tells each of these in one event", async ({ expect }) => {
  // Events come in order: when the last one is there, so are those before it.
  await stand.apply(projectManifest("marker"));
  await stand.reaches("registryproject/marker", "Available");
  await expect.poll(() => stand.events("registryproject/marker"), { timeout: 20_000 }).toHaveLength(1);
  const told = [
    ["refused", "NameRefused"],
    ["lost", "ExternalResourceMissing"],
    ["lost-for-good", "ExternalResourceMissing"],
    ["full", "NotEmpty"],
    ["kept", "NotEmpty"],
    ["unknown", "PullCredentialsNotFound"],
  ];
  for (const [name, reason] of told) {
    const events = await stand.events(`registryproject/${name}`);
    expect(events.filter((event) => event.reason === reason)).toMatchObject([{ type: "Warning", count: 1 }]);
  }
});

itStaysClean(() => stand);
