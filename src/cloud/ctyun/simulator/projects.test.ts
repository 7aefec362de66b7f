// Registry projects over the cloud's API: create, list, visibility, delete, and other people's.
import { describe, expect, test } from "vitest";
import { ManualClock } from "../../simulation/test-support.ts";
import { startTestSimulator } from "./test-support.ts";

const PROJECTS = "/registry/api/projects";

describe("create", () => {
  test("answers 201 with an empty body and the new project's path", async () => {
    const client = await startTestSimulator();
    const body = { project_name: "test", metadata: { public: "true" } };
    const answer = await client.send(PROJECTS, { method: "POST", body });
    expect(answer).toMatchObject({ status: 201, text: "", headers: { location: "/registry/api/projects/1" } });
    expect((await client.state())["projects"]).toMatchObject([{ id: "1", name: "test", public: true }]);
    expect((await client.state())["projects"]?.[0]).not.toHaveProperty("owner");
  });

  test.each([
    ["a boolean for public", { project_name: "test", metadata: { public: true } }, "metadata.public"],
    ["a number for public", { project_name: "test", metadata: { public: 1 } }, "metadata.public"],
    ["another text for public", { project_name: "test", metadata: { public: "True" } }, "metadata.public"],
    ["no name", { metadata: { public: "true" } }, "project_name"],
    ["a body that is a list", [], "body"],
  ])("refuses %s", async (_, body, field) => {
    const client = await startTestSimulator();
    const answer = await client.send(PROJECTS, { method: "POST", body });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 400, message: expect.stringContaining(field) });
    expect((await client.state())["projects"]).toEqual([]);
  });

  test("admits the names of the registry and refuses the others", async () => {
    const client = await startTestSimulator();
    const statusOf = async (name: string) =>
      (await client.send(PROJECTS, { method: "POST", body: { project_name: name } })).status;
    for (const name of ["ab", "a-b", "a.b_c-1", "1a", "x".repeat(255)]) {
      expect([name, await statusOf(name)]).toEqual([name, 201]);
    }
    for (const name of ["", "a", "a--b", "a_-b", "-ab", "ab-", "aB", "a b", "x".repeat(256), "项目"]) {
      expect([name, await statusOf(name)]).toEqual([name, 400]);
    }
  });

  test("makes a project without metadata private", async () => {
    const client = await startTestSimulator();
    await client.send(PROJECTS, { method: "POST", body: { project_name: "test" } });
    expect((await client.state())["projects"]).toMatchObject([{ public: false }]);
  });

  test("refuses a name that anybody has, seen or unseen", async () => {
    const client = await startTestSimulator();
    await client.createProject("ours");
    await client.colleague("POST", "projects", { name: "theirs-public", public: true, owner: "zhang" });
    await client.colleague("POST", "projects", { name: "theirs-private", public: false, owner: "zhang" });
    for (const name of ["ours", "theirs-public", "theirs-private"]) {
      const answer = await client.send(PROJECTS, { method: "POST", body: { project_name: name } });
      expect([name, answer.status]).toEqual([name, 409]);
    }
    expect((await client.state())["projects"]).toHaveLength(3);
  });

  test("makes a second project of one name where duplicates are allowed", async () => {
    const client = await startTestSimulator({ duplicateNames: "Allow" });
    expect([await client.createProject("test"), await client.createProject("test")]).toEqual(["1", "2"]);
    expect((await client.projects()).map(({ project_id, name }) => [project_id, name])).toEqual([
      [1, "test"],
      [2, "test"],
    ]);
  });
});

describe("list", () => {
  test("has the fields of the sample, for ours and for others", async () => {
    const client = await startTestSimulator({ clock: new ManualClock() });
    await client.createProject("ours", "false");
    await client.colleague("POST", "projects", { name: "theirs", public: true, owner: "zhang" });
    const common = { creation_time_str: "", deleted: 0, owner_name: "", repo_count: 0 };
    const times = { creation_time: "2026-01-02T03:04:05Z", update_time: "2026-01-02T03:04:05Z" };
    expect(await client.projects()).toEqual([
      {
        project_id: 1,
        owner_id: 2,
        name: "ours",
        public: 0,
        Toggleable: true,
        current_user_role_id: 1,
        ...common,
        ...times,
      },
      {
        project_id: 2,
        owner_id: 1,
        name: "theirs",
        public: 1,
        Toggleable: false,
        current_user_role_id: 3,
        ...common,
        ...times,
      },
    ]);
  });

  test("leaves out other people's private projects", async () => {
    const client = await startTestSimulator();
    await client.createProject("ours-private");
    for (const isPublic of [true, false]) {
      await client.colleague("POST", "projects", { name: `theirs-${isPublic}`, public: isPublic, owner: "zhang" });
    }
    expect((await client.projects()).map(({ name }) => name)).toEqual(["ours-private", "theirs-true"]);
  });

  test.each([
    ["Number" as const, [0, 1]],
    ["Boolean" as const, [false, true]],
    ["String" as const, ["false", "true"]],
  ])("shows public in the style %s", async (booleanStyle, shown) => {
    const client = await startTestSimulator({ booleanStyle });
    await client.createProject("a-private", "false");
    await client.createProject("b-public", "true");
    expect((await client.projects()).map((project) => project["public"])).toEqual(shown);
  });

  test("pages to the end, cuts large pages without a word, and gives the total", async () => {
    const client = await startTestSimulator({ maxPageSize: 4 });
    const names = Array.from({ length: 9 }, (_, index) => `project-${index}`);
    for (const name of names) await client.createProject(name);
    const pages = [];
    for (const page of [1, 2, 3, 4]) pages.push(await client.projects(`page=${page}&page_size=50`));
    expect(pages.map((page) => page.length)).toEqual([4, 4, 1, 0]);
    expect(pages.flat().map(({ name }) => name)).toEqual(names);
    expect((await client.send(`${PROJECTS}?page=9&page_size=2`)).headers["x-total-count"]).toBe("9");
  });

  test("takes page 1 with 10 projects when nothing is said, and at most 100", async () => {
    const client = await startTestSimulator();
    for (let index = 0; index < 101; index += 1) {
      await client.colleague("POST", "projects", { name: `project-${index}` });
    }
    expect(await client.projects("")).toHaveLength(10);
    expect(await client.projects("page=1&page_size=1000")).toHaveLength(100);
  });

  test.each(["page=0", "page=-1", "page_size=0", "page_size=x", "page=1.5"])("refuses %s", async (query) => {
    const client = await startTestSimulator();
    expect((await client.send(`${PROJECTS}?${query}`)).status).toBe(400);
  });
});

