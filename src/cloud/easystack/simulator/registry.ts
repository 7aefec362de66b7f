// What exists in the registry and the rules that hold whoever makes a change: workspaces, tags, storage, its collection.
import { createHash, randomUUID } from "node:crypto";
import { Refusal } from "../../simulation/refusal.ts";
import type { Ecns, EcnsView, ImageTag, RegistryStorage, Workspace } from "./state.ts";
import { amend, newEntity } from "./state.ts";

/** How a push or pull reaches it: the access domain, and the address of the platform (1.9, loginfo). */
export const REGISTRY_DOMAIN = "registry.ecns.example";
export const PUBLIC_VIP = "10.20.0.10";

/** As in the reference's example (1.9). */
export const STORAGE: RegistryStorage = {
  id: "storage",
  name: "storage",
  createdAt: "2023-07-04T00:00:00.000Z",
  total: 5_150_212_096,
  free: 4_864_376_832,
  garbage: 0,
};

const NAME = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

/** Of a collection, in the cloud's time. */
const COLLECTING_MS = 60_000;

export interface NewWorkspace {
  readonly name: string;
  readonly public: boolean;
  readonly owner?: string | undefined;
  readonly createdAt?: string | undefined;
}

/** Throws a `Refusal`: 400 for a name that the registry does not admit, 409 for one in use, by whomever. */
export function addWorkspace(ecns: Ecns, { name, owner, createdAt, ...rest }: NewWorkspace): Workspace {
  if (name.length < 2 || name.length > 255 || !NAME.test(name)) {
    throw new Refusal(400, `${JSON.stringify(name)} is no name of a workspace`, "harbor_project_name");
  }
  const there = ecns.store.get("projects", name);
  if (there !== undefined && ecns.rules.duplicateNames === "Allow") return there;
  if (there !== undefined) throw new Refusal(409, "the name is in use", "harbor_project_name");
  const workspace: Workspace = {
    ...newEntity(ecns, name, name),
    public: rest.public,
    ...(owner !== undefined && { owner }),
    ...(createdAt !== undefined && { createdAt }),
  };
  ecns.store.put("projects", workspace);
  return workspace;
}

/** Ours, and other projects' public ones: their private ones show in the check of names alone. */
export function isVisible({ owner, public: isPublic }: Workspace): boolean {
  return owner === undefined || isPublic;
}

/** Throws 404 for what is not visible. */
export function requireVisible(view: EcnsView, name: string): Workspace {
  const workspace = view.get("projects", name);
  if (workspace === undefined || !isVisible(workspace)) throw new Refusal(404, `there is no workspace ${name}`);
  return workspace;
}

/** Throws 404 for what is not visible, 403 for another project's. */
export function requireOwn(ecns: Ecns, name: string): Workspace {
  const workspace = requireVisible(ecns.store, name);
  if (workspace.owner === undefined) return workspace;
  throw new Refusal(403, `the workspace ${name} belongs to another project`);
}

export interface NewTag {
  readonly repository: string;
  readonly tag: string;
  readonly sizeBytes: number;
  readonly digest?: string | undefined;
  readonly description?: string | undefined;
  readonly createdAt?: string | undefined;
}

/** Pushes a tag; one that exists moves to the new manifest. Throws 404 where there is no such workspace, 400 for a bad name. */
export function pushTag(ecns: Ecns, pushed: NewTag): ImageTag {
  const { store } = ecns;
  const { repository, tag, sizeBytes } = pushed;
  if (!TAG.test(tag)) throw new Refusal(400, `${JSON.stringify(tag)} is no tag`, "tag_name");
  const [workspace = ""] = repository.split("/");
  if (store.get("projects", workspace) === undefined) throw new Refusal(404, `there is no workspace ${workspace}`);
  const name = `${repository}:${tag}`;
  const before = store.get("images", name);
  const [sibling] = tagsOf(store, repository);
  const image: ImageTag = {
    ...newEntity(ecns, name, name),
    ...(pushed.createdAt !== undefined && { createdAt: pushed.createdAt }),
    repository,
    tag,
    sizeBytes,
    digest: pushed.digest ?? digestOf(`${name} ${randomUUID()}`),
    description: pushed.description ?? sibling?.description ?? "",
  };
  store.put("images", image);
  account(ecns, { free: -bytesOnlyIn(ecns, image), garbage: before === undefined ? 0 : bytesOnlyIn(ecns, before) });
  return image;
}

function tagsOf(view: EcnsView, repository: string): ImageTag[] {
  return view.list("images").filter((image) => image.repository === repository);
}

function digestOf(content: string): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** What no other tag holds too. */
function bytesOnlyIn(ecns: Ecns, image: ImageTag): number {
  return isHeld(ecns, image, image.id) ? 0 : image.sizeBytes;
}

/** Whether another tag holds the same manifest. */
function isHeld({ store }: Ecns, { repository, digest }: ImageTag, besides: string): boolean {
  return store
    .list("images")
    .some((other) => other.id !== besides && other.repository === repository && other.digest === digest);
}

/** What goes is garbage until it is collected. Deleting a tag of Harbor before 2.0 deletes its manifest, with all its tags. */
export function deleteTag(ecns: Ecns, image: ImageTag): void {
  const { store, rules } = ecns;
  const all = store.list("images");
  const gone =
    rules.tagDeletion === "Tag"
      ? [image]
      : all.filter(({ repository, digest }) => repository === image.repository && digest === image.digest);
  for (const { id } of gone) store.remove("images", id);
  if (!isHeld(ecns, image, "")) account(ecns, { free: 0, garbage: image.sizeBytes });
}

/** All tags of an image; throws 404 where there are none. */
export function requireImage(view: EcnsView, repository: string): [ImageTag, ...ImageTag[]] {
  const [first, ...others] = tagsOf(view, repository);
  if (first === undefined) throw new Refusal(404, `there is no image ${repository}`);
  return [first, ...others];
}

function account({ store }: Ecns, change: { free: number; garbage: number }): void {
  const storage = store.get("registry", STORAGE.id) ?? STORAGE;
  const free = Math.max(0, storage.free + change.free);
  store.put("registry", { ...storage, free, garbage: Math.max(0, storage.garbage + change.garbage) });
}

export function isCollecting({ store }: Ecns): boolean {
  return store.list("collections").some(({ state }) => state === "Running");
}

/** Harbor before 2.1 is read-only while it collects. Throws 503. */
export function requireWritable(ecns: Ecns): void {
  if (!isCollecting(ecns)) return;
  throw new Refusal(503, "The system is in read only mode. Any modification is prohibited.");
}

/** Throws 409 while another one runs. */
export function startCollection(ecns: Ecns): void {
  if (isCollecting(ecns)) throw new Refusal(409, "there is a garbage collection running");
  const collection = { ...newEntity(ecns, "gc"), state: "Running" as const };
  ecns.store.put("collections", collection);
  ecns.timeline.schedule(COLLECTING_MS, () => endCollection(ecns, collection.id));
}

/** Once more is no error. */
export function endCollection(ecns: Ecns, id: string): void {
  if (ecns.store.get("collections", id)?.state !== "Running") return;
  amend(ecns, "collections", id, { state: "Finished" });
  const { garbage } = ecns.store.get("registry", STORAGE.id) ?? STORAGE;
  account(ecns, { free: garbage, garbage: -garbage });
}
