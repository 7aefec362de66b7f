// The registry facet: projects of a container image registry, what they hold, and credentials to pull from them.
import type { CreateAttempt } from "../creation.ts";

export type Visibility = "Private" | "Public";

/** A project as a list shows it. */
export interface RegistryProject {
  readonly id: string;
  readonly name: string;
  readonly visibility: Visibility;
  /** Whether the account administers it; false: somebody else's, visible because it is public. */
  readonly mine: boolean;
  /** By the cloud's clock, milliseconds since the epoch; NaN where the cloud's text can't be read. */
  readonly createdAtMs: number;
  readonly repositoryCount: number;
}

/** A complete list, read to its end and deduplicated by id. */
export interface ProjectList {
  readonly projects: readonly RegistryProject[];
  /** The cloud's clock less ours, milliseconds, from the answer's Date header (whole seconds); 0 where there is none. */
  readonly clockSkewMs: number;
}

export interface Repository {
  /** Without the project's name in front. May contain slashes. */
  readonly name: string;
  readonly tagCount: number;
}

export interface Tag {
  readonly name: string;
  readonly digest: string;
}

/** What a pull Secret is made of. */
export interface PullCredentials {
  /** Host and port, without a scheme. */
  readonly registry: string;
  readonly username: string;
  /** As the cloud gives it: not decoded. */
  readonly password: string;
}

/** Every method throws CloudError and nothing else, apart from the signal's reason and FencedError. */
export interface RegistryFacet {
  /** All projects that the account sees, other people's public ones included. */
  listProjects(signal: AbortSignal): Promise<ProjectList>;

  /**
   * One request, never repeated by itself. `id` is undefined where the answer did not tell it.
   * AlreadyExists: the name is taken, by whomever. NameRefused, Rejected: nothing was made.
   */
  createProject(
    project: { name: string; visibility: Visibility; nonce: string },
    signal: AbortSignal,
  ): Promise<{ id: string | undefined }>;

  /** Whether this project carries the mark of that attempt (reference/clouds.md section 5). Pure. */
  bearsMark(project: RegistryProject, attempt: CreateAttempt, clockSkewMs: number): boolean;

  /** Whether a second create of the same name would be refused or be seen, so that an unknown outcome may be sent again. */
  readonly resendIsSafe: boolean;

  /** Idempotent. NotFound where there is no such project. */
  setVisibility(id: string, visibility: Visibility, signal: AbortSignal): Promise<void>;

  /** One request; deleting what is gone throws NotFound, which is the proof by id. NotEmpty: images are in it. */
  deleteProject(id: string, signal: AbortSignal): Promise<void>;

  /**
   * Looks below the project by id: `Absent` where the cloud answers that no such project exists, else its repositories,
   * read to the end. An empty answer is no proof of existence.
   */
  listRepositories(projectId: string, signal: AbortSignal): Promise<readonly Repository[] | "Absent">;

  /** The tags of one repository, at most what the cloud returns in one answer. NotFound where it is gone. */
  listTags(projectName: string, repository: string, signal: AbortSignal): Promise<readonly Tag[]>;

  /** Deletes a repository with all its tags. Deleting what is gone succeeds. */
  deleteRepository(project: { id: string; name: string }, repository: string, signal: AbortSignal): Promise<void>;

  /** NotFound where the cloud knows no such namespace. */
  pullCredentials(namespace: string, signal: AbortSignal): Promise<PullCredentials>;
}
