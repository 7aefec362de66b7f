// Which item in the cloud a resource stands for, and what to do where it is not there: pure decisions from the resource and what
// was observed. What should change about the item itself is the kind's own plan.
import type { Item } from "../../cloud/collection.ts";
import { Reason } from "../../crds/common/conditions.ts";
import type { Operation } from "../../crds/common/status.ts";
import { capitalized } from "../../lib/text.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import { annotating, isReplacedBy, mayRecreate, openCreate, type ExternalResource, type Origin } from "./resource.ts";
import type { ItemScope } from "./scope.ts";
import { createdAtOf } from "./whereabouts.ts";

export type Identity<T extends Item> =
  /** The item is there and is what the resource means. */
  | { do: "Keep"; item: T }
  /** Record the id: found by spec.externalId, by name where the kind adopts by name, or as the result of our own create. */
  | { do: "Adopt"; item: T; origin: Origin }
  | { do: "Create" }
  | { do: "Resend"; operation: Operation }
  /** The journaled create came to nothing: somebody has the name. */
  | { do: "Abandon"; reason: string; message: string }
  | { do: "Wait"; reason: string; message: string; pollAfterMs: number }
  | { do: "Stall"; reason: string; message: string };

export interface Observation<T extends Item> {
  /** The item with the id that status or spec names. */
  readonly byId: T | undefined;
  /** For a known id that the list lacks: whether the cloud proved by id that it is gone. */
  readonly goneById: boolean;
  /** For such an id: whether the cloud refuses to show it, because it is somebody else's. */
  readonly foreignById: boolean;
  readonly byName: readonly T[];
  /** Those by that name that bear the mark of the open operation. */
  readonly marked: readonly T[];
  /** Two complete, trusted lists agree that nobody shows this name. */
  readonly nameIsFree: boolean;
  /** Of an open create: two more trusted lists agree that those by that name, none of which bears its mark, are all there are. */
  readonly othersAlone: boolean;
  /** Whether the settle window of the open operation has passed before the lists were read. */
  readonly settled: boolean;
  readonly resendIsSafe: boolean;
}

/** The part of the scope that decides: what it is about, and in which words. */
export interface Subject {
  readonly resource: ExternalResource;
  readonly noun: string;
  readonly namesAreFixed: boolean;
  readonly namesake: "Refuse" | "Adopt";
  /** Default: Created. */
  readonly madeAs?: Exclude<Origin, "Adopted">;
}

/** What is known of an open create, kept in its journal. */
export const PROGRESS = {
  /** The cloud confirmed it without telling the id: never sent again. */
  Created: "Created",
  /** The name was taken when it was sent again: by our own first send, or by somebody else. */
  Refused: "Refused",
} as const;

/** A place with a list that can't be right is looked at again soon: it is a passing fault of the cloud. */
const DOUBT_POLL_MS = 5_000;
const SETTLE_POLL_MS = 2_000;
const DISAGREEMENT = "lists that should show the same do not agree, or lack one that is there";

export function subjectOf<T extends Item>({ visit, noun, namesAreFixed, namesake, madeAs }: ItemScope<T>): Subject {
  return { resource: visit.object, noun, namesAreFixed, namesake, madeAs };
}

export function identify<T extends Item>(subject: Subject, seen: Observation<T>): Identity<T> {
  const { spec, status } = subject.resource;
  if (status.externalId !== undefined) return identifyKnown(subject, status.externalId, seen);
  if (spec.externalId !== undefined) return identifyAdopted(subject, spec.externalId, seen);
  const operation = openCreate(status);
  if (operation) return identifyOpenCreate(subject, operation, seen);
  return identifyNew(subject, seen);
}

function identifyKnown<T extends Item>(subject: Subject, id: string, seen: Observation<T>): Identity<T> {
  const { externalId } = subject.resource.spec;
  if (externalId !== undefined && externalId !== id) return stallOnOtherId(subject, externalId, id);
  if (!seen.byId) return identifyUnlisted(subject, id, seen);
  if (isReplacedBy(subject.resource.status, seen.byId)) return identifyReplaced(subject, seen.byId, seen);
  return isAnother(subject, seen.byId) ? stallOnAnother(subject, seen.byId) : { do: "Keep", item: seen.byId };
}