describe("a single project", () => {
  test("cannot be read, because the reference has no such call", async () => {
    const client = await startTestSimulator();
    const id = await client.createProject("test");
    expect((await client.send(`${PROJECTS}/${id}`)).status).toBe(405);
  });

  test("changes its visibility, and says nothing new where there is no change", async () => {
    const client = await startTestSimulator();
    const id = await client.createProject("test", "true");
    for (let time = 0; time < 2; time += 1) {
      const body = { metadata: { public: "false" } };
      expect(await client.send(`${PROJECTS}/${id}`, { method: "PUT", body })).toMatchObject({ status: 200, text: "" });
    }
    expect((await client.state())["projects"]).toMatchObject([{ public: false }]);
    expect((await client.log()).map(({ method, effect }) => [method, effect])).toEqual([
      ["POST", true],
      ["PUT", true],
      ["PUT", false],
    ]);
  });

  test("wants a string for its visibility", async () => {
    const client = await startTestSimulator();
    const id = await client.createProject("test", "true");
    const body = { metadata: { public: false } };
    expect((await client.send(`${PROJECTS}/${id}`, { method: "PUT", body })).status).toBe(400);
    expect((await client.state())["projects"]).toMatchObject([{ public: true }]);
  });

  test("is deleted when it is empty, and only then", async () => {
    const client = await startTestSimulator();
    const id = await client.createProject("test");
    const image = await client.colleague("POST", "images", { repository: "test/app" });
    const refused = await client.send(`${PROJECTS}/${id}`, { method: "DELETE" });
    expect(refused.status).toBe(412);
    expect(refused.json()).toEqual({ code: 412, message: "the project contains repositories, can not be deleted" });
    await client.colleague("DELETE", `images/${image.id}`);
    expect(await client.send(`${PROJECTS}/${id}`, { method: "DELETE" })).toMatchObject({ status: 200, text: "" });
    expect((await client.send(`${PROJECTS}/${id}`, { method: "DELETE" })).status).toBe(404);
    expect(await client.createProject("test")).toBe("2");
  });

  test.each(["PUT", "DELETE"])(
    "of somebody else refuses %s, unknown ones and ids that are none too",
    async (method) => {
      const client = await startTestSimulator();
      const { id } = await client.colleague("POST", "projects", { name: "theirs", public: true, owner: "zhang" });
      const body = method === "PUT" ? { metadata: { public: "false" } } : undefined;
      const statuses = [];
      for (const target of [id, "99", "theirs"]) {
        statuses.push((await client.send(`${PROJECTS}/${target}`, { method, body })).status);
      }
      expect(statuses).toEqual([403, 404, 400]);
      expect((await client.state())["projects"]).toMatchObject([{ name: "theirs", public: true }]);
    },
  );
});

describe("list faults", () => {
  test("StaleList pages through the past, EmptyList has no projects", async () => {
    const clock = new ManualClock();
    const client = await startTestSimulator({ clock });
    await client.createProject("old");
    clock.advance(10_000);
    await client.createProject("new");
    await client.faults(
      { method: "GET", path: "^/registry/api/projects$", action: "StaleList", ms: 5000, times: 2 },
      { method: "GET", path: "^/registry/api/projects$", action: "EmptyList" },
    );
    const seen = [];
    for (const page of [1, 2, 1, 1]) {
      seen.push((await client.projects(`page=${page}&page_size=1`)).map(({ name }) => name));
    }
    expect(seen).toEqual([["old"], [], [], ["new"]]);
  });
});

test("1,000 projects are created and listed in reasonable time, also from the past", { timeout: 10_000 }, async () => {
  const client = await startTestSimulator();
  const names = Array.from({ length: 1000 }, (_, index) => `project-${String(index).padStart(4, "0")}`);
  await Promise.all(names.map((name) => client.createProject(name)));
  await client.faults({ action: "StaleList", ms: 1, skip: 10, times: 0 });
  for (let round = 0; round < 2; round += 1) {
    const pages = [];
    for (let page = 1; page <= 10; page += 1) pages.push(await client.projects(`page=${page}&page_size=100`));
    expect(pages.flat().map(({ name }) => name)).toEqual(names);
  }
});
