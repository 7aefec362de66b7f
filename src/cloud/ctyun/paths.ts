// Paths of the CTYUN registry.
import { pathOf } from "../kit/uri.ts";

export function projectsPath(id?: string): string {
  return pathOf("registry", "api", "projects", ...(id === undefined ? [] : [id]));
}

export function repositoriesPath(): string {
  return pathOf("registry", "api", "repositories");
}

/** An image's name may hold slashes; they stay slashes (3.10.4: /repositories/library/mysql/tags). */
export function repositoryPath(project: string, image: string): string {
  return repositoriesPath() + pathOf(project, ...image.split("/"));
}

/** `prefix` is empty or begins with a slash. */
export function imagesAuthPath(prefix: string, namespace: string): string {
  return pathOf(...prefix.split("/").slice(1), "namespaces", namespace, "images", "auth");
}

/** Of any list. The cloud may give fewer than asked for (Harbor: at most 100). */
export function pageQuery(page: number, size = 100): readonly (readonly [string, string])[] {
  return [
    ["page", String(page)],
    ["page_size", String(size)],
  ];
}
