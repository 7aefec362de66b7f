// The types that make up a RegistryProject's reconcile.
import type { RegistryProject as Project, Visibility } from "../../cloud/facets/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { AccountPlace } from "../cloudaccount/parent.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";

export interface Contents {
  readonly repositoryCount: number;
  readonly tagCount: number;
}

export interface ProjectSeen extends Contents {
  readonly item: Project;
}

export interface ProjectShape extends Shape {
  readonly resource: RegistryProject;
  readonly item: Project;
  readonly place: AccountPlace;
  readonly facet: "registry";
  readonly seen: ProjectSeen;
  readonly change: Visibility;
}

export type ProjectScope = Scope<ProjectShape>;
