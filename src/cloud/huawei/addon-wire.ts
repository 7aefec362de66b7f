// Wire formats of add-ons and their templates (CCE API Reference 4.3), read leniently.
import * as z from "zod";
import type { Addon, AddonPhase, AddonRequest, AddonTemplate } from "../facets/addons.ts";
import { readBlock } from "../kit/settings.ts";
import { explanation, lenientObject, listOf, optionalText, text } from "../kit/wire.ts";
import { addonInput, defaultValues, type Installation } from "./addon-defaults.ts";
import { huawei } from "./blocks.ts";

/** In small letters: the reference shows installing and running only, Huawei's later lists the others. */
const PHASES: Readonly<Record<string, AddonPhase>> = {
  installing: "Installing",
  running: "Available",
  // Against its word: some of the instances run.
  available: "Partial",
  upgrading: "Upgrading",
  rollbacking: "Upgrading",
  abnormal: "Abnormal",
  installfailed: "Failed",
  upgradefailed: "Failed",
  rollbackfailed: "Failed",
  deletefailed: "Failed",
  deleting: "Deleting",
  deletesuccess: "Deleting",
};

const values = z.record(z.string(), z.unknown()).catch({});

/** 4.3.5; `reason` in the tables is `Reason` in the examples. */
export const addon = z
  .object({
    metadata: z.object({ uid: z.string().min(1) }),
    spec: z.object({ addonTemplateName: z.string().min(1), version: text, values }),
    status: lenientObject({ status: text, reason: text, Reason: text, message: text }),
  })
  .transform(({ metadata, spec, status }): Addon => ({
    id: metadata.uid,
    name: spec.addonTemplateName,
    template: spec.addonTemplateName,
    version: spec.version,
    phase: PHASES[status.status.toLowerCase()] ?? "Unknown",
    cloudPhase: status.status,
    message: explanation(status.reason, status.Reason, status.message),
    values: spec.values,
  }));

/** 4.3.6. */
export const addonList = z.object({ items: listOf(addon) });

/** `type`: what the table says is the metadata itself stands in annotations in the example (4.3.1), as Huawei's own clients write it. */
export function addonBody(type: "install" | "upgrade", clusterId: string, request: AddonRequest): object {
  return {
    kind: "Addon",
    apiVersion: "v3",
    metadata: { annotations: { [`addon.${type}/type`]: type } },
    spec: {
      clusterID: clusterId,
      version: request.version,
      addonTemplateName: request.template,
      values: request.values,
    },
  };
}

const supportVersions = z
  .array(z.object({ clusterType: optionalText, clusterVersion: z.array(z.string()).catch([]) }))
  .optional()
  .catch(undefined);

/** 4.3.2. */
export const templateList = z.object({
  items: listOf(
    z.object({
      metadata: z.object({ name: text }),
      spec: lenientObject({
        versions: z.array(z.object({ version: text, supportVersions, input: addonInput })).catch([]),
        supportVersions,
      }),
    }),
  ),
});

type Support = z.output<typeof supportVersions>;

/** What the list says of one template; undefined where it does not say anything of it. */
export function templateOf(
  { items }: z.output<typeof templateList>,
  name: string,
  installation: Installation,
): AddonTemplate | undefined {
  const item = items.find(({ metadata }) => metadata.name === name);
  if (item === undefined) return undefined;
  const { spec } = item;
  const versions = spec.versions
    .filter(({ version }) => version !== "")
    .map(({ version, supportVersions: own, input }) => ({
      version,
      fits: fitting(own ?? spec.supportVersions),
      defaults: (declared: AddonRequest["values"]) => defaultValues(input, installation, declared),
    }))
    .toSorted((a, b) => compareVersions(b.version, a.version));
  return { name, versions };
}

/** Where the cloud does not tell, it fits: the cloud refuses what does not (4030302). */
function fitting(support: Support): AddonTemplate["versions"][number]["fits"] {
  return ({ options, version }) => {
    const { type } = readBlock("spec.huawei", huawei.blocks.ManagedCluster.schema, options);
    if (support === undefined || support.length === 0) return true;
    return support.some(
      ({ clusterType, clusterVersion }) =>
        (type === undefined || clusterType === undefined || clusterType === type) &&
        matchesAny(version, clusterVersion),
    );
  };
}

function matchesAny(version: string, patterns: readonly string[]): boolean {
  return version === "" || patterns.length === 0 || patterns.some((pattern) => matches(version, pattern));
}

/** Such as `v1.(9|11).*`. One that JavaScript can't read fits nothing. */
function matches(version: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})`).test(version);
  } catch {
    return false;
  }
}

/** By their numbers: 1.9.0 is older than 1.10.0. */
function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
