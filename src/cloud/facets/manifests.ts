// The manifests facet: Kubernetes objects in one target, over whatever channel a cloud has to it. The engine of ManifestSet decides
// what is to be there; a channel carries single objects, and says beforehand what it can't carry.
import type { BlockOptions, WritePermit } from "../collection.ts";
import type { Newborns, Residue, Strays } from "./object-traces.ts";
import type { KindAbility, KindWanted, LiveObject, Manifest, ObjectKey } from "./objects.ts";

export type { KindAbility, KindWanted, LiveObject, Manifest, ManifestMeta, ObjectKey } from "./objects.ts";

/** What a channel can't express: the field, from the object, and what to do. */
export interface ManifestRefusal {
  readonly path: string;
  readonly message: string;
}

/** A change of an object that is there. A channel takes of it what its API has. */
export interface ObjectChange {
  readonly live: LiveObject;
  /** What is declared, in the spelling that is sent, with our marks; undefined where nothing is any more and the patch is all. */
  readonly declared: Manifest | undefined;
  /** The whole object as it is to be. */
  readonly merged: Manifest;
  /** JSON merge patch (RFC 7386) from `live` to `merged`. */
  readonly patch: Readonly<Record<string, unknown>>;
  /** Whether it was made from values of `live` that may be others' by now: then it is for that version alone. */
  readonly isForVersion: boolean;
}

/** What happened in the target, in its words. */
export interface TargetEvent {
  readonly about: ObjectKey & { readonly uid: string };
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** That an object of ours is not what it was: its version where it is there, the last one where it is gone. */
export interface ChangeHint {
  /** UID of the ManifestSet that its label names. */
  readonly set: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** What a pod uses now; what is not measured is left out. */
export interface PodUsage {
  readonly pod: string;
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
  readonly receiveBytesPerSecond?: number;
  readonly transmitBytesPerSecond?: number;
}

/** An object of the set that is as it is declared, as it is now. */
export interface OperatedObject {
  readonly key: ObjectKey;
  readonly live: LiveObject;
  readonly isHealthy: boolean;
}

export interface OperationScene {
  readonly objects: readonly OperatedObject[];
  /** What was kept last in the cloud's part of the set's status; empty before anything was. */
  readonly told: object;
  readonly nowMs: number;
  /** How long after a send it may still take effect. */
  readonly settleWindowMs: number;
  readonly signal: AbortSignal;
}

/** What people are told of an operation while it stands, and which condition it spoils. */
export interface OperationSaid {
  readonly reason: "Stopped" | "RolledBack" | "RevisionNotFound" | "UpdateIgnored";
  readonly message: string;
  /** `Nothing`: it is as it is meant to be. `UpToDate`: the manifest waits on purpose. `Ready`: a person has to correct what is asked. */
  readonly spoils: "Nothing" | "UpToDate" | "Ready";
}

/** `told`: what the status is to keep of it, before it is sent where something is. */
export type OperationStep =
  | {
      readonly do: "Send";
      readonly told: object;
      /** In messages, such as: Deployment shop/web. */
      readonly target: string;
      readonly fields: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
      /** One request; resolves with what is told then. */
      readonly send: (permit: WritePermit) => Promise<object>;
    }
  | { readonly do: "Wait"; readonly told: object; readonly message: string }
  | { readonly do: "Nothing"; readonly told: object; readonly said: readonly OperationSaid[] };

/**
 * What a cloud does with objects beside having them as they are declared, such as stopping them, where its block of the set asks for it. The
 * engine knows none of it: it leaves alone what is to be left alone, keeps what is told, and sends what comes next.
 */
export interface ChannelOperations {
  /** Pure. What of the block can't be done with a set of these objects, by its path in the set's spec. */
  readonly refusals: (keys: readonly ObjectKey[]) => readonly ManifestRefusal[];
  /** Pure. JSON pointers into an object that are not its manifest's meanwhile. */
  readonly spared: (key: ObjectKey, told: object) => readonly string[];
  /** Reads, and says what comes next. Throws CloudError. */
  readonly next: (scene: OperationScene) => Promise<OperationStep>;
}

/** Former versions of an object. */
export interface ChannelHistory {
  /** Numbers, oldest first. Throws CloudError NotFound where there is no such object, Rejected where its kind has none. */
  readonly revisions: (key: ObjectKey, signal: AbortSignal) => Promise<readonly number[]>;
  /** The object as it was then, as far as the cloud shows it. Throws CloudError NotFound where there is no such revision. */
  readonly revision: (key: ObjectKey, version: number, signal: AbortSignal) => Promise<unknown>;
}

/** One target, opened. Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface ManifestChannel {
  /** Kinds that it takes; "Discovered" where the target is asked. */
  readonly kinds: readonly KindAbility[] | "Discovered";

  /**
   * What tells this target from another one at the same address, such as the UID of kube-system. Left out where the account is the
   * place and nothing tells.
   */
  readonly identity?: (signal: AbortSignal) => Promise<string>;

  /** Undefined where the channel, or the target, has no such kind now: a CustomResourceDefinition may bring it. */
  readonly kindOf: (wanted: KindWanted, signal: AbortSignal) => Promise<KindAbility | undefined>;

