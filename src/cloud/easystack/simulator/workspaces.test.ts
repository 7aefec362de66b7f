// Image workspaces (1.7) over the wire: names, owners, visibility, pages, deletion.
import { describe, expect, test } from "vitest";
import type { EcnsClient } from "./test-support.ts";
import { startTestBed } from "./test-support.ts";

const PROJECTS = "image/images/harbor_projects/?page=1&page_size=20&all=false";
const PROJECT = "image/images/harbor_project";

async function create(client: EcnsClient, name: string, isPublic = "false"): Promise<void> {
  await client.ok("POST", PROJECT, { harbor_project_name: name, public: isPublic });
}

async function names(client: EcnsClient, path = PROJECTS): Promise<unknown[]> {
  return (await client.list(path, "harbor_projects")).map((one) => one["harbor_project_name"]);
}

const exists = async (client: EcnsClient, name: string) =>
  (await client.ok("GET", `eks/resources/HarborProject/${name}/`))["existence"];

describe("a workspace", () => {
  test("is created, shown, made public and deleted", async () => {
    const { client } = await startTestBed();
    await create(client, "team");
    const shown = {
      harbor_project_name: "team",
      public: "false",
      creation_time: "2026-01-02T03:04:05Z",
      image_count: 0,
      domain_project_info: { domain_name: "Default", openstack_project_name: "admin" },
    };
    expect(await client.list(PROJECTS, "harbor_projects")).toEqual([shown]);
    expect(await client.ok("GET", `${PROJECT}/team`)).toEqual({ harbor_project: shown, images: [] });
    await client.ok("PUT", `${PROJECT}/team`, { public: "true" });
    expect(await client.ok("GET", `${PROJECT}/team`)).toMatchObject({ harbor_project: { public: "true" } });
    await client.ok("DELETE", PROJECT, { harbor_projects: ["team"] });
    expect(await client.refusal("GET", `${PROJECT}/team`)).toEqual([404, expect.any(String)]);
    expect((await client.log()).filter(({ effect }) => effect).map(({ method }) => method)).toEqual([
      "POST",
      "PUT",
      "DELETE",
    ]);
  });

  test("that is set to what it is has no effect", async () => {
    const { client } = await startTestBed();
    await create(client, "team");
    await client.ok("PUT", `${PROJECT}/team`, { public: "false" });
    expect((await client.log()).at(-1)).toMatchObject({ method: "PUT", effect: false });
  });

  test.each(["x", "Upper", "a".repeat(256), "under__score"])("is refused the name %s", async (name) => {
    const { client } = await startTestBed();
    const [status] = await client.refusal("POST", PROJECT, { harbor_project_name: name, public: "true" });
    expect(status).toBe(400);
  });

  test("of another project: a public one shows, a private one only in the check of names, and neither changes", async () => {
    const { client } = await startTestBed();
    await client.colleague("POST", "projects", { name: "shown", public: true, owner: "other" });
    await client.colleague("POST", "projects", { name: "hidden", owner: "other" });
    const [shown, ...rest] = await client.list(PROJECTS, "harbor_projects");
    expect([shown, rest]).toMatchObject([
      { harbor_project_name: "shown", domain_project_info: { openstack_project_name: "other" } },
      [],
    ]);
    expect([await exists(client, "shown"), await exists(client, "hidden"), await exists(client, "none")]).toEqual([
      true,
      true,
      false,
    ]);
    const statusOf = async (method: string, path: string, body: object) =>
      (await client.refusal(method, path, body))[0];
    expect(await statusOf("POST", PROJECT, { harbor_project_name: "hidden", public: "true" })).toBe(409);
    expect(await statusOf("PUT", `${PROJECT}/shown`, { public: "false" })).toBe(403);
    expect(await statusOf("PUT", `${PROJECT}/hidden`, { public: "false" })).toBe(404);
    expect(await statusOf("DELETE", PROJECT, { harbor_projects: ["shown"] })).toBe(403);
  });

  test("of a name in use is taken for done with --duplicate-names Allow, and changes nothing", async () => {
    const { client } = await startTestBed({ duplicateNames: "Allow" });
    await create(client, "team");
    await create(client, "team", "true");
    expect((await client.state())["projects"]).toMatchObject([{ name: "team", public: false }]);
  });

  test("with images in it is not deleted", async () => {
    const { client } = await startTestBed();
    await create(client, "team");
    await client.colleague("POST", "images", { repository: "team/web" });
    expect((await client.refusal("DELETE", PROJECT, { harbor_projects: ["team"] }))[0]).toBe(409);
    await client.colleague("DELETE", `images/${encodeURIComponent("team/web:latest")}`);
    await client.ok("DELETE", PROJECT, { harbor_projects: ["team"] });
  });

  test("wants a project's administrator", async () => {
    const { client } = await startTestBed({ projectAdmin: false });
    expect((await client.refusal("POST", PROJECT, { harbor_project_name: "team", public: "true" }))[0]).toBe(403);
    expect(await client.ok("GET", "eks/projects/")).toEqual({ projects: [] });
  });

  test("shows whose it is unless --owner-info is false", async () => {
    const { client } = await startTestBed({ ownerInfo: false });
    await create(client, "team");
    expect((await client.list(PROJECTS, "harbor_projects"))[0]).not.toHaveProperty("domain_project_info");
  });
});

