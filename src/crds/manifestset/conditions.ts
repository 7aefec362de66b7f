// What a ManifestSet's conditions say.
import { ConditionType, Reason } from "../common/conditions.ts";

export const ManifestSetCondition = {
  ...ConditionType,
  /** The cluster, or the account's place, answers, and is the one that the set began with. */
  TargetReachable: "TargetReachable",
  /** Every source is there, may be read, and holds objects that can be applied. */
  SourcesReady: "SourcesReady",
  /** Every object is in the target as declared, and what is declared no more has gone. */
  Applied: "Applied",
  /** Every object is healthy, by the rules of kstatus. */
  ObjectsReady: "ObjectsReady",
  /** What is in the target is what is declared. */
  UpToDate: "UpToDate",
} as const;

export const ManifestSetReason = {
  ...Reason,
  /** As declared. */
  Available: "Available",
  /** Of TargetReachable. */
  Reached: "Reached",
  /** Of SourcesReady. */
  Complete: "Complete",
  /** Of Applied. */
  AllApplied: "AllApplied",
  /** Of ObjectsReady. */
  AllReady: "AllReady",
  /** Of UpToDate. */
  InSync: "InSync",
  /** Of UpToDate: the target differs, and managementPolicy is Observe or something holds the change. */
  Differs: "Differs",
  /** Objects are on their way into the target. */
  Applying: "Applying",
  /** What is declared no more is on its way out. */
  Pruning: "Pruning",
  /** The object has gone, and what the cloud had made for it has not: it costs on. */
  ResidueLeft: "ResidueLeft",

  /** The Secret with the cluster's kubeconfig is not there, not whole or not of this cluster. */
  KubeconfigNotReady: "KubeconfigNotReady",
  /** The kubeconfig says more than where the server is and who we are: programs, files, proxies. */
  KubeconfigRefused: "KubeconfigRefused",
  /** The cluster does not answer. */
  ClusterUnreachable: "ClusterUnreachable",
  /** Another cluster is behind the address than the one that the set began with. */
  TargetChanged: "TargetChanged",

  /** A source is not there. */
  SourceNotFound: "SourceNotFound",
  /** A source is there and does not say that it may be read. */
  SourceNotAllowed: "SourceNotAllowed",
  /** All sources together name no object, or a source lacks what the spec names in it. */
  SourceEmpty: "SourceEmpty",
  /** An object, or the text that it is in, can't be applied as it is. */
  ManifestInvalid: "ManifestInvalid",
  /** Two manifests are of one object. */
  DuplicateObject: "DuplicateObject",
  /** The contents of a Secret stand in the spec, where everybody reads them. */
  SecretInline: "SecretInline",
  /** More objects, or more bytes, than a set may have. */
  TooManyObjects: "TooManyObjects",

  /** The target knows no such kind. */
  KindNotFound: "KindNotFound",
  /** The target refuses to change a field of an object that is there. */
  ImmutableField: "ImmutableField",
  /** A node port of a Service is another one's. */
  NodePortTaken: "NodePortTaken",
  /** Some objects are not healthy yet. */
  ObjectsNotReady: "ObjectsNotReady",
  /** An object has failed and does not become healthy by itself. */
  ObjectFailed: "ObjectFailed",
  /** Of UpToDate: somebody else sets a field back again and again. */
  FieldContested: "FieldContested",
  /** Of ObjectsReady: some workloads are stopped on purpose. */
  Stopped: "Stopped",
  /** Of UpToDate: a workload runs with a former revision, and its manifest waits. */
  RolledBack: "RolledBack",
  /** A workload has no such revision to be rolled back to. */
  RevisionNotFound: "RevisionNotFound",
  /** The cloud was asked for a change, and shows something else: the same is not sent again. */
  UpdateIgnored: "UpdateIgnored",
  /** More objects are declared no more than spec.maxPrunes allows to delete. */
  PruneHeld: "PruneHeld",
} as const;
