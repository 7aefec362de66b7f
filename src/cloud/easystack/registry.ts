// The registry facet of EasyStack: image workspaces, which are the projects of a Harbor that the whole installation shares (1.7, 1.9).
import {
  lookBy,
  type Accepted,
  type Created,
  type CreateAttempt,
  type Listed,
  type WritePermit,
} from "../collection.ts";
import { CloudError } from "../errors.ts";
import type {
  GarbageCollector,
  ImageArchive,
  PullCredentials,
  RegistryFacet,
  RegistryProject,
  Repository,
  RepositoryUsage,
  Tag,
  Visibility,
} from "../facets/registry.ts";
import { multipartOf } from "../http/multipart.ts";
import { orAbsent } from "../kit/error-table.ts";
import { readPages } from "../kit/lists.ts";
import { pathOf, type QueryItem } from "../kit/uri.ts";
import type { AccountOptions } from "./blocks.ts";
import type { ProjectClient } from "./client.ts";
import type { Organisation } from "./organisation.ts";
import { garbageCollectorOf, isCollecting } from "./garbage.ts";
import { pagesOf } from "./pages.ts";
import {
  imagePage,
  imageUsage,
  login,
  tagList,
  workspaceDetail,
  workspaceOf,
  workspacePage,
  tellsOwner,
  type ImageOnWire,
  type TagOnWire,
} from "./registry-wire.ts";
import { isAfter } from "./times.ts";
import { upkeepBy } from "./upkeep.ts";
import { existence } from "./wire.ts";

/** Gigabytes over a slow line. */
const UPLOAD_TIMEOUT_MS = 3_600_000;

interface RegistryOptions {
  readonly client: ProjectClient;
  readonly organisation: Organisation;
  readonly options: AccountOptions;
}

export class EasyStackRegistry implements RegistryFacet {
  readonly #client: ProjectClient;
  readonly #organisation: Organisation;
  readonly upkeep: NonNullable<RegistryFacet["upkeep"]>;
  readonly garbage: GarbageCollector;
  readonly #options: RegistryOptions["options"];
  /** Whether lists tell whose a workspace is; seen before anything is made. Of an empty list nobody knows. */
  #tellsOwners = false;

  constructor({ client, organisation, options }: RegistryOptions) {
    this.#client = client;
    this.#organisation = organisation;
    this.#options = options;
    this.upkeep = upkeepBy(client);
    this.garbage = garbageCollectorOf(client, options);
  }

  /** 1.7. Our own, and other projects' public ones. */
  readonly list = async (signal: AbortSignal): Promise<Listed<RegistryProject>> => {
    const ours = await this.#organisation.names(signal);
    const { entries, clockSkewMs } = await readPages(
      "ListWorkspaces",
      pagesOf({
        read: (page) =>
          this.#client.read({ operation: "ListWorkspaces", query: [...page, ["all", "false"]], signal }, workspacePage),
        keyOf: ({ harbor_project_name: name }) => name,
      }),
    );
    this.#tellsOwners = entries.some(tellsOwner);
    return { items: entries.map((wire) => workspaceOf(wire, ours)), clockSkewMs };
  };

