// Every kind, in the order in which a reader meets them.
import { alarmSource } from "./alarmsource/kind.ts";
import { cloudAccount } from "./cloudaccount/kind.ts";
import { cloudVolumeClaim } from "./cloudvolumeclaim/kind.ts";
import { inventoryQuery } from "./inventoryquery/kind.ts";
import { inventorySink } from "./inventorysink/kind.ts";
import type { Kind } from "./kind.ts";
import { managedAddon } from "./managedaddon/kind.ts";
import { managedApplication } from "./managedapplication/kind.ts";
import { managedCluster } from "./managedcluster/kind.ts";
import { managedNode } from "./managednode/kind.ts";
import { managedNamespace } from "./managednamespace/kind.ts";
import { manifestSet } from "./manifestset/kind.ts";
import { nodePool } from "./nodepool/kind.ts";
import { registryProject } from "./registryproject/kind.ts";

export const kinds: readonly Kind[] = [
  cloudAccount,
  managedCluster,
  nodePool,
  managedNode,
  managedAddon,
  managedNamespace,
  managedApplication,
  cloudVolumeClaim,
  registryProject,
  manifestSet,
  inventorySink,
  alarmSource,
  inventoryQuery,
];
