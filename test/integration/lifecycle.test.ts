// A RegistryProject from kubectl apply to kubectl delete: real API server, real operator, real HTTP to the simulator.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { accountManifests, createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import type { SimulatedProject } from "../support/clouds/simulator.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: Stand;

beforeAll(async () => {
  stand = await createStand("lifecycle");
  await stand.apply(...accountManifests(stand.simulator));
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Those of that name in the registry. */
async function inRegistry(name: string): Promise<SimulatedProject[]> {
  const projects = await stand.simulator.projects();
  return projects.filter((project) => project.name === name);
}

/** Of `kubectl get`, as it is without -o wide. */
async function rowOf(name: string): Promise<string> {
  const { stdout } = await stand.kubectl(["get", "registryproject", name, "--no-headers"]);
  return stdout;
}

describe.concurrent("a RegistryProject", () => {
  it("becomes exactly one project, which kubectl get and kubectl wait show Ready", async ({ expect }) => {
    await stand.apply(projectManifest("first"));
    const waited = await stand.kubectl(["wait", "registryproject/first", "--for=condition=Ready", "--timeout=40s"]);
    expect(waited).toMatchObject({ code: 0 });
    expect(await inRegistry("first")).toMatchObject([{ name: "first", public: false }]);
    const { stdout } = await stand.kubectl(["get", "yunfan"]);
    expect(stdout).toMatch(/^cloudaccount\.yunfan\.dev\/ctyun .* Ready +True +Verified /m);
    expect(stdout).toMatch(/^registryproject\.yunfan\.dev\/first +first +Private +0 +0 +Ready +True +Available /m);
  });

  it("has its visibility changed in the cloud when it is edited, and healed when the cloud's changes", async ({
    expect,
  }) => {
    await stand.apply(projectManifest("seen"));
    await stand.reaches("registryproject/seen", "Available");
    await stand.edit("registryproject/seen", { spec: { visibility: "Public" } });
    await stand.reaches("registryproject/seen", "Available");
    const [project] = await inRegistry("seen");
    expect(project).toMatchObject({ public: true });

    await stand.simulator.behindOurBack("PATCH", `projects/${project!.id}`, { public: false });
    await expect.poll(() => inRegistry("seen"), { timeout: 20_000 }).toMatchObject([{ id: project!.id, public: true }]);
  });

  it("is gone from both when it is deleted", async ({ expect }) => {
    await stand.apply(projectManifest("leaving"));
    await stand.reaches("registryproject/leaving", "Available");
    const deleted = await stand.kubectl(["delete", "registryproject/leaving", "--timeout=40s"]);
    expect(deleted).toMatchObject({ code: 0 });
    expect(await inRegistry("leaving")).toEqual([]);
  });

  it("is gone from both when it is deleted before it was made", async ({ expect }) => {
    await stand.apply(projectManifest("hasty"));
    await stand.remove("registryproject/hasty");
    await stand.gone("registryproject/hasty");
    expect(await inRegistry("hasty")).toEqual([]);
  });

  it("is neither written to the cloud nor to its status when the same manifest is applied again", async ({
    expect,
  }) => {
    const cloud = await stand.cloud("steady");
    const manifest = projectManifest("steady", { accountRef: { name: "steady" } });
    await stand.apply(manifest);
    await stand.reaches("registryproject/steady", "Available");
    // The cloud tells when it was made in lists alone: the first look after the create records that.
    await stand.visited("registryproject/steady");
    const before = await stand.read("registryproject/steady");
    await stand.apply(manifest);
    await stand.visited("registryproject/steady");
    expect(await stand.read("registryproject/steady")).toEqual(before);
    expect(await cloud.effects()).toMatchObject([{ method: "POST" }]);
  });

  it("counts repositories and tags, looks again when asked by annotation, and says that it did", async ({ expect }) => {
    await stand.apply(projectManifest("full", { driftIntervalSeconds: 3600 }));
    await stand.reaches("registryproject/full", "Available");
    for (const image of ["full/api:1", "full/api:2", "full/team/web:1"]) {
      const [repository, tag] = image.split(":");
      await stand.simulator.behindOurBack("POST", "images", { repository, tag });
    }
    await stand.annotate("registryproject/full", { "yunfan.dev/reconcile-at": "after the push" });
    const { status } = await stand.until("registryproject/full", ({ status: { lastHandledReconcileAt } }) => {
      return lastHandledReconcileAt === "after the push";
    });
    expect(status).toMatchObject({ repositoryCount: 2, tagCount: 3 });
  });

  it("leaves the project in the cloud when its deletionPolicy is Orphan", async ({ expect }) => {
    await stand.apply(projectManifest("orphan", { deletionPolicy: "Orphan" }));
    await stand.reaches("registryproject/orphan", "Available");
    await stand.remove("registryproject/orphan");
    await stand.gone("registryproject/orphan");
    expect(await inRegistry("orphan")).toHaveLength(1);
  });

  it("is held by the annotation paused, edits and deletion too, and goes on when that is taken off", async ({
    expect,
  }) => {
    await stand.apply(projectManifest("paused"));
    await stand.reaches("registryproject/paused", "Available");
    await stand.annotate("registryproject/paused", { "yunfan.dev/paused": "true" });
    const isPaused = (status: string) =>
      stand.until("registryproject/paused", ({ status: { conditions = [] } }) => {
        return conditions.some((condition) => condition.type === "Paused" && condition.status === status);
      });
    await isPaused("True");
    expect(await rowOf("paused")).toMatch(/ Paused +True +Available /);
    await stand.edit("registryproject/paused", { spec: { visibility: "Public" } });
    await stand.apply(projectManifest("after-edit"));
    await stand.reaches("registryproject/after-edit", "Available");
    expect(await inRegistry("paused")).toMatchObject([{ public: false }]);

    await stand.remove("registryproject/paused");
    await stand.apply(projectManifest("after-deletion"));
    await stand.reaches("registryproject/after-deletion", "Available");
    expect(await rowOf("paused")).toMatch(/ DeletionPaused +True +Available /);
    expect(await inRegistry("paused")).toMatchObject([{ public: false }]);

    await stand.annotate("registryproject/paused", { "yunfan.dev/paused": null });
    await stand.gone("registryproject/paused");
    expect(await inRegistry("paused")).toEqual([]);
  });

  it("is made anew when its name is applied again right after its deletion", async ({ expect }) => {
    await stand.apply(projectManifest("again"));
    await stand.reaches("registryproject/again", "Available");
    const [first] = await inRegistry("again");
    await stand.remove("registryproject/again");
    await stand.gone("registryproject/again");
    await stand.apply(projectManifest("again"));
    await stand.reaches("registryproject/again", "Available");
    const [second, ...others] = await inRegistry("again");
    expect(others).toEqual([]);
    expect(second?.id).not.toBe(first?.id);
    expect(stand.seen("registryproject/again")?.status.externalId).toBe(second?.id);
    const reasons = stand.versions("registryproject/again").flatMap(({ status }) => status.conditions ?? []);
    expect(reasons.filter(({ reason }) => reason === "ObservationNotTrusted")).toEqual([]);
  });
});

describe.concurrent("with managementPolicy Observe", () => {
  it("shows a project as it is, and writes nothing to the cloud, at its deletion neither", async ({ expect }) => {
    const cloud = await stand.cloud("observed");
    const made = (await cloud.behindOurBack("POST", "projects", {
      name: "observed",
      public: true,
    })) as SimulatedProject;
    const observe = { managementPolicy: "Observe", deletionPolicy: "Delete", accountRef: { name: "observed" } };
    await stand.apply(projectManifest("observed", { ...observe, externalId: made.id }));
    await stand.reaches("registryproject/observed", "Available");
    const status = stand.seen("registryproject/observed")?.status;
    expect(status).toMatchObject({ externalId: made.id, visibility: "Public" });
    const upToDate = status?.conditions?.find(({ type }) => type === "UpToDate");
    expect(upToDate).toMatchObject({ status: "False", reason: "VisibilityDiffers" });
    expect(await rowOf("observed")).toMatch(/ Differs +True +Available /);
    await stand.visited("registryproject/observed");

    await stand.apply(projectManifest("absent", observe));
    expect(await stand.reaches("registryproject/absent", "ExternalResourceMissing")).toMatchObject({ status: "False" });
    for (const name of ["registryproject/observed", "registryproject/absent"]) {
      await stand.remove(name);
      await stand.gone(name);
    }
    expect(await cloud.projects()).toMatchObject([{ id: made.id, public: true }]);
    expect(await cloud.effects()).toEqual([]);
  });
});

itStaysClean(() => stand);
