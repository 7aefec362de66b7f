// Images, tags and pull credentials over the cloud's API, and what a colleague does to them.
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../simulation/test-support.ts";
import type { SignedClient } from "./test-support.ts";
import { startTestSimulator } from "./test-support.ts";

const DIGEST = `sha256:${"98e9c25b".repeat(8)}`;

/** Ours (1) with `app` (two tags) and `team/tool`, and somebody's public (2) and private (3) ones with `app`. */
async function stocked(): Promise<SignedClient> {
  const client = await startTestSimulator({ clock: new ManualClock() });
  await client.createProject("ours");
  await client.colleague("POST", "projects", { name: "shown", public: true, owner: "zhang" });
  await client.colleague("POST", "projects", { name: "hidden", owner: "zhang" });
  const images = ["ours/app:v1", "ours/app:v2", "ours/team/tool:latest", "shown/app:v1", "hidden/app:v1"];
  for (const image of images) {
    const [repository, tag] = image.split(":");
    await client.colleague("POST", "images", { repository, tag, digest: DIGEST });
  }
  return client;
}

const tagsOf = async (client: SignedClient, path: string): Promise<unknown> =>
  ((await client.send(`/registry/api/repositories/${path}/tags?detail=1`)).json() as { name: string }[]).map(
    ({ name }) => name,
  );

const remaining = async (client: SignedClient): Promise<unknown> =>
  (await client.state())["images"]?.map(({ name }) => name);

describe("the images of a project", () => {
  test("have the fields of the sample", async () => {
    const client = await stocked();
    const answer = await client.send("/registry/api/repositories?project_id=1&page=1&page_size=15");
    expect(answer.headers["x-total-count"]).toBe("2");
    const common = { owner_id: 2, project_id: 1, description: "", pull_count: 0, star_count: 0 };
    const times = { creation_time: "2026-01-02T03:04:05Z", update_time: "0001-01-01T00:00:00Z" };
    expect(answer.json()).toEqual([
      { id: "1", name: "ours/app", tags_count: 2, ...common, ...times },
      { id: "3", name: "ours/team/tool", tags_count: 1, ...common, ...times },
    ]);
    expect((await client.projects()).map(({ name, repo_count }) => [name, repo_count])).toEqual([
      ["ours", 2],
      ["shown", 1],
    ]);
  });

  test("come in pages", async () => {
    const client = await stocked();
    const { json } = await client.send("/registry/api/repositories?project_id=1&page=2&page_size=1");
    expect(json()).toMatchObject([{ name: "ours/team/tool" }]);
  });

  test.each([
    ["project_id=2", 200],
    ["project_id=3", 403],
    ["project_id=99", 404],
    ["project_id=ours", 400],
    ["page=1", 400],
  ])("for %s answer %i", async (query, status) => {
    const client = await stocked();
    expect((await client.send(`/registry/api/repositories?${query}`)).status).toBe(status);
  });
});

describe("the tags of an image", () => {
  test("have the fields of the sample", async () => {
    const client = await stocked();
    const { json } = await client.send("/registry/api/repositories/ours/team/tool/tags?detail=1");
    expect(json()).toEqual([
      {
        digest: DIGEST,
        name: "latest",
        size: 129_401_576,
        architecture: "amd64",
        os: "linux",
        "os.version": "",
        docker_version: "18.06.1-ce",
        author: "",
        created: "2026-01-02T03:04:05.678Z",
        config: { labels: null },
        signature: null,
        labels: [],
      },
    ]);
  });

  test("are fewer words without detail, and found with a plain or an encoded slash", async () => {
    const client = await stocked();
    expect((await client.send("/registry/api/repositories/ours/app/tags")).json()).toEqual([
      { name: "v1" },
      { name: "v2" },
    ]);
    expect(await tagsOf(client, "ours/team/tool")).toEqual(["latest"]);
    expect(await tagsOf(client, "ours/team%2Ftool")).toEqual(["latest"]);
    expect(await tagsOf(client, "shown/app")).toEqual(["v1"]);
  });

  test.each([
    ["ours/nothing/tags", 404],
    ["nothing/app/tags", 404],
    ["hidden/app/tags", 403],
    ["ours/app", 405],
  ])("at %s answer %i", async (path, status) => {
    const client = await stocked();
    expect((await client.send(`/registry/api/repositories/${path}`)).status).toBe(status);
  });

  test("move when a colleague pushes the tag again", async () => {
    const client = await stocked();
    const moved = await client.colleague("POST", "images", { repository: "ours/app", tag: "v1", digest: "sha256:new" });
    expect(moved).toMatchObject({ id: "1", digest: "sha256:new" });
    expect(await tagsOf(client, "ours/app")).toEqual(["v1", "v2"]);
  });
});

