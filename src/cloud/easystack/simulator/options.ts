// The simulator's options: their defaults, and the flags of `yunfan simulate EasyStackECNS`. docs/clouds/easystack.md says what each
// switch stands for.
import * as z from "zod";
import type { Clock } from "../../../lib/clock.ts";
import type { SimulatorFlag } from "../../simulation/definition.ts";
import { commonFlags, commonFlagValues, parseFlags } from "../../simulation/definition.ts";
import type { FaultPlanInput } from "../../simulation/faults.ts";
import type { NewCluster } from "./plant.ts";
import { CLUSTER_TYPES } from "./state.ts";

/** A switch with its choices, the first of which is the default. */
const SWITCHES = {
  sessions: [["Cookie", "Token", "User", "Decoy"], "what a session hangs on; Decoy: a cookie is set, the user counts"],
  enters: [
    ["Asked", "Default"],
    "the namespace that a switch enters, and says so; Default: the cluster's, whatever was asked",
  ],
  deletes: [["Ok", "NotFound"], "what a deletion that was done answers"],
  batches: [["Stop", "Continue"], "what a call with several names does after the first that fails"],
  pages: [["Empty", "Last", "NotFound"], "what a page beyond the end is"],
  times: [["Rfc3339", "Local"], "how times show; Local: of +08:00, without saying so"],
  yamlBody: [["Any", "Field", "Document"], "what a request with YAML carries it in"],
  yamlAnswer: [["Field", "String", "Text", "Object"], "what an answer with YAML carries it in"],
  patch: [["Replace", "Merge"], "whether a PATCH of several things takes away what it does not name"],
  lists: [["Bare", "Named"], "how a list shows for which the reference has no name"],
  single: [["List", "One"], "what a read shows whose table has one thing where its write takes a list"],
  schedulerRule: [["Flat", "Nested"], "how scheduler rules show"],
  secretValues: [["Plain", "Base64"], "how secrets come and show"],
  spelling: [["Printed", "Corrected"], "whether words that the reference misspells show so"],
  tagDeletion: [["Manifest", "Tag"], "what goes with a tag: its manifest with every other tag on it, or the tag alone"],
  gcStop: [["Ignored", "Stops"], "what None does to a garbage collection that runs"],
} as const satisfies Record<string, readonly [readonly [string, ...string[]], string]>;

/** On or off, with what is the default. */
const TOGGLES = {
  ownerInfo: [true, "whether workspaces and images show whose they are"],
  claimNamespaces: [false, "whether claims show their namespace, which their table lacks"],
  projectAdmin: [true, "whether the user administers the project"],
  cloudAdmin: [false, "whether the user administers the cloud"],
  octavia: [true, "whether dedicated load balancers are installed"],
} as const satisfies Record<string, readonly [boolean, string]>;

const onOff = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]);

type SwitchSchemas = { [S in keyof typeof SWITCHES]: z.ZodDefault<z.ZodType<(typeof SWITCHES)[S][0][number]>> };
type ToggleSchemas = { [T in keyof typeof TOGGLES]: z.ZodDefault<typeof onOff> };

const switches = mapped(SWITCHES, ([choices]) => z.enum(choices).default(choices[0])) as unknown as SwitchSchemas;
const toggles = mapped(TOGGLES, ([value]) => onOff.default(value)) as unknown as ToggleSchemas;

const seconds = z.coerce.number().positive();
const count = z.coerce.number().int().min(0);

