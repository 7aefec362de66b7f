// Every kind, in the order in which a reader meets them.
import { alarmSource } from "./alarmsource/schema.ts";
import { cloudAccount } from "./cloudaccount/schema.ts";
import { cloudVolumeClaim } from "./cloudvolumeclaim/schema.ts";
import { inventoryQuery } from "./inventoryquery/schema.ts";
import { inventorySink } from "./inventorysink/schema.ts";
import type { Kind } from "./kind.ts";
import { managedAddon } from "./managedaddon/schema.ts";
import { managedApplication } from "./managedapplication/schema.ts";
import { managedCluster } from "./managedcluster/schema.ts";
import { managedNode } from "./managednode/schema.ts";
import { managedNamespace } from "./managednamespace/schema.ts";
import { manifestSet } from "./manifestset/schema.ts";
import { nodePool } from "./nodepool/schema.ts";
import { registryProject } from "./registryproject/schema.ts";

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
