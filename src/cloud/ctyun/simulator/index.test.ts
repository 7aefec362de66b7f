// What a colleague may do, the control endpoints' view of the registry, and the start from command-line flags.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../simulation/test-support.ts";
import { ctyunSimulator } from "./index.ts";
import { ACCESS_KEY, SECRET_KEY, SignedClient, startTestSimulator } from "./test-support.ts";

describe("a colleague", () => {
  test("creates, publishes and deletes projects of ours and of others, unlogged", async () => {
    const client = await startTestSimulator({ clock: new ManualClock() });
    const ours = await client.colleague("POST", "projects", { name: "ours", public: "true" });
    await client.colleague("POST", "projects", { name: "theirs", public: false, owner: "zhang" });
    await client.colleague("PATCH", `projects/${ours.id}`, { public: false });
    const createdAt = "2026-01-02T03:04:05.678Z";
    const state = { id: "1", name: "ours", createdAt, updatedAt: createdAt, public: false };
    expect((await client.state())["projects"]).toEqual([state, { ...state, id: "2", name: "theirs", owner: "zhang" }]);
    await client.colleague("POST", "images", { repository: "ours/app" });
    await client.colleague("DELETE", `projects/${ours.id}`);
    expect(await client.state()).toMatchObject({ projects: [{ name: "theirs" }], images: [] });
    expect(await client.log()).toEqual([]);
  });

  test("can have created a project before", async () => {
    const client = await startTestSimulator();
    await client.colleague("POST", "projects", { name: "old", createdAt: "2020-01-02T03:04:05Z" });
    expect(await client.projects()).toMatchObject([{ creation_time: "2020-01-02T03:04:05Z" }]);
  });

  test("sees an image with its digest and its parts", async () => {
    const client = await startTestSimulator();
    await client.createProject("ours");
    await client.colleague("POST", "images", { repository: "ours/team/tool", tag: "v1" });
    expect((await client.state())["images"]).toMatchObject([
      {
        id: "1",
        name: "ours/team/tool:v1",
        repository: "ours/team/tool",
        tag: "v1",
        digest: expect.stringMatching(/^sha256:\w{64}$/),
      },
    ]);
  });

  test("finds the namespace default", async () => {
    const client = await startTestSimulator();
    expect((await client.state())["namespaces"]).toMatchObject([{ id: "default", name: "default" }]);
  });

  test.each([
    ["POST", "projects", { name: "a--b" }, 400],
    ["POST", "projects", { name: "taken" }, 409],
    ["POST", "projects", { name: "fine", colour: "red" }, 400],
    ["POST", "projects", {}, 400],
    ["PATCH", "projects/99", { public: true }, 404],
    ["PATCH", "projects/1", {}, 400],
    ["DELETE", "projects/99", undefined, 404],
    ["POST", "images", { repository: "nothing/app" }, 404],
    ["POST", "images", { repository: "taken" }, 400],
    ["PATCH", "images/1", { digest: "x" }, 405],
    ["DELETE", "images/99", undefined, 404],
    ["POST", "namespaces", { name: "default" }, 409],
    ["PATCH", "namespaces/nothing", { password: "x" }, 404],
  ])("is refused %s %s %j with %i", async (method, path, body, status) => {
    const client = await startTestSimulator();
    await client.createProject("taken");
    expect((await client.send(`/_simulator/${path}`, { method, body })).status).toBe(status);
  });
});

describe("the definition for the command line", () => {
  const parsed = {
    listen: "127.0.0.1:0",
    speed: "1",
    duplicateNames: "Refuse",
    accessKey: ACCESS_KEY,
    secretKey: SECRET_KEY,
    maxPageSize: "100",
    booleanStyle: "Number",
  };

  async function faultsFile(content: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "yunfan-faults-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "faults.json");
    await writeFile(file, content);
    return file;
  }

  test("has the fixed flags, and a default or a duty for each that the schema needs", () => {
    const names = ctyunSimulator.flags.map(({ flags }) => flags.split(" ")[0]);
    expect(names).toEqual(
      expect.arrayContaining(["--listen", "--speed", "--faults", "--duplicate-names", "--access-key", "--secret-key"]),
    );
    const without = ctyunSimulator.flags.filter(
      ({ default: value, required }) => value === undefined && required !== true,
    );
    expect(without.map(({ flags }) => flags.split(" ")[0])).toEqual(["--faults", "--kubeconfig", "--run-pods"]);
  });

  test("starts a simulator that knows the keys, the switches and the faults", async () => {
    const faults = await faultsFile('{"faults":[{"action":"Status","status":503}]}');
    const simulator = await ctyunSimulator.start({
      ...parsed,
      faults,
      duplicateNames: "Allow",
      booleanStyle: "String",
    });
    const client = new SignedClient(simulator.url);
    onTestFinished(async () => {
      await client.close();
      await simulator.close();
    });
    await expect(client.createProject("test")).rejects.toThrow("503");
    await client.createProject("test");
    await client.createProject("test");
    expect((await client.projects()).map((project) => project["public"])).toEqual(["false", "false"]);
    expect(simulator.extra).toEqual({});
  });

  test.each([
    ["--secret-key", { secretKey: undefined }],
    ["--speed", { speed: "fast" }],
    ["--duplicate-names", { duplicateNames: "Perhaps" }],
    ["--max-page-size", { maxPageSize: "0" }],
    ["--listen", { listen: "8080" }],
  ])("names the flag %s that is at fault", async (flag, wrong) => {
    await expect(ctyunSimulator.start({ ...parsed, ...wrong })).rejects.toThrow(flag);
  });

  test.each(["{", '{"faults":[{"action":"Hold","times":"often"}]}'])("names a faults file with %s", async (content) => {
    const faults = await faultsFile(content);
    await expect(ctyunSimulator.start({ ...parsed, faults })).rejects.toThrow(faults);
  });
});
