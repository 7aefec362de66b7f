// Names and label values made of other names. Kubernetes takes names of objects of 253 characters, and label values of 63: what is
// longer is cut and told apart by a hash, and no two names make the same one.
import { createHash } from "node:crypto";

const LONGEST_NAME = 253;
const LONGEST_LABEL = 63;
const HASH_DIGITS = 16;

/** The name of an object as the value of a label: as it is where it fits. No name holds the `_` that a cut one has. */
export function labelValueOf(name: string): string {
  if (name.length <= LONGEST_LABEL) return name;
  return `${name.slice(0, LONGEST_LABEL - HASH_DIGITS - 1)}_${hashOf(name)}`;
}

/** `stem` with `suffix`, such as `prod` with `-kubeconfig`, as the name of an object; where that is too long, as distinctName has it. */
export function nameWith(stem: string, suffix: string): string {
  const whole = stem + suffix;
  return whole.length <= LONGEST_NAME ? whole : distinctName(stem, suffix, stem);
}

/**
 * As nameWith, and told apart by what it was made of: `identity`, such as `namespace/name`. It ends in a hash, which nothing does that
 * ends in the suffix.
 */
export function distinctName(stem: string, suffix: string, identity: string): string {
  const end = `${suffix}-${hashOf(identity)}`;
  const head = stem.slice(0, LONGEST_NAME - end.length).replace(/[^a-z0-9]+$/, "");
  return `${head}${end}`;
}

/** A text without `#`, such as an address, in at most `most` characters; a cut one is told apart by a hash. */
export function cutDistinct(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, Math.max(most - HASH_DIGITS - 1, 0))}#${hashOf(text)}`;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
}
