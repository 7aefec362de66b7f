// How the simulated ACK behaves: the dialect, and a switch for each thing that the documents leave open (docs/clouds/alibaba.md).
import type { ServedKubeconfig } from "../../simulation/kubeconfig.ts";

/** `Reference`: the API reference of September 2019. `V2026`: the public cloud since October 2026. */
export const DIALECTS = ["V2026", "Reference"] as const;
export type Dialect = (typeof DIALECTS)[number];

interface Switch {
  readonly about: string;
  readonly choices: readonly [string, ...string[]];
  /** By dialect; the first choice where left out. */
  readonly unless?: Partial<Record<Dialect, string>>;
}

/** Every switch with its choices; the first is the default. Each is a flag of the same name. */
export const SWITCHES = {
  signatureStatus: {
    about: "status of a signature that does not match",
    choices: ["400", "403"],
    unless: { Reference: "403" },
  },
  regions: {
    about:
      "which regions the endpoint serves: all; --region; all, but clusters are found in the request's region alone",
    choices: ["Any", "Own", "Scoped"],
  },
  regionHeader: { about: "whether a request must have x-acs-region-id", choices: ["Optional", "Required"] },
  clusterList: {
    about: "which members GET /clusters shows: those of 2.10, or those of 2.9 and today's too",
    choices: ["Documented", "Full"],
  },
  sizeType: { about: "JSON type of a cluster's size", choices: ["Number", "String"] },
  spelling: {
    about: "delete_failed, upgrading and failed, or deleteFailed, Upgrading and fail; removing, or removing_nodes",
    choices: ["Today", "Older"],
  },
  workerFields: {
    about: "whether 2.1, 2.2 and 2.4 insist on the fields of workers where num_of_nodes is 0",
    choices: ["Required", "Optional"],
  },
  dedicatedClusters: {
    about: "what a create of a dedicated cluster gets",
    choices: ["Refuse", "Allow"],
    unless: { Reference: "Allow" },
  },
  cidrOverlaps: {
    about: "what a create gets whose pods' range a cluster of the VPC has",
    choices: ["Refuse", "Allow"],
  },
  deletedClusters: {
    about: "whether a deleted cluster is gone at once, or shows the state deleted for a while",
    choices: ["Vanish", "Linger"],
  },
  deleteReleases: {
    about: "which servers a deletion of a cluster or pool releases",
    choices: ["Bought", "All"],
    unless: { Reference: "All" },
  },
  failedPools: { about: "what becomes of a pool whose creation failed", choices: ["Stay", "Vanish"] },
  nonemptyPools: {
    about: "what a deletion without force gets of a pool with nodes",
    choices: ["Delete", "Refuse"],
  },
  busyPools: { about: "what a change of a pool gets that is not at rest", choices: ["Refuse", "Accept"] },
  attachPassword: {
    about: "whether 2.6 wants a password beside a key pair too",
    choices: ["Either", "Required"],
  },
  attachAnswer: {
    about: "whether the answer of an attach to a pool tells of each server, or its task alone",
    choices: ["List", "Task"],
  },
  removeAnswer: {
    about: "what the removal of nodes (2.11) answers",
    choices: ["Task", "Empty"],
    unless: { Reference: "Empty" },
  },
  certsAnswer: { about: "what certs (2.8) answers: {config}, or {ca, key, cert}", choices: ["Config", "Pems"] },
  scriptAnswer: {
    about: "what attachscript (2.7) answers: a JSON string, plain text, or {result}",
    choices: ["JsonString", "Text", "Result"],
  },
  privateOnly: {
    about: "what a public kubeconfig is of a cluster that has no public address",
    choices: ["Private", "Refuse"],
  },
} as const satisfies Record<string, Switch>;

export type SwitchName = keyof typeof SWITCHES;
export type Switches = { readonly [Name in SwitchName]: (typeof SWITCHES)[Name]["choices"][number] };

export const SWITCH_NAMES = Object.keys(SWITCHES) as SwitchName[];

/** The switches as the dialect has them, but for those that are `chosen`. */
export function switchesOf(dialect: Dialect, chosen: Partial<Record<SwitchName, string | undefined>>): Switches {
  const entries = SWITCH_NAMES.map((name) => {
    const { choices, unless }: Switch = SWITCHES[name];
    return [name, chosen[name] ?? unless?.[dialect] ?? choices[0]] as const;
  });
  return Object.fromEntries(entries) as unknown as Switches;
}

export interface AckRules extends Switches {
  readonly dialect: Dialect;
  /** Where a request is that names no region. */
  readonly region: string;
  /** What a create gets whose name is taken in the region (V2026) or account (Reference); of pools, in the cluster. */
  readonly duplicateNames: "Refuse" | "Allow";
  /** No answer shows tags. */
  readonly hideTags: boolean;
  /** What the removal of nodes (2.11) takes: ids of servers, names of nodes, or both. */
  readonly nodeNames: "Ids" | "Names" | "Both";
  /** Life of a cluster's client certificate; may be a fraction. */
  readonly certificateDays: number;
  /** Life of an attach script's token where the request names none. */
  readonly scriptHours: number;
  /** Larger pages are cut to this size. */
  readonly maxPageSize: number;
  /** The code of a request that a state does not allow; no document tells it. Its status is 400. */
  readonly wrongStateCode: string;
  /** What every cluster serves in place of addresses and certificates of its own. */
  readonly kubeconfig?: ServedKubeconfig | undefined;
}
