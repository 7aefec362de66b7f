// ManagedNamespace, as the operator knows it.
import type { WritePermit } from "../../cloud/collection.ts";
import type { Namespace } from "../../cloud/facets/namespaces.ts";
import { ManagedNamespaceReason as Reason } from "../../crds/managednamespace/conditions.ts";
import { managedNamespace } from "../../crds/managednamespace/kind.ts";
import type { ManagedNamespace } from "../../crds/managednamespace/schema.ts";
import { assertPossible } from "../cloudaccount/offers.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { Changed, ExternalKind, Send } from "../external/kind.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { cloudNameOf, holdsParent } from "../external/resource.ts";
import { clusterOf } from "../managedcluster/clusters.ts";
import { hostOf } from "../managedcluster/host.ts";
import { clusterParent } from "../managedcluster/parent.ts";
import { planFor } from "./plan.ts";
import { assertEmpty } from "./removal.ts";
import {
  namespacesIn,
  type NamespaceChange,
  type NamespaceScope,
  type NamespaceSeen,
  type NamespaceShape,
} from "./scope.ts";
import { describe } from "./status.ts";

export const managedNamespaces = controlled<ManagedNamespace>({
  kind: managedNamespace,
  facet: "namespaces",
  parentOf: (resource) => refTo("ManagedCluster", clusterOf(resource)),
  cloudName: cloudNameOf,
  needsParent: holdsParent,
  // Clouds that keep namespaces delete no clusters.
  contentOf: undefined,
  publishes: false,
  rules: [],
  steps: (deps) => new ExternalReconciler(namespaceKind(deps), deps),
});

function namespaceKind(deps: KindDeps<ManagedNamespace>): ExternalKind<NamespaceShape> {
  return {
    noun: "namespace",
    facet: "namespaces",
    parent: clusterParent(deps),
    nameOf: cloudNameOf,
    namesAreFixed: true,
    namesake: "Refuse",
    removal: "Repeated",
    items: (facet, place) => facet.in(hostOf(place)),
    prepare,
    see,
    plan: planFor,
    change,
    describe,
    beforeRemoval: (scope, namespace) => {
      const residents = deps.below(refTo("ManagedCluster", clusterOf(scope.visit.object)));
      return assertEmpty(scope, namespace, residents);
    },
  };
}

/** Quota and settings go with the create: nothing is in the namespace before it has its limits. */
function prepare(scope: NamespaceScope): Send {
  const { visit, facet, place, name } = scope;
  const { spec } = visit.object;
  const request = { name, quota: spec.quota ?? {}, cluster: hostOf(place), options: place.optionsOf(spec) };
  assertPossible(facet.check(request));
  return (_nonce, permit) => namespacesIn(scope).create(request, permit);
}

async function see(scope: NamespaceScope, item: Namespace): Promise<NamespaceSeen> {
  const { visit, place } = scope;
  const { signal, object } = visit;
  const items = namespacesIn(scope);
  const [quota, upkeep] = await Promise.all([
    items.quota(item.id, signal),
    items.upkeep(item, place.optionsOf(object.spec), signal),
  ]);
  return { item, quota, upkeep, provider: place.account.spec.provider };
}

async function change(
  scope: NamespaceScope,
  { seen, change: what }: { readonly seen: NamespaceSeen; readonly change: NamespaceChange },
  permit: WritePermit,
): Promise<Changed<NamespaceSeen>> {
  if (what.do === "Keep") await what.step.send(permit);
  else await namespacesIn(scope).setQuota(seen.item, what.limits, permit);
  return { now: "Look", reason: Reason.Updating, message: "The namespace was changed; looking whether it shows" };
}
