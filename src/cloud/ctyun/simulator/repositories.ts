// The paths of images: list of a project's, tags of one, delete of one (CTYUN CCI 3.10.3, 3.10.4, 3.10.8).
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { Refusal } from "../../simulation/refusal.ts";
import { isVisible, requireOurs } from "./projects.ts";
import type { Image, Project, Registry, RegistryTables, RegistryView } from "./state.ts";
import { emptyPage, pageOf, repositoryOnWire, tagOnWire } from "./wire.ts";

const TAGS_SUFFIX = "/tags";

export function repositoryRoutes(registry: Registry): Route<RegistryTables>[] {
  const deleteImage = ({ params }: Call): Answer => removeImage(registry, params["project"] ?? "", params["*"] ?? "");
  return [
    {
      method: "GET",
      path: "/registry/api/repositories",
      emptyList: emptyPage,
      handle: (call, view) => listRepositories(registry, call, view),
    },
    {
      method: "GET",
      path: "/registry/api/repositories/:project/*",
      emptyList: { status: 200, body: [] },
      handle: listTags,
    },
    // 3.10.8 contradicts itself: its URI names repositories, its example projects. The doubled slash of its URI is
    // read as one by the router, on every path.
    { method: "DELETE", path: "/registry/api/repositories/:project/*", handle: deleteImage },
    { method: "DELETE", path: "/registry/api/projects/:project/*", handle: deleteImage },
  ];
}

function listRepositories({ rules }: Registry, call: Call, view: RegistryView): Answer {
  const id = call.query.get("project_id") ?? "";
  if (!/^\d+$/.test(id)) throw new Refusal(400, "project_id is not a number");
  const project = view.get("projects", id);
  if (project === undefined) throw new Refusal(404, `there is no project ${id}`);
  if (!isVisible(project)) throw new Refusal(403, "the project is not yours");
  const images = view.list("images").filter(({ projectId }) => projectId === project.id);
  const repositories = [...byRepository(images).values()].sort(([left], [right]) =>
    left.repository < right.repository ? -1 : 1,
  );
  const { page, headers } = pageOf(repositories, call, rules.maxPageSize);
  return { status: 200, body: page.map(repositoryOnWire), headers: headers ?? {} };
}

function listTags({ params, query }: Call, view: RegistryView): Answer {
  const rest = params["*"] ?? "";
  if (!rest.endsWith(TAGS_SUFFIX)) throw new Refusal(405, "an image cannot be read, only its tags");
  const repository = `${params["project"]}/${rest.slice(0, -TAGS_SUFFIX.length)}`;
  const images = view.list("images").filter((image) => image.repository === repository);
  if (images.length === 0) throw new Refusal(404, `there is no image ${repository}`);
  const readable = images.filter(({ projectId }) => isReadable(view.get("projects", projectId)));
  if (readable.length === 0) throw new Refusal(403, "the project is not yours");
  const isDetailed = ["1", "true"].includes(query.get("detail") ?? "");
  return { status: 200, body: readable.map((image) => tagOnWire(image, isDetailed)) };
}

/** Deletes an image with all its tags. The name of a project wins over an id that reads the same. */
function removeImage({ store }: Registry, nameOrId: string, imageName: string): Answer {
  const named = store.list("projects").filter(({ name }) => name === nameOrId);
  const byId = store.get("projects", nameOrId);
  const projects = named.length === 0 && byId !== undefined ? [byId] : named;
  const images = store
    .list("images")
    .filter(({ projectId, repository }) =>
      projects.some(({ id, name }) => id === projectId && repository === `${name}/${imageName}`),
    );
  if (images.length === 0) throw new Refusal(404, `there is no image ${imageName} in the project ${nameOrId}`);
  for (const project of projects) requireOurs(project);
  for (const { id } of images) store.remove("images", id);
  return { status: 200 };
}

function isReadable(project: Project | undefined): boolean {
  return project !== undefined && isVisible(project);
}

function byRepository(images: readonly Image[]): Map<string, [Image, ...Image[]]> {
  const repositories = new Map<string, [Image, ...Image[]]>();
  for (const image of images) {
    const tags = repositories.get(image.repository);
    if (tags === undefined) repositories.set(image.repository, [image]);
    else tags.push(image);
  }
  return repositories;
}
