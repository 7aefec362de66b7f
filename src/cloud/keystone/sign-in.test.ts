// Signing in at a Keystone over the wire: what a refusal is of, how often a wrong password is sent, and how long a token serves.
import { expect, onTestFinished, test } from "vitest";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { controlsOf } from "../../../test/support/clouds/simulator.ts";
import { openFence } from "../../lib/fence.ts";
import { createLogger } from "../../lib/log.ts";
import { startEasyStackSimulator, type EasyStackSimulatorOptions } from "../easystack/simulator/index.ts";
import { Logins } from "../budget/logins.ts";
import { CloudError } from "../errors.ts";
import { parseEndpoint } from "../http/endpoint.ts";
import { errorsBy } from "../kit/error-table.ts";
import { serviceAt } from "../kit/requests.ts";
import type { ProjectReference, UserLogin } from "./login.ts";
import { SignIn } from "./sign-in.ts";
import { TokenAuthenticator } from "./tokens.ts";

const USER = { username: "operator", password: "Right-password-1" } as const;
const LOGIN: UserLogin = { user: { name: USER.username, domainName: "Default" }, password: USER.password };
const PROJECT: ProjectReference = { name: "admin", domainName: "Default" };
const never = new AbortController().signal;

const errorOf = errorsBy<"GetToken" | "FindProject">({
  creates: new Set(),
  nameless: new Set(["GetToken", "FindProject"]),
  said: () => undefined,
  meaning: () => undefined,
  provesAbsence: () => false,
  elsewhere: "",
});

interface Given {
  readonly login?: UserLogin;
  readonly project?: ProjectReference;
  readonly options?: Partial<EasyStackSimulatorOptions>;
}

async function start({ options = {}, ...first }: Given = {}) {
  const clock = new FakeClock();
  const simulator = controlsOf(await startEasyStackSimulator({ listen: "127.0.0.1:0", ...USER, ...options, clock }));
  const deps = { clock, fence: openFence, log: createLogger({ level: "silent" }), userAgent: "yunfan/test" };
  const keystone = serviceAt(parseEndpoint(simulator.url, { mode: "Plaintext" }), deps);
  onTestFinished(async () => {
    await keystone.http.close();
    await simulator[Symbol.asyncDispose]();
  });
  const shared = new Logins();
  const open = ({ login = LOGIN, project = PROJECT }: Given = first): TokenAuthenticator =>
    new TokenAuthenticator(
      new SignIn({
        login,
        project,
        keystone,
        errorOf,
        clock,
        closed: never,
        logins: shared,
        provesUserFirst: { field: "spec.easystack.projectName" },
      }),
    );
  const logins = async (): Promise<readonly number[]> =>
    (await simulator.requests()).filter(({ path }) => path === "/v3/auth/tokens").map(({ status }) => status);
  return { clock, simulator, open, tokens: open(), logins };
}

async function refusalOf(work: Promise<unknown>): Promise<CloudError> {
  const error = await work.then(
    () => expect.fail("It should have been refused"),
    (reason: unknown) => reason,
  );
  if (error instanceof CloudError) return error;
  throw error;
}

test.each<[string, UserLogin["user"], ProjectReference]>([
  ["names within domains", { name: USER.username, domainName: "Default" }, PROJECT],
  ["ids", { id: "u-1" }, { id: "p-1" }],
])("signs in by %s, and tells whom the token is of and what it is for", async (_by, user, project) => {
  const login = { user, password: USER.password };
  const { tokens } = await start({ login, project, options: { userId: "u-1", projectId: "p-1" } });
  expect(await tokens.grant(never)).toMatchObject({
    userId: "u-1",
    projectId: "p-1",
    projectName: "admin",
    domainName: "Default",
  });
});

