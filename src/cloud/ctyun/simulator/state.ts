// What exists in the simulated registry, and the rules that hold whoever makes a change (CTYUN CCI 3.10).
import { createHash } from "node:crypto";
import type { Clock } from "../../../lib/clock.ts";
import { Refusal } from "../../simulation/refusal.ts";
import type { StoreView } from "../../simulation/store.ts";
import { Store } from "../../simulation/store.ts";

/** A registry project (镜像仓库). */
export interface Project {
  readonly id: string;
  readonly name: string;
  /** RFC 3339 with milliseconds; the wire cuts it to seconds. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly public: boolean;
  /** Absent: ours. */
  readonly owner?: string;
}

/** One tag of an image. */
export interface Image {
  readonly id: string;
  /** `repository:tag`. */
  readonly name: string;
  readonly createdAt: string;
  readonly projectId: string;
  /** `project/image`; the image may hold slashes. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** A namespace with the pull credentials of 3.10.5. */
export interface Namespace {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly userName: string;
  readonly password: string;
  readonly secretName: string;
  readonly registryUrl: string;
}

/** What pods of a namespace use whose name matches (3.2). */
export interface PodUse {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly namespace: string;
  /** A regular expression over the whole name. */
  readonly pod: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly receiveBytesPerSecond: number;
  readonly transmitBytesPerSecond: number;
}

/** A type alias, because an interface does not fit the store's constraint. */
export type RegistryTables = {
  projects: Project;
  images: Image;
  namespaces: Namespace;
  usage: PodUse;
};

export type RegistryView = StoreView<RegistryTables>;

export interface RegistryRules {
  /** What a create gets whose name is in use, by whomever. */
  readonly duplicateNames: "Refuse" | "Allow";
  /** Larger pages are cut to this size without a word. */
  readonly maxPageSize: number;
  /** How a list shows `public`: the sample has 1 and 0, later versions of the same registry true or "true". */
  readonly booleanStyle: "Number" | "Boolean" | "String";
}

/** Everything a handler works with. */
export interface Registry {
  readonly store: Store<RegistryTables>;
  readonly rules: RegistryRules;
  readonly clock: Clock;
}

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/** A registry with nothing but the namespace `default`. */
export function createRegistry(rules: RegistryRules, clock: Clock): Registry {
  const tables = ["projects", "images", "namespaces", "usage"] as const;
  const registry = { store: new Store<RegistryTables>(tables, clock), rules, clock };
  addNamespace(registry, "default");
  return registry;
}

/** A project to be; what is left out is ours, and created now. */
export interface NewProject {
  readonly name: string;
  readonly public: boolean;
  readonly owner?: string | undefined;
  readonly createdAt?: string | undefined;
}

/** Throws a `Refusal`: 400 for a name that the registry does not admit, 409 for one in use. */
export function addProject({ store, rules, clock }: Registry, project: NewProject): Project {
  const { name, owner, createdAt = isoTime(clock) } = project;
  if (name.length < 2 || name.length > 255 || !NAME.test(name)) {
    throw new Refusal(400, `the project name ${JSON.stringify(name)} is not in the right format`, "name");
  }
  const taken = store.list("projects").some((other) => other.name === name);
  if (taken && rules.duplicateNames === "Refuse") throw new Refusal(409, "the project name is in use", "name");
  const ours = { id: store.nextId("projects"), name, createdAt, updatedAt: createdAt, public: project.public };
  const added = owner === undefined ? ours : { ...ours, owner };
  store.put("projects", added);
  return added;
}

/** Sets the visibility; the same visibility again changes nothing. */
export function setVisibility({ store, clock }: Registry, project: Project, isPublic: boolean): Project {
  if (project.public === isPublic) return project;
  const changed = { ...project, public: isPublic, updatedAt: isoTime(clock) };
  store.put("projects", changed);
  return changed;
}

/** Pushes a tag; one that exists moves to the new digest. Throws a `Refusal` where there is no such project. */
export function pushImage(registry: Registry, pushed: { repository: string; tag: string; digest?: string }): Image {
  const { store, clock } = registry;
  const { repository, tag } = pushed;
  const [projectName] = repository.split("/");
  const project = store.list("projects").find(({ name }) => name === projectName);
  if (project === undefined) throw new Refusal(404, `there is no project ${projectName}`, "repository");
  const name = `${repository}:${tag}`;
  const digest = pushed.digest ?? `sha256:${createHash("sha256").update(name).digest("hex")}`;
  const existing = store.list("images").find((image) => image.name === name);
  const image =
    existing === undefined
      ? { id: store.nextId("images"), name, createdAt: isoTime(clock), projectId: project.id, repository, tag, digest }
      : { ...existing, digest };
  store.put("images", image);
  return image;
}

/** Throws a `Refusal` (409) where there is one already. */
export function addNamespace({ store, clock }: Registry, name: string): Namespace {
  if (store.get("namespaces", name) !== undefined) throw new Refusal(409, `there is a namespace ${name}`, "name");
  const added = {
    id: name,
    name,
    createdAt: isoTime(clock),
    userName: "caasuser",
    password: Buffer.from(`pull password of ${name}`).toString("base64"),
    secretName: "ctyun-registry-auth",
    registryUrl: "https://10.150.1.20:443",
  };
  store.put("namespaces", added);
  return added;
}

function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
