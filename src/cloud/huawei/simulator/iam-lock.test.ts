// An IAM user that is locked after wrong passwords in a row, over the wire: nothing but time or an administrator lets it in.
import { expect, test } from "vitest";
import type { Bed } from "./test-support.ts";
import { MINUTE, PROJECT, startTestBed, USER } from "./test-support.ts";

type Login = Partial<typeof USER>;

/** The status of one login. */
async function login({ client }: Bed, given: Login = {}): Promise<number> {
  const { username: name, password, domain } = { ...USER, ...given };
  const identity = { methods: ["password"], password: { user: { name, password, domain: { name: domain } } } };
  const body = { auth: { identity, scope: { project: { id: PROJECT } } } };
  return (await client.send("/v3/auth/tokens", { method: "POST", body })).status;
}

const WRONG = { password: "Wrong-1234" };

async function logins(bed: Bed, given: readonly Login[]): Promise<number[]> {
  const statuses = [];
  for (const one of given) statuses.push(await login(bed, one));
  return statuses;
}

async function isLocked({ client }: Bed): Promise<unknown> {
  return (await client.colleague("PATCH", `users/${USER.username}`, {}))["locked"];
}

test("as many wrong passwords as the limit lock the user: the right one gets the same 401, for a quarter of an hour", async () => {
  const bed = await startTestBed({ iamLockAfter: 3, speed: 1000 });
  expect(await logins(bed, [WRONG, WRONG])).toEqual([401, 401]);
  expect(await isLocked(bed)).toBe(false);
  expect(await logins(bed, [WRONG, {}, WRONG, {}])).toEqual([401, 401, 401, 401]);
  expect(await isLocked(bed)).toBe(true);
  bed.clock.advance(15 * MINUTE - 1);
  expect(await login(bed)).toBe(401);
  bed.clock.advance(1);
  expect(await login(bed)).toBe(201);
});

test("says in IAM's words that it is locked", async () => {
  const bed = await startTestBed();
  await bed.client.colleague("PATCH", `users/${USER.username}`, { locked: true });
  const user = { name: USER.username, password: USER.password, domain: { name: USER.domain } };
  const body = { auth: { identity: { methods: ["password"], password: { user } } } };
  const answer = await bed.client.send("/v3/auth/tokens", { method: "POST", body });
  expect(answer.json()).toEqual({ error: { code: 401, title: "Unauthorized", message: "The account is locked." } });
});

test("a right password in between, or time, breaks the row", async () => {
  const bed = await startTestBed({ iamLockAfter: 3 });
  expect(await logins(bed, [WRONG, WRONG, {}, WRONG, WRONG, {}])).toEqual([401, 401, 201, 401, 401, 201]);
  await logins(bed, [WRONG, WRONG]);
  bed.clock.advance(15 * MINUTE);
  expect(await logins(bed, [WRONG, WRONG, {}])).toEqual([401, 401, 201]);
});

test("what another user or another account does wrong locks nobody", async () => {
  const bed = await startTestBed({ iamLockAfter: 1 });
  expect(await logins(bed, [{ username: "root" }, { domain: "other" }, {}])).toEqual([401, 401, 201]);
});

test("without a limit no number of wrong passwords locks", async () => {
  const bed = await startTestBed();
  await logins(
    bed,
    Array.from({ length: 20 }, () => WRONG),
  );
  expect(await login(bed)).toBe(201);
});

test("an administrator lets the user in again; another password alone does not", async () => {
  const bed = await startTestBed({ iamLockAfter: 1 });
  const user = `users/${USER.username}`;
  await login(bed, WRONG);
  expect(await bed.client.colleague("PATCH", user, { password: "Next-1234" })).toMatchObject({ locked: true });
  expect(await login(bed, { password: "Next-1234" })).toBe(401);
  expect(await bed.client.colleague("PATCH", user, { locked: false })).toMatchObject({ locked: false });
  expect(await login(bed, { password: "Next-1234" })).toBe(201);
});

test("tokens from before go on while the user is locked", async () => {
  const bed = await startTestBed({ iamLockAfter: 1 });
  const user = { name: USER.username, password: USER.password, domain: { name: USER.domain } };
  const identity = { methods: ["password"], password: { user } };
  const body = { auth: { identity, scope: { project: { id: PROJECT } } } };
  const { headers } = await bed.client.send("/v3/auth/tokens", { method: "POST", body });
  await login(bed, WRONG);
  const token = { "x-auth-token": String(headers["x-subject-token"]) };
  expect((await bed.client.send(`/api/v3/projects/${PROJECT}/clusters`, { headers: token })).status).toBe(200);
});
