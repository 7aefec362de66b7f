// An account on Alibaba Cloud, opened on whatever answers at an address: a simulator, or a server that a test tells what to say.
import { onTestFinished } from "vitest";
import { alibaba } from "../../../../src/cloud/alibaba/index.ts";
import { startAlibabaSimulator, type AlibabaSimulatorOptions } from "../../../../src/cloud/alibaba/simulator/index.ts";
import type { AccountSettings, CloudSession, Credentials, SessionDeps } from "../../../../src/cloud/contract.ts";
import { systemClock } from "../../../../src/lib/clock.ts";
import { openFence } from "../../../../src/lib/fence.ts";
import { createLogger } from "../../../../src/lib/log.ts";
import { ownBudget } from "../budgets.ts";
import { controlsOf, type SimulatorControls } from "../simulator.ts";
import { KEYS, REGION } from "./bed.ts";

export const never = new AbortController().signal;

export interface Opening {
  readonly settings?: Partial<AccountSettings>;
  readonly credentials?: Credentials;
  readonly deps?: Partial<SessionDeps>;
}

/** Closed at the end of the test. */
export function openAt(endpoint: string, { settings, credentials, deps = {} }: Opening = {}): CloudSession {
  const { clock = systemClock } = deps;
  const session = alibaba.open(
    {
      account: "team/account",
      endpoint,
      region: REGION,
      tls: { mode: "Plaintext" },
      requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 },
      providerOptions: {},
      ...settings,
    },
    credentials ?? { accessKey: KEYS.accessKey, secretKey: KEYS.secretKey },
    {
      clock,
      log: createLogger({ level: "silent" }),
      fence: openFence,
      userAgent: "yunfan/test",
      budget: ownBudget(clock),
      ...deps,
    },
  );
  onTestFinished(() => session.close());
  return session;
}

export interface SimulatedAccount {
  readonly simulator: SimulatorControls;
  /** In the simulator's dialect, unless told otherwise. */
  readonly open: (opening?: Opening) => CloudSession;
}

/** A simulator over real HTTP, two thousand times as fast as the cloud, and sessions on it. */
export async function startAccount(options: Partial<AlibabaSimulatorOptions> = {}): Promise<SimulatedAccount> {
  const defaults = { listen: "127.0.0.1:0", ...KEYS, region: REGION, speed: 2_000 };
  const simulator = controlsOf(await startAlibabaSimulator({ ...defaults, ...options }));
  onTestFinished(() => simulator[Symbol.asyncDispose]());
  const { dialect = "V2026" } = options;
  return {
    simulator,
    open: ({ settings, ...opening } = {}) =>
      openAt(simulator.url, { settings: { providerOptions: { dialect }, ...settings }, ...opening }),
  };
}