function identifyUnlisted<T extends Item>(subject: Subject, id: string, seen: Observation<T>): Identity<T> {
  if (seen.foreignById) return stallOnForeign(subject, id);
  if (!seen.goneById) return doubt(`${subject.noun} ${id} is not in the list`);
  const { externalId, managementPolicy } = subject.resource.spec;
  const isOursToMake = externalId === undefined && managementPolicy === "Manage";
  if (isOursToMake && mayRecreate(subject.resource)) return identifyNew(subject, seen);
  return stallOnMissing(subject, id, !isOursToMake);
}

/** What it stood for is gone, and another one has its name. */
function identifyReplaced<T extends Item>(subject: Subject, item: T, seen: Observation<T>): Identity<T> {
  const { externalId, managementPolicy } = subject.resource.spec;
  if (!mayRecreate(subject.resource)) return stallOnReplaced(subject, item);
  if (externalId !== undefined) return item.mine === false ? stallOnNotOurs(subject, item.id) : adopt(item);
  return managementPolicy === "Manage" ? identifyNew(subject, seen) : stallOnReplaced(subject, item);
}

function adopt<T extends Item>(item: T): Identity<T> {
  return { do: "Adopt", item, origin: "Adopted" };
}

function identifyAdopted<T extends Item>(subject: Subject, id: string, seen: Observation<T>): Identity<T> {
  const origin = isOfOurCreate(seen) ? (subject.madeAs ?? "Created") : "Adopted";
  if (origin === "Adopted" && openCreate(subject.resource.status)) {
    // The create that came before would be forgotten together with what it made.
    if (seen.marked.length > 0) return stallOnSeveral(subject, seen.marked);
    if (!seen.settled) return waitForOutcome(subject);
  }
  const { byId } = seen;
  return byId && byId.mine !== false ? { do: "Adopt", item: byId, origin } : stallOnUnadoptable(subject, id, seen);
}

function stallOnUnadoptable<T extends Item>(subject: Subject, id: string, seen: Observation<T>): Identity<T> {
  if (seen.goneById) return stallOnNoSuch(subject, id);
  if (!seen.byId && !seen.foreignById) return doubt(`${subject.noun} ${id} is not in the list`);
  return stallOnNotOurs(subject, id);
}

/** It may never have been there. */
function stallOnNoSuch({ noun }: Subject, id: string): Stall {
  const message = `There is no ${noun} ${id} (spec.externalId) in the cloud. Restore it, or name one that there is in a new resource`;
  return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
}

function stallOnNotOurs({ noun }: Subject, id: string): Stall {
  const message = `${capitalized(noun)} ${id} (spec.externalId) belongs to somebody else. Name one that this account administers`;
  return { do: "Stall", reason: Reason.NotOurs, message };
}

function isOfOurCreate<T extends Item>({ marked, byId }: Observation<T>): boolean {
  const [first, ...others] = marked;
  return first !== undefined && others.length === 0 && first.id === byId?.id;
}

function identifyOpenCreate<T extends Item>(subject: Subject, operation: Operation, seen: Observation<T>): Identity<T> {
  const [first, ...others] = seen.marked;
  if (others.length > 0) return stallOnSeveral(subject, seen.marked);
  if (first) return { do: "Adopt", item: first, origin: subject.madeAs ?? "Created" };
  if (!seen.settled) return waitForOutcome(subject);
  if (seen.byName.length > 0) {
    return seen.othersAlone ? { do: "Abandon", ...taken(subject, seen.byName) } : disagreement();
  }
  if (!seen.nameIsFree) return disagreement();
  return identifyLostCreate(subject, operation, seen);
}

/** Two trusted lists after the settle window show nothing of it. */
function identifyLostCreate<T extends Item>(subject: Subject, operation: Operation, seen: Observation<T>): Identity<T> {
  if (operation.progress === PROGRESS.Refused) return { do: "Abandon", ...taken(subject, []) };
  const mayResend = seen.resendIsSafe && subject.resource.spec.managementPolicy === "Manage";
  if (mayResend && operation.progress !== PROGRESS.Created) return { do: "Resend", operation };
  const message =
    `The outcome of a create is unknown and the ${subject.noun} was not found. ` +
    "Look in the cloud; then set spec.externalId, or delete this resource";
  return { do: "Stall", reason: Reason.CreateOutcomeUnknown, message };
}

function identifyNew<T extends Item>(subject: Subject, seen: Observation<T>): Identity<T> {
  const [namesake, ...others] = seen.byName;
  if (namesake && others.length === 0 && subject.namesake === "Adopt") {
    return adopt(namesake);
  }
  if (namesake) return { do: "Stall", ...taken(subject, seen.byName) };
  if (subject.resource.spec.managementPolicy === "Observe") {
    const message = `spec.managementPolicy is Observe and there is no ${subject.noun} of this name. Set spec.externalId`;
    return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
  }
  return seen.nameIsFree ? { do: "Create" } : disagreement();
}

