// The simulator of Huawei CCE: IAM and the gateway (3), clusters, nodes, pools, jobs (4.1), claims (4.2), add-ons (4.3), quotas (4.4).
//
// Chapters and tables here and in the other files are those of the CCE 22.3.5 API reference (for Huawei Cloud Stack 8.1.1);
// docs/clouds/huawei.md says what it leaves open and which flag stands for what.
// What its answers have to have is in members/, what a test can do behind our back in controls.ts and the files named like it.
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../../../lib/clock.ts";
import { systemClock } from "../../../lib/clock.ts";
import type { Call, Route } from "../../simulation/cloud.ts";
import type { RunningSimulator, SimulatorDefinition } from "../../simulation/definition.ts";
import { commonFlags, commonFlagValues, parseFlags } from "../../simulation/definition.ts";
import type { FaultPlanInput } from "../../simulation/faults.ts";
import { readFaultPlan } from "../../simulation/faults.ts";
import { readKubeconfig } from "../../simulation/kubeconfig.ts";
import { serve } from "../../simulation/server.ts";
import { Timeline } from "../../simulation/timeline.ts";
import { templateRoutes } from "./addon-templates.ts";
import type { AddonDemand } from "./addon-values.ts";
import { ADDON_DEMANDS } from "./addon-values.ts";
import { addonRoutes } from "./addons.ts";
import { claimRoutes } from "./claims.ts";
import { clusterRoutes } from "./clusters.ts";
import { contentControls } from "./content-controls.ts";
import { clusterControls } from "./controls.ts";
import { openGateway } from "./gateway.ts";
import { openIam } from "./iam.ts";
import { jobRoutes } from "./jobs.ts";
import { openInside } from "./kube/inside.ts";
import { kubernetesRoutes } from "./kubernetes.ts";
import { nodeControls } from "./node-controls.ts";
import { nodePoolRoutes } from "./nodepools.ts";
import { nodeRoutes } from "./nodes.ts";
import { quotaRoutes } from "./quotas.ts";
import type { ErrorStyle } from "./refusals.ts";
import { CodedRefusal, ERROR_STYLES, failure } from "./refusals.ts";
import type { CceRules, CceTables } from "./state.ts";
import { createCce } from "./state.ts";
import { storageControls } from "./storage-controls.ts";

export interface HuaweiSimulatorOptions {
  /** `HOST:PORT`; port 0 takes a free one. */
  listen: string;
  /** With `secretKey`; without them AK/SK is refused. */
  accessKey?: string | undefined;
  secretKey?: string | undefined;
  /** With `password`; without them IAM issues no token. */
  username?: string | undefined;
  password?: string | undefined;
  /** Left out: any account name will do. */
  domain?: string | undefined;
  projectId?: string;
  projectName?: string;
  /** Seconds of real time. Default: 86,400. */
  tokenTtl?: number;
  /** Wrong passwords in a row that lock the user for 15 minutes of real time; left out: none do. */
  iamLockAfter?: number | undefined;
  /** Left out: no limit. */
  writesPerMinute?: number | undefined;
  /** Default: 50. The reference says 15 in one place and shows 20 in another. */
  clusterQuota?: number;
  /** Default: true. */
  k8sTagsUpdatable?: boolean;
  /** Whether a node that is reset, moved or accepted again gets another id. Default: false. */
  resetChangesId?: boolean;
  /** What an add-on's values have to have. Default: nothing. */
  addonValues?: AddonDemand;
  /** What every cluster serves, and the API server behind its gateway; nodes and claims are objects there. */
  kubeconfig?: CceRules["kubeconfig"];
  /** Plays scheduler and kubelet there. */
  runPods?: boolean;
  duplicateNames?: "Refuse" | "Allow";
  errorStyle?: ErrorStyle;
  /** How many times faster than the cloud jobs, nodes and add-ons are. Default: 1. */
  speed?: number;
  faults?: FaultPlanInput | undefined;
  /** Stamps, token lives, delays, ages of stale lists and, with `speed`, everything that takes time. Default: the system's. */
  clock?: Clock;
}

