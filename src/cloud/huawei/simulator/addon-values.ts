// The values of add-ons: what a template gives as defaults (spec.versions[].input of 4.3.2), and what an install asks for.
//
// The reference has the values required and "different for each add-on" (table 4-299), without a word on what happens
// where some are missing; tables 4-7 to 4-14 say which are required with a cluster. The public cloud refuses them.
import { CodedRefusal } from "./refusals.ts";

/**
 * What the service asks for of an install's and an upgrade's values. `Any`: nothing. `Named`: each group and each value
 * that the template's defaults name, but those that the tables call optional. `Filled`: no text among them is empty
 * either; the defaults have empty ones, which an installer fills in.
 */
export const ADDON_DEMANDS = ["Any", "Named", "Filled"] as const;

export type AddonDemand = (typeof ADDON_DEMANDS)[number];

type Values = Readonly<Record<string, unknown>>;

/** As 4.3.2 shows them: of several flavors an installer sends one, as `flavor`. */
interface TemplateInput {
  readonly basic: Values;
  readonly parameters: Readonly<Record<string, Values>>;
}

const BASIC = { swr_addr: "10.125.6.246:20202", swr_user: "hwofficial" };

/** In tables 4-10 and 4-12 the tenant is the project. */
const TENANT = "tenant_id";

/** Table 4-10. */
const OPTIONAL: ReadonlySet<string> = new Set(["stub_domains", "upstream_nameservers"]);

const INPUTS: Readonly<Record<string, TemplateInput>> = {
  coredns: {
    basic: BASIC,
    parameters: {
      flavor1: flavor("Has two instances", "2500", 2, ["coredns", "500m", "512Mi"]),
      custom: { stub_domains: {}, upstream_nameservers: [], [TENANT]: "" },
    },
  },
  autoscaler: {
    basic: BASIC,
    parameters: {
      flavor1: flavor("Has only one instance", "Single", 1, ["autoscaler", "90m", "200Mi"]),
      custom: {
        coresTotal: 32_000,
        maxEmptyBulkDeleteFlag: 10,
        maxNodesTotal: 1000,
        memoryTotal: 128_000,
        scaleDownDelayAfterAdd: 10,
        scaleDownDelayAfterDelete: 10,
        scaleDownDelayAfterFailure: 3,
        scaleDownEnabled: false,
        scaleDownUnneededTime: 10,
        scaleDownUtilizationThreshold: 0.5,
        scaleUpCpuUtilizationThreshold: 1,
        scaleUpMemUtilizationThreshold: 1,
        scaleUpUnscheduledPodEnabled: true,
        scaleUpUtilizationEnabled: true,
        [TENANT]: "",
        unremovableNodeRecheckTimeout: 5,
      },
    },
  },
  "gpu-beta": {
    basic: BASIC,
    parameters: {
      custom: {
        is_driver_from_nvidia: true,
        nvidia_driver_download_url: "https://us.download.nvidia.com/tesla/396.37/NVIDIA-Linux-x86_64-396.37.run",
      },
    },
  },
  "web-terminal": {
    basic: BASIC,
    parameters: {
      flavor1: flavor("Has only one instance", "Single", 1, ["web-terminal", "200m", "512Mi"]),
      custom: { password: "hwcloud_cce" },
    },
  },
};

/** The defaults of a template; those without parameters have the basic ones alone, as the sample of 4.3.1. */
export function inputOf(template: string): TemplateInput {
  return INPUTS[template] ?? { basic: BASIC, parameters: {} };
}

/** What the cloud itself installs with where nobody says (table 4-6). */
export function defaultValues(template: string, projectId: string): Values {
  const { basic, parameters } = inputOf(template);
  const { flavor1, custom } = parameters;
  return {
    basic,
    ...(flavor1 === undefined ? {} : { flavor: flavor1 }),
    ...(custom === undefined ? {} : { custom: TENANT in custom ? { ...custom, [TENANT]: projectId } : custom }),
  };
}

/** Throws a `Refusal` (400) in the service's words, for the first that is missing. */
export function checkValues(demand: AddonDemand, template: string, values: Values): void {
  if (demand === "Any") return;
  // Of the basic ones the sample of 4.3.1 sends an empty group: they are the cloud's.
  const { basic: _basic, ...groups } = defaultValues(template, "");
  for (const [group, named] of Object.entries({ basic: {}, ...groups })) {
    const given = values[group];
    if (typeof given !== "object" || given === null) throw refused(`${group} values are not defined`);
    checkGroup(demand, named, given as Values);
  }
}

function checkGroup(demand: AddonDemand, named: Values, given: Values): void {
  for (const [key, fallback] of Object.entries(named)) {
    const value = given[key];
    if (value === undefined && !OPTIONAL.has(key)) throw refused(`${key} value is not defined`);
    if (demand !== "Filled" || typeof fallback !== "string" || OPTIONAL.has(key)) continue;
    if (typeof value !== "string" || value === "") throw refused(`${key} value is empty or not string type`);
  }
}

/** 7.4 does not list the code; the public cloud sends it. */
function refused(problem: string): CodedRefusal {
  return new CodedRefusal(400, "SVCSTG.CCE-ADDONMGR.4000002", problem);
}

/** Table 4-8. */
function flavor(
  description: string,
  name: string,
  replicas: number,
  [pod, cpu, memory]: readonly [string, string, string],
): Values {
  const resources = [{ name: pod, limitsCpu: cpu, limitsMem: memory, requestsCpu: cpu, requestsMem: memory }];
  return { description, name, replicas, resources };
}
