// Objects of our kinds for tests: as an author writes them, and as the API server returns them. Overrides win over defaults.
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import type { Kind, KindSchema } from "../../../src/crds/kind.ts";
import { alarmSourceSchema, type AlarmSource } from "../../../src/crds/alarmsource/schema.ts";
import { cloudVolumeClaimSchema, type CloudVolumeClaim } from "../../../src/crds/cloudvolumeclaim/schema.ts";
import { cloudAccount } from "../../../src/crds/cloudaccount/kind.ts";
import { inventoryQuerySchema, type InventoryQuery } from "../../../src/crds/inventoryquery/schema.ts";
import { inventorySinkSchema, type InventorySink } from "../../../src/crds/inventorysink/schema.ts";
import { managedAddonSchema, type ManagedAddon } from "../../../src/crds/managedaddon/schema.ts";
import { managedClusterSchema, type ManagedCluster } from "../../../src/crds/managedcluster/schema.ts";
import { managedNodeSchema, type ManagedNode } from "../../../src/crds/managednode/schema.ts";
import { managedApplicationSchema, type ManagedApplication } from "../../../src/crds/managedapplication/schema.ts";
import { managedNamespaceSchema, type ManagedNamespace } from "../../../src/crds/managednamespace/schema.ts";
import { manifestSetSchema, type ManifestSet } from "../../../src/crds/manifestset/schema.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import { registryProjectSchema, type RegistryProject } from "../../../src/crds/registryproject/schema.ts";

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: Record<string, unknown>;
}

interface Overrides {
  metadata?: Partial<Manifest["metadata"]> | undefined;
  /** Replaces members of the spec; undefined removes one. */
  spec?: Record<string, unknown> | undefined;
}

/** A CloudAccount as an author writes it. */
export function cloudAccountManifest(overrides: Overrides = {}): Manifest {
  const spec = {
    provider: "CtyunCCI",
    endpoint: "https://ctyun.example",
    credentialsSecretRef: { name: "ctyun-credentials" },
  };
  return manifest(cloudAccount, spec, { name: "ctyun" }, overrides);
}

/** A ManagedCluster as an author writes it. */
export function managedClusterManifest(overrides: Overrides = {}): Manifest {
  const spec = { accountRef: { name: "huawei" }, network: { vpcId: "vpc-1", subnetId: "subnet-1" } };
  return manifest(managedClusterSchema, spec, { name: "production" }, overrides);
}

/** A NodePool as an author writes it. */
export function nodePoolManifest(overrides: Overrides = {}): Manifest {
  const spec = { clusterRef: { name: "production" }, instanceType: "s6.large.2" };
  return manifest(nodePool, spec, { name: "workers" }, overrides);
}

/** A ManagedNode as an author writes it. */
export function managedNodeManifest(overrides: Overrides = {}): Manifest {
  const spec = { clusterRef: { name: "production" }, instanceType: "s6.large.2", login: { keyPairName: "ops" } };
  return manifest(managedNodeSchema, spec, { name: "database" }, overrides);
}

/** A ManagedAddon as an author writes it. */
export function managedAddonManifest(overrides: Overrides = {}): Manifest {
  const spec = { clusterRef: { name: "production" }, template: "metrics-server" };
  return manifest(managedAddonSchema, spec, { name: "metrics-server" }, overrides);
}

/** A ManagedNamespace as an author writes it. */
function managedNamespaceManifest(overrides: Overrides = {}): Manifest {
  const spec = { clusterRef: { name: "production" }, quota: { pods: 20 } };
  return manifest(managedNamespaceSchema, spec, { name: "shop" }, overrides);
}

/** A ManagedApplication as an author writes it. */
function managedApplicationManifest(overrides: Overrides = {}): Manifest {
  const spec = { clusterRef: { name: "production" }, members: [{ kind: "Deployment", name: "web" }] };
  return manifest(managedApplicationSchema, spec, { name: "shop" }, overrides);
}

/** A CloudVolumeClaim as an author writes it. */
export function cloudVolumeClaimManifest(overrides: Overrides = {}): Manifest {
  const huawei = { volumeId: "disk-1", storageType: "bs" };
  const spec = { clusterRef: { name: "production" }, accessModes: ["ReadWriteMany"], huawei };
  return manifest(cloudVolumeClaimSchema, spec, { name: "files" }, overrides);
}

/** A RegistryProject as an author writes it. */
export function registryProjectManifest(overrides: Overrides = {}): Manifest {
  return manifest(registryProjectSchema, { accountRef: { name: "ctyun" } }, { name: "shop" }, overrides);
}

/** A ManifestSet as an author writes it. */
export function manifestSetManifest(overrides: Overrides = {}): Manifest {
  const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data: { level: "info" } };
  return manifest(
    manifestSetSchema,
    { clusterRef: { name: "production" }, manifests: [config] },
    { name: "shop" },
    overrides,
  );
}

/** An InventorySink as an author writes it. */
export function inventorySinkManifest(overrides: Overrides = {}): Manifest {
  const spec = { accountRef: { name: "bcs" }, clusterId: "BCS-K8S-00001" };
  return manifest(inventorySinkSchema, spec, { name: "fleet" }, overrides);
}