describe("a deletion", () => {
  test("answers 404 where --deletes NotFound says so, and is done", async () => {
    const { client } = await startTestBed({ deletes: "NotFound" });
    await create(client, "team");
    expect((await client.refusal("DELETE", PROJECT, { harbor_projects: ["team"] }))[0]).toBe(404);
    expect(await names(client)).toEqual([]);
    expect((await client.log()).at(-2)).toMatchObject({ method: "DELETE", status: 404, effect: true });
  });

  test.each([
    ["Stop", ["last"]],
    ["Continue", []],
  ] as const)("of several, with --batches %s, leaves %j after the one that fails", async (batches, left) => {
    const { client } = await startTestBed({ batches });
    await create(client, "first");
    await create(client, "last");
    const [status] = await client.refusal("DELETE", PROJECT, { harbor_projects: ["first", "none", "last"] });
    expect(status).toBe(404);
    expect(await names(client)).toEqual(left);
    expect((await client.log()).at(-2)).toMatchObject({ method: "DELETE", status: 404, effect: true });
  });
});

describe("a page", () => {
  const page = (number: number) => `image/images/harbor_projects/?page=${number}&page_size=2&all=false`;

  test.each([
    ["Empty", []],
    ["Last", ["c1"]],
    ["NotFound", 404],
  ] as const)("beyond the end is %s", async (pages, beyond) => {
    const { client } = await startTestBed({ pages });
    for (const name of ["a1", "b1", "c1"]) await create(client, name);
    expect([await names(client, page(1)), await names(client, page(2))]).toEqual([["a1", "b1"], ["c1"]]);
    const answer = await client.call("GET", page(3));
    const shown = (answer.json() as { harbor_projects?: { harbor_project_name: string }[] }).harbor_projects;
    expect(shown?.map((one) => one.harbor_project_name) ?? answer.status).toEqual(beyond);
  });

  test("has twenty entries where none were asked for, and is refused for no number", async () => {
    const { client } = await startTestBed();
    for (let count = 0; count < 21; count++) await create(client, `ws-${count}`);
    expect(await names(client, "image/images/harbor_projects")).toHaveLength(20);
    expect((await client.refusal("GET", "image/images/harbor_projects?page=zero"))[0]).toBe(400);
  });
});

test("times show as --times says: of +08:00 without a word about it", async () => {
  const { client } = await startTestBed({ times: "Local" });
  await create(client, "team");
  expect((await client.list(PROJECTS, "harbor_projects"))[0]).toMatchObject({ creation_time: "2026-01-02 11:04:05" });
});

test("lists are empty or of the past where a fault says so", async () => {
  const { client, clock } = await startTestBed();
  await create(client, "team");
  clock.advance(60_000);
  await create(client, "later");
  await client.faults({ action: "EmptyList" }, { action: "StaleList", ms: 1 }, { action: "StaleList", ms: 60_001 });
  expect([await names(client), await names(client), await names(client)]).toEqual([[], ["team"], []]);
});
