// What may leave the cluster in reports about a ManagedCluster (crds/kind.ts): nothing free-form.

export const REPORTABLE: readonly string[] = [
  "spec.accountRef.name",
  "spec.accountRef.namespace",
  "spec.cloudName",
  "spec.version",
  "spec.network.vpcId",
  "spec.network.subnetId",
  "spec.network.podCidr",
  "spec.network.serviceCidr",
  "spec.powerState",
  "spec.deletionProtection",
  "spec.inventoryClusterId",
  "status.externalId",
  "status.cloudName",
  "status.origin",
  "status.createdAt",
  "status.version",
];
