// What a visit decides on: whether the live object is still that.
import { hasFinalizer } from "../../runtime/finalizer.ts";
import { annotation, ANNOTATIONS, FINALIZER, isPaused, type Managed, type ManagedStatus } from "./resource.ts";

/** Whether a decision made on `seen` still stands on `live`. */
export function sameBasis(live: Managed, seen: Managed): boolean {
  const isSame = live.metadata.uid === seen.metadata.uid && live.metadata.generation === seen.metadata.generation;
  const isAsked = annotation(live, ANNOTATIONS.forceOrphan) === annotation(seen, ANNOTATIONS.forceOrphan);
  const isHeld = !isPaused(live) && hasFinalizer(live, FINALIZER);
  return isSame && isAsked && isHeld && sameJournal(live.status, seen.status);
}

function sameJournal(live: ManagedStatus, seen: ManagedStatus): boolean {
  const { nonce, lastSentAt } = live.operation ?? {};
  return (
    live.externalId === seen.externalId && nonce === seen.operation?.nonce && lastSentAt === seen.operation?.lastSentAt
  );
}
