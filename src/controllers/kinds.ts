// Every kind that the operator reconciles: one line each.
import { alarmSources } from "./alarmsource/kind.ts";
import { cloudAccounts } from "./cloudaccount/kind.ts";
import { cloudVolumeClaims } from "./cloudvolumeclaim/kind.ts";
import type { ControlledKind } from "./controlled.ts";
import { inventoryQueries } from "./inventoryquery/kind.ts";
import { inventorySinks } from "./inventorysink/kind.ts";
import { managedApplications } from "./managedapplication/kind.ts";
import { managedAddons } from "./managedaddon/kind.ts";
import { managedClusters } from "./managedcluster/kind.ts";
import { managedNodes } from "./managednode/kind.ts";
import { managedNamespaces } from "./managednamespace/kind.ts";
import { manifestSets } from "./manifestset/kind.ts";
import { nodePools } from "./nodepool/kind.ts";
import { registryProjects } from "./registryproject/kind.ts";

export const controlledKinds: readonly ControlledKind[] = [
  cloudAccounts,
  managedClusters,
  nodePools,
  managedNodes,
  managedAddons,
  managedNamespaces,
  managedApplications,
  cloudVolumeClaims,
  registryProjects,
  manifestSets,
  inventorySinks,
  alarmSources,
  inventoryQueries,
];
