// Projects over real HTTP against a server that answers in every odd way a test asks for.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  SECRET_KEY,
  answerPages,
  startScriptedCtyun,
  type ScriptedCtyun,
} from "../../../test/support/clouds/ctyun/scripted.ts";
import { json, type ScriptedServer } from "../../../test/support/clouds/scripted-server.ts";
import { outcomeIsUnknown } from "../errors.ts";
import type { RegistryProject } from "../facets/registry.ts";
import { grantWrite } from "../permit.ts";

const never = new AbortController().signal;

let cloud: ScriptedCtyun;
let server: ScriptedServer;

beforeEach(async () => {
  cloud = await startScriptedCtyun();
  ({ server } = cloud);
});
afterEach(() => cloud[Symbol.asyncDispose]());

function wireProject(id: number, change: Record<string, unknown> = {}) {
  const name = `project-${id}`;
  const creation_time = "2026-01-01T12:00:00Z";
  return { project_id: id, name, public: 0, creation_time, current_user_role_id: 1, repo_count: 0, ...change };
}

describe("listing projects", () => {
  test("asks for page after page until one is empty, whatever sizes and totals say", async () => {
    answerPages(server, [wireProject(1), wireProject(2)], [wireProject(3)], [wireProject(4), wireProject(5)]);
    const { items: projects } = await cloud.open().list(never);
    expect(projects.map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5"]);
    expect(cloud.targets()).toEqual([1, 2, 3, 4].map((n) => `GET /registry/api/projects?page=${n}&page_size=100`));
  });

  test("shows each project once, as it was seen last, where pages shift meanwhile", async () => {
    answerPages(server, [wireProject(1), wireProject(2)], [wireProject(2, { public: 1 }), wireProject(3)]);
    const { items: projects } = await cloud.open().list(never);
    expect(projects.map(({ id, visibility }) => [id, visibility])).toEqual([
      ["1", "Private"],
      ["2", "Public"],
      ["3", "Private"],
    ]);
  });

  test("goes on after a page of nothing but deleted projects", async () => {
    answerPages(server, [wireProject(1, { deleted: 1 })], [wireProject(2)]);
    expect((await cloud.open().list(never)).items.map(({ id }) => id)).toEqual(["2"]);
  });

  test("fails as a whole where one page fails: no part of a list is a list", async () => {
    server.answer = (request, response) =>
      request.url.includes("page=2") ? json(response, 500, {}) : json(response, 200, [wireProject(1)]);
    await expect(cloud.open().list(never)).rejects.toMatchObject({ kind: "Unavailable" });
  });

  test.each(["", "[", "{}", '[{"name":"a"}]', "<html></html>"])("takes %j for no list", async (body) => {
    server.answer = (_request, response) => response.end(body);
    await expect(cloud.open().list(never)).rejects.toMatchObject({
      kind: "Unavailable",
      message: expect.stringMatching(/^ListProjects was answered with something this client can't read/),
    });
  });

  test("tells the cloud's clock less ours by the answer that shows most", async () => {
    const dates = ["Thu, 01 Jan 2026 12:05:00 GMT", "Thu, 01 Jan 2026 12:05:01 GMT", "Thu, 01 Jan 2026 12:05:00 GMT"];
    answerPages(server, [wireProject(1)], [wireProject(2)]);
    const { answer } = server;
    server.answer = (request, response) => {
      response.setHeader("date", dates.shift() ?? "");
      answer(request, response);
    };
    expect((await cloud.open().list(never)).clockSkewMs).toBe(300_300);
  });

  test("tells no difference where the cloud shows no date", async () => {
    server.answer = (_request, response) => {
      response.sendDate = false;
      json(response, 200, []);
    };
    expect(await cloud.open().list(never)).toEqual({ items: [], clockSkewMs: 0 });
  });
});

describe("creating a project", () => {
  const project = { name: "team-a", visibility: "Public", nonce: "uid-1" } as const;

  test("is one POST with text for the flag; the id is at the end of Location", async () => {
    server.answer = (_request, response) => response.writeHead(201, { location: "/api/projects/42" }).end();
    expect(await cloud.open().create(project, grantWrite(never))).toEqual({ id: "42" });
    expect(cloud.targets()).toEqual(["POST /registry/api/projects"]);
    expect(server.seen[0]?.body).toBe('{"project_name":"team-a","metadata":{"public":"true"}}');
    expect(server.seen[0]?.headers["content-type"]).toBe("application/json");
    expect(server.seen[0]?.headers.authorization).toMatch(/^auth-v1\/AK\/1767268800\/host;content-type\/[0-9a-f]{64}$/);
  });

  test("leaves the id open where Location is absent or ends in something else", async () => {
    const locations = [undefined, "/api/projects/", "/api/projects/team-a", "/api/projects/7/x"];
    for (const location of locations) {
      server.answer = (_request, response) => response.writeHead(201, location === undefined ? {} : { location }).end();
      expect(await cloud.open().create(project, grantWrite(never))).toEqual({ id: undefined });
    }
  });

  test("has an unknown outcome where the answer says success and is garbage", async () => {
    server.answer = (_request, response) => response.writeHead(201).end('{"id":');
    const error: unknown = await cloud
      .open()
      .create(project, grantWrite(never))
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "Unavailable" });
    expect(outcomeIsUnknown(error)).toBe(true);
  });

  test("is refused with the name's fault named", async () => {
    server.answer = (_request, response) =>
      response.writeHead(400).end("project name is not in lower case or contains illegal characters!\n");
    await expect(cloud.open().create(project, grantWrite(never))).rejects.toMatchObject({
      kind: "NameRefused",
      message: "CreateProject was answered 400: project name is not in lower case or contains illegal characters",
    });
  });

  test("shows no credential that the cloud echoes, in any part of the error", async () => {
    server.answer = (request, response) => {
      const { authorization = "" } = request.headers;
      const signature = authorization.slice(-64);
      json(response, 403, { code: SECRET_KEY, message: `${SECRET_KEY} ${authorization} ${signature}` });
    };
    const error: unknown = await cloud
      .open()
      .create(project, grantWrite(never))
      .catch((thrown: unknown) => thrown);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error));
    expect(shown).toContain("[redacted] [redacted] [redacted]");
    expect(shown).not.toContain(SECRET_KEY);
    expect(shown).not.toMatch(/[0-9a-f]{64}/);
  });
});