/** An AlarmSource as an author writes it. */
function alarmSourceManifest(overrides: Overrides = {}): Manifest {
  return manifest(alarmSourceSchema, { accountRef: { name: "bcs" } }, { name: "fleet" }, overrides);
}

/** An InventoryQuery as an author writes it. */
export function inventoryQueryManifest(overrides: Overrides = {}): Manifest {
  const spec = { accountRef: { name: "bcs" }, clusterId: "BCS-K8S-40001", resource: "Pod" };
  return manifest(inventoryQuerySchema, spec, { name: "pods" }, overrides);
}

/** One of each kind, by its kind, as an author writes them. */
export const EXAMPLES: Readonly<Record<string, Manifest>> = {
  CloudAccount: cloudAccountManifest(),
  ManagedCluster: managedClusterManifest(),
  NodePool: nodePoolManifest(),
  ManagedNode: managedNodeManifest(),
  ManagedAddon: managedAddonManifest(),
  ManagedNamespace: managedNamespaceManifest(),
  ManagedApplication: managedApplicationManifest(),
  CloudVolumeClaim: cloudVolumeClaimManifest(),
  RegistryProject: registryProjectManifest(),
  ManifestSet: manifestSetManifest(),
  InventorySink: inventorySinkManifest(),
  AlarmSource: alarmSourceManifest(),
  InventoryQuery: inventoryQueryManifest(),
};

/** An InventorySink as the API server returns it. */
export function storedInventorySink(overrides: Stored<InventorySink> = {}): InventorySink {
  return stored(inventorySinkSchema, inventorySinkManifest(overrides), overrides);
}

/** An AlarmSource as the API server returns it. */
export function storedAlarmSource(overrides: Stored<AlarmSource> = {}): AlarmSource {
  return stored(alarmSourceSchema, alarmSourceManifest(overrides), overrides);
}

/** An InventoryQuery as the API server returns it. */
export function storedInventoryQuery(overrides: Stored<InventoryQuery> = {}): InventoryQuery {
  return stored(inventoryQuerySchema, inventoryQueryManifest(overrides), overrides);
}

/** A RegistryProject as the API server returns it. */
export function storedRegistryProject(overrides: Stored<RegistryProject> = {}): RegistryProject {
  return stored(registryProjectSchema, registryProjectManifest(overrides), overrides);
}

/** A ManagedCluster as the API server returns it. */
export function storedManagedCluster(overrides: Stored<ManagedCluster> = {}): ManagedCluster {
  return stored(managedClusterSchema, managedClusterManifest(overrides), overrides);
}

/** A ManagedNode as the API server returns it. */
export function storedManagedNode(overrides: Stored<ManagedNode> = {}): ManagedNode {
  return stored(managedNodeSchema, managedNodeManifest(overrides), overrides);
}

/** A CloudVolumeClaim as the API server returns it. */
export function storedCloudVolumeClaim(overrides: Stored<CloudVolumeClaim> = {}): CloudVolumeClaim {
  return stored(cloudVolumeClaimSchema, cloudVolumeClaimManifest(overrides), overrides);
}

/** A ManagedAddon as the API server returns it. */
export function storedManagedAddon(overrides: Stored<ManagedAddon> = {}): ManagedAddon {
  return stored(managedAddonSchema, managedAddonManifest(overrides), overrides);
}

/** A ManagedNamespace as the API server returns it. */
export function storedManagedNamespace(overrides: Stored<ManagedNamespace> = {}): ManagedNamespace {
  return stored(managedNamespaceSchema, managedNamespaceManifest(overrides), overrides);
}

/** A ManagedApplication as the API server returns it. */
export function storedManagedApplication(overrides: Stored<ManagedApplication> = {}): ManagedApplication {
  return stored(managedApplicationSchema, managedApplicationManifest(overrides), overrides);
}

/** A ManifestSet as the API server returns it. */
export function storedManifestSet(overrides: Stored<ManifestSet> = {}): ManifestSet {
  return stored(manifestSetSchema, manifestSetManifest(overrides), overrides);
}

/** What the API server adds: the rest of the metadata, and the status. */
export interface Stored<R extends Managed> extends Omit<Overrides, "metadata"> {
  metadata?: Partial<R["metadata"]> | undefined;
  status?: Partial<R["status"]> | undefined;
}

/** With the schema's defaults, and the name for UID where no other is given. */
function stored<R extends Managed>(kind: KindSchema, authored: Manifest, { metadata, status }: Stored<R>): R {
  return {
    ...authored,
    metadata: {
      namespace: "default",
      uid: authored.metadata.name,
      resourceVersion: "1",
      generation: 1,
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...authored.metadata,
      ...metadata,
    },
    spec: kind.spec.parse(authored.spec),
    status: kind.status.parse(status ?? {}),
  } as unknown as R;
}

function manifest(
  { type }: Kind,
  spec: Record<string, unknown>,
  metadata: { name: string },
  overrides: Overrides,
): Manifest {
  return {
    apiVersion: `${type.group}/${type.version}`,
    kind: type.kind,
    metadata: { ...metadata, ...overrides.metadata },
    spec: { ...spec, ...overrides.spec },
  };
}
