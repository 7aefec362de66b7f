// The simulator of Alibaba Cloud ACK: the API reference of September 2019, and the public cloud of today.
//
// Written from 容器服务Kubernetes版 开发指南 and from what docs/clouds/alibaba.md says beyond it. What a test can do behind our
// back is in cluster-controls.ts, content-controls.ts, keys.ts and clock.ts.
import type { Clock } from "../../../lib/clock.ts";
import { systemClock } from "../../../lib/clock.ts";
import type { Route } from "../../simulation/cloud.ts";
import type { RunningSimulator, SimulatorDefinition } from "../../simulation/definition.ts";
import { parseFlags } from "../../simulation/definition.ts";
import type { FaultPlanInput } from "../../simulation/faults.ts";
import { readFaultPlan } from "../../simulation/faults.ts";
import { readKubeconfig } from "../../simulation/kubeconfig.ts";
import { serve } from "../../simulation/server.ts";
import type { Store } from "../../simulation/store.ts";
import { Timeline } from "../../simulation/timeline.ts";
import { createAck } from "./ack.ts";
import { openOffsetClock } from "./clock.ts";
import { clusterControls } from "./cluster-controls.ts";
import { contentControls } from "./content-controls.ts";
import { DEFAULTS, flags, flagValues } from "./flags.ts";
import type { GatewayRules } from "./gateway.ts";
import { openGateway } from "./gateway.ts";
import { openKeyRing } from "./keys.ts";
import { failure, newRequestId } from "./refusals.ts";
import { ackRoutes } from "./routes.ts";
import type { AckRules, Dialect, SwitchName } from "./rules.ts";
import { switchesOf } from "./rules.ts";
import type { AckTables } from "./state.ts";

type Chosen = { [Name in SwitchName]?: AckRules[Name] | undefined };

export interface AlibabaSimulatorOptions extends Chosen {
  /** `HOST:PORT`; port 0 takes a free one. */
  listen: string;
  accessKey: string;
  secretKey: string;
  /** Temporary credentials of STS: then every request must have it. */
  securityToken?: string | undefined;
  /** Default: cn-hangzhou. */
  region?: string;
  /** Default: V2026. */
  dialect?: Dialect;
  /** Default: Any. */
  signature?: GatewayRules["signature"];
  /** Left out: no limit. */
  writesPerMinute?: number | undefined;
  /** Default: 400. */
  throttleStatus?: GatewayRules["throttleStatus"];
  /** Default: 50. */
  clusterQuota?: number;
  /** Of managed ones, and of serverless ones. Default: the cluster quota. */
  managedQuota?: number | undefined;
  serverlessQuota?: number | undefined;
  /** Nodes in a cluster. Default: 100. */
  nodeQuota?: number;
  /** Pools in a cluster. Default: 20. */
  nodepoolQuota?: number;
  hideTags?: boolean;
  nodeNames?: AckRules["nodeNames"];
  /** Default: 1,095. */
  certificateDays?: number;
  /** Default: 24. */
  scriptHours?: number;
  /** Default: 100. */
  maxPageSize?: number;
  /** Default: ErrorClusterState. */
  wrongStateCode?: string;
  kubeconfig?: AckRules["kubeconfig"];
  duplicateNames?: AckRules["duplicateNames"];
  /** How many times faster than the cloud tasks are. Default: 1. */
  speed?: number;
  faults?: FaultPlanInput | undefined;
  /** What a simulator that was closed has left: an installation that goes on, be it in the other dialect. Quotas and records are its own. */
  left?: AlibabaSimulator["left"];
  /** Stamps, dates of requests, delays and, with `speed`, everything that takes time. Default: the system's. */
  clock?: Clock;
}

export interface AlibabaSimulator extends RunningSimulator {
  /** For another one, once this one is closed. */
  readonly left: Store<AckTables>;
}

/** Starts the simulator. Rejects where `listen` or `faults` are not valid or the port is taken. */
export async function startAlibabaSimulator(options: AlibabaSimulatorOptions): Promise<AlibabaSimulator> {
  const { accessKey, secretKey, securityToken, speed = 1 } = options;
  const clock = openOffsetClock(options.clock ?? systemClock);
  const timeline = new Timeline(clock, speed);
  const rules = rulesOf(options);
  const ack = createAck(rules, quotasOf(options), timeline, options.left);
  const keys = openKeyRing({ id: accessKey, secretKey, securityToken });
  const { signature = "Any", throttleStatus = 400, writesPerMinute } = options;
  const running = await serve({
    listen: options.listen,
    clock,
    faults: options.faults,
    cloud: {
      store: ack.store,
      routes: ackRoutes(ack).map(withRequestId),
      controls: { ...clusterControls(ack), ...contentControls(ack), ...keys.controls, ...clock.controls },
      authenticate: openGateway({ keys, signature, writesPerMinute, throttleStatus, ack: rules }, clock),
      failure,
      advance: () => timeline.advance(),
    },
  });
  return { ...running, extra: { region: rules.region }, left: ack.store };
}

function rulesOf(options: AlibabaSimulatorOptions): AckRules {
  const { dialect = "V2026", duplicateNames = "Refuse", hideTags = false, nodeNames = "Both", kubeconfig } = options;
  const { region, certificateDays, scriptHours, maxPageSize, wrongStateCode } = { ...DEFAULTS, ...options };
  return {
    ...switchesOf(dialect, options),
    dialect,
    region,
    duplicateNames,
    hideTags,
    nodeNames,
    kubeconfig,
    certificateDays,
    scriptHours,
    maxPageSize,
    wrongStateCode,
  };
}

function quotasOf(options: AlibabaSimulatorOptions): Readonly<Record<string, number>> {
  const { clusterQuota: cluster, nodepoolQuota: nodepool, nodeQuota: node } = { ...DEFAULTS, ...options };
  const { managedQuota: managed = cluster, serverlessQuota: serverless = cluster } = options;
  return { cluster, managed, serverless, nodepool, node };
}

/** 1.2: a header of every answer; of those that have a request id in their body, the same. */
function withRequestId(route: Route<AckTables>): Route<AckTables> {
  return {
    ...route,
    handle(call, view) {
      const answer = route.handle(call, view);
      if (answer === "Drop" || answer instanceof Promise) return answer;
      const { request_id: known, requestId = known } = (answer.body ?? {}) as Record<string, string | undefined>;
      return { ...answer, headers: { ...answer.headers, "x-acs-request-id": requestId ?? newRequestId() } };
    },
  };
}

/** `yunfan simulate AlibabaACK`. */
export const alibabaSimulator: SimulatorDefinition = {
  provider: "AlibabaACK",
  flags,
  async start(parsed) {
    const { faults: faultsFile, kubeconfig: kubeconfigFile, ...options } = parseFlags(flagValues, parsed);
    const faults = faultsFile === undefined ? undefined : await readFaultPlan(faultsFile);
    const kubeconfig = kubeconfigFile === undefined ? undefined : await readKubeconfig(kubeconfigFile);
    return startAlibabaSimulator({ ...options, faults, kubeconfig });
  },
};
