// A simulated CCE over HTTP with a session on it, for tests of the client against the simulator.
import { onTestFinished } from "vitest";
import { systemClock } from "../../../../src/lib/clock.ts";
import { openFence } from "../../../../src/lib/fence.ts";
import { createLogger } from "../../../../src/lib/log.ts";
import type { CloudSession, Credentials } from "../../../../src/cloud/contract.ts";
import { huawei } from "../../../../src/cloud/huawei/index.ts";
import { startHuaweiSimulator } from "../../../../src/cloud/huawei/simulator/index.ts";
import { ownBudget } from "../budgets.ts";
import { facetsOf, type HuaweiFacets } from "./facets.ts";

const KEYS = { accessKey: "test-access-key", secretKey: "test-secret-key" } as const;
export const USER = { username: "operator", password: "Pass-word-1", domainName: "company" } as const;
export const never = new AbortController().signal;

type Options = Parameters<typeof startHuaweiSimulator>[0];

export interface TestCloud extends HuaweiFacets {
  readonly session: CloudSession;
  readonly open: (credentials: Credentials) => CloudSession;
  /** A call of the simulator's own paths: what a colleague does. */
  readonly control: (method: string, path: string, body?: object) => Promise<unknown>;
}

export async function startCloud(options: Partial<Options> = {}): Promise<TestCloud> {
  const { username, password, domainName: domain } = USER;
  const simulator = await startHuaweiSimulator({
    listen: "127.0.0.1:0",
    ...KEYS,
    username,
    password,
    domain,
    speed: 2_000,
    ...options,
  });
  onTestFinished(() => simulator.close());
  const open = (credentials: Credentials): CloudSession => {
    const session = huawei.open(
      {
        account: "team/account",
        endpoint: simulator.url,
        tls: { mode: "Plaintext" },
        requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
        providerOptions: { projectId: simulator.extra?.["projectId"] },
      },
      credentials,
      {
        clock: systemClock,
        log: createLogger({ level: "silent" }),
        fence: openFence,
        userAgent: "yunfan/test (me)",
        budget: ownBudget(systemClock),
      },
    );
    onTestFinished(() => session.close());
    return session;
  };
  const session = open(KEYS);
  const control: TestCloud["control"] = async (method, path, body) => {
    const init = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const response = await fetch(`${simulator.url}/_simulator/${path}`, { method, ...init });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  };
  return { session, ...facetsOf(session), open, control };
}