const PROJECT_ID = "a4a5d4098fb4474fa22cd05f897d6b99";
const PROJECT_NAME = "cn-north-4";
const TOKEN_TTL_SECONDS = 86_400;
const CLUSTER_QUOTA = 50;

/** Starts the simulator. Rejects where `listen` or `faults` are not valid or the port is taken. */
export async function startHuaweiSimulator(options: HuaweiSimulatorOptions): Promise<RunningSimulator> {
  const { clock = systemClock, speed = 1, clusterQuota = CLUSTER_QUOTA, errorStyle = "Snake" } = options;
  const timeline = new Timeline(clock, speed);
  const rules = rulesOf(options);
  const cce = createCce(rules, clusterQuota, timeline);
  const inside = openInside(cce, { clock, speed, runPods: options.runPods === true });
  const failed = failure(errorStyle);
  const iam = openIam(
    {
      user: pair(options.username, options.password, (name, password) => ({ name, password })),
      domain: options.domain,
      domainId: domainIdOf(options),
      project: rules.project,
      tokenTtlMs: (options.tokenTtl ?? TOKEN_TTL_SECONDS) * 1000,
      lockAfter: options.iamLockAfter,
    },
    clock,
  );
  const keys = pair(options.accessKey, options.secretKey, (accessKey, secretKey) => ({ accessKey, secretKey }));
  const routes = [
    ...clusterRoutes(cce),
    ...nodePoolRoutes(cce),
    ...nodeRoutes(cce),
    ...jobRoutes(),
    ...quotaRoutes(),
    ...addonRoutes(cce),
    ...templateRoutes(),
    ...claimRoutes(cce, inside.claims),
    ...kubernetesRoutes(cce, inside.api),
  ];
  const running = await serve({
    listen: options.listen,
    clock,
    faults: options.faults,
    cloud: {
      requestIdHeader: "x-request-id",
      store: cce.store,
      routes: [...iam.routes, ...routes.map((route) => ofProject(route, rules.project.id))],
      controls: {
        ...clusterControls(cce),
        ...contentControls(cce),
        ...nodeControls(cce),
        ...storageControls(cce, inside.claims),
        ...iam.controls,
      },
      authenticate: openGateway(
        { keys, writesPerMinute: options.writesPerMinute, tokens: iam, failure: failed },
        clock,
      ),
      failure: failed,
      advance: () => timeline.advance(),
    },
  });
  const looks = inside.begin();
  return {
    ...running,
    extra: { projectId: rules.project.id },
    async close() {
      await running.close();
      await looks.close();
    },
  };
}

function rulesOf(options: HuaweiSimulatorOptions): CceRules {
  const { projectId = PROJECT_ID, projectName = PROJECT_NAME, kubeconfig } = options;
  const { duplicateNames = "Refuse", k8sTagsUpdatable = true, resetChangesId = false, addonValues = "Any" } = options;
  const project = { id: projectId, name: projectName };
  return { project, duplicateNames, k8sTagsUpdatable, resetChangesId, addonValues, kubeconfig };
}

/** Another one for each tenant, as far as its credentials tell. */
function domainIdOf({ domain, accessKey, username }: HuaweiSimulatorOptions): string {
  return createHash("sha256")
    .update(domain ?? accessKey ?? username ?? "")
    .digest("hex")
    .slice(0, 32);
}

/** Refuses what is in another project, which is none of the account's (403). */
function ofProject(route: Route<CceTables>, projectId: string): Route<CceTables> {
  if (!route.path.includes("/:project/")) return route;
  const check = ({ params }: Call): void => {
    if (params["project"] === projectId) return;
    throw new CodedRefusal(403, "CCE.01403001", `Forbidden: no rights in the project ${params["project"]}`);
  };
  return {
    ...route,
    handle(call, view) {
      check(call);
      return route.handle(call, view);
    },
  };
}