  /**
   * Pure. A manifest with its namespace, and what the set's own block says of the object put into it. Left out where a block says nothing of
   * single objects.
   */
  readonly completed?: (manifest: Manifest) => Manifest;

  /** Of objects that are made first and marked afterwards, by another write; left out where each is made with its marks. */
  readonly newborns?: Newborns;

  /** Of creates that may act elsewhere; left out where a request names its place. */
  readonly strays?: Strays;

  /** Pure. Of all objects, completed, before the first write of any. */
  readonly refusals: (manifest: Manifest) => readonly ManifestRefusal[];

  /**
   * Objects of a kind: with `selects` those with our label (MARKS.set), in all namespaces where none is named. To be asked of kinds with
   * list `Objects` alone. What it lacks is not proved to be absent.
   */
  readonly list: (
    kind: KindAbility,
    namespace: string | undefined,
    signal: AbortSignal,
  ) => Promise<readonly LiveObject[]>;

  /** "Absent" is a proof. */
  readonly read: (kind: KindAbility, key: ObjectKey, signal: AbortSignal) => Promise<LiveObject | "Absent">;

  /**
   * Never merges. AlreadyExists where the name is taken, whoever has it. NotFound with code NamespaceNotFound where the namespace is not
   * there. Rejected with the causes where the target does not take it.
   */
  readonly create: (kind: KindAbility, manifest: Manifest, permit: WritePermit) => Promise<LiveObject>;

  /** For that UID. Conflict where the object is another one or has moved: to be read again. NotFound where it is gone. */
  readonly change: (kind: KindAbility, change: ObjectChange, permit: WritePermit) => Promise<LiveObject>;

  /** Of that UID alone; dependents go too, later. Conflict where it is another one, NotFound where it is gone. Accepted is not gone. */
  readonly remove: (kind: KindAbility, live: LiveObject, permit: WritePermit) => Promise<void>;

  /** Pure. Whether the deletion of an object that is going is to be sent once more, for this channel's is quicker; left out where none is. */
  readonly hastens?: (live: LiveObject) => boolean;

  /**
   * Events of a namespace; left out where there are none to be had. Bounded; the newest where there are more. Some channels show them object by
   * object: then those of the objects that are asked about, and of their pods.
   */
  readonly events?: (
    namespace: string,
    signal: AbortSignal,
    about: readonly TargetEvent["about"][],
  ) => Promise<readonly TargetEvent[]>;

  /** Events are shown object by object, so that what was read about one tells nothing of another; left out where they aren't. */
  readonly eventsByObject?: true;

  /**
   * Tells `on` of each object of a kind that bears our label, as it is now and whenever it changes or goes, until the target ends that.
   * In all namespaces for a kind that `selects`, else in the one that is named. Hints alone: some may be missing, and the truth is what
   * `list` and `read` find. Throws NotServed where nothing tells of that kind. Left out where nothing tells of any.
   */
  readonly changes?: (
    kind: KindAbility,
    namespace: string | undefined,
    listener: { readonly on: (hint: ChangeHint) => void; readonly signal: AbortSignal },
  ) => Promise<void>;

  /** Left out where nothing outlives its object. */
  readonly residue?: Residue;
  /** Left out where a cloud does nothing of the kind. */
  readonly operations?: ChannelOperations;
  /** Revisions of a workload that the cloud keeps; left out where it shows none. */
  readonly history?: ChannelHistory;
  /**
   * Of those pods of a namespace that are wanted; a pod that nobody has measured yet is left out. Throws NotServed where nobody measures now.
   * Left out where nobody ever does.
   */
  readonly usage?: (
    namespace: string,
    isWanted: (pod: string) => boolean,
    signal: AbortSignal,
  ) => Promise<readonly PodUsage[]>;
}

/** What channels of a cloud tell of a target beside its objects: they have these members, and none of the others. */
export interface ChannelTelling {
  readonly events: boolean;
  readonly usage: boolean;
  /** The kinds of which `changes` tells; "None": their sets look at their drift ticks alone. */
  readonly changes: readonly string[] | "None";
}

/** Where a channel is to lead, in an account. */
export interface ManifestPlace {
  /** The cloud's id of the cluster; undefined where the account is the place. */
  readonly clusterId: string | undefined;
  /** Of the set: how its objects are to get there, where the cloud has more than one way. */
  readonly options: BlockOptions;
}

export interface ManifestsFacet {
  /**
   * Whether it leads into the cloud's clusters: `Always` in place of their kubeconfigs, `AsRoute` where a cluster says so
   * (spec.manifests.route), `Never` where the account is the place.
   */
  readonly intoClusters: "Always" | "AsRoute" | "Never";
  /** Makes no request. Cheap: a channel holds no connection of its own. */
  readonly open: (place: ManifestPlace) => ManifestChannel;
}

/** Runs work with the channel into one cluster, opened for it. Throws what `work` throws, and what is thrown where there is no way in. */
export type WithChannel = <T>(signal: AbortSignal, work: (channel: ManifestChannel) => Promise<T>) => Promise<T>;
