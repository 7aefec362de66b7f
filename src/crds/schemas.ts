// The fields of every kind, in the order in which a reader meets them.
import { alarmSourceSchema } from "./alarmsource/schema.ts";
import { cloudAccountSchema } from "./cloudaccount/schema.ts";
import { cloudVolumeClaimSchema } from "./cloudvolumeclaim/schema.ts";
import { inventoryQuerySchema } from "./inventoryquery/schema.ts";
import { inventorySinkSchema } from "./inventorysink/schema.ts";
import type { KindSchema } from "./kind.ts";
import { managedAddonSchema } from "./managedaddon/schema.ts";
import { managedApplicationSchema } from "./managedapplication/schema.ts";
import { managedClusterSchema } from "./managedcluster/schema.ts";
import { managedNodeSchema } from "./managednode/schema.ts";
import { managedNamespaceSchema } from "./managednamespace/schema.ts";
import { manifestSetSchema } from "./manifestset/schema.ts";
import { nodePoolSchema } from "./nodepool/schema.ts";
import { registryProjectSchema } from "./registryproject/schema.ts";

export const schemas: readonly KindSchema[] = [
  cloudAccountSchema,
  managedClusterSchema,
  nodePoolSchema,
  managedNodeSchema,
  managedAddonSchema,
  managedNamespaceSchema,
  managedApplicationSchema,
  cloudVolumeClaimSchema,
  registryProjectSchema,
  manifestSetSchema,
  inventorySinkSchema,
  alarmSourceSchema,
  inventoryQuerySchema,
];