function pair<Pair>(
  left: string | undefined,
  right: string | undefined,
  make: (left: string, right: string) => Pair,
): Pair | undefined {
  return left === undefined || right === undefined ? undefined : make(left, right);
}

/** A switch without a value is true. */
const onOff = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

const flagValues = commonFlagValues
  .extend({
    accessKey: z.string().min(1).optional(),
    secretKey: z.string().min(1).optional(),
    username: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    domain: z.string().min(1).optional(),
    projectId: z.string().min(1),
    projectName: z.string().min(1),
    tokenTtl: z.coerce.number().positive(),
    iamLockAfter: z.coerce.number().int().positive().optional(),
    writesPerMinute: z.coerce.number().int().positive().optional(),
    clusterQuota: z.coerce.number().int().min(0),
    k8sTagsUpdatable: onOff,
    resetChangesId: onOff,
    addonValues: z.enum(ADDON_DEMANDS),
    kubeconfig: z.string().optional(),
    runPods: z.boolean().default(false),
    errorStyle: z.enum(ERROR_STYLES),
  })
  .refine(({ accessKey, secretKey }) => (accessKey === undefined) === (secretKey === undefined), {
    path: ["secretKey"],
    message: "give --access-key and --secret-key together",
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ["password"],
    message: "give --username and --password together",
  })
  .refine(({ accessKey, username }) => accessKey !== undefined || username !== undefined, {
    path: ["accessKey"],
    message: "give --access-key and --secret-key, or --username and --password, or all four",
  });

/** `yunfan simulate HuaweiCCE`. */
export const huaweiSimulator: SimulatorDefinition = {
  provider: "HuaweiCCE",
  flags: [
    ...commonFlags,
    { flags: "--access-key <key>", description: "access key id of the account (AK)" },
    { flags: "--secret-key <key>", description: "secret access key of the account (SK)" },
    { flags: "--username <name>", description: "IAM user" },
    { flags: "--password <password>", description: "the IAM user's password" },
    { flags: "--domain <name>", description: "the IAM user's account; left out, any will do" },
    { flags: "--project-id <id>", description: "the one project", default: PROJECT_ID },
    { flags: "--project-name <name>", description: "the project's name", default: PROJECT_NAME },
    { flags: "--token-ttl <seconds>", description: "how long a token lives", default: String(TOKEN_TTL_SECONDS) },
    { flags: "--iam-lock-after <number>", description: "wrong passwords that lock the user; left out, none do" },
    { flags: "--writes-per-minute <number>", description: "writes beyond it get 429; left out, no limit" },
    {
      flags: "--cluster-quota <number>",
      description: "clusters beyond it are refused",
      default: String(CLUSTER_QUOTA),
    },
    {
      flags: "--k8s-tags-updatable [boolean]",
      description: "whether a PUT of a node pool takes labels and taints, or ignores them",
      default: "true",
    },
    {
      flags: "--reset-changes-id [boolean]",
      description: "whether a node that is reset, moved or accepted again gets another id",
      default: "false",
    },
    {
      flags: "--addon-values <demand>",
      description: "what an add-on's values have to have: nothing, what its template names, or that and no empty text",
      default: "Any",
      choices: ADDON_DEMANDS,
    },
    {
      flags: "--kubeconfig <file>",
      description:
        "every cluster serves its server, CA and client certificate; that API server is behind their gateway",
    },
    { flags: "--run-pods", description: "play scheduler and kubelet on that API server" },
    {
      flags: "--error-style <style>",
      description: "how CCE spells errors: error_code, errorCode, or a general errorMessage beside the reason",
      default: "Snake",
      choices: ERROR_STYLES,
    },
  ],
  async start(parsed) {
    const { faults: faultsFile, kubeconfig: kubeconfigFile, ...options } = parseFlags(flagValues, parsed);
    const faults = faultsFile === undefined ? undefined : await readFaultPlan(faultsFile);
    const kubeconfig = kubeconfigFile === undefined ? undefined : await readKubeconfig(kubeconfigFile);
    return startHuaweiSimulator({ ...options, faults, kubeconfig });
  },
};
