// A cloud's simulator over real HTTP, an account on it, and its sessions.
import { onTestFinished } from "vitest";
import type { AccountSettings, CloudSession, Credentials, SessionDeps } from "../../src/cloud/contract.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { openFence } from "../../src/lib/fence.ts";
import { createLogger } from "../../src/lib/log.ts";
import { ownBudget } from "../support/clouds/budgets.ts";
import { controlsOf, type Fault, type LoggedRequest, type SimulatorControls } from "../support/clouds/simulator.ts";
import type { CloudClock, ConformingCloud, Console, Rules } from "./suite.ts";

/** Any that change something, whatever the cloud's verb for it is. */
export const WRITES = "POST|PUT|PATCH|DELETE";
export const USER_AGENT = "yunfan/test (conformance)";
export const never = new AbortController().signal;

export interface Opening {
  readonly settings?: Partial<AccountSettings>;
  readonly credentials?: Credentials;
  readonly deps?: Partial<SessionDeps>;
}

export interface Stand {
  readonly cloud: ConformingCloud;
  readonly simulator: SimulatorControls;
  /** The cloud's. */
  readonly clock: CloudClock;
  readonly console: Console;
  /** Has been verified: it is signed in. */
  readonly session: CloudSession;
  /** Another session of the account, with a budget of its own; not signed in. */
  readonly open: (change?: Opening) => CloudSession;
  /** The plan from now on, in place of any before; without one, requests go through again. */
  readonly faults: (...faults: readonly Fault[]) => Promise<void>;
  /** Those that arrive while the work goes on. */
  readonly requestsOf: (work: () => Promise<unknown>) => Promise<LoggedRequest[]>;
}

/** Ends with the test. */
export async function startStand(cloud: ConformingCloud, rules: Rules): Promise<Stand> {
  const running = await cloud.start(rules);
  const simulator = controlsOf(running);
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const open: Stand["open"] = ({ settings = {}, credentials = cloud.credentials, deps = {} } = {}) => {
    const session = cloud.cloud.open(
      {
        account: "team/account",
        endpoint: running.url,
        tls: { mode: "Plaintext" },
        requestBudget: { readsPerMinute: 600_000, writesPerMinute: 600_000 },
        providerOptions: {},
        ...cloud.settings(running),
        ...settings,
      },
      credentials,
      sessionDeps(deps),
    );
    onTestFinished(() => session.close());
    return session;
  };
  const session = open();
  await session.verify(never);
  return {
    cloud,
    simulator,
    clock: rules.clock,
    console: (method, path, body) => simulator.behindOurBack(method, path, body),
    session,
    open,
    faults: (...faults) => simulator.setFaults(faults),
    async requestsOf(work) {
      const before = (await simulator.requests()).length;
      await work();
      return (await simulator.requests()).slice(before);
    },
  };
}

function sessionDeps({ clock = systemClock, ...change }: Partial<SessionDeps>): SessionDeps {
  return {
    clock,
    log: createLogger({ level: "silent" }),
    fence: openFence,
    userAgent: USER_AGENT,
    budget: ownBudget(clock),
    ...change,
  };
}
