// A whole object that was made from what was seen, for what is there now: a status moves all the time, and says nothing of what is declared.
import { isDeepStrictEqual } from "node:util";
import type { LiveObject, Manifest } from "../../facets/manifests.ts";

/** `merged` for the version that is there; "Moved" where more than the status differs from what it was made from. Pure. */
export function withSameStatus(
  merged: Manifest,
  { live, found }: { live: LiveObject; found: LiveObject },
): Manifest | "Moved" {
  if (found.metadata.resourceVersion === live.metadata.resourceVersion) return merged;
  if (!isDeepStrictEqual(withoutStatus(found), withoutStatus(live))) return "Moved";
  const { resourceVersion } = found.metadata;
  return { ...merged, metadata: { ...merged.metadata, resourceVersion }, status: found["status"] };
}

function withoutStatus({ status: _status, metadata, ...rest }: LiveObject): object {
  const { resourceVersion: _version, managedFields: _books, ...others } = metadata;
  return { ...rest, metadata: others };
}
