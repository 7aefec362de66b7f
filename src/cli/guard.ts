// The guard of our CRDs, for an operator that watches all namespaces: of others it could not tell whether a CRD is in use.
import { CrdGuard, type CrdGuardDeps, type GuardedKind } from "../controllers/crdguard/crd-in-use.ts";
import { cloudAccount } from "../crds/cloudaccount/schema.ts";
import { managedAddon } from "../crds/managedaddon/schema.ts";
import { managedCluster } from "../crds/managedcluster/schema.ts";
import { nodePool } from "../crds/nodepool/schema.ts";
import { registryProject } from "../crds/registryproject/schema.ts";
import type { Caches } from "./caches.ts";
import type { Controllers } from "./controllers.ts";

interface GuardSetup extends Omit<CrdGuardDeps, "kinds"> {
  readonly caches: Caches;
  readonly controllers: Controllers;
  readonly watchNamespaces: readonly string[];
}

/** None with `--watch-namespaces`. */
export function createGuards(setup: GuardSetup): readonly CrdGuard[] {
  const { caches, controllers, watchNamespaces } = setup;
  if (watchNamespaces.length > 0) return [];
  const kinds: readonly GuardedKind[] = [
    { type: cloudAccount.type, resources: caches.accounts, controller: controllers.accounts },
    { type: managedCluster.type, resources: caches.clusters, controller: controllers.clusters },
    { type: nodePool.type, resources: caches.pools, controller: controllers.pools },
    { type: managedAddon.type, resources: caches.addons, controller: controllers.addons },
    { type: registryProject.type, resources: caches.projects, controller: controllers.projects },
  ];
  return [new CrdGuard({ ...setup, kinds })];
}
