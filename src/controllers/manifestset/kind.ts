// ManifestSet, as the operator knows it. It hangs on a cluster or on an account, whichever its spec names.
import { manifestSet } from "../../crds/manifestset/kind.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { keyOf } from "../../runtime/cache/store.ts";
import { accountOf } from "../cloudaccount/parent.ts";
import { controlled, type KindDeps } from "../controlled.ts";
import { keyIn, kindIn, refTo } from "../external/parent.ts";
import { Sender } from "../external/sender.ts";
import { clusterOf } from "../managedcluster/clusters.ts";
import { Places } from "./place.ts";
import { needsTarget } from "./removal.ts";
import { Residues } from "./residue.ts";
import { SourceReader, sourcesOf } from "./source-reader.ts";
import { ManifestSetSteps } from "./steps.ts";
import { Usages } from "./usage.ts";
import { Warnings } from "./warnings.ts";

export const manifestSets = controlled<ManifestSet>({
  kind: manifestSet,
  // A cluster takes objects by its kubeconfig, whatever its cloud offers beside.
  facet: undefined,
  parentOf,
  cloudName: undefined,
  needsParent: needsTarget,
  contentOf: undefined,
  publishes: false,
  reads: sourcesOf,
  // Texts of up to 1.5 MB each are read when they are needed.
  keep: (set) => ({ ...set, spec: { ...set.spec, manifests: [] } }),
  // Visits wait for targets far more than they work, and some targets never answer.
  workers: 40,
  rules: [
    { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
  ],
  steps: stepsWith,
});

function parentOf({ spec, metadata }: ManifestSet): string {
  const { clusterRef, accountRef } = spec;
  if (clusterRef) return refTo("ManagedCluster", clusterOf({ metadata, spec: { clusterRef } }));
  return refTo("CloudAccount", accountOf({ metadata, spec: { accountRef: accountRef ?? { name: "" } } }));
}

function stepsWith(deps: KindDeps<ManifestSet>): ManifestSetSteps {
  const usages = new Usages(deps);
  // Also of one whose finalizer somebody has taken off, which is not finalized.
  deps.views.get(manifestSet.type.kind)?.store.onChange(({ type, old }) => {
    if (type === "Deleted") usages.forget(keyOf(old.metadata));
  });
  return new ManifestSetSteps({
    clock: deps.clock,
    places: new Places(deps),
    sources: new SourceReader({ client: deps.client, type: manifestSet.type }),
    sender: new Sender(deps),
    events: deps.events,
    settleWindowMs: deps.settleWindowMs,
    warnings: new Warnings(deps),
    residues: new Residues(deps),
    usages,
    hints: deps.hints,
    wake: ({ metadata }) => deps.visit(manifestSet.type.kind, keyOf(metadata)),
    driftGroup: parentOf,
    recheck: (set) => {
      const account = accountBehind(set, deps);
      if (account !== undefined) deps.recheck(account);
    },
  });
}

/** Undefined behind a kubeconfig, which is no account's credentials. */
function accountBehind(set: ManifestSet, { accounts, clusters }: KindDeps<ManifestSet>): string | undefined {
  const parent = parentOf(set);
  if (kindIn(parent) === "CloudAccount") return keyIn(parent);
  const { clusterRef } = set.spec;
  const cluster = clusterRef && clusters.find({ metadata: set.metadata, spec: { clusterRef } });
  if (!cluster) return undefined;
  const account = accountOf(cluster);
  const isThroughCloud = cluster.spec.manifests?.route === "Gateway" || accounts.mayReplaceKubeconfigs(account);
  return isThroughCloud ? account : undefined;
}
