// Paths of the CTYUN registry, put together from names that a person or the cloud chose.
import { CloudError } from "../errors.ts";

/** A decoded path of these segments; throws CloudError Rejected where one would lead elsewhere than it says. */
export function pathOf(...segments: readonly string[]): string {
  for (const segment of segments) {
    if (segment === "" || segment === "." || segment === ".." || segment.includes("/")) {
      throw new CloudError("Rejected", { message: `${JSON.stringify(segment)} can't be part of a path` });
    }
  }
  return `/${segments.join("/")}`;
}

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