test("a wrong password is sent once, whoever asks, and again after ten minutes or when a person wishes it", async () => {
  const { simulator, open, clock, logins } = await start({ login: { ...LOGIN, password: "Wrong-password-1" } });
  const tokens = open();
  const refusals = await Promise.all([1, 2, 3].map(() => refusalOf(tokens.grant(never))));
  expect(refusals.map(({ kind }) => kind)).toEqual(Array.from({ length: 3 }, () => "Unauthenticated"));
  await clock.advance(599_000);
  expect((await refusalOf(tokens.grant(never))).retryAfterMs).toBe(1_000);
  expect(await logins()).toEqual([401]);
  await clock.advance(1_000);
  await refusalOf(tokens.grant(never));
  expect(await logins()).toEqual([401, 401]);
  expect(JSON.stringify(await simulator.requests())).not.toContain("Wrong-password-1");
});

test("a wrong password that several accounts share is sent once for all of them, also where one wish is made for all", async () => {
  const { open, logins, clock } = await start({ login: { ...LOGIN, password: "Wrong-password-1" } });
  const accounts = [open(), open(), open()];
  const all = () => Promise.all(accounts.map((tokens) => refusalOf(tokens.grant(never))));
  expect((await all()).map(({ kind }) => kind)).toEqual(accounts.map(() => "Unauthenticated"));
  await clock.advance(10_000);
  expect((await all()).map(({ retryAfterMs }) => retryAfterMs)).toEqual(accounts.map(() => 590_000));
  expect(await logins()).toEqual([401]);
  const right = open({ login: LOGIN });
  await right.grant(never);
  await all();
  expect(await logins()).toEqual([401, 201, 201]);
});

test.each<[ProjectReference, string]>([
  [{ name: "nobody-s", domainName: "Default" }, 'no project "nobody-s" of Default'],
  [{ name: "admin", domainName: "Elsewhere" }, 'no project "admin" of Elsewhere'],
  [{ id: "p-2" }, 'no project "p-2"'],
])("a project that is none of the user's is said to be that: %j", async (project, words) => {
  const { tokens, simulator } = await start({ project, options: { lockAfter: 1 } });
  const refusal = await refusalOf(tokens.grant(never));
  expect(refusal.kind).toBe("ProjectNotFound");
  expect(refusal.message).toContain(`The user is in ${words} (spec.easystack.projectName). The user's are admin`);
  expect((await simulator.requests()).map(({ status }) => status)).toEqual([201, 401, 200]);
});

test("a locked user reads as one with a wrong password, of which no project is blamed", async () => {
  const { tokens, open } = await start({
    login: { ...LOGIN, password: "Wrong-password-1" },
    options: { lockAfter: 1 },
  });
  await refusalOf(tokens.grant(never));
  expect((await refusalOf(open({ login: LOGIN }).grant(never))).kind).toBe("Unauthenticated");
});

test("tokens that live 30 s serve an hour without a refusal, and the password goes twice for each", async () => {
  const { tokens, clock, logins } = await start({ options: { tokenTtl: 30 } });
  const used = new Set<string>();
  for (let second = 0; second < 3_600; second += 4) {
    const { headers } = await tokens.prove(undefined, never);
    used.add(headers["x-auth-token"] ?? "");
    await clock.advance(4_000);
  }
  expect(used.size).toBe(150);
  expect(await logins()).toEqual(Array.from({ length: 300 }, () => 201));
});

test("a token that was refused is replaced once; the one after that waits", async () => {
  const { tokens, clock, logins } = await start();
  const first = await tokens.prove(undefined, never);
  tokens.refused(first);
  const second = await tokens.prove(undefined, never);
  expect(second.headers).not.toEqual(first.headers);
  const said = new CloudError("Unauthenticated", { message: "no" });
  tokens.refusedAgain(said);
  expect(await refusalOf(tokens.prove(undefined, never))).toBe(said);
  await clock.advance(5_000);
  await tokens.prove(undefined, never);
  expect(await logins()).toHaveLength(6);
});
