// The registry facet: projects of a container image registry, what they hold, and credentials to pull from them.
import type { Readable } from "node:stream";
import type { Schedule } from "../../lib/cron.ts";
import type { BlockOptions, Collection, Created, Item, WritePermit } from "../collection.ts";
import type { Upkeep } from "./upkeep.ts";

export type Visibility = "Private" | "Public";

/** A project as a list shows it. */
export interface RegistryProject extends Item {
  readonly visibility: Visibility;
  /** Whether the account administers it; false: somebody else's, visible because it is public. */
  readonly mine: boolean;
  readonly createdAtMs: number;
  readonly repositoryCount: number;
}

export interface Repository {
  /** Without the project's name in front. May contain slashes. */
  readonly name: string;
  readonly tagCount: number;
  /** Left out where the cloud keeps none. */
  readonly description?: string;
}

/** Optional members are left out where the cloud does not tell them. */
export interface Tag {
  readonly name: string;
  readonly digest?: string;
  readonly sizeBytes?: number;
  /** As the cloud shows it. */
  readonly createdAt?: string;
}

/** How much of an image there is, and how often it was pulled. */
export interface RepositoryUsage {
  readonly sizeBytes: number;
  readonly pulls: number;
}

/** An archive of `docker save`. */
export interface ImageArchive {
  readonly fileName: string;
  readonly sizeBytes: number;
  /** From the beginning, each time. */
  readonly open: () => Readable;
  /** Default: as the archive names it. */
  readonly image?: string | undefined;
  /** Default: as the archive names it. */
  readonly tag?: string | undefined;
}

/** What the provider's block asks for now. */
export interface UpkeepPlan {
  /** Each may be sent at once. */
  readonly changes: readonly Upkeep[];
  /** Deletions of one run, bounded; the next run is due a drift interval after this one. */
  readonly cleaning: readonly Upkeep[];
  /** Of what the block names and the project lacks, by its field; empty where nothing is missing. */
  readonly missing: readonly string[];
}

/** When a registry's garbage is to be collected: by schedule, or where little of its storage is left. */
export interface GarbagePolicy {
  readonly schedule: Schedule | undefined;
  /** Of its storage. */
  readonly freeBelowPercent: number | undefined;
}

/** Collecting the garbage of a whole registry, whoever's projects it has. One runs at a time; the registry may be read-only meanwhile. */
export interface GarbageCollector {
  /** What the account's block asks for. */
  readonly policy: GarbagePolicy | undefined;
  readonly isRunning: (signal: AbortSignal) => Promise<boolean>;
  /** How much of the storage is free, 0 to 100. */
  readonly freePercent: (signal: AbortSignal) => Promise<number>;
  /** Answers when it runs. Busy where one runs already. */
  readonly start: (permit: WritePermit) => Promise<void>;
  /** Asks for its end; a registry may go on. */
  readonly stop: (permit: WritePermit) => Promise<void>;
}

/** What a pull Secret is made of. */
export interface PullCredentials {
  /** Host and port, without a scheme. */
  readonly registry: string;
  readonly username: string;
  /** As the cloud gives it: not decoded. */
  readonly password: string;
}

/** The projects that the account sees, other people's public ones included. `remove` throws NotEmpty where images are in it. */
export interface RegistryFacet extends Collection<RegistryProject> {
  /**
   * One request, never repeated by itself. AlreadyExists: the name is taken, by whomever. NameRefused, Rejected: nothing was made.
   */
  readonly create: (
    project: { name: string; visibility: Visibility; nonce: string },
    permit: WritePermit,
  ) => Promise<Created>;

  /** Idempotent. NotFound where there is no such project. */
  readonly setVisibility: (id: string, visibility: Visibility, permit: WritePermit) => Promise<void>;

  /**
   * Looks below the project by id: `Absent` where the cloud answers that no such project exists, else its repositories,
   * read to the end. An empty answer is no proof of existence.
   */
  readonly listRepositories: (projectId: string, signal: AbortSignal) => Promise<readonly Repository[] | "Absent">;

  /**
   * What the projects hold that the account administers, by their ids, from few lists; a project without an entry holds nothing. Left out
   * where each project is read by itself.
   */
  readonly listContents?: (signal: AbortSignal) => Promise<ReadonlyMap<string, readonly Repository[]>>;

  readonly garbage?: GarbageCollector;

  /** NotFound where there is no such image. */
  readonly usage?: (project: string, repository: string, signal: AbortSignal) => Promise<RepositoryUsage>;

  /** Adds an image to the project, or replaces the tag. Busy while the registry takes no changes. */
  readonly upload?: (project: string, archive: ImageArchive, permit: WritePermit) => Promise<void>;

  /** False while the registry takes no changes, because it collects garbage. Left out: always true. */
  readonly isWritable?: (signal: AbortSignal) => Promise<boolean>;

  /**
   * What `options`, the provider's block of the spec, asks for beyond the project itself. `cleans`: whether a run of deletions is due.
   * Left out where the block asks for nothing.
   */
  readonly upkeep?: (
    project: RegistryProject,
    repositories: readonly Repository[],
    how: { readonly options: BlockOptions; readonly cleans: boolean; readonly nowMs: number },
    signal: AbortSignal,
  ) => Promise<UpkeepPlan>;

  /** The tags of one repository, at most what the cloud returns in one answer. NotFound where it is gone. */
  readonly listTags: (projectName: string, repository: string, signal: AbortSignal) => Promise<readonly Tag[]>;

  /** Deletes a repository with all its tags. Deleting what is gone succeeds. */
  readonly deleteRepository: (
    project: { id: string; name: string },
    repository: string,
    permit: WritePermit,
  ) => Promise<void>;

  /**
   * `options`: the cloud's own block of the spec, as the schema admitted it. NotFound where what it names is not there; the error's
   * advice names the field.
   */
  readonly pullCredentials: (
    options: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => Promise<PullCredentials>;
}
