// The paths of registry projects: create, list, change visibility, delete (CTYUN CCI 3.10.1, 3.10.2, 3.10.6, 3.10.7).
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson, Refusal } from "../../simulation/refusal.ts";
import type { Project, Registry, RegistryTables, RegistryView } from "./state.ts";
import { addProject, setVisibility } from "./state.ts";
import { emptyPage, failure, pageOf, projectOnWire } from "./wire.ts";

/** "The value of public is a string, not a boolean" (3.10.1). */
const publicText = z.enum(["true", "false"], 'must be the string "true" or "false"');

const createBody = z.object({
  project_name: z.string(),
  metadata: z.object({ public: publicText.default("false") }).default({ public: "false" }),
});

const changeBody = z.object({ metadata: z.object({ public: publicText }) });

export function projectRoutes(registry: Registry): Route<RegistryTables>[] {
  const { store } = registry;
  return [
    {
      method: "POST",
      path: "/registry/api/projects",
      handle({ body }) {
        const { project_name: name, metadata } = parseInput(createBody, parseJson(body));
        const { id } = addProject(registry, { name, public: metadata.public === "true" });
        return { status: 201, headers: { location: `/registry/api/projects/${id}` } };
      },
    },
    {
      method: "GET",
      path: "/registry/api/projects",
      emptyList: emptyPage,
      handle: (call, view) => listProjects(registry, call, view),
    },
    {
      // The reference has no read of one project. 404 would look like "deleted", so a client that tries is told.
      method: "GET",
      path: "/registry/api/projects/:id",
      handle: () => ({ ...failure(405, "this path cannot be read"), headers: { allow: "PUT, DELETE" } }),
    },
    {
      method: "PUT",
      path: "/registry/api/projects/:id",
      handle({ params, body }) {
        const project = ourProject(store, params["id"]);
        const { metadata } = parseInput(changeBody, parseJson(body));
        setVisibility(registry, project, metadata.public === "true");
        return { status: 200 };
      },
    },
    {
      method: "DELETE",
      path: "/registry/api/projects/:id",
      handle({ params }) {
        const project = ourProject(store, params["id"]);
        if (store.list("images").some(({ projectId }) => projectId === project.id)) {
          throw new Refusal(412, "the project contains repositories, can not be deleted");
        }
        store.remove("projects", project.id);
        return { status: 200 };
      },
    },
  ];
}

/** Whether we see the project at all: our own, and everyone's public ones (3.10.2). */
export function isVisible(project: Project): boolean {
  return project.owner === undefined || project.public;
}

/** Throws a `Refusal` where a write may not touch the project. */
export function requireOurs(project: Project): Project {
  if (project.owner !== undefined) throw new Refusal(403, "the project is not yours");
  return project;
}

function ourProject(view: RegistryView, id: string | undefined): Project {
  if (id === undefined || !/^\d+$/.test(id)) throw new Refusal(400, "the project id is not a number");
  const project = view.get("projects", id);
  if (project === undefined) throw new Refusal(404, `there is no project ${id}`);
  return requireOurs(project);
}

function listProjects({ rules }: Registry, call: Call, view: RegistryView): Answer {
  const visible = view.list("projects").filter(isVisible).sort(byNameThenId);
  const { page, headers } = pageOf(visible, call, rules.maxPageSize);
  const counts = repositoryCounts(view);
  const body = page.map((project) => projectOnWire(project, { repositoryCount: counts.get(project.id) ?? 0, rules }));
  return { status: 200, body, headers: headers ?? {} };
}

/** In order of names, as the registries of this family list: pages shift when somebody creates or deletes meanwhile. */
function byNameThenId(left: Project, right: Project): number {
  if (left.name !== right.name) return left.name < right.name ? -1 : 1;
  return Number(left.id) - Number(right.id);
}

function repositoryCounts(view: RegistryView): Map<string, number> {
  const repositories = new Map<string, Set<string>>();
  for (const { projectId, repository } of view.list("images")) {
    const known = repositories.get(projectId) ?? new Set();
    repositories.set(projectId, known.add(repository));
  }
  return new Map([...repositories].map(([projectId, names]) => [projectId, names.size]));
}