const cluster = z.object({
  name: z.string().regex(/^(?!.*--)[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/, "is no name of a cluster"),
  type: z.enum(CLUSTER_TYPES).default("EKS"),
});

/** `NAME:TYPE,…`; the type may be left out. */
const clusterList = z.preprocess((text) => {
  const items = typeof text === "string" ? text.split(",") : [];
  return items.map((item) => {
    const [name, type] = item.split(":");
    return { name, type };
  });
}, z.array(cluster).min(1));

export const optionValues = z.object({
  username: z.string().min(1),
  password: z.string().min(1),
  userId: z.string().min(1).default("858634b407e845f14b02bcf369225dc0"),
  domain: z.string().min(1).default("Default"),
  projectName: z.string().min(1).default("admin"),
  projectId: z.string().min(1).default("f3b2f2b0c2d14b6c9e3a4f0b5a1d2c3e"),
  tokenTtl: seconds.default(3_600),
  lockAfter: count.default(0),
  lockSeconds: seconds.default(1_800),
  clusters: clusterList.prefault("eks-1:EKS"),
  kubeconfig: z.string().optional(),
  runPods: onOff.default(false),
  writesPerMinute: z.coerce.number().int().positive().optional(),
  sessionTtl: seconds.default(1_800),
  lbLicenses: count.default(10),
  lbLinger: z.coerce.number().min(0).default(30),
  ...switches,
  ...toggles,
});

export type OptionValues = z.output<typeof optionValues>;

export interface EasyStackSimulatorOptions extends Omit<Partial<OptionValues>, "clusters" | "username" | "password"> {
  /** `HOST:PORT`; port 0 takes a free one. */
  listen: string;
  username: string;
  password: string;
  clusters?: readonly NewCluster[];
  duplicateNames?: "Refuse" | "Allow";
  /** How many times faster than the cloud everything is that happens by itself. Default: 1. */
  speed?: number;
  faults?: FaultPlanInput | undefined;
  /**
   * Stamps, token and session lives, ages of stale lists and, with `speed`, everything that takes time. Default: the system's.
   * What lies behind `kubeconfig` keeps the real time.
   */
  clock?: Clock;
}

const FLAGS: readonly SimulatorFlag[] = [
  { flags: "--username <name>", description: "Keystone user", required: true },
  { flags: "--password <password>", description: "the user's password", required: true },
  { flags: "--user-id <id>", description: "the user's id" },
  { flags: "--domain <name>", description: "domain (department) of user and project", default: "Default" },
  { flags: "--project-name <name>", description: "the user's one project", default: "admin" },
  { flags: "--project-id <id>", description: "the project's id" },
  { flags: "--token-ttl <seconds>", description: "how long a token lives", default: "3600" },
  { flags: "--lock-after <number>", description: "wrong passwords in a row that lock a user; 0: none", default: "0" },
  { flags: "--lock-seconds <seconds>", description: "how long a lock holds", default: "1800" },
  { flags: "--clusters <name:type,…>", description: "clusters with their types: EKS, EHOS, EOS", default: "eks-1:EKS" },
  { flags: "--kubeconfig <file>", description: "API server on which the clusters' objects are kept" },
  { flags: "--run-pods", description: "play scheduler and kubelet on that API server" },
  { flags: "--writes-per-minute <number>", description: "writes beyond it get 429; left out, no limit" },
  { flags: "--session-ttl <seconds>", description: "how long a session lives from its beginning", default: "1800" },
  { flags: "--lb-licenses <number>", description: "dedicated load balancers that there may be", default: "10" },
  { flags: "--lb-linger <seconds>", description: "how long a balancer outlives its Service", default: "30" },
];

export const flags: readonly SimulatorFlag[] = [
  ...commonFlags,
  ...FLAGS,
  ...Object.entries(SWITCHES).map(([name, [choices, description]]) => ({
    flags: `--${kebab(name)} <choice>`,
    description,
    default: choices[0],
    choices,
  })),
  ...Object.entries(TOGGLES).map(([name, [value, description]]) => ({
    flags: `--${kebab(name)} <boolean>`,
    description,
    default: String(value),
    choices: ["true", "false"],
  })),
];

const flagValues = commonFlagValues.extend(optionValues.shape);

/** Throws an `Error` that names the flag at fault. */
export function parseOptions(parsed: Readonly<Record<string, unknown>>): z.output<typeof flagValues> {
  return parseFlags(flagValues, parsed);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function mapped<T extends object, R>(table: T, map: (value: T[keyof T]) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, map(value as T[keyof T])]));
}
