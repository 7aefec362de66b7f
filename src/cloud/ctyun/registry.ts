// The registry facet of CTYUN: a Harbor behind signed paths (API reference 3.10).
import {
  lookBy,
  type Accepted,
  type Created,
  type CreateAttempt,
  type Listed,
  type WritePermit,
} from "../collection.ts";
import type { Visibility, PullCredentials, RegistryFacet } from "../facets/registry.ts";
import type { RegistryProject, Repository, Tag } from "../facets/registry.ts";
import { CloudError } from "../errors.ts";
import { orAbsent } from "../kit/error-table.ts";
import { readBlock } from "../kit/settings.ts";
import { readPages } from "../kit/lists.ts";
import type { Client } from "../kit/requests.ts";
import { pathOf } from "../kit/uri.ts";
import { ctyun, type AccountOptions } from "./blocks.ts";
import type { Operation } from "./errors.ts";
import { imagesAuthPath, pageQuery, projectsPath, repositoriesPath, repositoryPath } from "./paths.ts";
import { imagesAuth, projectPage, repositoryPage, tagList, visibilityBody } from "./wire.ts";

/**
 * How much earlier than the journal a project may seem to have been made. `creation_time` has whole seconds, so up to one is
 * lost there. `clockSkewMs` errs to the lenient side only and so needs none. One more for the clocks of two machines: the
 * journal may have been opened by an operator that ran on another one.
 */
const MARK_TOLERANCE_MS = 2_000;

/** Whose pull credentials are meant where the block names no namespace. */
const DEFAULT_NAMESPACE = "default";

export class CtyunRegistry implements RegistryFacet {
  readonly #client: Client<Operation>;
  readonly #options: AccountOptions;

  constructor(client: Client<Operation>, options: AccountOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** 3.10.2. */
  readonly list = async (signal: AbortSignal): Promise<Listed<RegistryProject>> => {
    const { entries, clockSkewMs } = await readPages("ListProjects", {
      read: (page) => {
        const call = { operation: "ListProjects", method: "GET", path: projectsPath(), signal } as const;
        return this.#client.read({ ...call, query: pageQuery(page) }, projectPage);
      },
      keyOf: (project) => project?.id,
    });
    return { items: entries.filter((project) => project !== undefined), clockSkewMs };
  };

  /** 3.10.1. Harbor answers with the new project's address in Location and no body; CTYUN's reference shows neither. */
  readonly create = async (
    project: { name: string; visibility: Visibility; nonce: string },
    { signal }: WritePermit,
  ): Promise<Created> => {
    const answer = await this.#client.send({
      operation: "CreateProject",
      method: "POST",
      path: projectsPath(),
      body: { project_name: project.name, ...visibilityBody(project.visibility) },
      signal,
    });
    return { id: /\/(\d+)$/.exec(answer.headers.get("location") ?? "")?.[1] };
  };

  /** 3.10.7. */
  readonly remove = async (id: string, { signal }: WritePermit): Promise<Accepted> => {
    await this.#client.send({ operation: "DeleteProject", method: "DELETE", path: projectsPath(id), signal });
    return {};
  };

  /** A project is gone as soon as its deletion is answered. */
  readonly isLeaving = (): boolean => false;

  /** The cloud takes nothing of ours along: the time of its making has to do. */
  readonly bearsMark = (project: RegistryProject, attempt: CreateAttempt, skewMs: number): boolean =>
    project.mine && project.createdAtMs - skewMs >= attempt.startedAtMs - MARK_TOLERANCE_MS;

  /** A registry counts them up from 1. */
  readonly idsAreUniversal = false;

  /** Names are unique over everyone's projects: a second POST of the same one answers 409. */
  readonly resendIsSafe = true;

  /** 3.10.6. */
  readonly setVisibility = async (id: string, visibility: Visibility, { signal }: WritePermit): Promise<void> => {
    const body = visibilityBody(visibility);
    await this.#client.send({ operation: "SetVisibility", method: "PUT", path: projectsPath(id), body, signal });
  };

  /** 3.10.3. */
  readonly listRepositories = async (
    projectId: string,
    signal: AbortSignal,
  ): Promise<readonly Repository[] | "Absent"> => {
    const pages = await orAbsent(
      readPages("ListRepositories", {
        read: (page) => {
          const query = [["project_id", projectId], ...pageQuery(page)] as const;
          const call = {
            operation: "ListRepositories",
            method: "GET",
            path: repositoriesPath(),
            query,
            signal,
          } as const;
          return this.#client.read(call, repositoryPage);
        },
        keyOf: ({ name }) => name,
      }),
    );
    return pages === "Absent" ? pages : pages.entries;
  };

  /** No read shows one project by its id; what lies below it does. */
  readonly look = lookBy(this.listRepositories);

  /** 3.10.4. */
  readonly listTags = async (projectName: string, repository: string, signal: AbortSignal): Promise<readonly Tag[]> => {
    const path = repositoryPath(projectName, repository) + pathOf("tags");
    const query = [["detail", "1"]] as const;
    const { value } = await this.#client.read({ operation: "ListTags", method: "GET", path, query, signal }, tagList);
    return value;
  };

  /** 3.10.8, whose URI contradicts its example: see `imageDeletePath` in blocks.ts. */
  readonly deleteRepository = async (
    project: { id: string; name: string },
    repository: string,
    { signal }: WritePermit,
  ): Promise<void> => {
    const owner = this.#options.imageDeletePath === "ProjectId" ? project.id : project.name;
    const path = repositoryPath(owner, repository);
    await orAbsent(this.#client.send({ operation: "DeleteRepository", method: "DELETE", path, signal }));
  };

  /** 3.10.5, of one of the cloud's namespaces. */
  readonly pullCredentials = async (
    options: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<PullCredentials> => {
    const { namespace = DEFAULT_NAMESPACE } = readBlock("spec.ctyun", ctyun.blocks.RegistryProject.schema, options);
    const path = imagesAuthPath(this.#options.namespacePathPrefix ?? "", namespace);
    const call = { operation: "GetPullCredentials", method: "GET", path, signal } as const;
    const found = await orAbsent(this.#client.read(call, imagesAuth));
    if (found === "Absent") throw noSuchNamespace(namespace);
    return found.value;
  };
}

function noSuchNamespace(namespace: string): CloudError {
  const message = `The cloud knows no namespace ${namespace}`;
  return new CloudError("NotFound", { message, advice: "Create it there, or correct spec.ctyun.namespace" });
}
