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
  | { do: "Adopt"; project: Project; origin: "Adopted" | "Created"; change?: Visibility }
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
  if (spec.externalId !== undefined) return planForAdoption(resource, spec.externalId, seen);
  if (status.operation) return planForOpenCreate(resource, status.operation, seen);
  return planForNew(resource, seen);
}

/** The name of the project in the cloud. */
export function cloudNameOf({ spec, metadata }: RegistryProject): string {
  return spec.cloudName ?? metadata.name;
}

function planForKnown(resource: RegistryProject, id: string, seen: Observation): Plan {
  const { externalId } = resource.spec;
  if (externalId !== undefined && externalId !== id) return stallOnOtherId(externalId, id);
  if (!seen.byId) return planForUnlisted(resource, id, seen);
  return isAnother(resource, seen.byId) ? stallOnOtherProject(resource, seen.byId) : keep(resource, seen.byId);
}

function planForUnlisted(resource: RegistryProject, id: string, seen: Observation): Plan {
  if (seen.foreignById) return stallOnForeign(id);
  if (!seen.goneById) return doubt(`project ${id} is not in the list`);
  const { externalId, managementPolicy } = resource.spec;
  const mayRecreate = externalId === undefined && managementPolicy === "Manage";
  if (mayRecreate && annotation(resource, ANNOTATIONS.recreate) === id) return planForNew(resource, seen);
  return stallOnMissing(id, !mayRecreate);
}

function keep(resource: RegistryProject, project: Project): Plan {
  return { do: "Keep", project, ...changeTo(resource, project) };
}

/** What differs from the spec and may be changed. */
function changeTo({ spec }: RegistryProject, { visibility }: Project): { change?: Visibility } {
  if (spec.managementPolicy === "Observe" || spec.visibility === visibility) return {};
  return { change: spec.visibility };
}

function adopt(resource: RegistryProject, project: Project, origin: "Adopted" | "Created"): Plan {
  return { do: "Adopt", project, origin, ...changeTo(resource, project) };
}

function planForAdoption(resource: RegistryProject, id: string, seen: Observation): Plan {
  const origin = isOfOurCreate(seen) ? "Created" : "Adopted";
  if (origin === "Adopted" && isOpen(resource)) {
    // The create that came before would be forgotten together with what it made.
    if (seen.marked.length > 0) return stallOnSeveral(seen.marked);
    if (!seen.settled) return waitForOutcome();
  }
  return seen.byId?.mine ? adopt(resource, seen.byId, origin) : planForUnadoptable(id, seen);
}

function planForUnadoptable(id: string, seen: Observation): Plan {
  if (seen.goneById) return stallOnMissing(id, true);
  if (!seen.byId && !seen.foreignById) return doubt(`project ${id} is not in the list`);
  const message = `Project ${id} (spec.externalId) belongs to somebody else. Name one that this account administers`;
  return { do: "Stall", reason: Reason.NotOurs, message };
}

function isOfOurCreate({ marked, byId }: Observation): boolean {
  const [first, ...others] = marked;
  return first !== undefined && others.length === 0 && first.id === byId?.id;
}

function planForOpenCreate(resource: RegistryProject, operation: Operation, seen: Observation): Plan {
  const [first, ...others] = seen.marked;
  if (others.length > 0) return stallOnSeveral(seen.marked);
  if (first) return adopt(resource, first, "Created");
  if (!seen.settled) return waitForOutcome();
  if (seen.byName.length > 0) return { do: "Abandon", ...taken(seen.byName) };
  if (!seen.nameIsFree) return doubt(DISAGREEMENT);
  return planForLostCreate(resource, operation, seen);
}

/** Two trusted lists after the settle window show nothing of it. */
function planForLostCreate(resource: RegistryProject, operation: Operation, seen: Observation): Plan {
  if (operation.progress === PROGRESS.Refused) return { do: "Abandon", ...taken([]) };
  const mayResend = seen.resendIsSafe && resource.spec.managementPolicy === "Manage";
  if (mayResend && operation.progress !== PROGRESS.Created) return { do: "Resend", operation };
  const message =
    "The outcome of a create is unknown and the project was not found. Look in the cloud; then set spec.externalId, or delete this resource";
  return { do: "Stall", reason: Reason.CreateOutcomeUnknown, message };
}

/** Projects can't be renamed: another name is another project, as an account whose endpoint was edited may show it. */
export function isAnother({ status }: RegistryProject, { name }: Project): boolean {
  return status.cloudName !== undefined && status.cloudName !== name;
}

function isOpen({ status }: RegistryProject): boolean {
  return status.operation !== undefined;
}

function planForNew(resource: RegistryProject, seen: Observation): Plan {
  if (seen.byName.length > 0) return { do: "Stall", ...taken(seen.byName) };
  if (resource.spec.managementPolicy === "Observe") {
    const message = "spec.managementPolicy is Observe and there is no project of this name. Set spec.externalId";
    return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
  }
  return seen.nameIsFree ? { do: "Create" } : doubt(DISAGREEMENT);
}

/** What is known of an open create, kept in its journal. */
export const PROGRESS = {
  /** The cloud confirmed it without telling the id: never sent again. */
  Created: "Created",
  /** The name was taken when it was sent again: by our own first send, or by somebody else. */
  Refused: "Refused",
} as const;

const DISAGREEMENT = "lists that should show the same do not agree, or lack a project that is there";

export function taken(projects: readonly Project[]): { reason: string; message: string } {
  const reason = Reason.AlreadyExists;
  const ours = projects.find(({ mine }) => mine);
  if (ours) {
    const message =
      `A project named ${ours.name} exists already with id ${ours.id}. ` +
      `To manage it, set spec.externalId to "${ours.id}"; it is not touched until then`;
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

function stallOnForeign(id: string): Plan {
  const message = `Project ${id} is there, but this account may no longer see it. Give the account's user the role of project admin`;
  return { do: "Stall", reason: Reason.Forbidden, message };
}

function stallOnOtherProject({ status }: RegistryProject, { id, name }: Project): Plan {
  const message =
    `Project ${id} was ${status.cloudName}, but at the account's present endpoint it is ${name}; it is not touched. ` +
    "Correct spec.endpoint of the account";
  return { do: "Stall", reason: Reason.ExternalIdConflict, message };
}

function stallOnOtherId(wanted: string, held: string): Plan {
  const message = `spec.externalId is ${wanted}, but this resource manages project ${held}. Create another resource for ${wanted}`;
  return { do: "Stall", reason: Reason.ExternalIdConflict, message };
}
