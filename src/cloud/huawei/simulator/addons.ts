// The paths of add-on instances (4.3.1, 4.3.3 to 4.3.6) and their wire format.
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import { installAddon, removeAddon, upgradeAddon } from "./addon-lifecycle.ts";
import { checkVersion, requireTemplate, versionOnWire } from "./addon-templates.ts";
import { checkValues } from "./addon-values.ts";
import { clustersNamedBy } from "./cluster-host.ts";
import { requireAvailable } from "./cluster-lifecycle.ts";
import { CodedRefusal } from "./refusals.ts";
import type { Addon, Cce, CceTables, CceView } from "./state.ts";
import { requireCluster } from "./state.ts";

const list = (items: unknown[]): Answer => ({ status: 200, body: { kind: "Addon", apiVersion: "v3", items } });

const WRONG_CLUSTER_STATE = "SVCSTG.CCE-ADDONMGR.403";

export function addonRoutes(cce: Cce): Route<CceTables>[] {
  return [
    { method: "POST", path: "/api/v3/addons", handle: (call) => install(cce, call) },
    {
      method: "GET",
      path: "/api/v3/addons",
      emptyList: list([]),
      handle(call, view) {
        const { id: clusterId } = requireCluster(view, requireClusterId(call, view));
        return list(
          view
            .list("addons")
            .filter((addon) => addon.clusterId === clusterId)
            .map(addonOnWire),
        );
      },
    },
    {
      method: "GET",
      path: "/api/v3/addons/:id",
      handle: (call, view) => ({ status: 200, body: addonOnWire(requireAddon(call, view)) }),
    },
    { method: "PUT", path: "/api/v3/addons/:id", handle: (call) => upgrade(cce, call) },
    { method: "DELETE", path: "/api/v3/addons/:id", handle: (call) => remove(cce, call) },
  ];
}

/** The table has the fixed pair in metadata itself, the example under annotations. */
const marked = (key: string) =>
  z
    .looseObject({ annotations: z.looseObject({}).optional() })
    .refine((metadata) => metadata[key] !== undefined || metadata.annotations?.[key] !== undefined, `must have ${key}`);

const requestSpec = z.object({
  clusterID: z.string().optional(),
  version: z.string().min(1),
  addonTemplateName: z.string().min(1),
  values: z.record(z.string(), z.unknown()),
});

const installBody = z.object({
  kind: z.literal("Addon"),
  apiVersion: z.literal("v3"),
  metadata: marked("addon.install/type"),
  spec: requestSpec,
});

const upgradeBody = z.object({
  kind: z.literal("Addon"),
  // The table of 4.3.3 spells it apVersion.
  apiVersion: z.literal("v3").optional(),
  metadata: marked("addon.upgrade/type"),
  spec: requestSpec,
});

/** 4.3.1: one instance of a template in a cluster. */
function install(cce: Cce, call: Call): Answer {
  const { spec } = parseInput(installBody, parseJson(call.body));
  const clusterId = requireClusterId(call, cce.store, spec.clusterID);
  const cluster = requireAvailable(cce, clusterId, WRONG_CLUSTER_STATE);
  checkVersion(requireTemplate(spec.addonTemplateName), spec.version, cluster.version);
  const isInstalled = cce.store
    .list("addons")
    .some((addon) => addon.clusterId === clusterId && addon.name === spec.addonTemplateName);
  if (isInstalled) {
    throw new CodedRefusal(409, "SVCSTG.CCE-ADDONMGR.409", `The addon ${spec.addonTemplateName} is installed already`);
  }
  const { addonTemplateName: name, version, values } = spec;
  checkValues(cce.rules.addonValues, name, values);
  return { status: 200, body: addonOnWire(installAddon(cce, clusterId, { name, version, values })) };
}

/** 4.3.3. */
function upgrade(cce: Cce, call: Call): Answer {
  const { spec } = parseInput(upgradeBody, parseJson(call.body));
  const addon = requireAddon(call, cce.store, spec.clusterID);
  const cluster = requireAvailable(cce, addon.clusterId, WRONG_CLUSTER_STATE);
  if (spec.addonTemplateName !== addon.name) {
    throw new CodedRefusal(400, "SVCSTG.CCE-ADDONMGR.4000003", `Request Body Error: the addon is a ${addon.name}`);
  }
  checkVersion(requireTemplate(addon.name), spec.version, cluster.version);
  const { version, values } = spec;
  checkValues(cce.rules.addonValues, addon.name, values);
  return { status: 200, body: addonOnWire(upgradeAddon(cce, addon, { version, values })) };
}

/** 4.3.4. */
function remove(cce: Cce, call: Call): Answer {
  const addon = requireAddon(call, cce.store);
  requireAvailable(cce, addon.clusterId, WRONG_CLUSTER_STATE);
  removeAddon(cce, addon);
  return { status: 200, body: {} };
}

/** Which cluster a call means. Throws a `Refusal` (400) where none is given or two of them differ. */
export function requireClusterId(call: Call, view: CceView, inBody?: string): string {
  const given = clustersNamedBy(call, view, inBody);
  const [first] = given;
  if (first !== undefined && given.every((id) => id === first)) return first;
  const problem = first === undefined ? "names no cluster" : "names two clusters";
  throw new CodedRefusal(400, "SVCSTG.CCE-ADDONMGR.4000003", `Request Body Error: the request ${problem}`);
}

/** 7.4: an add-on that does not exist is HTTP 400. */
function requireAddon(call: Call, view: CceView, clusterInBody?: string): Addon {
  const clusterId = requireClusterId(call, view, clusterInBody);
  const addon = view.get("addons", call.params["id"] ?? "");
  if (addon?.clusterId === clusterId) return addon;
  throw new CodedRefusal(400, "SVCSTG.CCE-ADDONMGR.4040204", "Addon not exist");
}

/** 4.3.5; `Reason` is spelled so in every example. */
function addonOnWire(addon: Addon): unknown {
  const { id, name, clusterId, version, values, status, reason, message } = addon;
  const template = requireTemplate(name);
  return {
    kind: "Addon",
    apiVersion: "v3",
    metadata: {
      uid: id,
      name,
      creationTimestamp: wholeSeconds(addon.createdAt),
      updateTimestamp: wholeSeconds(addon.updatedAt),
    },
    spec: {
      clusterID: clusterId,
      version,
      addonTemplateName: name,
      addonTemplateType: "helm",
      addonTemplateLogo: "",
      addonTemplateLabels: [template.label],
      description: template.description,
      values,
    },
    // Nothing offers an upgrade of clusters, so there are no versions to go to.
    status: { status, Reason: reason, message, targetVersions: [], currentVersion: versionOnWire(template, version) },
  };
}

function wholeSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
