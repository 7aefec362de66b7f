// What a target's refusal of one object means for it and for its set (pure).
import { CloudError } from "../../cloud/errors.ts";
import { NAMESPACE_NOT_FOUND, NODE_PORT_TAKEN } from "../../cloud/manifests/status-error.ts";
import { ManifestSetReason as Reason } from "../../crds/manifestset/conditions.ts";
import { reconcileErrorOf } from "../lifecycle/cloud-errors.ts";
import { RetryableError } from "../../lib/errors.ts";
import { isSilence } from "../targets/connection.ts";
import type { DeclaredObject } from "./declared.ts";
import { OBJECT_ANNOTATIONS, shownKey } from "./objects.ts";
import type { Outcome } from "./work.ts";

/** It says nothing of the one object that was asked for: the visit ends by it. */
export function endsVisit(error: unknown): boolean {
  if (!(error instanceof CloudError)) return true;
  return isSilence(error) || error.kind === "Unauthenticated" || error.kind === "Throttled";
}

/** The object is another one by now, has changed, or has gone: to be looked at again. */
export function hasMoved(error: unknown): boolean {
  return (
    error instanceof CloudError && (error.kind === "Conflict" || (error.kind === "NotFound" && !isOfNamespace(error)))
  );
}

function isOfNamespace({ codes }: CloudError): boolean {
  return codes.includes(NAMESPACE_NOT_FOUND);
}

/** As API servers say it of built-in kinds; custom ones say what their authors wrote. */
const IMMUTABLE =
  /immutable|may not (?:be )?change|cannot be changed|cannot change|can't be changed|updates to .* are forbidden/i;

export function isImmutability(error: unknown): boolean {
  if (!(error instanceof CloudError) || error.kind !== "Rejected") return false;
  return [error.message, ...error.causes.map(({ message }) => message)].some((message) => IMMUTABLE.test(message));
}

/** The name is. */
export function isTaken(error: unknown): boolean {
  return error instanceof Error && "kind" in error && error.kind === "AlreadyExists";
}

/** Throws what `endsVisit`. */
export function refusalOf(error: unknown, { key, origin }: DeclaredObject): Outcome {
  if (!(error instanceof CloudError) || endsVisit(error)) throw error;
  const { reason, advice } = meaningOf(error);
  const message = `${shownKey(key)} (${origin}): ${error.message}${advice === "" ? "" : `. ${advice}`}`;
  if (error.kind === "Busy") return { state: "Waiting", reason, message };
  return { state: "Refused", retry: reconcileErrorOf(error) instanceof RetryableError, reason, message };
}

/** What a cloud calls as ManifestSet does. */
const CLOUDS_REASONS: readonly string[] = [Reason.UpdateIgnored, Reason.NotSupportedByCloud];

function meaningOf(error: CloudError): { reason: string; advice: string } {
  const told = CLOUDS_REASONS.find((reason) => error.codes.includes(reason));
  if (told !== undefined) return { reason: told, advice: "" };
  if (isImmutability(error)) return { reason: Reason.ImmutableField, advice: recreation(error) };
  if (error.codes.includes(NODE_PORT_TAKEN)) {
    return { reason: Reason.NodePortTaken, advice: "Name another nodePort, or none to have one given" };
  }
  switch (error.kind) {
    case "Forbidden":
      return {
        reason: Reason.Forbidden,
        advice: "Give whoever the set acts as that right in the target, or take the object out",
      };
    case "NotFound":
      return isOfNamespace(error)
        ? { reason: Reason.NamespaceNotFound, advice: "Declare the Namespace in an earlier wave, or create it" }
        : { reason: Reason.NotFoundInCloud, advice: "" };
    case "NotServed":
      return { reason: Reason.KindNotFound, advice: "" };
    case "Rejected":
      return { reason: Reason.Rejected, advice: "Correct the manifest" };
    default:
      return { reason: reconcileErrorOf(error).reason, advice: "" };
  }
}

function recreation({ causes }: CloudError): string {
  const field = causes.map((cause) => cause.field).find((each) => each !== "");
  const what = field === undefined ? "A field" : `The field ${field}`;
  return `${what} can't be changed. Set it back, or annotate the manifest ${OBJECT_ANNOTATIONS.onImmutable}: Recreate to have the object deleted and made anew`;
}

export function kindNotFound({ key, origin, manifest }: DeclaredObject): Outcome {
  const message =
    `${shownKey(key)} (${origin}): the target knows no kind ${key.kind} in ${manifest.apiVersion}. Install what defines it, or declare its ` +
    "CustomResourceDefinition in this set";
  return { state: "Refused", retry: false, reason: Reason.KindNotFound, message };
}
