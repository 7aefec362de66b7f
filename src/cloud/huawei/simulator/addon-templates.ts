// The add-ons on offer (4.3.2), which versions fit which clusters, and what a new cluster gets (4.1.1).
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import { defaultValues, inputOf } from "./addon-values.ts";
import { CodedRefusal } from "./refusals.ts";
import type { CceRules, CceTables } from "./state.ts";

interface TemplateVersion {
  readonly version: string;
  /** Minor versions of Kubernetes, as in `v1.(13|15).*`. */
  readonly minors: readonly number[];
}

export interface Template {
  readonly name: string;
  readonly description: string;
  readonly label: string;
  /** Oldest first. */
  readonly versions: readonly TemplateVersion[];
}

/** When templates were made; the sample's time. */
const MADE_AT = "2019-01-07T13:22:48Z";

const TEMPLATES: readonly Template[] = [
  {
    name: "coredns",
    description: "CoreDNS is a DNS server that chains plugins and provides Kubernetes DNS Services",
    label: "ServiceDiscovery",
    versions: [
      { version: "1.13.3", minors: [13] },
      { version: "1.15.1", minors: [13, 15] },
      { version: "1.17.1", minors: [15, 17] },
    ],
  },
  {
    name: "storage-driver",
    description: "A kubernetes FlexVolume Driver used to support cloud storage",
    label: "Storage",
    versions: [
      { version: "1.0.10", minors: [13] },
      { version: "1.0.18", minors: [13, 15, 17] },
      { version: "1.0.19", minors: [13, 15, 17] },
    ],
  },
  {
    name: "autoscaler",
    description: "A component that automatically adjusts the size of a Kubernetes cluster",
    label: "Management",
    versions: [
      { version: "1.13.11", minors: [13] },
      { version: "1.15.10", minors: [15] },
      { version: "1.17.2", minors: [17] },
    ],
  },
  {
    name: "metrics-server",
    description: "Metrics Server is a cluster-level resource usage data aggregator",
    label: "Monitor",
    versions: [
      { version: "1.0.0", minors: [13, 15, 17] },
      { version: "1.0.1", minors: [13, 15, 17] },
      { version: "1.0.6", minors: [15, 17] },
    ],
  },
  {
    name: "gpu-beta",
    description: "A device plugin for nvidia.com/gpu resource on nvidia driver",
    label: "Accelerator",
    versions: [
      { version: "1.0.0", minors: [13, 15] },
      { version: "1.1.7", minors: [13, 15, 17] },
    ],
  },
  {
    name: "web-terminal",
    description: "A plug-in that allows users to run kubectl commands using a web browser.",
    label: "Maintenance",
    versions: [
      { version: "1.0.0", minors: [9, 11] },
      { version: "1.0.1", minors: [9, 11, 13, 15] },
    ],
  },
];

/** Throws a `Refusal` (404) where there is no such template. */
export function requireTemplate(name: string): Template {
  const template = TEMPLATES.find((one) => one.name === name);
  if (template !== undefined) return template;
  throw new CodedRefusal(404, "SVCSTG.CCE-ADDONMGR.404", `Addon template not exist: ${name}`);
}

/** Throws a `Refusal`: 404 where the template has no such version, 400 where it does not fit the cluster. */
export function checkVersion(template: Template, version: string, clusterVersion: string): void {
  const found = template.versions.find((one) => one.version === version);
  if (found === undefined) {
    throw new CodedRefusal(404, "SVCSTG.CCE-ADDONMGR.404", `Addon template not exist: ${template.name} ${version}`);
  }
  if (supports(found, clusterVersion)) return;
  throw new CodedRefusal(
    400,
    "SVCSTG.CCE-ADDONMGR.4030302",
    `The cluster can't support the addon ${template.name} ${version}`,
  );
}

export interface RequestedAddon {
  readonly name: string;
  readonly version: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const PREINSTALLED = ["coredns", "storage-driver"].map((name) => ({
  addonTemplateName: name,
  version: "",
  values: {},
}));

const annotation = z.array(
  z.object({
    addonTemplateName: z.string(),
    version: z.string().default(""),
    values: z.record(z.string(), z.unknown()).default({}),
  }),
);

/**
 * What table 4-5 installs with a cluster: what the annotation lists, else coredns and storage-driver. Where installs have
 * to have values, those that have none get the defaults.
 */
export function requestedAddons(
  { addonValues, project }: Pick<CceRules, "addonValues" | "project">,
  clusterVersion: string,
  annotations: Readonly<Record<string, string>> = {},
): RequestedAddon[] {
  const text = annotations["cluster.install.addons/install"];
  const wanted = text === undefined ? PREINSTALLED : parseInput(annotation, parseJson(Buffer.from(text)));
  return wanted.map(({ addonTemplateName: name, version, values }) => {
    const template = requireTemplate(name);
    const chosen = version === "" ? newestVersion(template, clusterVersion) : version;
    checkVersion(template, chosen, clusterVersion);
    const isBare = addonValues !== "Any" && Object.keys(values).length === 0;
    return { name, version: chosen, values: isBare ? defaultValues(name, project.id) : values };
  });
}

function newestVersion(template: Template, clusterVersion: string): string {
  return template.versions.findLast((one) => supports(one, clusterVersion))?.version ?? "";
}

function supports({ minors }: TemplateVersion, clusterVersion: string): boolean {
  return minors.some((minor) => clusterVersion.startsWith(`v1.${minor}.`));
}

export function templateRoutes(): Route<CceTables>[] {
  return [{ method: "GET", path: "/api/v3/addontemplates", handle: listTemplates }];
}

/** 4.3.2: a name that is none is an error (table 4-318), not an empty list. */
function listTemplates({ query }: Call): Answer {
  const name = query.get("addon_template_name");
  const templates = name === null || name === "" ? TEMPLATES : [requireTemplate(name)];
  return { status: 200, body: { apiVersion: "v3", kind: "Addon", items: templates.map(templateOnWire) } };
}

function templateOnWire(template: Template): unknown {
  const { name, description, label, versions } = template;
  return {
    kind: "Addon",
    apiVersion: "v3",
    metadata: { uid: name, name, creationTimestamp: MADE_AT, updateTimestamp: MADE_AT },
    spec: {
      type: "helm",
      labels: [label],
      logoURL: "",
      readmeURL: "",
      description,
      versions: versions.map((one) => versionOnWire(template, one.version)),
      supportVersions: supportOnWire(versions.flatMap(({ minors }) => minors)),
      creationTimestamp: MADE_AT,
      updateTimestamp: MADE_AT,
    },
  };
}

/** Table 4-314, which 4-325 shares. */
export function versionOnWire({ name, versions }: Template, version: string): unknown {
  return {
    version,
    input: inputOf(name),
    stable: true,
    translate: { en_US: { addon: { changeLog: "", description: "" } } },
    supportVersions: supportOnWire(versions.find((one) => one.version === version)?.minors ?? []),
    creationTimestamp: MADE_AT,
    updateTimestamp: MADE_AT,
  };
}

/** Tables 4-313 and 4-315. */
function supportOnWire(minors: readonly number[]): unknown {
  const distinct = [...new Set(minors)].sort((left, right) => left - right);
  const clusterVersion = [`v1.(${distinct.join("|")}).*`];
  return ["VirtualMachine", "ARM64"].map((clusterType) => ({ clusterType, clusterVersion }));
}
