// The types that make up a RegistryProject's reconcile.
import type { RegistryProject as Project, UpkeepPlan, Visibility } from "../../cloud/facets/registry.ts";
import type { Upkeep } from "../../cloud/facets/upkeep.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { AccountPlace } from "../cloudaccount/parent.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";

export interface ProjectSeen {
  readonly item: Project;
  readonly repositoryCount: number;
  readonly tagCount: number;
  /** Undefined where the spec asks for none. */
  readonly upkeep: UpkeepPlan | undefined;
}

export type ProjectChange =
  | { readonly do: "Show"; readonly visibility: Visibility }
  /** `cleans`: it is one of a run of deletions. */
  | { readonly do: "Keep"; readonly step: Upkeep; readonly cleans: boolean };

export interface ProjectShape extends Shape {
  readonly resource: RegistryProject;
  readonly item: Project;
  readonly place: AccountPlace;
  readonly facet: "registry";
  readonly seen: ProjectSeen;
  readonly change: ProjectChange;
}

export type ProjectScope = Scope<ProjectShape>;
