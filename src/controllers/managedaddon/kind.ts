// ManagedAddon, as the operator knows it. A cluster has at most one add-on of a template, so that is its name.
import { ManagedAddonReason as Reason } from "../../crds/managedaddon/conditions.ts";
import { managedAddon } from "../../crds/managedaddon/kind.ts";
import type { ManagedAddon } from "../../crds/managedaddon/schema.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { ExternalKind } from "../external/kind.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { holdsParent } from "../external/resource.ts";
import { clusterOf } from "../managedcluster/clusters.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import { assertAdoptable } from "./adopt.ts";
import { offeredVersion, prepareAddon } from "./create.ts";
import { planFor } from "./plan.ts";
import type { AddonShape } from "./scope.ts";
import { describe, upgradeDue, upgradeSent } from "./status.ts";

export const managedAddons = controlled<ManagedAddon>({
  kind: managedAddon,
  facet: "addons",
  parentOf: (resource) => refTo("ManagedCluster", clusterOf(resource)),
  cloudName: templateOf,
  needsParent: holdsParent,
  // A cluster brings its own add-ons along.
  contentOf: undefined,
  publishes: false,
  rules: [],
  steps: (deps) => new ExternalReconciler(addonKind(deps), deps),
});

function templateOf({ spec }: ManagedAddon): string {
  return spec.template;
}

function addonKind(deps: KindDeps<ManagedAddon>): ExternalKind<AddonShape> {
  return {
    noun: "add-on",
    facet: "addons",
    parent: clusterParent(deps),
    nameOf: templateOf,
    namesAreFixed: true,
    namesake: "Adopt",
    removal: "Once",
    items: (facet, { clusterId }) => facet.in(clusterId),
    creating: { reason: Reason.Installing, message: "The cloud is installing the add-on" },
    prepare: (scope) => prepareAddon(scope),
    see: (_scope, item) => ({ item }),
    plan: planFor,
    change: async (scope, { seen, change }, permit) => {
      const { visit, facet, place } = scope;
      const { id, version } = seen.item;
      visit.state(upgradeDue(visit.object, seen.item));
      if (change.version !== version) await offeredVersion(scope, change.version);
      await facet.update(place.clusterId, id, change, permit);
      visit.state(upgradeSent());
      return { now: "Wait", reason: Reason.Upgrading, message: "The cloud is upgrading the add-on" };
    },
    describe,
    assertAdoptable,
  };
}
