// CloudVolumeClaim, as the operator knows it.
import type { ClusterClaims, VolumeClaim, VolumeClaimsFacet } from "../../cloud/facets/volumeclaims.ts";
import { CloudVolumeClaimReason as Reason } from "../../crds/cloudvolumeclaim/conditions.ts";
import { cloudVolumeClaim } from "../../crds/cloudvolumeclaim/kind.ts";
import type { CloudVolumeClaim } from "../../crds/cloudvolumeclaim/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { assertPossible, offered } from "../cloudaccount/offers.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import type { ExternalKind, Send } from "../external/kind.ts";
import { refTo } from "../external/parent.ts";
import { ExternalReconciler } from "../external/reconciler.ts";
import { holdsParent } from "../external/resource.ts";
import { clusterOf, type ClusterPlace } from "../managedcluster/clusters.ts";
import { hostOf } from "../managedcluster/host.ts";
import { Insides } from "../targets/insides.ts";
import { claimsFor } from "./items.ts";
import { keyOf, soughtName } from "./names.ts";
import { BY_STORAGE, BY_UID, claimParent, storageOf, uidOf, wayInto } from "./place.ts";
import { isGrowing, planFor } from "./plan.ts";
import { makeReady, tellResidue } from "./removal.ts";
import type { ClaimScope, ClaimSeen, ClaimShape } from "./scope.ts";
import { describe } from "./status.ts";

export const cloudVolumeClaims = controlled<CloudVolumeClaim>({
  kind: cloudVolumeClaim,
  facet: "volumeClaims",
  parentOf: (resource) => refTo("ManagedCluster", clusterOf(resource)),
  cloudName: soughtName,
  indexes: { [BY_STORAGE]: storageOf, [BY_UID]: uidOf },
  needsParent: holdsParent,
  // A cluster that is deleted leaves the storage of its claims.
  contentOf: undefined,
  publishes: false,
  // The cluster's published kubeconfig.
  rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
  steps: (deps) => new ExternalReconciler(claimKind(deps), deps),
});

const NAMESPACE_POLL_MS = 15_000;
/** Nothing tells when a volume has grown. */
const GROWING_POLL_MS = 10_000;

function claimKind(deps: KindDeps<CloudVolumeClaim>): ExternalKind<ClaimShape> {
  const insides = new Insides(deps);
  const parent = claimParent(deps);
  const claimsIn = (facet: VolumeClaimsFacet, place: ClusterPlace) => facet.in(hostOf(place), wayInto(insides, place));
  const claimsOf = ({ facet, place }: ClaimScope) => claimsIn(facet, place);
  return {
    noun: "volume claim",
    facet: "volumeClaims",
    parent,
    nameOf: soughtName,
    // Its uid tells a claim from all others; its name is recorded with it.
    namesAreFixed: false,
    namesake: "Refuse",
    removal: "Repeated",
    items: (facet, place, visit) => {
      const holderOf = (id: string): CloudVolumeClaim | undefined => deps.store.byIndex(BY_UID, id)[0];
      const residents = (): readonly CloudVolumeClaim[] =>
        parent.siblingsAt(place).flatMap((sibling) => deps.store.byIndex("parent", sibling));
      return claimsFor({ claims: claimsIn(facet, place), place, visit, residents, holderOf });
    },
    prepare: (scope) => prepare(scope, claimsOf(scope)),
    see: (scope, item) => see(scope, claimsOf(scope), item),
    plan: planFor,
    change: async (scope, { seen, change }, permit) => {
      await offered(scope.place, claimsOf(scope).grow, "spec.sizeGiB")(seen.item, change.sizeGiB, permit);
      return { now: "Look", reason: Reason.Updating, message: "The claim was asked to grow; looking whether it shows" };
    },
    describe,
    attachment: {
      publish: (_scope, { item }) => Promise.resolve(isGrowing(item) ? GROWING_POLL_MS : undefined),
      withdraw: (visit) => {
        tellResidue(deps.events, visit);
        return Promise.resolve();
      },
    },
    describeLoss: ({ status }) => {
      delete status.claimPhase;
      delete status.capacity;
    },
    beforeRemoval: (scope, claim, send) => makeReady(scope, { claims: claimsOf(scope), claim, send }),
  };
}

async function see({ visit, place }: ClaimScope, claims: ClusterClaims, item: VolumeClaim): Promise<ClaimSeen> {
  const isPending = item.phase === "Pending" && !item.isLeaving;
  return {
    item,
    provider: place.account.spec.provider,
    waitsForConsumer: isPending && (await claims.waitsForConsumer?.(item, visit.signal)) === true,
    canGrow: claims.grow !== undefined,
  };
}

async function prepare(scope: ClaimScope, claims: ClusterClaims): Promise<Send> {
  const { visit, facet, place, name } = scope;
  const { spec } = visit.object;
  const { accessModes, sizeGiB, storageClassName } = spec;
  const options = place.optionsOf(spec);
  const request = { key: keyOf(name), accessModes, sizeGiB, storageClassName, cluster: hostOf(place), options };
  assertPossible(facet.check(request));
  const missing = await claims.missing(request, visit.signal);
  if (missing?.what === "Rejected") throw new TerminalError({ reason: Reason.Rejected, message: missing.message });
  if (missing) {
    const { message } = missing;
    throw new WaitingError({ reason: Reason.NamespaceNotFound, message, pollAfterMs: NAMESPACE_POLL_MS });
  }
  for (const member of OF_THE_CLAIM) delete visit.status[member];
  return (nonce, permit) => claims.create({ ...request, nonce }, permit);
}

/** What is recorded of a claim that stood here before is forgotten. */
const OF_THE_CLAIM = ["claimPhase", "volumeName", "capacity"] as const;
