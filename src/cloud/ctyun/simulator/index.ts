// The simulator of CTYUN Container Instance: its registry (3.10) and what it wraps of Kubernetes (3.1 to 3.9) behind auth-v1 (2.3), written
// from the API reference (docs/clouds/ctyun.md), whose chapters the files here cite.
import * as z from "zod";
import type { Clock } from "../../../lib/clock.ts";
import { systemClock } from "../../../lib/clock.ts";
import type { RunningSimulator, SimulatorDefinition } from "../../simulation/definition.ts";
import { commonFlags, commonFlagValues, parseFlags } from "../../simulation/definition.ts";
import type { FaultPlanInput } from "../../simulation/faults.ts";
import { readFaultPlan } from "../../simulation/faults.ts";
import { connectApiServer } from "../../simulation/kube/api-server.ts";
import { startPodRunner } from "../../simulation/kube/pod-runner.ts";
import { serve } from "../../simulation/server.ts";
import { LARGEST_SKEW_MS, refusalOf } from "./auth.ts";
import { registryControls } from "./controls.ts";
import { projectRoutes } from "./projects.ts";
import { pullCredentialRoutes } from "./pull-credentials.ts";
import { repositoryRoutes } from "./repositories.ts";
import type { RegistryRules } from "./state.ts";
import { createRegistry } from "./state.ts";
import { failure } from "./wire.ts";
import { prometheusRoutes, type QueryForms } from "./wrapped/prometheus.ts";
import { wrappedRoutes } from "./wrapped/routes.ts";
import { watchRoutes } from "./wrapped/watches.ts";

export interface CtyunSimulatorOptions extends Partial<RegistryRules> {
  /** `HOST:PORT`; port 0 takes a free one. */
  listen: string;
  accessKey: string;
  secretKey: string;
  faults?: FaultPlanInput | undefined;
  /** Default: 900,000; `Infinity` accepts any time stamp. */
  largestSkewMs?: number;
  /** File that leads to the API server that namespaces are on; without one, what lies in them answers 503. */
  kubeconfig?: string | undefined;
  /** Plays scheduler and kubelet there. */
  runPods?: boolean;
  /** How many times faster than the cloud pods start. Default: 1. */
  speed?: number;
  /** Which queries for usage are taken. Default: Any. */
  prometheusQueries?: QueryForms;
  /** Stamps, delays and ages of stale lists. Default: the system's. What lies behind `kubeconfig` keeps the real time. */
  clock?: Clock;
}

const DEFAULT_RULES: RegistryRules = { duplicateNames: "Refuse", maxPageSize: 100, booleanStyle: "Number" };

/** Starts the simulator. Rejects where `listen`, `faults` or `kubeconfig` are not valid or the port is taken. */
export async function startCtyunSimulator(options: CtyunSimulatorOptions): Promise<RunningSimulator> {
  const {
    listen,
    accessKey,
    secretKey,
    faults,
    largestSkewMs = LARGEST_SKEW_MS,
    kubeconfig,
    runPods = false,
    speed = 1,
    prometheusQueries = "Any",
    clock = systemClock,
    ...rules
  } = options;
  const registry = createRegistry({ ...DEFAULT_RULES, ...rules }, clock);
  const authRules = { accessKey, secretKey, largestSkewMs };
  const api = kubeconfig === undefined ? undefined : await connectApiServer(kubeconfig);
  const running = await serve({
    listen,
    clock,
    faults,
    cloud: {
      store: registry.store,
      routes: [
        ...projectRoutes(registry),
        ...repositoryRoutes(registry),
        ...pullCredentialRoutes(),
        ...wrappedRoutes({ api, now: () => clock.now() }),
        ...watchRoutes(api),
        ...prometheusRoutes({ api, forms: prometheusQueries }),
      ],
      controls: registryControls(registry, api),
      authenticate(call) {
        const refusal = refusalOf(call, authRules, clock.now());
        return refusal === undefined ? undefined : failure(401, refusal);
      },
      failure,
    },
  });
  const runner = api && runPods ? startPodRunner({ api, clock, speed }) : undefined;
  return {
    ...running,
    async close() {
      await runner?.close();
      await running.close();
      await api?.close();
    },
  };
}

const flagValues = commonFlagValues.extend({
  accessKey: z.string().min(1),
  secretKey: z.string().min(1),
  maxPageSize: z.coerce.number().int().positive(),
  booleanStyle: z.enum(["Number", "Boolean", "String"]),
  kubeconfig: z.string().optional(),
  runPods: z.boolean().default(false),
  prometheusQueries: z.enum(["Any", "Documented"]).default("Any"),
});

/** `yunfan simulate CtyunCCI`. `--speed` is that of pods alone: this cloud's registry has no jobs. */
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
    { flags: "--kubeconfig <file>", description: "API server that the namespaces are on" },
    { flags: "--run-pods", description: "play scheduler and kubelet on that API server" },
    {
      flags: "--prometheus-queries <forms>",
      description: "queries that are taken; Documented: only those of 3.2, one pod each",
      default: "Any",
      choices: ["Any", "Documented"],
    },
  ],
  async start(parsed) {
    const { faults: faultsFile, ...options } = parseFlags(flagValues, parsed);
    const faults = faultsFile === undefined ? undefined : await readFaultPlan(faultsFile);
    return startCtyunSimulator({ ...options, faults });
  },
};
