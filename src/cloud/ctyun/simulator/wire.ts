// How the registry shows its state and its errors on the wire (samples of CTYUN CCI 3.10.2 to 3.10.5).
import type { Answer, Call } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { Image, Namespace, Project, RegistryRules } from "./state.ts";

/** Role of a project's administrator, which its creator is. */
const PROJECT_ADMIN = 1;
/** What the sample shows for somebody else's public project. */
const GUEST = 3;

const OUR_OWNER_ID = 2;
const OTHER_OWNER_ID = 1;

const DEFAULT_PAGE_SIZE = 10;

/** The registry's zero time. */
const NEVER = "0001-01-01T00:00:00Z";

const PUBLIC_STYLES: Record<RegistryRules["booleanStyle"], (isPublic: boolean) => unknown> = {
  Number: (isPublic) => (isPublic ? 1 : 0),
  Boolean: (isPublic) => isPublic,
  String: (isPublic) => String(isPublic),
};

/** An error as registries of this family send it; the reference gives the status codes (section 4) and no body. */
export function failure(status: number, message: string): Answer {
  return { status, body: { code: status, message } };
}

/** 3.10.2, with the sample's spelling of `Toggleable`. */
export function projectOnWire(project: Project, shown: { repositoryCount: number; rules: RegistryRules }): unknown {
  const isOurs = project.owner === undefined;
  return {
    project_id: Number(project.id),
    owner_id: isOurs ? OUR_OWNER_ID : OTHER_OWNER_ID,
    name: project.name,
    creation_time: wholeSeconds(project.createdAt),
    creation_time_str: "",
    deleted: 0,
    owner_name: "",
    public: PUBLIC_STYLES[shown.rules.booleanStyle](project.public),
    Toggleable: isOurs,
    update_time: wholeSeconds(project.updatedAt),
    current_user_role_id: isOurs ? PROJECT_ADMIN : GUEST,
    repo_count: shown.repositoryCount,
  };
}

/** 3.10.3: the tags of one repository, oldest first, as one entry. */
export function repositoryOnWire(tags: readonly [Image, ...Image[]]): unknown {
  const [oldest] = tags;
  return {
    id: oldest.id,
    name: oldest.repository,
    owner_id: OUR_OWNER_ID,
    project_id: Number(oldest.projectId),
    description: "",
    pull_count: 0,
    star_count: 0,
    tags_count: tags.length,
    creation_time: wholeSeconds(oldest.createdAt),
    update_time: NEVER,
  };
}

/** 3.10.4; `isDetailed` is what `detail=1` asks for. */
export function tagOnWire(image: Image, isDetailed: boolean): unknown {
  if (!isDetailed) return { name: image.tag };
  return {
    digest: image.digest,
    name: image.tag,
    size: 129_401_576,
    architecture: "amd64",
    os: "linux",
    "os.version": "",
    docker_version: "18.06.1-ce",
    author: "",
    created: image.createdAt,
    config: { labels: null },
    signature: null,
    labels: [],
  };
}

/** 3.10.5. */
export function credentialsOnWire(namespace: Namespace): unknown {
  return {
    UserName: namespace.userName,
    Password: namespace.password,
    SecretName: namespace.secretName,
    RegistryUrl: namespace.registryUrl,
  };
}

/** An empty page, for `EmptyList`. */
export const emptyPage: Answer = { status: 200, body: [], headers: { "x-total-count": "0" } };

/**
 * The page that `page` and `page_size` name. The reference calls both required; registries of this family take 1 and 10
 * instead, cut larger sizes, and refuse what is not a positive number (400).
 */
export function pageOf<Item>(
  items: readonly Item[],
  call: Call,
  maxPageSize: number,
): { page: Item[]; headers: Answer["headers"] } {
  const page = positive(call, "page", 1);
  const pageSize = Math.min(positive(call, "page_size", DEFAULT_PAGE_SIZE), maxPageSize);
  const start = (page - 1) * pageSize;
  return { page: items.slice(start, start + pageSize), headers: { "x-total-count": String(items.length) } };
}

function positive(call: Call, name: string, fallback: number): number {
  const text = call.query.get(name);
  if (text === null || text === "") return fallback;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Refusal(400, `${JSON.stringify(text)} is not a positive number`, name);
  return Number(text);
}

function wholeSeconds(time: string): string {
  return `${time.slice(0, 19)}Z`;
}
