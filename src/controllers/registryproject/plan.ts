// What to do about a project: pure decisions from the resource and what was observed (design section 3).
import { RegistryProjectReason as Reason } from "../../crds/registryproject/conditions.ts";
import type { RegistryProject as Project, Visibility } from "../../cloud/registry.ts";
import type { RegistryProject } from "../../crds/registryproject/schema.ts";
import type { Operation } from "../../crds/common/status.ts";
import { annotation, ANNOTATIONS } from "../lifecycle/resource.ts";

export type Plan =
  /** The project is there and is what the resource means. */
  | { do: "Keep"; project: Project; change?: Visibility }
  /** Record the id: found by spec.externalId, or as the result of our own create. */
  | { do: "Adopt"; project: Project; origin: "Adopted" | "Created" }
  | { do: "Create" }
  | { do: "Resend"; operation: Operation }
  /** The journaled create came to nothing: somebody has the name. */
  | { do: "Abandon"; reason: string; message: string }
  | { do: "Wait"; reason: string; message: string; pollAfterMs: number }
  | { do: "Stall"; reason: string; message: string };

export interface Observation {
  /** The project with the id that status or spec names. */
  readonly byId: Project | undefined;
  /** For a known id that the list lacks: whether the cloud proved by id that it is gone. */
  readonly goneById: boolean;
  /** For such an id: whether the cloud refuses to show it, because it is somebody else's. */
  readonly foreignById: boolean;
  readonly byName: readonly Project[];
  /** Those by that name that bear the mark of the open operation. */
  readonly marked: readonly Project[];
  /** Two complete, trusted lists agree that nobody shows this name. */
  readonly nameIsFree: boolean;
  /** Whether the settle window of the open operation has passed before the lists were read. */
  readonly settled: boolean;
  readonly resendIsSafe: boolean;
}

/** An account with a list that can't be right is looked at again soon: it is a passing fault of the cloud. */
const DOUBT_POLL_MS = 5_000;
const SETTLE_POLL_MS = 2_000;

export function planFor(resource: RegistryProject, seen: Observation): Plan {
  const { spec, status } = resource;
  if (status.externalId !== undefined) return planForKnown(resource, status.externalId, seen);
  if (spec.externalId !== undefined) return planForAdoption(spec.externalId, seen);
  if (status.operation) return planForOpenCreate(status.operation, seen);
  return planForNew(resource, seen);
}

/** The name of the project in the cloud. */
export function cloudNameOf({ spec, metadata }: RegistryProject): string {
  return spec.cloudName ?? metadata.name;
}

function planForKnown(resource: RegistryProject, id: string, seen: Observation): Plan {
  const { spec } = resource;
  if (spec.externalId !== undefined && spec.externalId !== id) return stallOnOtherId(spec.externalId, id);
  if (seen.byId) return keep(resource, seen.byId);
  if (!seen.goneById) return doubt(`project ${id} is not in the list`);
  if (annotation(resource, ANNOTATIONS.recreate) !== id || spec.externalId !== undefined) {
    return stallOnMissing(id, spec.externalId !== undefined);
  }
  if (spec.managementPolicy === "Observe") return stallOnMissing(id, true);
  return planForNew(resource, seen);
}

function keep(resource: RegistryProject, project: Project): Plan {
  const { visibility, managementPolicy } = resource.spec;
  if (managementPolicy === "Observe" || visibility === project.visibility) return { do: "Keep", project };
  return { do: "Keep", project, change: visibility };
}

function planForAdoption(id: string, seen: Observation): Plan {
  if (seen.goneById) return stallOnMissing(id, true);
  if (!seen.byId && !seen.foreignById) return doubt(`project ${id} is not in the list`);
  if (seen.byId?.mine) return { do: "Adopt", project: seen.byId, origin: "Adopted" };
  const message = `Project ${id} (spec.externalId) belongs to somebody else. Name one that this account administers`;
  return { do: "Stall", reason: Reason.NotOurs, message };
}

function planForOpenCreate(operation: Operation, seen: Observation): Plan {
  const [first, ...others] = seen.marked;
  if (first && others.length === 0) return { do: "Adopt", project: first, origin: "Created" };
  if (first) return stallOnSeveral(seen.marked);
  if (operation.progress === CREATED) return doubt("the project just created is not in the list");
  if (!seen.settled) return waitForOutcome();
  if (seen.byName.length > 0) return { do: "Abandon", ...taken(seen.byName) };
  if (!seen.nameIsFree) return doubt("the list lacks projects that are known");
  if (seen.resendIsSafe) return { do: "Resend", operation };
  const message =
    "The outcome of a create is unknown and the project was not found. Look in the cloud; then set spec.externalId, or delete this resource";
  return { do: "Stall", reason: Reason.CreateOutcomeUnknown, message };
}

function planForNew(resource: RegistryProject, seen: Observation): Plan {
  if (seen.byName.length > 0) return { do: "Stall", ...taken(seen.byName) };
  if (resource.spec.managementPolicy === "Observe") {
    const message = "spec.managementPolicy is Observe and there is no project of this name. Set spec.externalId";
    return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
  }
  return seen.nameIsFree ? { do: "Create" } : doubt("the list lacks projects that are known");
}

/** Progress of a create that the cloud confirmed without telling the id: never sent again. */
export const CREATED = "Created";

export function taken(projects: readonly Project[]): { reason: string; message: string } {
  const reason = Reason.AlreadyExists;
  const ours = projects.find(({ mine }) => mine);
  if (ours) {
    const message =
      `A project named ${ours.name} exists already with id ${ours.id}. ` +
      "To manage it, create this resource anew with spec.externalId set to that id; it is not touched until then";
    return { reason, message };
  }
  const message = "The name belongs to somebody else's project. Choose another spec.cloudName in a new resource";
  return { reason, message };
}

function doubt(what: string): Plan {
  const message = `What the cloud listed can't be right: ${what}. Nothing is written until it is; looking again`;
  return { do: "Wait", reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS };
}

function waitForOutcome(): Plan {
  const message = "The outcome of a create is unknown; looking for the project until the settle window has passed";
  return { do: "Wait", reason: Reason.Creating, message, pollAfterMs: SETTLE_POLL_MS };
}

function stallOnSeveral(projects: readonly Project[]): Plan {
  const ids = projects.map(({ id }) => id).join(" and ");
  const message = `One create made projects ${ids}. Delete the surplus in the cloud; this resource takes the one that is left`;
  return { do: "Stall", reason: Reason.CreatedTwice, message };
}

function stallOnMissing(id: string, adoptedOnly: boolean): Plan {
  const wayOut = adoptedOnly
    ? "Restore it, or delete this resource"
    : `To create an empty one in its place, annotate ${ANNOTATIONS.recreate}: "${id}"; or delete this resource`;
  return {
    do: "Stall",
    reason: Reason.ExternalResourceMissing,
    message: `Project ${id} is gone from the cloud. ${wayOut}`,
  };
}

function stallOnOtherId(wanted: string, held: string): Plan {
  const message = `spec.externalId is ${wanted}, but this resource manages project ${held}. Create another resource for ${wanted}`;
  return { do: "Stall", reason: Reason.ExternalIdConflict, message };
}
