// Images, tags, storage and its collection, upload and login (1.9) over the wire.
import { describe, expect, test } from "vitest";
import type { EcnsClient } from "./test-support.ts";
import { startTestBed } from "./test-support.ts";

const REPOSITORIES = "image/images/repositories";
const GC = "image/images/system/gc/schedule";
const UPLOAD = "image/images/upload_image/";

async function startRegistry(options: Parameters<typeof startTestBed>[0] = {}) {
  const bed = await startTestBed(options);
  await bed.client.colleague("POST", "projects", { name: "team" });
  return bed;
}

const push = (client: EcnsClient, repository: string, tag: string, more: object = {}) =>
  client.colleague("POST", "images", { repository, tag, sizeBytes: 100, ...more });

const tags = async (client: EcnsClient, image = "team/web") =>
  (await client.list(`${REPOSITORIES}/${image}/tags/`, "tags")).map((tag) => tag["tag_name"]);

const free = async (client: EcnsClient) =>
  ((await client.ok("GET", "image/images/systeminfo/volumes"))["storage"] as { free: number }).free;

describe("an image", () => {
  test("shows in the list of its visibility, with its tags, size and description", async () => {
    const { client } = await startRegistry();
    await push(client, "team/web", "v1", { description: "the site" });
    await push(client, "team/web", "v2");
    const base = {
      name: "web",
      harbor_project_name: "team",
      creation_time: "2026-01-02T03:04:05Z",
      tags_count: 2,
      domain_project_info: { domain_name: "Default", openstack_project_name: "admin" },
      id: "team/web",
      description: "the site",
      public: "False",
    };
    expect(await client.list(`${REPOSITORIES}/?page=1&page_size=20&public=false`, "images")).toEqual([base]);
    expect(await client.list(`${REPOSITORIES}/?page=1&page_size=20&public=true`, "images")).toEqual([]);
    expect(await client.ok("GET", `${REPOSITORIES}/team/web`)).toEqual({ image_base: base, size: 200, pull_count: 0 });
    expect(await client.list(`${REPOSITORIES}/team/web/tags/`, "tags")).toEqual([
      expect.objectContaining({ tag_name: "v1", size: 100, pull_command: expect.stringContaining("/team/web:v1") }),
      expect.objectContaining({ tag_name: "v2" }),
    ]);
  });

  test("of several path parts is named with its slashes encoded", async () => {
    const { client } = await startRegistry();
    await push(client, "team/site/web", "v1");
    expect(await tags(client, "team/site%2Fweb")).toEqual(["v1"]);
  });

  test("of all visibilities is for administrators of the cloud", async () => {
    const { client } = await startRegistry();
    expect((await client.refusal("GET", `${REPOSITORIES}/?page=1`))[0]).toBe(403);
    const { client: administrator } = await startRegistry({ cloudAdmin: true });
    await push(administrator, "team/web", "v1");
    expect(await administrator.list(`${REPOSITORIES}/?page=1`, "images")).toHaveLength(1);
  });

  test("is described, and deleted with all its tags", async () => {
    const { client } = await startRegistry();
    await push(client, "team/web", "v1");
    await push(client, "team/web", "v2");
    await client.ok("PUT", `${REPOSITORIES}/team/web`, { description: "**new**" });
    expect((await client.state())["images"]).toMatchObject([{ description: "**new**" }, { description: "**new**" }]);
    const body = { images: [{ harbor_project_name: "team", image_name: "web" }] };
    await client.ok("DELETE", `${REPOSITORIES}/`, body);
    expect((await client.state())["images"]).toEqual([]);
    expect((await client.refusal("DELETE", `${REPOSITORIES}/`, body))[0]).toBe(404);
  });

  test("of another project's workspace is read and not changed", async () => {
    const { client } = await startRegistry();
    await client.colleague("POST", "projects", { name: "theirs", public: true, owner: "other" });
    await push(client, "theirs/web", "v1");
    expect(await tags(client, "theirs/web")).toEqual(["v1"]);
    const body = { tags: ["v1"] };
    expect((await client.refusal("DELETE", `${REPOSITORIES}/theirs/web/tags/`, body))[0]).toBe(403);
  });
});

describe("a tag", () => {
  test.each([
    ["Manifest", ["other"]],
    ["Tag", ["same", "other"]],
  ] as const)("that is deleted takes with it what --tag-deletion %s says", async (tagDeletion, left) => {
    const { client } = await startRegistry({ tagDeletion });
    await push(client, "team/web", "gone", { digest: "sha256:1" });
    await push(client, "team/web", "same", { digest: "sha256:1" });
    await push(client, "team/web", "other", { digest: "sha256:2" });
    await client.ok("DELETE", `${REPOSITORIES}/team/web/tags/`, { tags: ["gone"] });
    expect(await tags(client)).toEqual(left);
  });

  test("that there is not fails the deletion", async () => {
    const { client } = await startRegistry();
    await push(client, "team/web", "v1");
    expect((await client.refusal("DELETE", `${REPOSITORIES}/team/web/tags/`, { tags: ["v2"] }))[0]).toBe(404);
  });
});

