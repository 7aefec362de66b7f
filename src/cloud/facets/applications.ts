// The applications facet: named groups of workloads in a namespace of a cluster that the cloud itself keeps, on some clouds with servers.
import type { BlockOptions, Created, Item, Readable, Refusal, WritePermit } from "../collection.ts";
import type { ClusterHost } from "./clusters.ts";

export const WORKLOAD_KINDS = ["Deployment", "StatefulSet", "DaemonSet"] as const;

export interface WorkloadRef {
  readonly kind: (typeof WORKLOAD_KINDS)[number];
  readonly name: string;
}

export interface ApplicationWorkload extends WorkloadRef {
  /** In the cloud's words; may be empty. */
  readonly state: string;
  /** Pods. */
  readonly ready: number;
  readonly desired: number;
  readonly isStopped: boolean;
}

/** One server; it costs as long as it is there. */
export interface ApplicationServer {
  readonly id: string;
  readonly name: string;
  /** `Working`: being made or deleted. `Off`: it is there and does not run. `Unknown`: a word that this version does not know. */
  readonly state: "Active" | "Working" | "Off" | "Failed" | "Unknown";
}

export interface Application extends Item {
  /** The cloud's own word for its state; may be empty. */
  readonly cloudPhase: string;
  /** Without the mark of ours. */
  readonly description: string;
  /** The nonce of the create that made it; undefined where it bears none. */
  readonly mark: string | undefined;
  readonly workloads: readonly ApplicationWorkload[];
  readonly servers: readonly ApplicationServer[];
  /** Whether all that can be stopped is; false where nothing is in it. */
  readonly isStopped: boolean;
  /** What the cloud alone tells of it, as the provider's block of the status has it. */
  readonly told: object;
}

/** What goes with an application when it is deleted. `Nothing`: all that is in it stays. */
export type ApplicationContents = "Nothing" | "Workloads" | "WorkloadsAndServices" | "All";

/** Where applications are, and as which of them a resource deals with them. */
export interface ApplicationsPlace {
  readonly cluster: ClusterHost;
  readonly namespace: string;
  /** Of the application's spec. */
  readonly options: BlockOptions;
  /** What the cloud alone has told of it before, as the provider's block of the status has it. */
  readonly told: object;
  /** Whether it is one that is there, of whatever sort. */
  readonly isAdopted: boolean;
  readonly contents: ApplicationContents;
}

export interface ApplicationRequest {
  readonly name: string;
  /** One line; empty: none. */
  readonly description: string;
  /** What the block's references to Secrets stand for, by their paths in the spec. */
  readonly secrets: ReadonlyMap<string, string>;
  /** To be borne by what is made. */
  readonly nonce: string;
}

/** Applications of one namespace; each change is NotFound where there is none, and Conflict where it is another one by now. */
export interface ClusterApplications extends Readable<Application> {
  /** What keeps it from being made, looked up before anything is sent. Throws CloudError. */
  readonly check: (name: string, signal: AbortSignal) => Promise<Refusal | undefined>;

  /** One request, with all that is asked for in it; never repeated by itself. Where it was made in part, that is told as made. */
  readonly create: (request: ApplicationRequest, permit: WritePermit) => Promise<Created>;

  /** Keeps the mark. Idempotent. */
  readonly describe: (application: Application, description: string, permit: WritePermit) => Promise<void>;

  /** A workload that is in it is no failure. */
  readonly attach: (application: Application, member: WorkloadRef, permit: WritePermit) => Promise<void>;

  /** The workload itself stays as it is. */
  readonly detach: (application: Application, member: WorkloadRef, permit: WritePermit) => Promise<void>;

  /** All that is stopped in it, or that workload of it. One that runs already is no failure. */
  readonly start: (application: Application, workload: WorkloadRef | undefined, permit: WritePermit) => Promise<void>;

  /** One workload of it. One that is stopped already is no failure. */
  readonly stop: (application: Application, workload: WorkloadRef, permit: WritePermit) => Promise<void>;

  /** Makes the pods of its workloads anew. Not idempotent. */
  readonly restart: (application: Application, permit: WritePermit) => Promise<void>;

  /** Whether pods of its workloads were made since, by our clock; milliseconds since the epoch. */
  readonly hasPodsSince: (application: Application, sinceMs: number, signal: AbortSignal) => Promise<boolean>;

  /** Those of them that are no workloads of the namespace. */
  readonly missing: (members: readonly WorkloadRef[], signal: AbortSignal) => Promise<readonly WorkloadRef[]>;

  /** What was asked for at its creation and is not there, such as "virtual machine db". Pure. */
  readonly lacking: (application: Application) => readonly string[];

  /** Those parts that belong to the application by its declaration and are no members of it: they go with it. Pure. */
  readonly own: readonly WorkloadRef[];

  /** What is left of one that is gone, by what was told of it, such as "server db-0"; proved by more than one read. */
  readonly left: (signal: AbortSignal) => Promise<readonly string[]>;
}

/** Every member throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface ApplicationsFacet {
  /** Makes no request. Throws CloudError Rejected where the options are not valid. */
  readonly in: (place: ApplicationsPlace) => ClusterApplications;
}
