// What image workspaces on EasyStack ECNS hold: counts, descriptions, retention, deletion, and a registry that collects garbage.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  createEasyStackStand,
  type EasyStackSimulator,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { projectManifest } from "../support/environment/environment.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: EasyStackStand;
let cloud: EasyStackSimulator;

beforeAll(async () => {
  stand = await createEasyStackStand("easystack-images");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  cloud = await stand.cloud("easystack");
});
afterAll(() => stand[Symbol.asyncDispose]());

const project = (name: string, spec: object = {}, metadata: object = {}): object =>
  projectManifest(name, { accountRef: { name: "easystack" }, ...spec }, metadata);
const ref = (name: string): string => `registryproject/${name}`;

async function workspace(name: string, of = cloud) {
  return (await of.list("projects")).find((one) => one.name === name);
}
async function make(name: string, spec: object = {}): Promise<void> {
  await stand.apply(project(name, spec));
  await stand.reaches(ref(name), "Available");
}
const push = (repository: string, tag: string, more: object = {}, of = cloud): Promise<unknown> =>
  of.behindOurBack("POST", "images", { repository, tag, ...more });
const tagsOf = async (repository: string, of = cloud): Promise<readonly string[]> =>
  (await of.list("images")).filter((image) => image["repository"] === repository).map((image) => String(image["tag"]));

describe.concurrent("what a workspace holds", () => {
  it("is counted for all of them from two lists (call 32)", async ({ expect }) => {
    const counted = await stand.cloud("counted");
    for (const name of ["count-a", "count-b", "count-c"]) {
      await counted.behindOurBack("POST", "projects", { name, public: name === "count-b" });
      for (const tag of ["v1", "v2"]) await push(`${name}/app`, tag, {}, counted);
    }
    const spec = { accountRef: { name: "counted" }, visibility: "Private", managementPolicy: "Observe" };
    await stand.apply(...["count-a", "count-b", "count-c"].map((name) => project(name, { ...spec, externalId: name })));
    for (const name of ["count-a", "count-b", "count-c"]) {
      await stand.until(ref(name), ({ status }) => status["tagCount"] === 2 && status["repositoryCount"] === 1);
    }
    const details = (await counted.requests()).filter(({ path }) => /harbor_project\/count|tags/.test(path));
    expect(details).toEqual([]);
  });

  it("keeps it from being deleted, and goes with it image by image where the spec says so (call 38)", async ({
    expect,
  }) => {
    await make("full");
    await push("full/app", "v1");
    await push("full/deep/er", "v1");
    await stand.remove(ref("full"));
    expect(await stand.reaches(ref("full"), "NotEmpty")).toMatchObject({
      message: expect.stringContaining("2 images"),
    });
    await stand.edit(ref("full"), { spec: { contentsOnDelete: "Delete" } });
    await stand.gone(ref("full"));
    expect(await workspace("full")).toBeUndefined();
    const deletions = (await cloud.effects()).filter(
      ({ path, method }) => method === "DELETE" && path.endsWith("/repositories/"),
    );
    expect(deletions.length).toBeGreaterThanOrEqual(2);
  });

  it("is described as declared; other images are left alone, and one that is not there yet is said (call 37)", async ({
    expect,
  }) => {
    await make("described", { easystack: { images: [{ name: "app", description: "Our shop" }] } });
    const missing = await stand.until(ref("described"), ({ status }) =>
      Boolean(status.conditions?.some(({ type, reason }) => type === "UpToDate" && reason === "ImageMissing")),
    );
    expect(JSON.stringify(missing.status.conditions)).toContain("spec.easystack.images[app]");
    await push("described/app", "v1", { description: "something" });
    await push("described/other", "v1", { description: "theirs" });
    const texts = async (): Promise<unknown> =>
      Object.fromEntries(
        (await cloud.list("images"))
          .filter(({ id }) => id.startsWith("described/"))
          .map((image) => [image["repository"], image["description"]]),
      );
    await expect.poll(texts, { timeout: 30_000 }).toEqual({ "described/app": "Our shop", "described/other": "theirs" });
  });
});

describe.concurrent("a retention", () => {
  const DAY_MS = 86_400_000;
  const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();

  it("lets the right thirty of forty tags go, ten a run, each told in an event (calls 33, 39)", async ({ expect }) => {
    const tags = Array.from({ length: 40 }, (_, index) => ({ tag: `b${index + 2}`, createdAt: daysAgo(index + 2) }));
    await make("retained");
    for (const [index, { tag, createdAt }] of tags.entries()) {
      await push("retained/app", tag, { createdAt, sizeBytes: 1_000 + index });
    }
    await stand.edit(ref("retained"), { spec: { easystack: { retention: { keepLatest: 10 } } } });
    await expect.poll(() => tagsOf("retained/app"), { timeout: 50_000 }).toHaveLength(10);
    expect(new Set(await tagsOf("retained/app"))).toEqual(new Set(tags.slice(0, 10).map(({ tag }) => tag)));
    const deletions = (await cloud.effects()).filter(
      ({ path, method }) => method === "DELETE" && path.includes("/retained/app/tags"),
    );
    const times = deletions.map(({ time }) => Date.parse(time));
    expect(times).toHaveLength(30);
    expect(Math.min(times[10]! - times[9]!, times[20]! - times[19]!), "pause between runs, ms").toBeGreaterThan(2_000);
    await expect
      .poll(
        async () =>
          (await stand.events(ref("retained"))).filter(({ message }) => /"app:b\d+" to nothing/.test(message)).length,
        { timeout: 20_000 },
      )
      .toBe(30);
  });

  it("keeps what shares a manifest with a kept tag, what matches, what is young, and every push", async ({
    expect,
  }) => {
    await make("kept", { easystack: { retention: { keepLatest: 2, keepMatching: ["v*"] } } });
    const release = { digest: "sha256:one", sizeBytes: 77, createdAt: daysAgo(90) };
    await push("kept/app", "latest", { createdAt: daysAgo(2) });
    await push("kept/app", "v1", release);
    await push("kept/app", "build-90", release);
    await push("kept/app", "build-91", { createdAt: daysAgo(91), sizeBytes: 78 });
    await push("kept/app", "young", { createdAt: daysAgo(0) });
    await expect.poll(() => tagsOf("kept/app"), { timeout: 30_000 }).toEqual(expect.not.arrayContaining(["build-91"]));
    await stand.visited(ref("kept"), 2);
    expect(new Set(await tagsOf("kept/app"))).toEqual(new Set(["latest", "v1", "build-90", "young"]));
  });
});

describe.concurrent("while the registry collects garbage", () => {
  it("nothing is written to it, and everything is when that is over", async ({ expect }) => {
    const collecting = await stand.cloud("collecting", { speed: 1 });
    const spec = { accountRef: { name: "collecting" } };
    await make("before", spec);
    const collection = (await collecting.behindOurBack("POST", "collections", {})) as { id: string };
    const writes = async (): Promise<number> =>
      (await collecting.effects()).filter(({ userAgent }) => userAgent.startsWith("yunfan/")).length;
    const count = await writes();
    await stand.apply(project("during", spec));
    await stand.edit(ref("before"), { spec: { visibility: "Public" } });
    await stand.reaches(ref("during"), "ReadOnlyWhileCollecting");
    await stand.reaches(ref("before"), "ReadOnlyWhileCollecting");
    expect(await writes()).toBe(count);
    await collecting.behindOurBack("PATCH", `collections/${collection.id}`, { state: "Finished" });
    await stand.reaches(ref("during"), "Available");
    await stand.reaches(ref("before"), "Available");
  });
});

itStaysClean(() => stand);
