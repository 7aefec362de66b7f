// What a ManagedCluster's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const ManagedClusterCondition = {
  ...ConditionType,
  /** The cluster can be worked with: its pools and add-ons wait for this. */
  ClusterAvailable: "ClusterAvailable",
  /** What the cloud has is what the spec says, as far as it can be changed. */
  UpToDate: "UpToDate",
  /** The kubeconfig is published, and registered with Argo CD where that is asked for. */
  KubeconfigReady: "KubeconfigReady",
  /** The administrator's certificates are published; only where that is asked for. */
  CertificatesReady: "CertificatesReady",
  /** The script by which machines join is published; only where that is asked for. */
  AttachScriptReady: "AttachScriptReady",
  /** There was room for it in the account's quota when it was to be created. */
  QuotaAvailable: "QuotaAvailable",
  /** What is in it works, as far as the cloud tells. */
  WorkloadsHealthy: "WorkloadsHealthy",
} as const;

export const ManagedClusterReason = {
  ...Reason,
  /** As declared and running. */
  Available: "Available",
  /** As declared and asleep. */
  Hibernated: "Hibernated",
  Hibernating: "Hibernating",
  Waking: "Waking",
  /** The cloud is changing it, for us or for somebody else. */
  Updating: "Updating",
  /** The control plane is being upgraded. */
  Upgrading: "Upgrading",
  /** The upgrade that was sent has failed; it is not sent again by itself. */
  UpgradeFailed: "UpgradeFailed",
  /** The cloud says that it is not usable and won't become so by itself. */
  ClusterFailed: "ClusterFailed",

  /** Of ClusterAvailable: being made, changed or deleted, or out of order. */
  ClusterNotAvailable: "ClusterNotAvailable",

  /** The cloud has none of the declared version for a new cluster. */
  VersionNotOffered: "VersionNotOffered",

  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: as declared, but for the mark of what Yunfan made. */
  MarkMissing: "MarkMissing",
  /** Of UpToDate: as declared; whether the mark is there can't be seen, because the cloud shows no tags. */
  MarkHidden: "MarkHidden",
  /** Of UpToDate: it differs in what is not changed now. */
  Differs: "Differs",
  /** Of UpToDate: spec.version is newer than what the cluster has, and none that the cloud offers to upgrade it to. */
  UpgradeNotOffered: "UpgradeNotOffered",
  /** Of UpToDate: the cloud made the cluster with another range of pod addresses than spec.network.podCidr. */
  PodCidrReselected: "PodCidrReselected",

  /** Of WorkloadsHealthy. */
  Healthy: "Healthy",
  Failing: "Failing",

  /** Of QuotaAvailable. */
  QuotaAvailable: "QuotaAvailable",

  /** Of events, before a deletion: what the cloud keeps of the cluster, and bills on. */
  ResourcesRetained: "ResourcesRetained",

  /** Of KubeconfigReady, CertificatesReady and AttachScriptReady. */
  Published: "Published",
  /** The cluster has no address for spec.kubeconfig.context. */
  NoSuchAddress: "NoSuchAddress",
  /** The kubeconfig does not verify the server and spec.kubeconfig.allowInsecure is false. */
  InsecureKubeconfig: "InsecureKubeconfig",
  /** The cloud's kubeconfig lacks what is needed of it. */
  KubeconfigUnusable: "KubeconfigUnusable",
  /** The cloud goes on giving a client certificate that ends within 30 days; with less than 7 left KubeconfigReady is False. */
  KubeconfigExpiring: "KubeconfigExpiring",
  /** The client certificate that the cloud gives has expired. */
  KubeconfigExpired: "KubeconfigExpired",
} as const;