/** Another name or another time of making under a known id is another item, as an account that was pointed elsewhere may show it. */
export function isAnother({ resource, namesAreFixed }: Subject, item: Item): boolean {
  const { cloudName, createdAt } = resource.status;
  const shown = createdAtOf(item);
  const isOfOtherName = namesAreFixed && cloudName !== undefined && cloudName !== item.name;
  return isOfOtherName || (createdAt !== undefined && shown !== undefined && createdAt !== shown);
}

/** What tells the two apart, in words. */
export function differenceOf({ status }: ExternalResource, item: Item): string {
  const [was, is] = [status.cloudName, item.name];
  return was === undefined || was === is
    ? "is not what the account shows by that id now: that was made at another time (status.createdAt)"
    : `was ${was}, but what the account shows by that id now is ${is}`;
}

export function taken({ noun }: Pick<Subject, "noun">, items: readonly Item[]): { reason: string; message: string } {
  const reason = Reason.AlreadyExists;
  const ours = items.find(({ mine }) => mine !== false);
  if (ours) {
    const message =
      `A ${noun} named ${ours.name} exists already with id ${ours.id}. ` +
      `To manage it, set spec.externalId to "${ours.id}"; it is not touched until then`;
    return { reason, message };
  }
  const message = `The name belongs to somebody else's ${noun}. Choose another spec.cloudName in a new resource`;
  return { reason, message };
}

type Stall = Extract<Identity<never>, { do: "Stall" }>;
type Wait = Extract<Identity<never>, { do: "Wait" }>;

/** To be waited for where lists don't tell whether something is there. */
export function disagreement(): Wait {
  return doubt(DISAGREEMENT);
}

function doubt(what: string): Wait {
  const message = `What the cloud listed can't be right: ${what}. Nothing is written until it is; looking again`;
  return { do: "Wait", reason: Reason.ObservationNotTrusted, message, pollAfterMs: DOUBT_POLL_MS };
}

function waitForOutcome({ noun }: Subject): Wait {
  const message = `The outcome of a create is unknown; looking for the ${noun} until the settle window has passed`;
  return { do: "Wait", reason: Reason.Creating, message, pollAfterMs: SETTLE_POLL_MS };
}

function stallOnSeveral({ noun }: Subject, items: readonly Item[]): Stall {
  const ids = items.map(({ id }) => id).join(" and ");
  const message = `One create made ${noun}s ${ids}. Delete the surplus in the cloud; this resource takes the one that is left`;
  return { do: "Stall", reason: Reason.CreatedTwice, message };
}

function stallOnReplaced({ noun, resource }: Subject, item: Item): Stall {
  const message =
    `${capitalized(noun)} ${item.id} is gone from the cloud, and somebody has made another one of that name: its status.incarnation would ` +
    `differ. That one is not touched. To take it over, set spec.externalId to "${item.id}" and ` +
    `${annotating(ANNOTATIONS.recreate, resource.status)}; or delete this resource`;
  return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
}

function stallOnMissing({ noun, resource }: Subject, id: string, adoptedOnly: boolean): Stall {
  const wayOut = adoptedOnly
    ? "Restore it, or delete this resource"
    : `To create an empty one in its place, ${annotating(ANNOTATIONS.recreate, resource.status)}; or delete this resource`;
  const message = `${capitalized(noun)} ${id} is gone from the cloud. ${wayOut}`;
  return { do: "Stall", reason: Reason.ExternalResourceMissing, message };
}

function stallOnForeign({ noun }: Subject, id: string): Stall {
  const message =
    `${capitalized(noun)} ${id} is there, but this account may no longer see it. ` +
    `Give the account's user the role of ${noun} admin`;
  return { do: "Stall", reason: Reason.Forbidden, message };
}

function stallOnAnother({ noun, resource }: Subject, item: Item): Stall {
  const message =
    `${capitalized(noun)} ${item.id} ${differenceOf(resource, item)}. It is not touched. ` +
    "Correct spec.endpoint or the keys of the account";
  return { do: "Stall", reason: Reason.ExternalIdConflict, message };
}

function stallOnOtherId({ noun }: Subject, wanted: string, held: string): Stall {
  const message = `spec.externalId is ${wanted}, but this resource manages ${noun} ${held}. Create another resource for ${wanted}`;
  return { do: "Stall", reason: Reason.ExternalIdConflict, message };
}
