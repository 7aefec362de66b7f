// Which tags of an image a retention lets go: a pure decision. No tag whose deletion could take a kept one along: before Harbor 2.0 the
// deletion of one tag deletes its manifest with all tags on it, and the list of tags (1.9) tells no digest.
import { matchesGlob } from "../../lib/glob.ts";
import type { RetentionOptions } from "./blocks.ts";
import type { TagOnWire } from "./registry-wire.ts";
import { readings } from "./times.ts";

const HOUR_MS = 3_600_000;
const DEFAULT_MIN_AGE_HOURS = 24;

interface DatedTag extends TagOnWire {
  /** The latest time that its creation may mean. */
  readonly createdAtMs: number;
}

/** Oldest first. Nothing where the list can't be trusted: a name twice, or a time that can't be read. */
export function surplusOf(tags: readonly TagOnWire[], rules: RetentionOptions, nowMs: number): readonly TagOnWire[] {
  const dated = tags.map((tag): DatedTag => ({ ...tag, createdAtMs: Math.max(...readings(tag.creation_time)) }));
  const isReadable = dated.every(({ createdAtMs, size }) => Number.isFinite(createdAtMs) && Number.isFinite(size));
  if (!isReadable || new Set(tags.map(({ tag_name: name }) => name)).size !== tags.length) return [];
  const newestFirst = dated.toSorted((a, b) => b.createdAtMs - a.createdAtMs);
  const youngest = nowMs - (rules.minAgeHours ?? DEFAULT_MIN_AGE_HOURS) * HOUR_MS;
  const oldestKept = newestFirst[rules.keepLatest - 1]?.createdAtMs ?? Number.NEGATIVE_INFINITY;
  const isKept = ({ tag_name: name, createdAtMs }: DatedTag): boolean =>
    createdAtMs >= oldestKept ||
    createdAtMs > youngest ||
    (rules.keepMatching ?? []).some((pattern) => matchesGlob(pattern, name));
  const kept = new Set(dated.filter(isKept).map(manifestOf));
  return newestFirst.filter((tag) => !isKept(tag) && !kept.has(manifestOf(tag))).toReversed();
}

/** What tags on one manifest have in common, as far as it shows. */
function manifestOf({ creation_time: time, size }: TagOnWire): string {
  return `${size} ${time}`;
}