describe("a garbage collection", () => {
  test("takes time, frees what was deleted, and is the only one meanwhile", async () => {
    const { client, clock } = await startRegistry({ speed: 10 });
    expect(await client.ok("GET", "image/images/systeminfo/volumes")).toEqual({
      storage: { free: 4_864_376_832, total: 5_150_212_096 },
    });
    const before = await free(client);
    await push(client, "team/web", "v1");
    await client.ok("DELETE", `${REPOSITORIES}/team/web/tags/`, { tags: ["v1"] });
    expect(await free(client)).toBe(before - 100);

    await client.ok("POST", GC, { type: "Manual" });
    expect((await client.refusal("POST", GC, { type: "Manual" }))[0]).toBe(409);
    expect(await client.ok("GET", GC)).toEqual({ job_status: "pending" });
    expect((await client.state())["collections"]).toMatchObject([{ state: "Running" }]);
    clock.advance(6_000);
    expect(await client.ok("GET", GC)).toEqual({ job_status: "finished" });
    expect(await free(client)).toBe(before);
  });

  test("makes the registry read-only", async () => {
    const { client, clock } = await startRegistry();
    await push(client, "team/web", "v1");
    await client.ok("POST", GC, { type: "Manual" });
    const body = { tags: ["v1"] };
    expect((await client.refusal("DELETE", `${REPOSITORIES}/team/web/tags/`, body))[0]).toBe(503);
    expect(await upload(client, {})).toBe(503);
    clock.advance(60_000);
    await client.ok("DELETE", `${REPOSITORIES}/team/web/tags/`, body);
  });

  test.each([
    ["Ignored", "pending"],
    ["Stops", "finished"],
  ] as const)("that is told None is %s", async (gcStop, status) => {
    const { client } = await startRegistry({ gcStop });
    await client.ok("POST", GC, { type: "Manual" });
    await client.ok("POST", GC, { type: "None" });
    expect(await client.ok("GET", GC)).toEqual({ job_status: status });
  });

  test("is started and ended by a colleague, who sets the storage too", async () => {
    const { client } = await startRegistry();
    await client.colleague("PATCH", "registry/storage", { free: 7 });
    expect(await free(client)).toBe(7);
    const { id } = await client.colleague("POST", "collections", {});
    expect(await client.ok("GET", GC)).toEqual({ job_status: "pending" });
    await client.colleague("PATCH", `collections/${id}`, { state: "Finished" });
    expect(await client.ok("GET", GC)).toEqual({ job_status: "finished" });
  });
});

/** The status of an upload of `content`. */
async function upload(client: EcnsClient, fields: Record<string, string>, content: Uint8Array = new Uint8Array(700)) {
  const form = new FormData();
  form.set("harbor_project_name", "team");
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("image", new Blob([content]), "archive.tar");
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const headers = { "content-type": encoded.headers.get("content-type") ?? "" };
  return (await client.send(`/api/ecns/${UPLOAD}`, { method: "POST", body, headers })).status;
}

/** A tar of one `manifest.json`, as `docker save` has it. */
function archive(repoTag: string): Buffer {
  const content = Buffer.from(JSON.stringify([{ Config: "c.json", RepoTags: [repoTag], Layers: [] }]));
  const header = Buffer.alloc(512);
  header.write("manifest.json", 0);
  header.write(content.length.toString(8).padStart(11, "0"), 124);
  return Buffer.concat([header, content, Buffer.alloc(512 - (content.length % 512)), Buffer.alloc(1024)]);
}

describe("an upload", () => {
  test("is named by its fields, else by the archive, else by its file", async () => {
    const { client } = await startRegistry();
    expect(await upload(client, { image_name: "web", tag_name: "v1" })).toBe(200);
    expect(await upload(client, {}, archive("docker.io/library/nginx:1.27"))).toBe(200);
    expect(await upload(client, {})).toBe(200);
    expect((await client.state())["images"]).toMatchObject([
      { repository: "team/web", tag: "v1", sizeBytes: 700 },
      { repository: "team/nginx", tag: "1.27" },
      { repository: "team/archive", tag: "latest" },
    ]);
    expect((await client.log()).at(-1)).toMatchObject({ effect: true, call: 35 });
  });

  test("of more than a megabyte is taken", async () => {
    const { client } = await startRegistry();
    expect(await upload(client, { image_name: "big" }, new Uint8Array(3_000_000))).toBe(200);
  });

  test("is refused without a file, as no form, and into a workspace that is not there", async () => {
    const { client } = await startRegistry();
    expect((await client.refusal("POST", UPLOAD, { image: "no" }))[0]).toBe(400);
    expect(await upload(client, { harbor_project_name: "none" })).toBe(404);
  });
});

test("the login has user, password and both addresses of the registry", async () => {
  const { client } = await startRegistry();
  expect(await client.ok("GET", "image/images/loginfo/")).toEqual({
    username: expect.any(String),
    password: expect.any(String),
    harbor_domain: "registry.ecns.example",
    public_vip: "10.20.0.10",
  });
});