  /** 1.7. Forbidden where the name is in use and what has it is not shown: another project's private one. */
  readonly get = async (id: string, signal: AbortSignal): Promise<RegistryProject | "Absent"> => {
    const found = await this.#detail(id, signal);
    if (found !== "Absent") return workspaceOf(found.harbor_project, await this.#organisation.names(signal));
    if (!(await this.isTaken(id, signal))) return "Absent";
    const message = `Workspace ${id} is in use, and is not shown to this project`;
    throw new CloudError("Forbidden", { message });
  };

  readonly look = lookBy(this.get);

  /** 1.13. Over the whole installation. */
  readonly isTaken = async (name: string, signal: AbortSignal): Promise<boolean> => {
    const call = { operation: "CheckName", names: { type: "HarborProject", name }, signal } as const;
    return (await this.#client.read(call, existence)).value.existence;
  };

  /** 1.7. Where whose it is does not show, a public one of ours would read as somebody's: it is made private, and set afterwards. */
  readonly create = async (
    { name, visibility }: { name: string; visibility: Visibility; nonce: string },
    { signal }: WritePermit,
  ): Promise<Created> => {
    const body = { harbor_project_name: name, public: visibilityText(this.#tellsOwners ? visibility : "Private") };
    await this.#client.send({ operation: "CreateWorkspace", body, signal });
    return { id: name };
  };

  /** 1.7. An answer to a deletion proves nothing: that it is gone, a look does. */
  readonly remove = async (id: string, { signal }: WritePermit): Promise<Accepted> => {
    pathOf(id);
    const call = { operation: "DeleteWorkspace", body: { harbor_projects: [id] }, signal } as const;
    try {
      await this.#client.send(call);
      return {};
    } catch (error) {
      if (!(error instanceof CloudError) || error.kind !== "NotFound") throw error;
      if ((await this.look(id, signal)) === "Absent") throw error;
      return {};
    }
  };

  /** A workspace is gone as soon as its deletion is answered. */
  readonly isLeaving = (): boolean => false;

  /** The cloud takes nothing of ours along: whose it is and the time of its making have to do. */
  readonly bearsMark = ({ mine, incarnation = "" }: RegistryProject, attempt: CreateAttempt, skewMs: number): boolean =>
    mine && isAfter(incarnation, attempt, skewMs);

  readonly idsAreNames = true;
  readonly idsAreUniversal = false;

  /** Names are unique over the installation: a second POST of the same one is refused. */
  readonly resendIsSafe = true;

  /** 1.7. */
  readonly setVisibility = async (id: string, visibility: Visibility, { signal }: WritePermit): Promise<void> => {
    const body = { public: visibilityText(visibility) };
    await this.#client.send({ operation: "SetVisibility", names: { name: id }, body, signal });
  };

  readonly listRepositories = async (
    projectId: string,
    signal: AbortSignal,
  ): Promise<readonly Repository[] | "Absent"> => {
    const found = await this.#detail(projectId, signal);
    return found === "Absent" ? found : found.images.map(repositoryOf);
  };

  /** 1.9: private and public ones come apart; without either, it is for the cloud's administrators. */
  readonly listContents = async (signal: AbortSignal): Promise<ReadonlyMap<string, readonly Repository[]>> => {
    const lists = await Promise.all(["true", "false"].map((isPublic) => this.#images([["public", isPublic]], signal)));
    const byWorkspace = Map.groupBy(lists.flat(), ({ harbor_project_name: name }) => name);
    return new Map([...byWorkspace].map(([name, images]) => [name, images.map(repositoryOf)]));
  };

  /** 1.9. */
  readonly isWritable = async (signal: AbortSignal): Promise<boolean> => !(await isCollecting(this.#client, signal));

  /** 1.9. */
  readonly listTags = async (project: string, image: string, signal: AbortSignal): Promise<readonly Tag[]> => {
    const { value } = await this.#client.read({ operation: "ListTags", names: { project, image }, signal }, tagList);
    return value.map(tagOf);
  };

  /** 1.9. */
  readonly usage = async (project: string, image: string, signal: AbortSignal): Promise<RepositoryUsage> => {
    const { value } = await this.#client.read({ operation: "GetImage", names: { project, image }, signal }, imageUsage);
    return { sizeBytes: value.size, pulls: value.pull_count };
  };

  /** 1.9, the upload from a page. */
  readonly upload = async (project: string, archive: ImageArchive, { signal }: WritePermit): Promise<void> => {
    const { fileName, image, tag } = archive;
    const fields = { harbor_project_name: project, ...(image && { image_name: image }), ...(tag && { tag_name: tag }) };
    const form = multipartOf(fields, { ...archive, field: "image", name: fileName });
    await this.#client.send({ operation: "UploadImage", upload: { ...form, timeoutMs: UPLOAD_TIMEOUT_MS }, signal });
  };

  /** 1.9, one image in each request: a failure of several has no wire form. */
  readonly deleteRepository = async (
    { name }: { name: string },
    repository: string,
    { signal }: WritePermit,
  ): Promise<void> => {
    const body = { images: [{ harbor_project_name: name, image_name: repository }] };
    await orAbsent(this.#client.send({ operation: "DeleteImage", body, signal }));
  };

  /** 1.9. The same login pushes. */
  readonly pullCredentials = async (_options: unknown, signal: AbortSignal): Promise<PullCredentials> => {
    const { value } = await this.#client.read({ operation: "GetRegistryLogin", signal }, login);
    const { username, password, harbor_domain: domain, public_vip: vip } = value;
    return { registry: this.#options.registryAddress === "PublicVip" ? vip : domain, username, password };
  };

  #detail(name: string, signal: AbortSignal) {
    return this.#client.find({ operation: "GetWorkspace", names: { name }, signal }, workspaceDetail);
  }

  async #images(query: readonly QueryItem[], signal: AbortSignal): Promise<readonly ImageOnWire[]> {
    const { entries } = await readPages(
      "ListImages",
      pagesOf({
        read: (page) => this.#client.read({ operation: "ListImages", query: [...page, ...query], signal }, imagePage),
        keyOf: ({ harbor_project_name: workspace, name }) => `${workspace}/${name}`,
      }),
    );
    return entries;
  }
}

function visibilityText(visibility: Visibility): "true" | "false" {
  return visibility === "Public" ? "true" : "false";
}

function repositoryOf({ name, tags_count: tagCount, description }: ImageOnWire): Repository {
  return { name, tagCount, description };
}

function tagOf({ tag_name: name, size, creation_time: createdAt }: TagOnWire): Tag {
  return { name, createdAt, ...(!Number.isNaN(size) && { sizeBytes: size }) };
}
