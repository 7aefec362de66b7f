// By which name a node is made and found again. Where a cloud keeps nothing else of a request, the name is the mark.
import { createHash } from "node:crypto";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import { openCreate } from "../external/resource.ts";

/** What every cloud takes of a name that is chosen for it. */
const LONGEST = 32;
const DIGITS = 8;

/** The name under which a node is sought until its id is known: that of its server, where it has one already. */
export function soughtName(resource: ManagedNode): string {
  return resource.spec.existingServer?.id ?? createdName(resource);
}

/** For whom resources compete; a server that exists is told from a name. */
export function claimedName(resource: ManagedNode): string {
  const server = resource.spec.existingServer?.id;
  return server === undefined ? createdName(resource) : `server ${server}`;
}

/** Of the create that is open, or of the next. */
function createdName({ metadata, status }: ManagedNode): string {
  const nonce = openCreate(status)?.nonce ?? `${metadata.uid}-${(status.createAttempts ?? 0) + 1}`;
  return markedName(metadata.name, nonce);
}

/** A name for people with the mark behind it: small letters, digits and hyphens, a letter first. */
function markedName(name: string, nonce: string): string {
  const letters = name.replaceAll(/[^a-z0-9-]/g, "-").replace(/^[^a-z]+/, "");
  const head = (letters === "" ? "node" : letters).slice(0, LONGEST - DIGITS - 1).replace(/-+$/, "");
  return `${head}-${createHash("sha256").update(nonce).digest("hex").slice(0, DIGITS)}`;
}
