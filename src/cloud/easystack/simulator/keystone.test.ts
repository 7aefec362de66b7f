// Signing in (1.11): both ways to name the user, scopes, tokens that end, locks, and what a request without a good token gets.
import { describe, expect, test } from "vitest";
import type { Bed } from "./test-support.ts";
import { login, PROJECT, startTestBed, USER, USER_ID } from "./test-support.ts";

const ORGANISATION = "eks/organization/";

async function signIn({ client }: Bed, as: Parameters<typeof login>[0]) {
  return client.send("/v3/auth/tokens", { method: "POST", body: login(as) });
}

const REFUSED = {
  error: { message: "The request you have made requires authentication.", code: 401, title: "Unauthorized" },
};

describe("a sign-in", () => {
  test.each([
    ["by the user's name and domain", {}],
    ["by the user's id", { id: USER_ID }],
    ["for the project by id", { scope: { project: { id: PROJECT } } }],
    [
      "for the project by name, in a domain by id",
      { scope: { project: { name: "admin", domain: { id: "default" } } } },
    ],
  ])("%s gets a token that opens the project", async (_, as) => {
    const bed = await startTestBed();
    const answer = await signIn(bed, as);
    expect([answer.status, answer.json()]).toMatchObject([
      201,
      { token: { user: { id: USER_ID, name: USER.username }, project: { id: PROJECT, name: "admin" } } },
    ]);
    bed.client.token = String(answer.headers["x-subject-token"]);
    expect((await bed.client.call("GET", ORGANISATION)).status).toBe(200);
  });

  test.each([
    ["a wrong password", { password: "Wrong" }],
    ["another user", { name: "root" }],
    ["another user's id", { id: "nobody" }],
    ["another domain", { domain: { name: "Other" } }],
    ["another project", { scope: { project: { name: "other", domain: { name: "Default" } } } }],
    ["a project of that name in another domain", { scope: { project: { name: "admin", domain: { name: "Other" } } } }],
    ["another project's id", { scope: { project: { id: "p-2" } } }],
  ])("with %s is refused in words that do not say which", async (_, as) => {
    const bed = await startTestBed();
    const answer = await signIn(bed, as);
    expect([answer.status, answer.json()]).toEqual([401, REFUSED]);
  });

  test("without a scope lists the user's projects, and opens nothing", async () => {
    const bed = await startTestBed();
    const answer = await signIn(bed, { scope: null });
    bed.client.token = String(answer.headers["x-subject-token"]);
    // Printed as POST; Keystone has GET.
    for (const method of ["GET", "POST"]) {
      const projects = await bed.client.send("/v3/auth/projects", { method });
      expect(projects.json()).toMatchObject({ projects: [{ id: PROJECT, name: "admin" }] });
    }
    expect((await bed.client.call("GET", ORGANISATION)).status).toBe(401);
  });

  test("of a user that wrong passwords have locked is refused, as one more of them would be", async () => {
    const bed = await startTestBed({ lockAfter: 2, lockSeconds: 60 });
    const statusOf = async (as: object) => (await signIn(bed, as)).status;
    expect([await statusOf({ password: "Wrong" }), await statusOf({ password: "Wrong" })]).toEqual([401, 401]);
    expect((await signIn(bed, {})).json()).toEqual(REFUSED);
    bed.clock.advance(60_000);
    expect(await statusOf({})).toBe(201);
  });
});

describe("a token", () => {
  test("ends when it said, and a new one goes on", async () => {
    const { client, clock } = await startTestBed({ tokenTtl: 30, speed: 1000 });
    clock.advance(29_999);
    expect((await client.call("GET", ORGANISATION)).status).toBe(200);
    clock.advance(1);
    expect((await client.call("GET", ORGANISATION)).json()).toEqual(REFUSED);
    await client.signIn();
    expect((await client.call("GET", ORGANISATION)).status).toBe(200);
  });

  test("ends with the password that it was got for", async () => {
    const bed = await startTestBed();
    await bed.client.colleague("PATCH", `users/${USER.username}`, { password: "Next-1234" });
    expect((await bed.client.call("GET", ORGANISATION)).status).toBe(401);
    expect((await signIn(bed, {})).status).toBe(401);
    expect((await signIn(bed, { password: "Next-1234" })).status).toBe(201);
  });

  test("is asked for in every call, also in one that there is not", async () => {
    const { client } = await startTestBed();
    client.token = "made-up";
    expect((await client.call("GET", ORGANISATION)).status).toBe(401);
    expect((await client.call("GET", "eks/nothing")).status).toBe(401);
    await client.signIn();
    expect(await client.refusal("GET", "eks/nothing")).toEqual([404, expect.any(String)]);
  });

  test("is of one project: X-Project-Id may name that, and no other", async () => {
    const { client } = await startTestBed();
    const statusOf = async (id: string) =>
      (await client.send(`/api/ecns/${ORGANISATION}`, { headers: { "x-project-id": id } })).status;
    expect([await statusOf(PROJECT), await statusOf("p-2")]).toEqual([200, 403]);
  });
});

test("every answer has a request's id, refusals too", async () => {
  const { client } = await startTestBed();
  const idOf = async (path: string) => (await client.call("GET", path)).headers["requestid"];
  expect([await idOf(ORGANISATION), await idOf("eks/nothing")]).toEqual([
    expect.stringMatching(/^req-/),
    expect.stringMatching(/^req-/),
  ]);
});

test("writes beyond the limit get 429 until a minute has passed; reads are free", async () => {
  const { client, clock } = await startTestBed({ writesPerMinute: 1 });
  const write = async () =>
    (await client.call("POST", "image/images/harbor_project", { harbor_project_name: "x!", public: "true" })).status;
  expect([await write(), await write()]).toEqual([400, 429]);
  expect((await client.call("GET", ORGANISATION)).status).toBe(200);
  clock.advance(60_000);
  expect(await write()).toBe(400);
});

test("a colleague adds a user that signs in, and takes it away with its tokens", async () => {
  const { client } = await startTestBed();
  await client.colleague("POST", "users", { id: "u-2", name: "second", password: "Two-1234" });
  const second = await client.other({ name: "second", password: "Two-1234" });
  expect((await second.call("GET", ORGANISATION)).status).toBe(200);
  await client.colleague("DELETE", "users/u-2");
  expect((await second.call("GET", ORGANISATION)).status).toBe(401);
});
