// Kubernetes objects as a channel carries them, their keys, and what it can do with those of one kind.

/** An object as it is declared. Whole numbers beyond 2^53 are bigints. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManifestMeta;
  readonly [member: string]: unknown;
}

export interface ManifestMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

/** An object as it is in the target. */
export interface LiveObject extends Manifest {
  readonly metadata: ManifestMeta & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly managedFields?: readonly ManagedFields[];
  };
}

/** Who owns which fields, by the target's books (Kubernetes: metav1.ManagedFieldsEntry). */
export interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: unknown;
}

/** Which object; `namespace` is empty where the kind has none, `group` of the core group. */
export interface ObjectKey {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a channel can do with objects of one kind. */
export interface KindAbility {
  readonly group: string;
  readonly kind: string;
  /** The apiVersion that is sent, and in which objects come back. */
  readonly apiVersion: string;
  /** Others that manifests may have: what is declared in them is converted (manifests/spellings.ts). */
  readonly alsoTaken: readonly string[];
  readonly namespaced: boolean;
  /** `Names`: names, and nothing that shows what an object is. `None`: not even those. With both, objects are read by name. */
  readonly list: "Objects" | "Names" | "None";
  /** Whether a list can be of the objects with our label alone, and over all namespaces. */
  readonly selects: boolean;
  /**
   * `ServerSide`: the target merges what is declared. `Replace`: the whole object under its version. `MergePatch`: the difference
   * under its version. `ReplaceUnlocked`: the whole object, whoever has changed it. `None`: objects can be made and deleted only.
   */
  readonly change: "ServerSide" | "Replace" | "MergePatch" | "ReplaceUnlocked" | "None";
  /** Whether an object keeps labels and annotations of ours. */
  readonly marks: "OnObject" | "None";
}

/** A kind, in a version where it matters: undefined is whichever the target prefers. */
export interface KindWanted {
  readonly group: string;
  readonly version: string | undefined;
  readonly kind: string;
}
