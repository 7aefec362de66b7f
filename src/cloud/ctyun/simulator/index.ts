// The simulator of CTYUN Container Instance: its registry (3.10) behind auth-v1 (2.3), written from the API reference
// (docs/clouds/ctyun.md), whose chapters the files here cite.
import { z } from "zod";
import type { Clock } from "../../../lib/clock.ts";
import { systemClock } from "../../../lib/clock.ts";
import type { RunningSimulator, SimulatorDefinition } from "../../simulation/definition.ts";
import { commonFlags, commonFlagValues, parseFlags } from "../../simulation/definition.ts";
import type { FaultPlanInput } from "../../simulation/faults.ts";
import { readFaultPlan } from "../../simulation/faults.ts";
import { serve } from "../../simulation/server.ts";
import { LARGEST_SKEW_MS, refusalOf } from "./auth.ts";
import { registryControls } from "./controls.ts";
import { projectRoutes } from "./projects.ts";
import { pullCredentialRoutes } from "./pull-credentials.ts";
import { repositoryRoutes } from "./repositories.ts";
import type { RegistryRules } from "./state.ts";
import { createRegistry } from "./state.ts";
import { failure } from "./wire.ts";

export interface CtyunSimulatorOptions extends Partial<RegistryRules> {
  /** `HOST:PORT`; port 0 takes a free one. */
  listen: string;
  accessKey: string;
  secretKey: string;
  faults?: FaultPlanInput | undefined;
  /** Default: 900,000; `Infinity` accepts any time stamp. */
  largestSkewMs?: number;
  /** Stamps, delays and ages of stale lists. Default: the system's. */
  clock?: Clock;
}

const DEFAULT_RULES: RegistryRules = { duplicateNames: "Refuse", maxPageSize: 100, booleanStyle: "Number" };

/** Starts the simulator. Rejects where `listen` or `faults` are not valid or the port is taken. */
export function startCtyunSimulator(options: CtyunSimulatorOptions): Promise<RunningSimulator> {
  const {
    listen,
    accessKey,
    secretKey,
    faults,
    largestSkewMs = LARGEST_SKEW_MS,
    clock = systemClock,
    ...rules
  } = options;
  const registry = createRegistry({ ...DEFAULT_RULES, ...rules }, clock);
  const authRules = { accessKey, secretKey, largestSkewMs };
  return serve({
    listen,
    clock,
    faults,
    cloud: {
      store: registry.store,
      routes: [...projectRoutes(registry), ...repositoryRoutes(registry), ...pullCredentialRoutes()],
      controls: registryControls(registry),
      authenticate(call) {
        const refusal = refusalOf(call, authRules, clock.now());
        return refusal === undefined ? undefined : failure(401, refusal);
      },
      failure,
    },
  });
}

const flagValues = commonFlagValues.extend({
  accessKey: z.string().min(1),
  secretKey: z.string().min(1),
  maxPageSize: z.coerce.number().int().positive(),
  booleanStyle: z.enum(["Number", "Boolean", "String"]),
});

/** `yunfan simulate CtyunCCI`. `--speed` is accepted and without effect: this cloud's registry has no jobs. */
export const ctyunSimulator: SimulatorDefinition = {
  provider: "CtyunCCI",
  flags: [
    ...commonFlags,
    { flags: "--access-key <key>", description: "access key id of the account", required: true },
    { flags: "--secret-key <key>", description: "secret access key of the account", required: true },
    { flags: "--max-page-size <number>", description: "larger pages are cut to this size", default: "100" },
    {
      flags: "--boolean-style <style>",
      description: "how a list of projects shows `public`",
      default: "Number",
      choices: ["Number", "Boolean", "String"],
    },
  ],
  async start(parsed) {
    const { speed: _speed, faults: faultsFile, ...options } = parseFlags(flagValues, parsed);
    const faults = faultsFile === undefined ? undefined : await readFaultPlan(faultsFile);
    return startCtyunSimulator({ ...options, faults });
  },
};