describe("deleting an image", () => {
  test.each([
    "/registry/api/repositories/ours/app",
    "/registry/api/repositories/1/app",
    "/registry//api/repositories/1/app",
    "/registry//api/repositories/ours/app",
    "/registry/api/projects/1/app",
  ])("by %s takes all its tags and nothing else", async (path) => {
    const client = await stocked();
    expect(await client.send(path, { method: "DELETE" })).toMatchObject({ status: 200, text: "" });
    expect(await remaining(client)).toEqual(["ours/team/tool:latest", "shown/app:v1", "hidden/app:v1"]);
    expect((await client.send(path, { method: "DELETE" })).status).toBe(404);
  });

  test.each(["ours/team/tool", "ours/team%2Ftool"])("takes the name %s", async (path) => {
    const client = await stocked();
    expect((await client.send(`/registry/api/repositories/${path}`, { method: "DELETE" })).status).toBe(200);
    expect(await remaining(client)).not.toContain("ours/team/tool:latest");
  });

  test.each([
    ["shown/app", 403],
    ["hidden/app", 403],
    ["2/app", 403],
    ["ours/nothing", 404],
    ["99/app", 404],
  ])("%s answers %i and deletes nothing", async (path, status) => {
    const client = await stocked();
    expect((await client.send(`/registry/api/repositories/${path}`, { method: "DELETE" })).status).toBe(status);
    expect(await remaining(client)).toHaveLength(5);
  });

  test("prefers the project of that name to the one with that id", async () => {
    const client = await stocked();
    await client.createProject("12");
    for (let id = 5; id <= 12; id += 1) expect(await client.createProject(`with-id-${id}`)).toBe(String(id));
    await client.colleague("POST", "images", { repository: "12/app" });
    await client.colleague("POST", "images", { repository: "with-id-12/app" });
    await client.send("/registry/api/repositories/12/app", { method: "DELETE" });
    expect(await remaining(client)).not.toContain("12/app:latest");
    expect(await remaining(client)).toContain("with-id-12/app:latest");
  });
});

describe("pull credentials", () => {
  test.each(["", "/api/v1"])("are those of the namespace, with the prefix %j", async (prefix) => {
    const client = await startTestSimulator();
    const { json } = await client.send(`${prefix}/namespaces/default/images/auth`);
    expect(json()).toEqual({
      UserName: "caasuser",
      Password: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
      SecretName: "ctyun-registry-auth",
      RegistryUrl: "https://10.150.1.20:443",
    });
  });

  test("exist for namespaces that a colleague adds, and change when one rotates them", async () => {
    const client = await startTestSimulator();
    expect((await client.send("/namespaces/team/images/auth")).status).toBe(404);
    const { id } = await client.colleague("POST", "namespaces", { name: "team" });
    await client.colleague("PATCH", `namespaces/${id}`, { password: "rotated" });
    expect((await client.send("/namespaces/team/images/auth")).json()).toMatchObject({ Password: "rotated" });
    await client.colleague("DELETE", `namespaces/${id}`);
    expect((await client.send("/namespaces/team/images/auth")).status).toBe(404);
  });
});
