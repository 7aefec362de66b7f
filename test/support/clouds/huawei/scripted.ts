// A Huawei account opened on a server that answers as a test tells it: CCE, its add-ons and IAM at one address.
import type { ServerResponse } from "node:http";
import type { AccountSettings, CloudSession, Credentials, SessionDeps } from "../../../../src/cloud/contract.ts";
import { huawei } from "../../../../src/cloud/huawei/index.ts";
import { openFence } from "../../../../src/lib/fence.ts";
import { createLogger } from "../../../../src/lib/log.ts";
import { ownBudget } from "../budgets.ts";
import { FakeClock } from "../../clock/fake-clock.ts";
import { facetsOf, type HuaweiFacets } from "./facets.ts";
import { json, startScriptedServer, type ScriptedServer } from "../scripted-server.ts";

export const ACCESS_KEY = { accessKey: "AK-0123456789", secretKey: "sk-0123456789abcdef" };
export const USER_LOGIN = { username: "operator", password: "Pa55-word!", domainName: "team" };
const PROJECT_ID = "p-1";

interface OpenedHuawei extends HuaweiFacets {
  readonly session: CloudSession;
}

export interface ScriptedHuawei {
  readonly server: ScriptedServer;
  /** Stands still at 2026-01-01T12:00:00.700Z until it is turned. */
  readonly clock: FakeClock;
  /** With a key and the id of a project, unless told otherwise. */
  readonly open: (change?: {
    settings?: Partial<AccountSettings>;
    credentials?: Credentials;
    deps?: Partial<SessionDeps>;
  }) => OpenedHuawei;
  /** What answers from now on, but for logins. */
  readonly answer: (status: number, body: unknown, headers?: Record<string, string>) => void;
  /** "METHOD target" of each request so far. */
  readonly targets: () => string[];
  /** The body of the last request, as JSON. */
  readonly lastBody: () => unknown;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startScriptedHuawei(): Promise<ScriptedHuawei> {
  const clock = new FakeClock({ startMs: Date.UTC(2026, 0, 1, 12, 0, 0, 700) });
  const server = await startScriptedServer((_request, response) => json(response, 200, {}));
  const closing: (() => Promise<void>)[] = [];
  return {
    server,
    clock,
    open({ settings = {}, credentials = ACCESS_KEY, deps = {} } = {}) {
      const session = huawei.open(
        {
          account: "team/account",
          endpoint: server.origin,
          tls: { mode: "Plaintext" },
          requestBudget: { writesPerMinute: 60_000 },
          providerOptions: { projectId: PROJECT_ID },
          ...settings,
        },
        credentials,
        {
          clock,
          log: createLogger({ level: "silent" }),
          fence: openFence,
          userAgent: "yunfan/test",
          budget: ownBudget(clock),
          ...deps,
        },
      );
      closing.push(() => session.close());
      return { session, ...facetsOf(session) };
    },
    answer(status, body, headers = {}) {
      server.answer = (_request, response) => {
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        if (body === undefined) response.writeHead(status).end();
        else json(response, status, body);
      };
    },
    targets: () => server.seen.map(({ method, url }) => `${method} ${url}`),
    lastBody: () => JSON.parse(server.seen.at(-1)?.body ?? "") as unknown,
    async [Symbol.asyncDispose]() {
      for (const close of closing) await close();
      await server[Symbol.asyncDispose]();
    },
  };
}

export interface IssuedToken {
  readonly value: string;
  readonly issuedAtMs: number;
  readonly lifetimeMs: number;
  /** Named in the token; unset: not. */
  readonly projectId?: string;
}

/** What IAM answers to a login. */
export function issueToken(response: ServerResponse, { value, issuedAtMs, lifetimeMs, projectId }: IssuedToken): void {
  response.setHeader("x-subject-token", value);
  const token = {
    issued_at: new Date(issuedAtMs).toISOString().replace("Z", "000Z"),
    expires_at: new Date(issuedAtMs + lifetimeMs).toISOString().replace("Z", "000Z"),
    methods: ["password"],
    ...(projectId === undefined ? {} : { project: { id: projectId, name: "cn-north-4" } }),
  };
  json(response, 201, { token });
}