describe("the mark of ours", () => {
  const startedAtMs = Date.UTC(2026, 0, 1, 12, 0, 0);
  const project = (change: Partial<RegistryProject>): RegistryProject => ({
    id: "1",
    name: "team-a",
    visibility: "Private",
    mine: true,
    createdAtMs: startedAtMs,
    repositoryCount: 0,
    ...change,
  });
  const bears = (change: Partial<RegistryProject>, skewMs = 0): boolean =>
    cloud.open().bearsMark(project(change), { nonce: "uid-1", startedAtMs }, skewMs);

  test("is our role and a time of creation from the journal's start on, less two seconds", () => {
    expect(bears({})).toBe(true);
    expect(bears({ createdAtMs: startedAtMs - 2_000 })).toBe(true);
    expect(bears({ createdAtMs: startedAtMs - 2_001 })).toBe(false);
    expect(bears({ createdAtMs: startedAtMs + 3_600_000 })).toBe(true);
  });

  test("is on nobody else's project, and on none of unknown age", () => {
    expect(bears({ mine: false })).toBe(false);
    expect(bears({ createdAtMs: Number.NaN })).toBe(false);
  });

  test("goes by the cloud's clock, whichever way it is wrong", () => {
    expect(bears({ createdAtMs: startedAtMs - 60_000 }, -60_000)).toBe(true);
    expect(bears({ createdAtMs: startedAtMs + 10_000 }, 60_000)).toBe(false);
  });
});

describe("one project", () => {
  test("gets its visibility by PUT", async () => {
    server.answer = (_request, response) => response.end();
    await cloud.open().setVisibility("7", "Private", grantWrite(never));
    expect(cloud.targets()).toEqual(["PUT /registry/api/projects/7"]);
    expect(server.seen[0]?.body).toBe('{"metadata":{"public":"false"}}');
  });

  test("is deleted by DELETE; full and gone are told apart", async () => {
    const registry = cloud.open();
    server.answer = (_request, response) => response.end();
    await registry.remove("7", grantWrite(never));
    expect(cloud.targets()).toEqual(["DELETE /registry/api/projects/7"]);
    expect(server.seen[0]?.headers.authorization).toMatch(/\/host\/[0-9a-f]{64}$/);
    server.answer = (_request, response) => json(response, 412, { code: 412, message: "contains repositories" });
    await expect(registry.remove("7", grantWrite(never))).rejects.toMatchObject({ kind: "NotEmpty" });
    server.answer = (_request, response) => json(response, 404, { code: 404, message: "project not found" });
    await expect(registry.remove("7", grantWrite(never))).rejects.toMatchObject({ kind: "NotFound" });
  });

  test.each(["", "..", ".", "7/../8"])("with the id %j is never asked for", async (id) => {
    await expect(cloud.open().remove(id, grantWrite(never))).rejects.toMatchObject({ kind: "Rejected" });
    expect(server.seen).toHaveLength(0);
  });
});
