// The desk over the wire of one small cloud: both ways to name a user, tokens that end, and the lock after wrong passwords.
import { describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../server.ts";
import { ManualClock, TestClient, thingCloud } from "../test-support.ts";
import { openLockout } from "./lockout.ts";
import type { SignIn } from "./tokens.ts";
import { openTokenDesk, projectList } from "./tokens.ts";

const PROJECTS = [
  { id: "p-1", name: "red", domainId: "d-1" },
  { id: "p-2", name: "blue", domainId: "d-1" },
];

async function startDesk() {
  const clock = new ManualClock();
  const desk = openTokenDesk<{ user: string }>(
    {
      tokenTtlMs: 30_000,
      admit({ identity }: SignIn) {
        const { id, name, password } = identity.password.user;
        return password === "right" ? { user: id ?? name ?? "nobody" } : "no token for you";
      },
      describe: ({ user }) => ({ user: { name: user } }),
    },
    clock,
  );
  const simulator = await serve({
    listen: "127.0.0.1:0",
    clock,
    cloud: {
      ...thingCloud(clock),
      routes: [
        { method: "POST", path: "/v3/auth/tokens", handle: desk.issue },
        { method: "GET", path: "/v3/auth/projects", handle: (call) => projectList(call, PROJECTS) },
      ],
    },
  });
  const client = new TestClient(simulator.url);
  onTestFinished(async () => {
    await client.close();
    await simulator.close();
  });
  const signIn = (user: object, password = "right") =>
    client.send("/v3/auth/tokens", {
      method: "POST",
      body: { auth: { identity: { methods: ["password"], password: { user: { ...user, password } } } } },
    });
  return { clock, desk, client, signIn };
}

describe("tokens", () => {
  test("are issued for a user by id or by name, and say when they end", async () => {
    const { desk, clock, signIn } = await startDesk();
    const answer = await signIn({ name: "ann", domain: { name: "Default" } });
    expect([answer.status, answer.json()]).toEqual([
      201,
      {
        token: {
          expires_at: "2026-01-02T03:04:35.678000Z",
          issued_at: "2026-01-02T03:04:05.678000Z",
          methods: ["password"],
          user: { name: "ann" },
        },
      },
    ]);
    expect(desk.find(String(answer.headers["x-subject-token"]))).toEqual({
      expiresAtMs: clock.now() + 30_000,
      grant: { user: "ann" },
    });
    const byId = await signIn({ id: "u-1" });
    expect(desk.find(String(byId.headers["x-subject-token"]))?.grant).toEqual({ user: "u-1" });
  });

  test("are not issued for what the cloud does not admit, or for what is no sign-in", async () => {
    const { client, signIn } = await startDesk();
    const refused = await signIn({ id: "u-1" }, "wrong");
    expect([refused.status, refused.headers["x-subject-token"], refused.json()]).toEqual([
      401,
      undefined,
      { code: 401, message: "no token for you" },
    ]);
    expect((await client.send("/v3/auth/tokens", { method: "POST", body: { auth: {} } })).status).toBe(400);
  });

  test("are revoked for those concerned, or for all", async () => {
    const { desk, signIn } = await startDesk();
    const tokenOf = async (id: string) => String((await signIn({ id })).headers["x-subject-token"]);
    const [ann, bob] = [await tokenOf("ann"), await tokenOf("bob")];
    desk.revoke(({ user }) => user === "ann");
    expect([desk.find(ann), desk.find(bob)?.grant]).toEqual([undefined, { user: "bob" }]);
    desk.revoke();
    expect(desk.find(bob)).toBeUndefined();
  });
});

test("projects are listed, or found by name", async () => {
  const { client } = await startDesk();
  const names = async (query: string) =>
    ((await client.send(`/v3/auth/projects${query}`)).json() as { projects: { name: string }[] }).projects.map(
      ({ name }) => name,
    );
  expect([await names(""), await names("?name=blue"), await names("?name=green")]).toEqual([
    ["red", "blue"],
    ["blue"],
    [],
  ]);
});

describe("a lockout", () => {
  test("begins with the last wrong password in a row, and ends by itself with a new count", () => {
    const clock = new ManualClock();
    const lockout = openLockout({ attempts: 2, lockedMs: 1_000 }, clock);
    lockout.failed("ann");
    lockout.succeeded("ann");
    lockout.failed("ann");
    expect(lockout.isLocked("ann")).toBe(false);
    lockout.failed("ann");
    expect([lockout.isLocked("ann"), lockout.isLocked("bob")]).toEqual([true, false]);
    clock.advance(999);
    expect(lockout.isLocked("ann")).toBe(true);
    clock.advance(1);
    expect(lockout.isLocked("ann")).toBe(false);
    lockout.failed("ann");
    expect(lockout.isLocked("ann")).toBe(false);
  });

  test("never begins where no number of attempts was set", () => {
    const lockout = openLockout({ attempts: 0, lockedMs: 1_000 }, new ManualClock());
    for (let count = 0; count < 9; count++) lockout.failed("ann");
    expect(lockout.isLocked("ann")).toBe(false);
  });
});
