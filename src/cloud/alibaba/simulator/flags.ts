// The command-line flags of the simulator: those that the interface fixes, and one for each switch.
import * as z from "zod";
import type { SimulatorFlag } from "../../simulation/definition.ts";
import { commonFlags, commonFlagValues } from "../../simulation/definition.ts";
import type { AckRules, SwitchName } from "./rules.ts";
import { DIALECTS, SWITCH_NAMES, SWITCHES } from "./rules.ts";

export const DEFAULTS = {
  region: "cn-hangzhou",
  clusterQuota: 50,
  nodeQuota: 100,
  nodepoolQuota: 20,
  certificateDays: 1_095,
  scriptHours: 24,
  maxPageSize: 100,
  wrongStateCode: "ErrorClusterState",
} as const;

/** A switch without a value is true. */
const onOff = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);
const quota = z.coerce.number().int().min(0);
const positive = z.coerce.number().positive();

const switchValues = Object.fromEntries(
  SWITCH_NAMES.map((name) => [name, z.enum(SWITCHES[name].choices).optional()]),
) as unknown as { [Name in SwitchName]: z.ZodOptional<z.ZodType<AckRules[Name], AckRules[Name]>> };

export const flagValues = commonFlagValues.extend({
  ...switchValues,
  accessKey: z.string().min(1),
  secretKey: z.string().min(1),
  securityToken: z.string().min(1).optional(),
  region: z.string().min(1),
  dialect: z.enum(DIALECTS),
  signature: z.enum(["Any", "Acs3", "Roa"]),
  writesPerMinute: z.coerce.number().int().positive().optional(),
  throttleStatus: z.coerce.number().pipe(z.literal([400, 429, 503])),
  clusterQuota: quota,
  managedQuota: quota.optional(),
  serverlessQuota: quota.optional(),
  nodeQuota: quota,
  nodepoolQuota: quota,
  hideTags: onOff,
  nodeNames: z.enum(["Ids", "Names", "Both"]),
  certificateDays: positive,
  scriptHours: positive,
  maxPageSize: z.coerce.number().int().positive(),
  wrongStateCode: z.string().min(1),
  kubeconfig: z.string().optional(),
});

const switchFlags: readonly SimulatorFlag[] = SWITCH_NAMES.map((name) => {
  const { about, choices } = SWITCHES[name];
  const flag = name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return { flags: `--${flag} <word>`, description: about, choices };
});

export const flags: readonly SimulatorFlag[] = [
  ...commonFlags,
  { flags: "--access-key <key>", description: "access key id of the account", required: true },
  { flags: "--secret-key <key>", description: "access key secret of the account", required: true },
  { flags: "--security-token <token>", description: "of temporary credentials; then every request must have it" },
  { flags: "--region <region>", description: "region of requests that name none", default: DEFAULTS.region },
  {
    flags: "--dialect <dialect>",
    description: "the API reference of 2019, or the public cloud of 2026",
    default: "V2026",
    choices: DIALECTS,
  },
  {
    flags: "--signature <kind>",
    description: "which signatures are taken",
    default: "Any",
    choices: ["Any", "Acs3", "Roa"],
  },
  { flags: "--writes-per-minute <number>", description: "writes beyond it are throttled; left out, no limit" },
  {
    flags: "--throttle-status <status>",
    description: "status of Throttling.User",
    default: "400",
    choices: ["400", "429", "503"],
  },
  ...numberFlags(),
  { flags: "--hide-tags [boolean]", description: "no answer shows tags", default: "false" },
  {
    flags: "--node-names <kind>",
    description: "what the removal of nodes takes: ids of servers, names of nodes",
    default: "Both",
    choices: ["Ids", "Names", "Both"],
  },
  {
    flags: "--wrong-state-code <code>",
    description: "code of what a state does not allow",
    default: DEFAULTS.wrongStateCode,
  },
  { flags: "--kubeconfig <file>", description: "every cluster serves its server, CA and client certificate" },
  ...switchFlags,
];

function numberFlags(): readonly SimulatorFlag[] {
  return [
    {
      flags: "--cluster-quota <number>",
      description: "clusters of the account",
      default: String(DEFAULTS.clusterQuota),
    },
    { flags: "--managed-quota <number>", description: "managed ones among them; left out, as many" },
    { flags: "--serverless-quota <number>", description: "serverless ones among them; left out, as many" },
    { flags: "--node-quota <number>", description: "nodes of a cluster", default: String(DEFAULTS.nodeQuota) },
    { flags: "--nodepool-quota <number>", description: "pools of a cluster", default: String(DEFAULTS.nodepoolQuota) },
    {
      flags: "--certificate-days <number>",
      description: "life of a long-lived kubeconfig",
      default: String(DEFAULTS.certificateDays),
    },
    {
      flags: "--script-hours <number>",
      description: "life of an attach script that names none",
      default: String(DEFAULTS.scriptHours),
    },
    {
      flags: "--max-page-size <number>",
      description: "larger pages are cut to this size",
      default: String(DEFAULTS.maxPageSize),
    },
  ];
}
